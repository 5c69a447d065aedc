"""Validated: cleaned documents and rejects -> Arrow tables that satisfy the schemas.

Nothing is lost here: what fails a schema becomes a reject that says why, never a crash and never a missing row.
"""

from __future__ import annotations

import hashlib
import struct
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, fields
from operator import attrgetter

import pyarrow as pa

import schemas
from pipelines.document import PARAGRAPH_BREAK, CleanedDocument, Edit, Fields, Reject, Term, in_order
from pipelines.release import Tables, row_sha256, sort_documents

BATCH = 2_000
"""Documents that are validated together."""

FIELD_NAMES = tuple(field.name for field in fields(Fields))

Columns = dict[str, list[object]]

Batch = dict[str, pa.Table]
"""The rows of some documents in each of the tables that documents fill."""


class _UnfitError(Exception):
    """A batch that breaks the contract; the text says which column and how."""


def build_tables(documents: Sequence[CleanedDocument], rejects: Sequence[Reject]) -> Tables:
    """Build the four tables, validated and sorted; the result does not depend on the order of the arguments.

    Of documents that share an id the first by source path stays. Every document is in ``documents`` or in ``rejects``.
    """
    unique, doubles = _set_doubles_aside(documents)
    groups = _duplicate_groups(unique)
    batches: list[Batch] = []
    failed: list[Reject] = []
    for start in range(0, len(unique), BATCH):
        _accept(unique[start : start + BATCH], groups, batches, failed)
    return Tables(
        documents=sort_documents(_gather("documents", batches)),
        edits=_gather("edits", batches),
        terms=_gather("terms", batches),
        rejects=_reject_table([*rejects, *doubles, *failed]),
    )


def _set_doubles_aside(documents: Iterable[CleanedDocument]) -> tuple[list[CleanedDocument], list[Reject]]:
    kept: dict[str, CleanedDocument] = {}
    doubles: list[Reject] = []
    for document in sorted(documents, key=lambda d: (d.raw.source, d.raw.raw_sha256)):
        first = kept.setdefault(document.raw.id, document)
        if first is not document:
            detail = f"the id {document.raw.id} is taken by {first.raw.source}; rename one of the two"
            doubles.append(_reject(document, "ingest", "duplicate_id", detail))
    return sorted(kept.values(), key=lambda d: d.raw.id), doubles


def _duplicate_groups(documents: Iterable[CleanedDocument]) -> dict[str, str]:
    """Map the id of each document whose body another one has too to the name of their group (from the body's hash)."""
    twins: dict[str, list[str]] = defaultdict(list)
    for document in documents:
        twins[_sha256(document.text)].append(document.raw.id)
    return {key: digest[:16] for digest, ids in twins.items() if len(ids) > 1 for key in ids}


def _accept(
    documents: Sequence[CleanedDocument], groups: Mapping[str, str], batches: list[Batch], failed: list[Reject]
) -> None:
    """Validate documents as one batch; where that fails halve it, until the ones at fault stand alone."""
    try:
        batches.append(_validated_batch(documents, groups))
    except _UnfitError as error:
        if len(documents) == 1:
            failed.append(_reject(documents[0], "validate", "schema", str(error)))
            return
        middle = len(documents) // 2
        _accept(documents[:middle], groups, batches, failed)
        _accept(documents[middle:], groups, batches, failed)


def _validated_batch(documents: Sequence[CleanedDocument], groups: Mapping[str, str]) -> Batch:
    rows = {
        "documents": lambda: _document_columns(documents, groups),
        "edits": lambda: _edit_columns(documents),
        "terms": lambda: _term_columns(documents),
    }
    return {name: _validated(name, columns) for name, columns in rows.items()}


def _validated(name: str, columns: Callable[[], Columns]) -> pa.Table:
    """Turn columns into a table that satisfies its schema; _UnfitError where they do not."""
    from pandera.errors import SchemaError, SchemaErrors

    try:
        table = pa.table(columns(), schema=schemas.arrow_schema(name))
        schemas.schema_of(name).validate(table, lazy=True)
    except SchemaErrors as error:
        cases = error.failure_cases.select(["column", "check"]).to_pylist()
        broken = sorted({f"{name}.{case['column']} breaks {case['check']}" for case in cases})
        raise _UnfitError("; ".join(broken)) from error
    except (SchemaError, pa.ArrowException, UnicodeError, OverflowError, TypeError) as error:
        raise _UnfitError(f"{name}: {type(error).__name__}: {error}") from error
    return table


def _document_columns(documents: Sequence[CleanedDocument], groups: Mapping[str, str]) -> Columns:
    rows = [_document_row(document, groups.get(document.raw.id)) for document in documents]
    return {name: [row[name] for row in rows] for name in schemas.arrow_schema("documents").names}


def _document_row(document: CleanedDocument, duplicate_group: str | None) -> dict[str, object]:
    text = document.text
    word_count = len(text.split())
    row: dict[str, object] = {
        "id": document.raw.id,
        "source": document.raw.source,
        **{name: _as_stored(getattr(document.fields, name)) for name in FIELD_NAMES},
        "text": text,
        "paragraph_count": text.count(PARAGRAPH_BREAK) + 1 if text else 0,
        "word_count": word_count,
        "edit_count": len(document.edits),
        "artefacts_per_1000_words": _artefact_rate(document, word_count),
        "language": document.language,
        "duplicate_group": duplicate_group,
        "raw_sha256": document.raw.raw_sha256,
        "text_sha256": _sha256(text),
    }
    row["row_sha256"] = row_sha256(row)
    return row


def _as_stored(value: object) -> object:
    return list(value) if isinstance(value, tuple) else value


def _artefact_rate(document: CleanedDocument, word_count: int) -> float:
    """Count findings about language per 1,000 words, rounded as the column stores it (float32); 0 without words."""
    from schemas.edits import LANGUAGE_CLASSES

    if not word_count:
        return 0.0
    count = sum(e.artefact_class in LANGUAGE_CLASSES and not _is_blank_between(e) for e in document.edits)
    rate: float = struct.unpack("<f", struct.pack("<f", 1000 * count / word_count))[0]
    return rate


def _is_blank_between(edit: Edit) -> bool:
    """Tell whether an edit levels the blanks between paragraphs: layout, though its class is segmentation."""
    return edit.artefact_class == "segmentation" and edit.before.isspace() and not (edit.after or "").strip()


def _edit_columns(documents: Sequence[CleanedDocument]) -> Columns:
    edits = [(document.raw.id, seq, e) for document in documents for seq, e in enumerate(in_order(document.edits))]
    head: Columns = {"document_id": [key for key, _, _ in edits], "seq": [seq for _, seq, _ in edits]}
    return head | _attributes([edit for _, _, edit in edits], schemas.arrow_schema("edits").names[2:])


def _term_columns(documents: Sequence[CleanedDocument]) -> Columns:
    terms = [(document.raw.id, term) for document in documents for term in sorted(document.terms, key=_term_order)]
    head: Columns = {"document_id": [key for key, _ in terms]}
    return head | _attributes([term for _, term in terms], schemas.arrow_schema("terms").names[1:])


def _attributes(things: Sequence[object], names: Sequence[str]) -> Columns:
    return {name: list(map(attrgetter(name), things)) for name in names}


def _term_order(term: Term) -> tuple[int, int, str, str]:
    return term.start, term.end, term.term, term.surface


def _gather(name: str, batches: Iterable[Batch]) -> pa.Table:
    return pa.concat_tables([schemas.arrow_schema(name).empty_table(), *(batch[name] for batch in batches)])


def _reject_table(rejects: Iterable[Reject]) -> pa.Table:
    """Build ``rejects``; names and details that no UTF-8 text can hold are written with escapes."""
    rows = [asdict(reject) for reject in rejects]
    for row in rows:
        row.update({name: _printable(value) for name, value in row.items() if isinstance(value, str)})
    rows.sort(key=lambda row: [str(row[name]) for name in (*schemas.sort_of("rejects"), "raw_sha256", "bytes")])
    table = pa.Table.from_pylist(rows, schema=schemas.arrow_schema("rejects"))
    schemas.schema_of("rejects").validate(table, lazy=True)
    return table


def _reject(document: CleanedDocument, stage: str, reason: str, detail: str) -> Reject:
    return Reject(document.raw.source, stage, reason, detail, document.raw.raw_sha256, document.raw.bytes)


def _printable(text: str) -> str:
    return text.encode("utf-8", "backslashreplace").decode()


def _sha256(text: str) -> str:
    """Hash a text in UTF-8; lone surrogates, which the schema will refuse, do not stop it."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
