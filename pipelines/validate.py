"""Validated: cleaned documents and rejects -> Arrow tables that satisfy the schemas.

Nothing is lost here: what fails a schema becomes a reject that says why, never a crash and never a missing row.
"""

from __future__ import annotations

import hashlib
import struct
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, fields, replace
from operator import attrgetter

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

import schemas
from pipelines.columns import Drawn, Gathered
from pipelines.document import PARAGRAPH_BREAK, CleanedDocument, Edit, Fields, Reject, Settings
from pipelines.laid import Once, parts_of
from pipelines.language import is_wanted
from pipelines.release import row_sha256
from pipelines.rules.privacy import hide_text, mask_text
from pipelines.shingles import fingerprints
from schemas.classes import LANGUAGE_CLASSES

BATCH = 2_000
"""Documents that are validated together."""

FIELD_NAMES = tuple(field.name for field in fields(Fields))

Columns = Mapping[str, Drawn | Sequence[object] | NDArray[np.int64]]

Part = dict[str, pa.Table]
"""The rows of some documents in each of the tables that documents fill, and their keys."""

KEYS = pa.schema(
    [
        ("id", pa.string()),
        ("source", pa.string()),
        ("file", pa.string()),
        ("row", pa.int32()),
        ("published_date", pa.date32()),
        ("raw_sha256", pa.string()),
        ("bytes", pa.int64()),
        ("digest", pa.binary()),
        ("sketch", pa.binary()),
    ]
)
"""What must be known of each document when the whole source is looked at: all but its text."""

FILLED = ("documents", "edits", "terms")


class _UnfitError(Exception):
    """A batch that breaks the contract; the text says which column and how."""


def validate_documents(
    documents: Sequence[CleanedDocument], settings: Settings, first: int = 0
) -> tuple[Part, list[Reject]]:
    """Hold documents against the schemas and the wanted languages; return their rows, and what was refused.

    Each table has one column more, ``position``: documents are numbered from ``first``. ``duplicate_group`` is null,
    since copies show only over the whole source.
    """
    wanted, rejects = _set_unwanted_aside(documents, settings)
    parts: list[Part] = []
    _accept(wanted, settings, parts, rejects)
    for part in parts:
        for name in (*FILLED, "keys"):
            numbered = pc.add(part[name]["position"], pa.scalar(first, pa.int32()))
            part[name] = part[name].set_column(part[name].num_columns - 1, "position", numbered)
        first += part["keys"].num_rows
    return {
        name: pa.concat_tables([_empty(name), *(part[name] for part in parts)]) for name in (*FILLED, "keys")
    }, rejects


def stored_schema(name: str) -> pa.Schema:
    """Return the Arrow schema of ``keys``, or of a table with its column ``position``."""
    return (KEYS if name == "keys" else schemas.arrow_schema(name)).append(pa.field("position", pa.int32()))


def _empty(name: str) -> pa.Table:
    return stored_schema(name).empty_table()


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


def _accept(documents: Sequence[CleanedDocument], settings: Settings, parts: list[Part], rejects: list[Reject]) -> None:
    """Validate documents as one batch; where that fails halve it, until the ones at fault stand alone."""
    if not documents:
        return
    try:
        parts.append(_part(documents, settings))
    except _UnfitError as error:
        if len(documents) == 1:
            rejects.append(_reject(documents[0], "validate", "schema", str(error)))
            return
        middle = len(documents) // 2
        _accept(documents[:middle], settings, parts, rejects)
        _accept(documents[middle:], settings, parts, rejects)


def _part(documents: Sequence[CleanedDocument], settings: Settings) -> Part:
    tables = {
        "documents": _validated("documents", lambda: _document_columns(documents, settings)),
        "edits": _validated("edits", lambda: _edit_columns(documents, settings)),
        "terms": _validated("terms", lambda: _term_columns(documents)),
        "keys": _keys(documents),
    }
    rows = {"edits": [len(d.edits) for d in documents], "terms": [len(d.terms) for d in documents]}
    numbers = np.arange(len(documents), dtype=np.int32)
    return {
        name: table.append_column("position", pa.array(np.repeat(numbers, rows.get(name, 1))))
        for name, table in tables.items()
    }


def _keys(documents: Sequence[CleanedDocument]) -> pa.Table:
    raws = [document.raw for document in documents]
    digests, sketches = zip(*fingerprints([document.text for document in documents]), strict=True)
    columns: Columns = {
        "id": [raw.id for raw in raws],
        "source": [raw.source for raw in raws],
        "file": [raw.place[0] for raw in raws],
        "row": [raw.place[1] for raw in raws],
        "published_date": [document.fields.published_date for document in documents],
        "raw_sha256": [raw.raw_sha256 for raw in raws],
        "bytes": [raw.bytes for raw in raws],
        "digest": list(digests),
        "sketch": list(sketches),
    }
    return pa.table(columns, schema=KEYS)


def _validated(name: str, columns: Callable[[], Columns]) -> pa.Table:
    """Turn columns into a table that satisfies its schema; _UnfitError where they do not."""
    table = _build(name, columns)
    breaches = [] if schemas.is_plainly_sound(name, table) else schemas.find_breaches(name, table)
    if breaches:
        raise _UnfitError("; ".join(f"{name}{column and '.'}{column} breaks {check}" for column, check in breaches))
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
            column = values[field.name]
            arrays.append(column.array(field.type) if isinstance(column, Drawn) else pa.array(column, field.type))
        except (pa.ArrowException, UnicodeError, OverflowError, TypeError) as error:
            raise _UnfitError(f"{name}.{field.name} holds what is no {field.type} ({type(error).__name__})") from error
    return pa.Table.from_arrays(arrays, schema=schema)


def _document_columns(documents: Sequence[CleanedDocument], settings: Settings) -> Columns:
    count = Once(_count_artefacts)
    rows = [
        _document_row(document, settings, sum([count(part) for _, part in parts_of(document.edits)]))
        for document in documents
    ]
    return {name: [row[name] for row in rows] for name in schemas.arrow_schema("documents").names}


def _document_row(document: CleanedDocument, settings: Settings, artefacts: int) -> dict[str, object]:
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
        "artefacts_per_1000_words": _artefact_rate(artefacts, word_count),
        "language": document.language,
        "duplicate_group": None,
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


def _artefact_rate(artefacts: int, word_count: int) -> float:
    """Artefacts of language per 1,000 words, rounded as the column stores it (float32); 0 without words."""
    rate: float = struct.unpack("<f", struct.pack("<f", 1000 * artefacts / word_count))[0] if word_count else 0.0
    return rate


def _count_artefacts(edits: Iterable[Edit]) -> int:
    return sum([e.artefact_class in LANGUAGE_CLASSES and not _is_blank_between(e) for e in edits])


def _is_blank_between(edit: Edit) -> bool:
    """Tell whether an edit levels the blanks between paragraphs: layout, though its class is segmentation."""
    return edit.artefact_class == "segmentation" and edit.before.isspace() and not (edit.after or "").strip()


def _edit_columns(documents: Sequence[CleanedDocument], settings: Settings) -> Columns:
    found = Gathered([document.edits for document in documents], attrgetter("start", "end"))
    columns = found.columns(schemas.arrow_schema("edits").names[2:])
    before = columns["before"]
    if settings.redact:  # what one round of cleaning masked, a later one may have taken out with all around it
        before = replace(before, values=[hide_text(v) if isinstance(v, str) else v for v in before.values])
    return {
        "document_id": Drawn([document.raw.id for document in documents], found.owners),
        "seq": found.numbers,
        **columns,
        "before": before,
    }


def _term_columns(documents: Sequence[CleanedDocument]) -> Columns:
    found = Gathered([document.terms for document in documents], attrgetter("start", "end", "term", "surface"))
    return {
        "document_id": Drawn([document.raw.id for document in documents], found.owners),
        **found.columns(schemas.arrow_schema("terms").names[1:]),
    }


def build_rejects(rejects: Iterable[Reject], settings: Settings) -> pa.Table:
    """Build ``rejects``; names and details that no UTF-8 text can hold are written with escapes."""
    rows = [asdict(reject) for reject in rejects]
    for row in rows:
        if settings.redact:
            row["detail"] = mask_text(row["detail"])
        row.update({name: _printable(value) for name, value in row.items() if isinstance(value, str)})
    rows.sort(key=lambda row: [str(row[name]) for name in (*schemas.sort_of("rejects"), "raw_sha256", "bytes")])
    return pa.Table.from_pylist(rows, schema=schemas.arrow_schema("rejects"))


def _reject(document: CleanedDocument, stage: str, reason: str, detail: str) -> Reject:
    return Reject(document.raw.source, stage, reason, detail, document.raw.raw_sha256, document.raw.bytes)


def _printable(text: str) -> str:
    return text.encode("utf-8", "backslashreplace").decode()


def _sha256(text: str) -> str:
    """Hash a text in UTF-8; lone surrogates, which the schema will refuse, do not stop it."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
