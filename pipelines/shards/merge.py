"""Merge: the rows of all shards become the tables of a release, sorted as the contract says, in bounded memory.

duckdb sorts one range of the order after the other, so that what it holds is bounded; what comes out is a stream, which
is written in row groups that depend on the rows alone.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as pq

import schemas
from pipelines import database
from pipelines.document import Reject, Settings
from pipelines.release import row_sha256
from pipelines.shards.settle import Settled
from pipelines.shards.work import shard_schema
from pipelines.validate import build_rejects

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

MEMORY = "1GB"
SORTED_BYTES = 256_000_000
"""Bytes that are sorted at a time, and what a row counts at least."""
ROW_WEIGHT = 200

ROWS = 2_048
"""Rows that come out of a sort at a time."""

ORDER = {
    "documents": "published_date NULLS FIRST, id",
    "edits": "document_id, seq",
    "terms": 'document_id, start, "end", term, surface',
}

Relations = Mapping[str, "pa.Table | Sequence[Path]"]
"""The rows of all shards in each table, in memory or in Parquet files."""


def connect(relations: Relations, scratch: Path) -> DuckDBPyConnection:
    """Open the rows of all shards as views of one connection."""
    connection = database.connect(MEMORY, scratch)
    weights: dict[str, int] = {}
    for name, relation in relations.items():
        weights[name] = _weight(relation)
        if isinstance(relation, pa.Table) or not relation:
            connection.register(name, relation if relation else shard_schema(name).empty_table())
        else:
            names = ", ".join("'" + str(path).replace("'", "''") + "'" for path in relation)
            connection.execute(f"CREATE TEMP VIEW {name} AS SELECT * FROM read_parquet([{names}])")  # noqa: S608
    query = "CREATE TEMP TABLE weights AS SELECT unnest(?) AS name, unnest(?) AS weight"
    connection.execute(query, [list(weights), list(weights.values())])
    return connection


def _weight(relation: pa.Table | Sequence[Path]) -> int:
    """Estimate the bytes that the rows of a table need while they are sorted."""
    if isinstance(relation, pa.Table):
        return int(relation.nbytes)
    weight = 0
    for path in relation:
        metadata = pq.read_metadata(path)
        groups = (metadata.row_group(number).total_byte_size for number in range(metadata.num_row_groups))
        weight += max(sum(groups), ROW_WEIGHT * metadata.num_rows)
    return weight


def merged(connection: DuckDBPyConnection, name: str, settled: Settled) -> Iterator[pa.RecordBatch]:
    """Yield the rows of one table in order, without what does not stay."""
    columns = ", ".join(f'{name}."{column}"' for column in schemas.arrow_schema(name).names)
    is_shown = settled.is_grouped and name == "documents"
    if is_shown:
        columns = columns.replace('documents."duplicate_group"', "verdict.duplicate_group")
    join = "" if settled.is_whole and not is_shown else " JOIN verdict USING (shard, position)"
    for part in _ranges(connection, name):
        query = f"SELECT {columns} FROM {name}{join}{part} ORDER BY {ORDER[name]}"  # noqa: S608 - names of our own
        for batch in connection.sql(query).to_arrow_reader(ROWS):
            table = pa.Table.from_batches([batch]).cast(schemas.arrow_schema(name))
            yield from (_rehashed(table) if is_shown else table).to_batches()


def _ranges(connection: DuckDBPyConnection, name: str) -> Iterator[str]:
    """Yield a condition for each range of the order that is sorted at a time.

    duckdb fails on a sort of long texts that are larger than its memory, so each range is one that fits; for each the
    files are read once.
    """
    query = "SELECT weight, (SELECT count(*) FROM ranked) FROM weights WHERE name = ?"
    ((weight, count),) = connection.execute(query, [name]).fetchall()
    parts = -(-weight // SORTED_BYTES)
    step = max(1, -(-count // max(1, parts)))
    if step >= count:
        yield ""
        return
    if name == "documents":
        for start in range(0, count, step):
            here = f"SELECT shard, position FROM ranked WHERE rank >= {start} AND rank < {start + step}"  # noqa: S608
            yield f" WHERE (documents.shard, documents.position) IN ({here})"
        return
    numbered = "SELECT id, row_number() OVER (ORDER BY id) AS place FROM ranked"
    query = f"SELECT id FROM ({numbered}) WHERE place % {step} = 0 ORDER BY id"  # noqa: S608
    bounds = [bound.replace("'", "''") for (bound,) in connection.execute(query).fetchall()]
    yield f" WHERE document_id <= '{bounds[0]}'"
    for low, high in pairwise(bounds):
        yield f" WHERE document_id > '{low}' AND document_id <= '{high}'"
    yield f" WHERE document_id > '{bounds[-1]}'"


def rejected(connection: DuckDBPyConnection, settled: Settled, settings: Settings) -> pa.Table:
    """Build the table of everything that did not become a document."""
    query = "SELECT source, stage, reason, detail, raw_sha256, bytes, id FROM rejects"
    rows: list[dict[str, Any]] = connection.sql(query).to_arrow_table().to_pylist()
    return build_rejects([*(Reject(**row) for row in rows), *settled.rejects], settings)


def known_ids(connection: DuckDBPyConnection, wanted: Sequence[str]) -> set[str]:
    """Tell which of some ids a document or a reject has."""
    connection.register("wanted", pa.table({"id": pa.array(wanted, pa.string())}))
    query = "SELECT id FROM wanted WHERE id IN (SELECT id FROM keys) OR id IN (SELECT id FROM rejects)"
    return {key for (key,) in connection.execute(query).fetchall()}


def _rehashed(table: pa.Table) -> pa.Table:
    """Hash the rows anew that have a group: a shard could not know it."""
    rows = table.to_pylist()
    hashes = [row_sha256(row) if row["duplicate_group"] else row["row_sha256"] for row in rows]
    place = table.schema.get_field_index("row_sha256")
    return table.set_column(place, table.schema.field(place), pa.array(hashes, pa.string()))
