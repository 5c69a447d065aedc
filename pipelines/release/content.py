"""Checking what the tables of a release hold: structure, counts, order, ids, and every page against its checksum.

Tables are read in batches, so that the memory needed grows with the number of documents, not with their texts.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

import schemas
from pipelines.release.finding import Finding
from pipelines.release.store import MANIFEST, Release
from pipelines.release.tables import TableFiles, batch_rows, of_few_values, row_sha256

HASHED = ("documents", "changes")
DELETED = "delete"
"""What ``changes`` calls the removal of a document, whose row has nothing else."""

NAMED = 3
"""Rows or documents that a finding names."""

REPORT = "publish the source into a new store, and report this as a defect of Corpus"
"""What helps where a release is as it was published, but should not have been."""


def check_content(release: Release, *, deep: bool = False, known: Collection[str] = ()) -> Iterator[Finding]:
    """Yield what is wrong with the tables of a release whose files are sound.

    ``deep`` also recomputes every hash and runs the checks of the schemas. Of the files whose SHA-256 is ``known`` only
    ids and the order are looked at.
    """
    tables: Mapping[str, Any] = release.manifest["tables"]
    names = [name for name in schemas.TABLES if name in tables or (name == "changes" and release.manifest["parent"])]
    is_current = release.manifest["schema_fingerprint"] == schemas.fingerprint()
    rows: dict[str, int] = {}
    ids: pa.Array | None = None
    for name in names:
        reader = _Reader(release, name, ids if name in {"edits", "terms"} else None, known)
        yield from reader.check(is_current=is_current)
        rows[name] = reader.rows
        ids = reader.ids if name == "documents" else ids
        recorded = tables.get(name, {"rows": reader.rows})["rows"]
        if reader.rows != recorded:
            yield Finding(name, f"{reader.rows} rows, the manifest says {recorded}", REPORT)
    yield from _check_counts(release.manifest["counts"], rows)
    if deep:
        for name in names:
            yield from _check_hashes(release, name, tables.get(name), is_current=is_current)


class _Reader:
    """Reads one table once and notes what is wrong with it; ``known`` are the ids that its rows may point to.

    Of files whose hash is among the ``checked`` ones little is read.
    """

    def __init__(self, release: Release, name: str, known: pa.Array | None, checked: Collection[str]) -> None:
        self.name, self.known = name, known
        described: Mapping[str, Any] = release.manifest["files"]
        self._checked = {path for path, entry in described.items() if entry["sha256"] in checked}
        self.files = sorted((release.path / name).glob("train-*.parquet"))
        self.rows = 0
        self.ids: pa.Array = pa.array([], pa.string())
        self._parts: list[pa.Array] = []
        self._last: pa.Table | None = None

    def check(self, *, is_current: bool) -> Iterator[Finding]:
        if not self.files:
            yield Finding(self.name, "the table is missing")
        for file in self.files:
            path = f"{self.name}/{file.name}"
            try:
                yield from self._check_file(file, path, is_current=is_current)
            except (OSError, pa.ArrowException) as error:
                yield Finding(path, f"cannot be read: {' '.join(str(error).split())}")
        if self.name == "documents":
            self.ids = pa.concat_arrays(self._parts) if self._parts else self.ids
            counts = pc.value_counts(self.ids)
            doubled = counts.filter(pc.greater(counts.field("counts"), 1)).field("values").to_pylist()
            if doubled:
                yield Finding(self.name, f"more than one document is called {_name(sorted(doubled))}", REPORT)

    def _check_file(self, file: Path, path: str, *, is_current: bool) -> Iterator[Finding]:
        schema = pq.read_schema(file).remove_metadata()
        if is_current and not schema.equals(schemas.arrow_schema(self.name)):
            yield Finding(path, f"its columns are not those of the schema of {self.name}", REPORT)
            return
        sorted_by = schemas.sort_of(self.name)
        few = [column for column in of_few_values(self.name, schema) if column not in sorted_by]
        with pq.ParquetFile(file, page_checksum_verification=True, read_dictionary=few) as opened:
            columns = sorted_by if path in self._checked else None  # ids are among them
            for batch in opened.iter_batches(batch_rows(self.name), columns=columns):
                yield from self._check_batch(pa.Table.from_batches([batch]), path)
                self.rows += batch.num_rows

    def _check_batch(self, table: pa.Table, path: str) -> Iterator[Finding]:
        if self.name == "documents":
            self._parts.append(table["id"].combine_chunks())
        if self.known is not None:
            strange = table.filter(pc.invert(pc.is_in(table["document_id"], value_set=self.known)))
            if strange.num_rows:
                names = sorted(set(strange["document_id"].to_pylist()))
                yield Finding(path, f"rows of documents that are not in the release: {_name(names)}", REPORT)
        keys = table.select(schemas.sort_of(self.name))
        joined = pa.concat_tables([self._last, keys]).combine_chunks() if self._last is not None else keys
        place = _first_disorder(joined)
        if place is not None:
            row = self.rows + place + (self._last is None)
            yield Finding(path, f"row {row} is out of order ({', '.join(joined.column_names)})", REPORT)
        self._last = keys.slice(keys.num_rows - 1) if keys.num_rows else self._last


def _first_disorder(keys: pa.Table) -> int | None:
    """Return the index of the first row that is greater than the next one; nulls come first. None where all is well."""
    is_fine: pa.Array = pa.array([True] * max(0, keys.num_rows - 1), pa.bool_())
    for column in reversed(keys.columns):
        one, two = column.slice(0, max(0, keys.num_rows - 1)), column.slice(1)
        are_null = pc.is_null(one), pc.is_null(two)
        no = pa.scalar(False)  # noqa: FBT003 - what a comparison with null counts as
        is_less = pc.or_(pc.and_not(are_null[0], are_null[1]), pc.fill_null(pc.less(one, two), no))
        is_equal = pc.or_(pc.and_(*are_null), pc.fill_null(pc.equal(one, two), no))
        is_fine = pc.or_(is_less, pc.and_(is_equal, is_fine))
    found: int = pc.index(is_fine, pa.scalar(False)).as_py()  # noqa: FBT003 - a value to look for
    return found if found >= 0 else None


def _check_counts(counts: Mapping[str, Any], rows: Mapping[str, int]) -> Iterator[Finding]:
    wrong = [name for name in rows if name in counts and counts[name] != rows[name]]
    yield from (Finding(MANIFEST, f"counts {counts[name]} {name}, there are {rows[name]}", REPORT) for name in wrong)
    if counts["inputs"] != counts["documents"] + counts["rejects"]:
        yield Finding(MANIFEST, "inputs are not documents + rejects", REPORT)


def _check_hashes(
    release: Release, name: str, recorded: Mapping[str, Any] | None, *, is_current: bool
) -> Iterator[Finding]:
    tables = TableFiles(release.path)
    try:
        if name in HASHED:
            for document_id, column in find_wrong_hashes(tables, name):
                yield Finding(name, f"{column} of {document_id} is wrong", REPORT)
        if recorded and tables.sha256(name) != recorded["logical_sha256"]:
            yield Finding(name, "the content is not what the manifest says", REPORT)
        if is_current:
            batches = (pa.Table.from_batches([batch]) for batch in tables.batches(name))
            for column, check in sorted({each for rows in batches for each in schemas.find_breaches(name, rows)}):
                yield Finding(name, f"the column {column} breaks {check}" if column else f"breaks {check}", REPORT)
    except (OSError, pa.ArrowException):  # said already by the one who read its pages
        return


def find_wrong_hashes(tables: TableFiles, name: str) -> Iterator[tuple[str, str]]:
    """Yield each document of ``documents`` or ``changes`` with a hash that is not that of its row or its text."""
    own = set(schemas.schema_of("changes").columns) - set(schemas.schema_of("documents").columns)
    for batch in tables.batches(name):
        for row in batch.to_pylist():
            if row.get("op") == DELETED:
                continue
            content = {column: value for column, value in row.items() if column not in own}
            if row_sha256(content) != row["row_sha256"]:
                yield row["id"], "row_sha256"
            elif "text_sha256" in row and hashlib.sha256(row["text"].encode()).hexdigest() != row["text_sha256"]:
                yield row["id"], "text_sha256"


def _name(names: list[str]) -> str:
    return ", ".join(names[:NAMED]) + (f" and {len(names) - NAMED} more" if len(names) > NAMED else "")
