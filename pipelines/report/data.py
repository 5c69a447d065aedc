"""Rows -> the data files of a report: small scripts that hold one value each, cut so that a view needs one or two.

A page that was opened from disk may not fetch anything, but it may load scripts; so each file calls ``Report.put``
with its name and its value. Values are lists beside each other, one for each column: that is quick to write and small.
"""

from __future__ import annotations

import json
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

FILE_BYTES = 100_000
"""A file of texts or edits ends where it would be larger than this; one document is never cut."""

LIST_ROWS = 2_000
"""Rows of the list of documents in one file."""

LISTED = ("id", "title", "published_date", "outlet", "word_count", "edit_count", "artefacts_per_1000_words")
TEXTS = (
    "id", "source", "title", "subtitles", "published_date", "published_time", "dateline_place", "dateline_date",
    "outlet", "reporters", "editors", "photographers", "captions", "language", "duplicate_group", "text",
)  # fmt: skip
KIND = ("rule", "artefact_class", "action", "confidence", "field")
NUMBERED = {"document_id", *KIND, "after", "suggestion", "source_term"}
"""Columns of edits that are mostly written as numbers."""

EDITS = ("document_id", *KIND, "start", "end", "before", "after", "suggestion", "source_term")


def script(name: str, value: object) -> str:
    """Write a data file: a call of ``Report.put`` with plain JSON."""
    return f"Report.put({json.dumps(name)},{json.dumps(value, ensure_ascii=False, separators=(',', ':'))});\n"


def cut(batches: Iterable[pa.RecordBatch], most: int, key: str = "") -> Iterator[pa.Table]:
    """Cut rows into pieces of about ``most`` bytes; rows with the same ``key`` stay together, if one is given."""
    rest: pa.Table | None = None
    for batch in batches:
        table = pa.Table.from_batches([batch])
        table = table if rest is None else pa.concat_tables([rest, table]).combine_chunks()
        sizes = np.cumsum(_sizes(table))
        borders = _borders(table, key)
        start = 0
        while (end := _next_border(borders, sizes, start, most)) is not None:
            yield table.slice(start, end - start)
            start = end
        rest = table.slice(start)
    if rest is not None and rest.num_rows:
        yield rest


def cut_rows(batches: Iterable[pa.RecordBatch], rows: int) -> Iterator[pa.Table]:
    """Cut rows into pieces of so many."""
    rest: pa.Table | None = None
    for batch in batches:
        table = pa.Table.from_batches([batch])
        table = table if rest is None else pa.concat_tables([rest, table])
        whole = table.num_rows // rows * rows
        for start in range(0, whole, rows):
            yield table.slice(start, rows)
        rest = table.slice(whole)
    if rest is not None and rest.num_rows:
        yield rest


def pack(values: Iterable[Any], most: int = FILE_BYTES) -> Iterator[list[Any]]:
    """Put small values together for one file each time they come to about ``most`` characters."""
    gathered: list[Any] = []
    size = 0
    for value in values:
        gathered.append(value)
        size += len(json.dumps(value, ensure_ascii=False))
        if size >= most:
            yield gathered
            gathered, size = [], 0
    if gathered:
        yield gathered


def list_value(rows: pa.Table, firsts: Sequence[str]) -> dict[str, Any]:
    """Lay out rows of the list of documents; ``firsts`` has the first document of each file of edits."""
    outlets = rows["outlet"].combine_chunks().dictionary_encode()
    ids = rows["id"].to_pylist()
    rates = pc.round(pc.cast(rows["artefacts_per_1000_words"], pa.float64()), 1)
    return {
        "id": ids,
        "title": rows["title"].to_pylist(),
        "date": pc.cast(rows["published_date"], pa.string()).to_pylist(),
        "outlets": outlets.dictionary.to_pylist(),
        "outlet": pc.fill_null(outlets.indices, -1).to_pylist(),
        "words": rows["word_count"].to_pylist(),
        "edits": rows["edit_count"].to_pylist(),
        "rate": rates.to_pylist(),
        "file": [bisect_right(firsts, each) - 1 for each in ids],
    }


def text_value(rows: pa.Table) -> dict[str, Any]:
    """Lay out whole documents."""
    dates = {"published_date", "dateline_date"}
    return {name: (pc.cast(rows[name], pa.string()) if name in dates else rows[name]).to_pylist() for name in TEXTS}


class Kinds:
    """Numbers the kinds of edit (rule, class, action, confidence, field) in the order in which they come."""

    def __init__(self) -> None:
        self._numbers: dict[str, int] = {}

    @property
    def rows(self) -> list[list[str]]:
        """The kinds by number."""
        return [kind.split("\t") for kind in self._numbers]

    def number(self, rows: pa.Table) -> list[int]:
        """Return the number of each edit's kind."""
        columns = [pc.fill_null(pc.cast(rows[name], pa.string()), "") for name in KIND]
        coded = pc.binary_join_element_wise(*columns, "\t").combine_chunks().dictionary_encode()
        known = [self._numbers.setdefault(kind, len(self._numbers)) for kind in coded.dictionary.to_pylist()]
        numbers: list[int] = np.array(known)[coded.indices.to_numpy()].tolist()
        return numbers


def edit_value(rows: pa.Table, kinds: Kinds) -> dict[str, Any]:
    """Lay out the edits of some documents; ``from`` has the first row of each, then the number of rows."""
    borders = _borders(rows, "document_id")
    return {
        "id": rows["document_id"].take(pa.array(borders)).to_pylist(),
        "from": [*borders.tolist(), rows.num_rows],
        "kind": kinds.number(rows),
        "start": rows["start"].to_pylist(),
        "size": pc.subtract(rows["end"], rows["start"]).to_pylist(),
        "before": rows["before"].to_pylist(),
        **{name: _numbered(rows[name]) for name in ("after", "suggestion", "source_term")},
    }


def _numbered(column: pa.ChunkedArray) -> list[list[Any]]:
    """Lay out a column that says the same often, or nothing: what it says, and the number of that for each row."""
    coded = column.combine_chunks().dictionary_encode()
    return [coded.dictionary.to_pylist(), pc.fill_null(coded.indices, -1).to_pylist()]


def _sizes(table: pa.Table) -> npt.NDArray[np.int64]:
    """Weigh each row by the bytes of the texts that are written out for it, and a few for every row."""
    total = np.full(table.num_rows, 24, dtype=np.int64)
    for name, column in zip(table.column_names, table.columns, strict=True):
        if pa.types.is_string(column.type) and name not in NUMBERED:
            total += pc.fill_null(pc.binary_length(column), 0).to_numpy()
    return total


def _borders(table: pa.Table, key: str) -> npt.NDArray[np.int64]:
    """Return the rows at which a piece may begin."""
    if not key or table.num_rows < 2:
        return np.arange(table.num_rows)
    column = table[key].combine_chunks()
    is_new = pc.not_equal(column.slice(1), column.slice(0, len(column) - 1)).to_numpy(zero_copy_only=False)
    return np.concatenate(([0], np.flatnonzero(is_new) + 1))


def _next_border(borders: npt.NDArray[np.int64], sizes: npt.NDArray[np.int64], start: int, most: int) -> int | None:
    """Find where the piece that begins at ``start`` ends; None while that may lie in rows still to come."""
    if start >= len(sizes):
        return None
    before = int(sizes[start - 1]) if start else 0
    full = int(np.searchsorted(sizes, before + most, side="right"))
    if full >= len(sizes):
        return None
    place = int(np.searchsorted(borders, full, side="right")) - 1
    if borders[place] > start:
        return int(borders[place])
    return int(borders[place + 1]) if place + 1 < len(borders) else None
