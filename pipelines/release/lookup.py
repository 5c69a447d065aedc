"""Lookup: the rows of single documents out of a release, without reading the rows of the others."""

from __future__ import annotations

from bisect import bisect_left
from collections import OrderedDict
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from pipelines.release.tables import TableFiles

KEPT = 4
"""Row groups that are kept for the next document."""


def find_document(tables: TableFiles, document_id: str) -> dict[str, Any] | None:
    """Return the row of a document, None where there is none. Only the ids and one row group are read."""
    for path in tables.paths("documents"):
        with pq.ParquetFile(path, page_checksum_verification=True) as file:
            for group in range(file.num_row_groups):
                ids = file.read_row_group(group, columns=["id"])["id"]
                place = pc.index(ids, document_id).as_py()
                if place >= 0:
                    row: dict[str, Any] = file.read_row_group(group).slice(place, 1).to_pylist()[0]
                    return row
    return None


class RowsByDocument:
    """The rows of each document in ``edits`` or ``terms``, which lie in the order of the ids: read by row groups."""

    def __init__(self, tables: TableFiles, name: str, *columns: str) -> None:
        """Look into the footers of the files; ``columns`` are those that are wanted."""
        self._columns = columns
        self._groups = [each for path in tables.paths(name) for each in _groups(path)]
        self._lasts = [_last_id(path, number) for path, number in self._groups]
        self._read: OrderedDict[tuple[Path, int], tuple[pa.Table, dict[str, tuple[int, int]]]] = OrderedDict()

    def of(self, document_id: str) -> list[dict[str, Any]]:
        """Return the rows of a document in their order; they may begin in one row group and end in another."""
        found: list[dict[str, Any]] = []
        for place in range(bisect_left(self._lasts, document_id), len(self._groups)):
            table, places = self._group(*self._groups[place])
            begin, end = places.get(document_id, (0, 0))
            found += table.slice(begin, end - begin).to_pylist()
            if self._lasts[place] != document_id:
                break
        return found

    def _group(self, path: Path, number: int) -> tuple[pa.Table, dict[str, tuple[int, int]]]:
        if (path, number) not in self._read:
            with pq.ParquetFile(path, page_checksum_verification=True) as file:
                table = file.read_row_group(number, columns=["document_id", *self._columns])
            runs = pc.run_end_encode(table["document_id"].combine_chunks())
            ends = runs.run_ends.to_pylist()
            places = dict(zip(runs.values.to_pylist(), zip([0, *ends[:-1]], ends, strict=True), strict=True))
            self._read[path, number] = table.select(self._columns), places
            while len(self._read) > KEPT:
                self._read.popitem(last=False)
        self._read.move_to_end((path, number))
        return self._read[path, number]


def _groups(path: Path) -> list[tuple[Path, int]]:
    """List the row groups of a file that have rows."""
    metadata = pq.read_metadata(path)
    return [(path, number) for number in range(metadata.num_row_groups) if metadata.row_group(number).num_rows]


def _last_id(path: Path, group: int) -> str:
    """Return the last document that a row group has rows of."""
    with pq.ParquetFile(path) as file:
        column = file.metadata.schema.names.index("document_id")
        known = file.metadata.row_group(group).column(column).statistics
        if known is not None and known.has_min_max:
            return str(known.max)
        return str(file.read_row_group(group, columns=["document_id"])["document_id"][-1])
