"""Merge: the rows of all shards become the tables of a release, sorted as the contract says, in bounded memory.

What is sorted are the documents, by duckdb and without their texts; the rows follow, each to the place of its document.
Where they are more than may be held, they are first parted into ranges of the order, so that all are read twice at
most, however many there are. What comes out is a stream, cut where files end; their bytes depend on the rows alone.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

import schemas
from pipelines import database
from pipelines.document import Reject, Settings
from pipelines.release import row_sha256
from pipelines.shards.ranges import Integers, Order
from pipelines.shards.settle import Settled
from pipelines.shards.work import shard_schema
from pipelines.validate import build_rejects

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

MEMORY = "1GB"
SORTED_BYTES = 32_000_000
"""Bytes of rows that are held at a time, and what a row counts at least."""
ROW_WEIGHT = 64

MOST_PARTS = 256
"""Ranges at most, each with a file that is open; beyond 8 GB of rows they are larger."""

READ_ROWS, ROWS = {"documents": 1_024}, {"documents": 512}
OTHER_READ_ROWS, OTHER_ROWS = 131_072, 32_768
"""Rows that are read, and that come out, at a time. Of those read each range gets a piece, which must not be tiny."""

Pieces = Mapping[str, "pa.Table | Path"]
"""The rows of each shard in one table, by the name of the shard: in memory or in a Parquet file."""

Placed = tuple[pa.Table, Integers]
"""Rows, and the place of the document of each."""


def connect(keys: Pieces, rejects: Pieces, scratch: Path) -> DuckDBPyConnection:
    """Open the keys and the rejects of all shards as views of one connection."""
    connection = database.connect(MEMORY, scratch)
    for name, pieces in (("keys", keys), ("rejects", rejects)):
        paths = [str(piece).replace("'", "''") for piece in pieces.values() if isinstance(piece, Path)]
        tables = [piece for piece in pieces.values() if isinstance(piece, pa.Table)]
        connection.register(f"{name}_here", pa.concat_tables([shard_schema(name).empty_table(), *tables]))
        named = ", ".join(f"'{path}'" for path in paths)
        rows = f"read_parquet([{named}])" if paths else f"{name}_here"
        columns = "*"
        if name == "keys":  # the names of shards are long, and few
            connection.execute(f"CREATE TYPE shard_name AS ENUM (SELECT DISTINCT shard FROM {rows})")  # noqa: S608
            columns = "* REPLACE (shard::shard_name AS shard)"
        connection.execute(f"CREATE TEMP VIEW {name} AS SELECT {columns} FROM {rows}")  # noqa: S608
    return connection


def find_order(connection: DuckDBPyConnection, settled: Settled) -> Order:
    """Put what is settled in order."""
    group = "duplicate_group" if settled.is_grouped else "NULL"
    found = connection.sql(_ORDER.format(group=group)).to_arrow_table()
    shards = list(map(str, found["shard"].to_pylist()))
    columns = {name: [each.values for each in found[name]] for name in found.column_names if name != "shard"}
    by_date, by_id = (
        {shard: np.asarray(places, np.int64) for shard, places in zip(shards, columns[name], strict=True)}
        for name in ("by_date", "by_id")
    )
    hashed = zip(shards, *(columns[name] for name in ("ids", "lower", "upper")), strict=True)
    hashes = {shard: np.stack([np.asarray(each, np.uint64) for each in three], axis=1) for shard, *three in hashed}
    count = sum(int(np.count_nonzero(places >= 0)) for places in by_date.values())
    groups = dict(zip(shards, columns["groups"], strict=True)) if settled.is_grouped else {}
    return Order(count, by_date, by_id, groups, hashes)


# With the fingerprint of the job, what is hashed of a document decides about all of its rows.
_ORDER = """
SELECT shard, list(coalesce(date_place, -1) ORDER BY position) AS by_date,
    list(coalesce(id_place, -1) ORDER BY position) AS by_id, list({group} ORDER BY position) AS groups,
    list(md5_number_lower(id) ORDER BY position) AS ids,
    list(md5_number_lower(concat_ws(chr(0), id, source, raw_sha256, bytes, {group})) ORDER BY position) AS lower,
    list(md5_number_upper(concat_ws(chr(0), id, source, raw_sha256, bytes, {group})) ORDER BY position) AS upper
FROM keys LEFT JOIN (
    SELECT shard, position, duplicate_group, row_number() OVER (ORDER BY rank) - 1 AS date_place,
        row_number() OVER (ORDER BY id) - 1 AS id_place
    FROM verdict
) USING (shard, position) GROUP BY shard ORDER BY shard
"""


def merged(
    pieces: Pieces, name: str, order: Order, starts: Sequence[int], scratch: Path
) -> Iterator[tuple[int, pa.RecordBatch]]:
    """Yield the rows of one table in order, without what does not stay, and with each piece the range that it is of.

    ``starts`` has the places at which the ranges begin.
    """
    wanted = {shard: places for shard, places in order.places(name).items() if (places >= 0).any()}
    pieces = {shard: piece for shard, piece in pieces.items() if shard in wanted}
    weight = sum(_weigh(piece) * float(np.mean(wanted[shard] >= 0)) for shard, piece in pieces.items())
    parts = min(max(1, math.ceil(weight / SORTED_BYTES)), MOST_PARTS)
    step = max(1, -(-order.count // parts))
    rows = _placed(pieces, name, order, wanted)
    for part in [rows] if parts == 1 else _parted(rows, step, parts, scratch):
        for place, table in _in_order(part, name, starts):
            batches = (_rehashed(table) if order.groups and name == "documents" else table).to_batches()
            yield from ((place, batch) for batch in batches)
        pa.default_memory_pool().release_unused()  # else it grows from range to range


def _weigh(piece: pa.Table | Path) -> int:
    """Estimate the bytes that rows need while they are held."""
    if isinstance(piece, pa.Table):
        return int(piece.nbytes)
    metadata = pq.read_metadata(piece)
    groups = (metadata.row_group(number).total_byte_size for number in range(metadata.num_row_groups))
    return int(max(sum(groups), ROW_WEIGHT * metadata.num_rows))


def _placed(pieces: Pieces, name: str, order: Order, wanted: Mapping[str, Integers]) -> Iterator[Placed]:
    """Read the rows of all shards, some at a time."""
    for shard, piece in pieces.items():
        places = wanted[shard]
        for table in _read(piece, name, places >= 0):
            position = table["position"].to_numpy()
            rows = table.drop_columns("position")
            if order.groups and name == "documents":
                place = rows.schema.get_field_index("duplicate_group")
                rows = rows.set_column(place, "duplicate_group", order.groups[shard].take(pa.array(position)))
            yield rows, places[position]


def _read(piece: pa.Table | Path, name: str, is_wanted: npt.NDArray[np.bool_]) -> Iterator[pa.Table]:
    """Read the rows of a shard; of its documents only the row groups in which one is wanted."""
    if isinstance(piece, pa.Table):
        yield piece
        return
    few = [column for column in schemas.stored_columns(name, "category") if column != "document_id"]
    with pq.ParquetFile(piece, read_dictionary=few) as file:  # ids are many: every range would get all of them
        groups = list(range(file.num_row_groups))
        if name == "documents":
            ends = np.cumsum([file.metadata.row_group(group).num_rows for group in groups])
            groups = [group for group, some in zip(groups, np.split(is_wanted, ends[:-1]), strict=True) if some.any()]
        for batch in file.iter_batches(READ_ROWS.get(name, OTHER_READ_ROWS), row_groups=groups):
            yield pa.Table.from_batches([batch])


def _parted(rows: Iterator[Placed], step: int, parts: int, scratch: Path) -> Iterator[Iterable[Placed]]:
    """Write rows to a file for each range of places, then read one after the other."""
    paths = [scratch / f"part-{part}.arrows" for part in range(parts)]
    options = pa.ipc.IpcWriteOptions(compression="lz4")
    with ExitStack() as stack:
        writers: list[pa.RecordBatchStreamWriter] = []
        for table, places in rows:
            placed = table.append_column("place", pa.array(places))
            if not writers:
                writers += [
                    stack.enter_context(pa.ipc.new_stream(str(path), placed.schema, options=options)) for path in paths
                ]
            kept = np.flatnonzero(places >= 0)
            ranges = places[kept] // step
            chosen = np.argsort(ranges, kind="stable")
            cuts = np.searchsorted(ranges[chosen], np.arange(parts + 1))
            for part in np.flatnonzero(np.diff(cuts)):
                writers[part].write_table(placed.take(pa.array(kept[chosen[cuts[part] : cuts[part + 1]]])))
    for path in filter(Path.exists, paths):
        yield _taken_back(path)


def _taken_back(path: Path) -> Iterator[Placed]:
    with pa.ipc.open_stream(str(path)) as stream:
        for batch in stream:
            table = pa.Table.from_batches([batch])
            yield table.drop_columns("place"), table["place"].to_numpy()
    path.unlink()


def _in_order(rows: Iterable[Placed], name: str, starts: Sequence[int]) -> Iterator[tuple[int, pa.Table]]:
    """Sort rows by the places of their documents; those of one document are in order."""
    held, places = [], []
    for part, of_part in rows:
        held.append(part)
        places.append(of_part)
    if not held:
        return
    table = pa.concat_tables(held).unify_dictionaries().combine_chunks()
    held.clear()  # what was read is held once only
    of_all = np.concatenate(places)
    order = np.argsort(of_all, kind="stable")
    order = order[np.searchsorted(of_all[order], 0) :]
    cuts = [*np.searchsorted(of_all[order], starts).tolist(), len(order)]
    count = ROWS.get(name, OTHER_ROWS)
    for number, (first, end) in enumerate(pairwise(cuts)):
        for start in range(first, end, count):
            taken = table.take(pa.array(order[start : min(start + count, end)]))
            yield number, taken.cast(schemas.arrow_schema(name))


def rejected(connection: DuckDBPyConnection, settled: Settled, settings: Settings) -> pa.Table:
    """Build the table of everything that did not become a document."""
    query = "SELECT source, stage, reason, detail, raw_sha256, bytes, id FROM rejects"
    rows: list[dict[str, Any]] = connection.sql(query).to_arrow_table().to_pylist()
    return build_rejects([*(Reject(**row) for row in rows), *settled.rejects], settings)


def known_ids(connection: DuckDBPyConnection, wanted: Sequence[str]) -> set[str]:
    """Tell which of some ids a document or a reject has."""
    if not wanted:
        return set()
    connection.register("wanted", pa.table({"id": pa.array(wanted, pa.string())}))
    query = "SELECT id FROM wanted WHERE id IN (SELECT id FROM keys) OR id IN (SELECT id FROM rejects)"
    return {key for (key,) in connection.execute(query).fetchall()}


def _rehashed(table: pa.Table) -> pa.Table:
    """Hash the rows anew that have a group: a shard could not know it."""
    has_group = pc.is_valid(table["duplicate_group"])
    hashes = [row_sha256(row) for batch in table.filter(has_group).to_batches() for row in batch.to_pylist()]
    place = table.schema.get_field_index("row_sha256")
    mended = pc.replace_with_mask(
        table["row_sha256"].combine_chunks(), has_group.combine_chunks(), pa.array(hashes, pa.string())
    )
    return table.set_column(place, table.schema.field(place), mended)
