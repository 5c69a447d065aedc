"""What must hold before anything is published: the books balance, and the source's expectations are met."""

from __future__ import annotations

import schemas
from pipelines.card import is_missing
from pipelines.compare import Difference
from pipelines.document import Settings
from pipelines.errors import INTERNAL, USAGE, CorpusError
from pipelines.prose import plural
from pipelines.publish.manifest import Build
from pipelines.release import AnyTables

NAMED = 10
"""Inputs that a message names."""

USUAL_LOSS = 0.5
"""Largest share of the parent's documents that may vanish where the source names none."""


def check_accounting(tables: AnyTables, build: Build) -> None:
    """Raise CorpusError unless every input is a document or a reject."""
    accounted = tables.rows("documents") + tables.rows("rejects")
    if accounted != build.input_count:
        raise CorpusError(
            f"{build.input_count} inputs came in but {accounted} documents and rejects came out; "
            "nothing was published: please report this as a defect",
            INTERNAL,
        )


def check_expectations(
    tables: AnyTables, settings: Settings, difference: Difference, parent_count: int, parent_name: str = ""
) -> None:
    """Raise CorpusError where too few documents came out, too many inputs failed, or too much is missing.

    ``parent_count`` is the number of documents of the parent, 0 where there is none; ``parent_name`` is the name of the
    source that it was made from.
    """
    documents, rejects = tables.rows("documents"), tables.rows("rejects")
    if documents < settings.min_documents:
        _refuse(
            f"only {plural(documents, 'document')}, at least {settings.min_documents} expected (min_documents)",
            _rejected(tables),
        )
    if rejects > settings.max_reject_share * (documents + rejects):
        share = rejects / (documents + rejects)
        _refuse(
            f"{rejects} of {documents + rejects} inputs were rejected ({share:.1%}), "
            f"at most {settings.max_reject_share:.1%} expected (max_reject_share)",
            _rejected(tables),
        )
    _check_loss(list(difference.removed), settings, parent_count, parent_name)
    for column, most in settings.max_null_share:
        _check_column(tables, column, most)


def _check_loss(lost: list[str], settings: Settings, parent_count: int, parent_name: str) -> None:
    """Raise CorpusError where too much of the parent is missing, or anything at all of another source's release."""
    most = USUAL_LOSS if settings.max_document_loss is None else settings.max_document_loss
    is_other = parent_name not in {"", settings.name}
    if len(lost) <= most * parent_count and not (lost and is_other and settings.max_document_loss is None):
        return
    if is_other:
        raise CorpusError(
            f"this source is “{settings.name}”, but the latest release was made from “{parent_name}”, and "
            f"{len(lost)} of its {parent_count} documents would vanish; nothing was published: if the path is right, "
            f'publish to another store with --to, or write name = "{parent_name}" or a higher max_document_loss into '
            "dataset.toml"
        )
    _refuse(
        f"{len(lost)} of {parent_count} documents would vanish ({len(lost) / parent_count:.1%}), "
        f"at most {most:.1%} expected (max_document_loss)",
        lost,
    )


def _check_column(tables: AnyTables, column: str, most: float) -> None:
    """Raise CorpusError where a column is null or empty in more than this share of the documents."""
    names = schemas.arrow_schema("documents").names
    if column not in names:
        known = ", ".join(names)
        raise CorpusError(f"max_null_share in dataset.toml: documents has no column {column}; known are {known}", USAGE)
    missing: list[str] = []
    for batch in tables.batches("documents", *{column, "source"}):
        missing += batch.column("source").filter(is_missing(batch.column(column))).to_pylist()
    total = tables.rows("documents")
    if len(missing) > most * total:
        _refuse(
            f"{column} is missing in {len(missing)} of {total} documents ({len(missing) / total:.1%}), "
            f"at most {most:.1%} expected (max_null_share)",
            sorted(missing),
        )


def _rejected(tables: AnyTables) -> list[str]:
    rows = tables.read("rejects", "source", "reason").to_pylist()
    return [f"{row['source']} ({row['reason']})" for row in rows]


def _refuse(problem: str, inputs: list[str]) -> None:
    named = ", ".join(inputs[:NAMED]) + (f" and {len(inputs) - NAMED} more" if len(inputs) > NAMED else "")
    look = f"look at {named}" if inputs else "check that the source holds texts"
    raise CorpusError(f"{problem}; nothing was published: {look}, or change the expectation in dataset.toml")
