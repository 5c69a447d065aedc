"""The tables of a release in memory, and the hashes that identify their content whatever wrote the files."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from datetime import date
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

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


def row_sha256(row: Mapping[str, Any]) -> str:
    """Hash a row of ``documents`` as canonical JSON: sorted keys, no spaces, UTF-8, dates ISO, without row_sha256.

    Raises UnicodeEncodeError where a value holds lone surrogates, which no UTF-8 text can.
    """
    content = {name: value for name, value in row.items() if name != "row_sha256"}
    line = json.dumps(content, sort_keys=True, ensure_ascii=False, separators=(",", ":"), default=_iso)
    return hashlib.sha256(line.encode()).hexdigest()


def sort_documents(documents: pa.Table) -> pa.Table:
    """Sort ``documents`` by (published_date, id), unknown dates first."""
    dates, ids = documents["published_date"].to_pylist(), documents["id"].to_pylist()
    keys = [(day is not None, day or date.min, key) for day, key in zip(dates, ids, strict=True)]
    return documents.take(pa.array(sorted(range(len(keys)), key=keys.__getitem__), pa.int64()))


def count_values(table: pa.Table, *columns: str) -> Counter[tuple[Any, ...]]:
    """Count the rows of a table by their values in some columns."""
    groups = table.group_by(list(columns)).aggregate([([], "count_all")]).to_pylist()
    return Counter({tuple(group[name] for name in columns): group["count_all"] for group in groups})


def table_sha256(name: str, table: pa.Table) -> str:
    r"""Hash the content of a table, independent of Parquet.

    ``documents``: the sorted lines ``id:row_sha256``. Other tables: a line of column names, then the rows in order,
    tab-separated, with ``\N`` for null and ``\\``, ``\t``, ``\n``, ``\r`` for those characters. A line end is one
    line feed.
    """
    digest = hashlib.sha256()
    if name == "documents":
        ids, hashes = table["id"].to_pylist(), table["row_sha256"].to_pylist()
        digest.update("".join(sorted(f"{key}:{value}\n" for key, value in zip(ids, hashes, strict=True))).encode())
        return digest.hexdigest()
    digest.update(("\t".join(table.column_names) + "\n").encode())
    for batch in table.to_batches():
        cells = [_cells(column) for column in batch.columns]
        rows = pc.binary_join_element_wise(*cells, "\t")
        digest.update("".join(f"{row}\n" for row in rows.to_pylist()).encode())
    return digest.hexdigest()


def _cells(column: pa.Array) -> pa.Array:
    if pa.types.is_string(column.type):
        for plain, escaped in ESCAPES:
            column = pc.replace_substring(column, plain, escaped)
    return pc.fill_null(pc.cast(column, pa.string()), NULL)


def _iso(value: object) -> str:
    if isinstance(value, date):
        return value.isoformat()
    raise TypeError(f"no canonical form for {type(value).__name__}")
