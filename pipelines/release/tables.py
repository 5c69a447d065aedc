"""The tables of a release in memory, and the hashes that identify their content whatever wrote the files."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import date
from pathlib import Path
from typing import Any

import orjson
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

import schemas

BATCH_ROWS = {"documents": 1_024, "changes": 1_024}
OTHER_BATCH_ROWS = 65_536
"""Rows that are read at a time: some megabytes."""

TAKEN = 8_192
"""Rows of a piece of a table that was put into another order."""

KEY_COLUMNS = ("id", "row_sha256")

COUNTED = {"edits": ("rule", "artefact_class", "action", "confidence")}
"""Columns by which the rows of a table are counted often, together or each: they have few values."""

Counts = Counter[tuple[Any, ...]]

NULL = "\\N"
ESCAPES = (("\\", "\\\\"), ("\t", "\\t"), ("\n", "\\n"), ("\r", "\\r"))


@dataclass(frozen=True, slots=True)
class Tables:
    """The four tables that describe a source after cleaning, each sorted as its schema says."""

    documents: pa.Table
    edits: pa.Table
    terms: pa.Table
    rejects: pa.Table

    def items(self) -> Iterator[tuple[str, pa.Table]]:
        """Yield (name, table) in the order of the contract."""
        for entry in fields(self):
            yield entry.name, getattr(self, entry.name)

    def rows(self, name: str) -> int:
        """Count the rows of a table."""
        return int(getattr(self, name).num_rows)

    def read(self, name: str, *columns: str) -> pa.Table:
        """Return some columns of a table, or all."""
        table: pa.Table = getattr(self, name)
        return table.select(columns) if columns else table

    def sha256(self, name: str) -> str:
        """Hash the content of a table."""
        return table_sha256(name, getattr(self, name))

    def batches(self, name: str, *columns: str) -> Iterator[pa.RecordBatch]:
        """Yield some columns of a table, or all, in pieces."""
        table = getattr(self, name)
        yield from (table.select(columns) if columns else table).to_batches()

    encoded = batches

    def find(self, ids: pa.Array) -> pa.Table:
        """Return the documents that have these ids."""
        return self.documents.filter(pc.is_in(self.documents["id"], value_set=ids))

    def counts(self, name: str, columns: Sequence[str]) -> Counts:
        """Count the rows of a table by some columns."""
        return _count(self.batches(name, *columns), columns)


@dataclass(frozen=True, slots=True)
class TableFiles:
    """The same four tables as Parquet files below a folder: only what is asked for is read, checked page by page.

    What was told of a file, and what was counted, is kept: the files must stay as they are.
    """

    folder: Path
    _told: dict[Path, pq.FileMetaData] = field(default_factory=dict, repr=False, compare=False)
    _counted: dict[str, Counts] = field(default_factory=dict, repr=False, compare=False)

    def rows(self, name: str) -> int:
        """Count the rows of a table."""
        return sum(self._metadata(path).num_rows for path in self.paths(name))

    def read(self, name: str, *columns: str) -> pa.Table:
        """Read some columns of a table, or all."""
        files = (self.opened(path) for path in self.paths(name))
        table = pa.concat_tables(file.read(columns=list(columns) or None) for file in files)
        return table.select(columns) if columns else table

    def sha256(self, name: str) -> str:
        """Hash the content of a table."""
        columns = self._metadata(self.paths(name)[0]).schema.to_arrow_schema().names
        return rows_sha256(name, columns, self.encoded(name, *(KEY_COLUMNS if name == "documents" else ())))

    def batches(self, name: str, *columns: str) -> Iterator[pa.RecordBatch]:
        """Yield some columns of a table, or all, in pieces of some megabytes."""
        yield from self._batches(name, columns, batch_rows(name))

    def encoded(self, name: str, *columns: str) -> Iterator[pa.RecordBatch]:
        """Yield columns without long texts, those of few values as dictionaries, which is many times as fast."""
        yield from self._batches(name, columns, OTHER_BATCH_ROWS, is_encoded=True)

    def _batches(
        self, name: str, columns: Sequence[str], rows: int, *, is_encoded: bool = False
    ) -> Iterator[pa.RecordBatch]:
        for path in self.paths(name):
            few = of_few_values(name, self._metadata(path).schema.to_arrow_schema()) if is_encoded else None
            with self.opened(path, few) as file:
                yield from file.iter_batches(batch_size=rows, columns=list(columns) or None)

    def counts(self, name: str, columns: Sequence[str]) -> Counts:
        """Count the rows of a table by some columns; those that are asked for again and again are counted once."""
        often = COUNTED.get(name, ())
        if not set(columns) <= set(often):
            return _count(self.encoded(name, *columns), columns)
        if name not in self._counted:
            self._counted[name] = _count(self.encoded(name, *often), often)
        places = [often.index(column) for column in columns]
        found: Counts = Counter()
        for values, count in self._counted[name].items():
            found[tuple(values[place] for place in places)] += count
        return found

    def find(self, ids: pa.Array) -> pa.Table:
        """Return the documents that have these ids; of row groups without any, no more than the ids is read."""
        found = [schemas.arrow_schema("documents").empty_table()]
        for path in self.paths("documents"):
            with self.opened(path) as file:
                for group in range(file.num_row_groups):
                    is_wanted = pc.is_in(file.read_row_group(group, ["id"])["id"], value_set=ids)
                    if pc.any(is_wanted).as_py():
                        found.append(file.read_row_group(group).filter(is_wanted))
        return pa.concat_tables(found)

    def opened(self, path: Path, few: Sequence[str] | None = None) -> pq.ParquetFile:
        """Open a file of a table; columns of few values may come as dictionaries."""
        metadata = self._metadata(path)
        return pq.ParquetFile(path, metadata=metadata, page_checksum_verification=True, read_dictionary=few)

    def _metadata(self, path: Path) -> pq.FileMetaData:
        if path not in self._told:
            self._told[path] = pq.read_metadata(path)
        return self._told[path]

    def paths(self, name: str) -> tuple[Path, ...]:
        """Return the files of a table in their order."""
        return tuple(sorted((self.folder / name).glob("train-*.parquet")))


AnyTables = Tables | TableFiles


def batch_rows(name: str) -> int:
    """Return how many rows of a table are read at a time, whole ones."""
    return BATCH_ROWS.get(name, OTHER_BATCH_ROWS)


def of_few_values(name: str, schema: pa.Schema) -> list[str]:
    """Name the columns of a file that are stored as dictionaries."""
    return [column for column in schemas.stored_columns(name, "category") if column in schema.names]


def row_sha256(row: Mapping[str, Any]) -> str:
    """Hash a row of ``documents`` as canonical JSON: sorted keys, no spaces, UTF-8, dates ISO, without row_sha256.

    Raises UnicodeError where a value holds lone surrogates, which no UTF-8 text can, TypeError for what is no JSON.
    """
    content = {name: value for name, value in row.items() if name != "row_sha256"}
    try:
        return hashlib.sha256(orjson.dumps(content, option=orjson.OPT_SORT_KEYS)).hexdigest()
    except orjson.JSONEncodeError as error:
        if "surrogates" in str(error):
            raise UnicodeError("a value holds lone surrogates") from error
        raise


def take_rows(table: pa.Table, indices: pa.Array) -> pa.Table:
    """Take rows of a table in the order of the indices; its texts may be more than the 2 GB of a string array."""
    wide = [field.with_type(pa.large_string()) if pa.types.is_string(field.type) else field for field in table.schema]
    taken = table.cast(pa.schema(wide)).take(indices)
    pieces = [taken.slice(start, TAKEN).cast(table.schema) for start in range(0, taken.num_rows, TAKEN)]
    return pa.concat_tables(pieces) if pieces else table.schema.empty_table()


def sort_documents(documents: pa.Table) -> pa.Table:
    """Sort ``documents`` by (published_date, id), unknown dates first."""
    dates, ids = documents["published_date"].to_pylist(), documents["id"].to_pylist()
    keys = [(day is not None, day or date.min, key) for day, key in zip(dates, ids, strict=True)]
    return take_rows(documents, pa.array(sorted(range(len(keys)), key=keys.__getitem__), pa.int64()))


def count_values(tables: AnyTables, name: str, *columns: str) -> Counts:
    """Count the rows of a table by their values in some columns."""
    return tables.counts(name, columns)


def _count(batches: Iterable[pa.RecordBatch], columns: Sequence[str]) -> Counts:
    counts: Counts = Counter()
    for batch in batches:
        groups = pa.Table.from_batches([batch]).group_by(list(columns)).aggregate([([], "count_all")]).to_pylist()
        counts.update({tuple(group[column] for column in columns): group["count_all"] for group in groups})
    return counts


def table_sha256(name: str, table: pa.Table) -> str:
    """Hash the content of a table, independent of Parquet; see ``rows_sha256``."""
    return rows_sha256(name, table.column_names, table.to_batches())


def rows_sha256(name: str, columns: Iterable[str], batches: Iterable[pa.RecordBatch]) -> str:
    r"""Hash the rows of a table that come in pieces, however it is cut.

    ``documents``: the sorted lines ``id:row_sha256``. Other tables: a line of column names, then the rows in order,
    tab-separated, with ``\N`` for null and ``\\``, ``\t``, ``\n``, ``\r`` for those characters. A line end is one
    line feed.
    """
    digest = hashlib.sha256()
    if name == "documents":
        lines = pa.chunked_array([_key_lines(batch) for batch in batches], pa.string())
        order = pc.sort_indices(lines)
        for start in range(0, len(order), OTHER_BATCH_ROWS):
            for chunk in lines.take(order.slice(start, OTHER_BATCH_ROWS)).chunks:
                digest.update(_joined(chunk))
        return digest.hexdigest()
    digest.update(("\t".join(columns) + "\n").encode())
    for batch in batches:
        *cells, last = [_cells(column) for column in batch.columns]
        ended = pc.binary_join_element_wise(last, "", "\n")  # the shortest way: whole rows are not copied again
        digest.update(_joined(pc.binary_join_element_wise(*cells, ended, "\t")))
    return digest.hexdigest()


def _joined(texts: pa.StringArray) -> memoryview:
    """Return the bytes of texts, none of them null, one behind the other: as they lie in memory, without a copy."""
    if not len(texts):
        return memoryview(b"")
    _, places, data = texts.buffers()
    reach = memoryview(places).cast("i")
    return memoryview(data or b"")[reach[texts.offset] : reach[texts.offset + len(texts)]]


def _key_lines(batch: pa.RecordBatch) -> pa.Array:
    ended = pc.binary_join_element_wise(batch.column("row_sha256"), "\n", "")
    return pc.binary_join_element_wise(batch.column("id"), ended, ":")


def _cells(column: pa.Array) -> pa.Array:
    if pa.types.is_dictionary(column.type):
        return pc.fill_null(_cells(column.dictionary).take(column.indices), NULL)
    if pa.types.is_string(column.type):
        texts = bytes(_joined(column.fill_null("")))  # looked through as a whole first: most hold nothing to escape
        for plain, escaped in ESCAPES:
            if plain.encode() in texts:
                column = pc.replace_substring(column, plain, escaped)
    return pc.fill_null(pc.cast(column, pa.string()), NULL)
