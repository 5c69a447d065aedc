"""Validated: cleaned documents and rejects -> Arrow tables that satisfy the schemas.

Nothing is lost here: what fails a schema becomes a reject that says why, never a crash and never a missing row.
"""

from __future__ import annotations

import hashlib
import struct
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, fields
from datetime import date
from operator import attrgetter

import pyarrow as pa

import schemas
from pipelines.document import PARAGRAPH_BREAK, CleanedDocument, Edit, Fields, Reject, Settings, Term, in_order
from pipelines.duplicates import group_texts
from pipelines.errors import USAGE, CorpusError
from pipelines.language import is_wanted
from pipelines.release import Tables, row_sha256, sort_documents
from pipelines.rules.privacy import hide_text, mask_text

BATCH = 2_000
"""Documents that are validated together."""

FIELD_NAMES = tuple(field.name for field in fields(Fields))

Columns = dict[str, list[object]]

Batch = dict[str, pa.Table]
"""The rows of some documents in each of the tables that documents fill."""

Validation = Callable[[Sequence[CleanedDocument]], Batch]


KEEP_ALL, KEEP_FIRST = "keep_all", "keep_first"
"""What becomes of copies: all stay and share a group, or the first one stays and the others are rejects."""

DEFAULTS = Settings("")


class _UnfitError(Exception):
    """A batch that breaks the contract; the text says which column and how."""


def build_tables(
    documents: Sequence[CleanedDocument], rejects: Sequence[Reject], settings: Settings = DEFAULTS
) -> Tables:
    """Build the four tables, validated and sorted; the result does not depend on the order of the arguments.

    Of documents that share an id the first by source path stays. Every document is in ``documents`` or in ``rejects``.
    """
    if settings.duplicates not in {KEEP_ALL, KEEP_FIRST}:
        raise CorpusError(f'duplicates = "{settings.duplicates}": write {KEEP_ALL} or {KEEP_FIRST}', USAGE)
    unique, set_aside = _set_doubles_aside(documents)
    unique, unwanted = _set_unwanted_aside(unique, settings)
    kept, groups, copies = _group(unique, settings)
    batches, unfit = _validate(kept, groups, settings)
    if not unfit.keys().isdisjoint(groups):
        _, unfit = _validate(unique, {}, settings)  # what leads a group must itself be fit to stay
        kept, groups, copies = _group([d for d in unique if d.raw.id not in unfit], settings)
        batches, _ = _validate(kept, groups, settings)
    found = [*rejects, *set_aside, *unwanted, *copies, *unfit.values()]
    return Tables(
        documents=sort_documents(_gather("documents", batches)),
        edits=_gather("edits", batches),
        terms=_gather("terms", batches),
        rejects=_reject_table(found, settings),
    )


def _set_doubles_aside(documents: Iterable[CleanedDocument]) -> tuple[list[CleanedDocument], list[Reject]]:
    kept: dict[str, CleanedDocument] = {}
    doubles: list[Reject] = []
    for document in sorted(documents, key=lambda d: (d.raw.place, d.raw.raw_sha256)):
        first = kept.setdefault(document.raw.id, document)
        if first is not document:
            detail = f"the id {document.raw.id} is taken by {first.raw.source}; rename one of the two"
            doubles.append(_reject(document, "ingest", "duplicate_id", detail))
    return sorted(kept.values(), key=lambda d: d.raw.id), doubles


def _set_unwanted_aside(
    documents: Iterable[CleanedDocument], settings: Settings
) -> tuple[list[CleanedDocument], list[Reject]]:
    """Part the documents whose language the source takes from the others."""
    kept: list[CleanedDocument] = []
    unwanted: list[Reject] = []
    for document in documents:
        if is_wanted(document.text, document.language, settings.languages):
            kept.append(document)
            continue
        detail = (
            f"the text is in “{document.language}”, the source takes {', '.join(settings.languages)}: "
            f'add "{document.language}" to languages in dataset.toml, or take the input out'
        )
        unwanted.append(_reject(document, "validate", "language", detail))
    return kept, unwanted


def _group(
    documents: Sequence[CleanedDocument], settings: Settings
) -> tuple[list[CleanedDocument], dict[str, str], list[Reject]]:
    """Find copies: return what stays, the group of each document that has copies (by id), and the rejects.

    A group has the id of its first document in the order of the table: by date, unknown dates first, then by id.
    """
    ordered = sorted(documents, key=_table_order)
    roots = group_texts([document.text for document in ordered])
    members: dict[int, list[CleanedDocument]] = defaultdict(list)
    for document, root in zip(ordered, roots, strict=True):
        members[root].append(document)
    groups = {d.raw.id: same[0].raw.id for same in members.values() if len(same) > 1 for d in same}
    if settings.duplicates == KEEP_ALL:
        return list(documents), groups, []
    advice = f'take it out of the source, or set duplicates = "{KEEP_ALL}" in dataset.toml'
    copies = [
        _reject(d, "validate", "duplicate", f"says what {same[0].raw.id} says, or nearly so, which stays: {advice}")
        for same in members.values()
        for d in same[1:]
    ]
    return [d for d in documents if groups.get(d.raw.id, d.raw.id) == d.raw.id], groups, copies


def _table_order(document: CleanedDocument) -> tuple[bool, date, str]:
    day = document.fields.published_date
    return day is not None, day or date.min, document.raw.id


def _validate(
    documents: Sequence[CleanedDocument], groups: Mapping[str, str], settings: Settings
) -> tuple[list[Batch], dict[str, Reject]]:
    """Validate documents in batches; return these, and a reject for the id of each document that is not fit."""
    batches: list[Batch] = []
    unfit: dict[str, Reject] = {}
    shown = groups if settings.duplicates == KEEP_ALL else {}
    for start in range(0, len(documents), BATCH):
        _accept(documents[start : start + BATCH], lambda some: _validated_batch(some, shown, settings), batches, unfit)
    return batches, unfit


def _accept(
    documents: Sequence[CleanedDocument], validated: Validation, batches: list[Batch], unfit: dict[str, Reject]
) -> None:
    """Validate documents as one batch; where that fails halve it, until the ones at fault stand alone."""
    try:
        batches.append(validated(documents))
    except _UnfitError as error:
        if len(documents) == 1:
            unfit[documents[0].raw.id] = _reject(documents[0], "validate", "schema", str(error))
            return
        middle = len(documents) // 2
        _accept(documents[:middle], validated, batches, unfit)
        _accept(documents[middle:], validated, batches, unfit)


def _validated_batch(documents: Sequence[CleanedDocument], groups: Mapping[str, str], settings: Settings) -> Batch:
    rows = {
        "documents": lambda: _document_columns(documents, groups, settings),
        "edits": lambda: _edit_columns(documents, settings),
        "terms": lambda: _term_columns(documents),
    }
    return {name: _validated(name, columns) for name, columns in rows.items()}


def _validated(name: str, columns: Callable[[], Columns]) -> pa.Table:
    """Turn columns into a table that satisfies its schema; _UnfitError where they do not."""
    from pandera.errors import SchemaError, SchemaErrors

    table = _build(name, columns)
    try:
        schemas.schema_of(name).validate(table, lazy=True)
    except SchemaErrors as error:
        cases = error.failure_cases.select(["column", "check"]).to_pylist()
        broken = sorted({f"{name}.{case['column']} breaks {case['check']}" for case in cases})
        raise _UnfitError("; ".join(broken)) from error
    except SchemaError as error:
        raise _UnfitError(f"{name} breaks its schema") from error
    return table


def _build(name: str, columns: Callable[[], Columns]) -> pa.Table:
    """Turn columns into a table; what does not fit is named by its column and never quoted."""
    schema = schemas.arrow_schema(name)
    try:
        values = columns()
    except UnicodeError as error:
        raise _UnfitError(f"{name}: a text holds lone surrogates, which UTF-8 has no way to write") from error
    arrays = []
    for field in schema:
        try:
            arrays.append(pa.array(values[field.name], field.type))
        except (pa.ArrowException, UnicodeError, OverflowError, TypeError) as error:
            raise _UnfitError(f"{name}.{field.name} holds what is no {field.type} ({type(error).__name__})") from error
    return pa.Table.from_arrays(arrays, schema=schema)


def _document_columns(documents: Sequence[CleanedDocument], groups: Mapping[str, str], settings: Settings) -> Columns:
    rows = [_document_row(document, groups.get(document.raw.id), settings) for document in documents]
    return {name: [row[name] for row in rows] for name in schemas.arrow_schema("documents").names}


def _document_row(document: CleanedDocument, duplicate_group: str | None, settings: Settings) -> dict[str, object]:
    text = document.text
    word_count = len(text.split())
    row: dict[str, object] = {
        "id": document.raw.id,
        "source": document.raw.source,
        **{name: _as_stored(getattr(document.fields, name), settings) for name in FIELD_NAMES},
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


def _as_stored(value: object, settings: Settings) -> object:
    """Turn a field into the value of its column; what a record's own metadata brings is masked as the text is."""
    if isinstance(value, tuple):
        return [_as_stored(each, settings) for each in value]
    return mask_text(value) if isinstance(value, str) and settings.redact else value


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


def _edit_columns(documents: Sequence[CleanedDocument], settings: Settings) -> Columns:
    edits = [(document.raw.id, seq, e) for document in documents for seq, e in enumerate(in_order(document.edits))]
    head: Columns = {"document_id": [key for key, _, _ in edits], "seq": [seq for _, seq, _ in edits]}
    columns = head | _attributes([edit for _, _, edit in edits], schemas.arrow_schema("edits").names[2:])
    if settings.redact:  # what one round of cleaning masked, a later one may have taken out with all around it
        columns["before"] = [hide_text(value) if isinstance(value, str) else value for value in columns["before"]]
    return columns


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


def _reject_table(rejects: Iterable[Reject], settings: Settings) -> pa.Table:
    """Build ``rejects``; names and details that no UTF-8 text can hold are written with escapes."""
    rows = [asdict(reject) for reject in rejects]
    for row in rows:
        if settings.redact:
            row["detail"] = mask_text(row["detail"])
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
