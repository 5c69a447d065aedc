"""Settle: what only the whole source shows. Which of the documents with one id stays, and which texts are copies.

All of it goes by keys (ids, dates, digests, sketches), so memory holds no text; where two texts may be near copies
and their sketches leave a doubt, they are read from their shards and compared in full.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from pipelines.document import Reject, Settings
from pipelines.duplicates import Groups
from pipelines.errors import USAGE, CorpusError
from pipelines.shingles import BANDS, Bands

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

KEEP_ALL, KEEP_FIRST = "keep_all", "keep_first"
"""What becomes of copies: all stay and share a group, or the first one stays and the others are rejects."""

ROWS = 8_192
"""Sketches that are fetched at a time."""

SKETCH_BYTES = 32_000_000
"""Bytes of sketches that are held; of more documents fewer bands are looked at together."""

Integers = npt.NDArray[np.int64]

Place = tuple[str, int]
"""A shard, and the position of a document in it."""

Look = Callable[[Sequence[Place], str], list[Any]]
"""Gives the texts of documents (``text``), or their sketches (``sketch``)."""


@dataclass(frozen=True, slots=True)
class Settled:
    """What stays, as the table ``verdict`` of the connection, and what does not.

    The table has shard, position, id, rank and duplicate_group.
    ``is_grouped`` says that some have a group.
    """

    rejects: tuple[Reject, ...]
    is_grouped: bool


def settle(connection: DuckDBPyConnection, settings: Settings, look: Look) -> Settled:
    """Decide over the view ``keys`` of a connection.

    Of documents that share an id the first by place stays. A group of copies has the id of its first document in the
    order of the table: by date, unknown dates first, then by id. CorpusError for an unknown policy of duplicates.
    """
    if settings.duplicates not in {KEEP_ALL, KEEP_FIRST}:
        raise CorpusError(f'duplicates = "{settings.duplicates}": write {KEEP_ALL} or {KEEP_FIRST}', USAGE)
    connection.execute(_DOUBLED)
    connection.execute(_RANK)
    doubles = list(_doubles(connection))
    roots = _roots(connection, look)
    is_first = settings.duplicates == KEEP_FIRST
    is_shared = np.bincount(roots, minlength=len(roots))[roots] > 1
    is_grouped = not is_first and bool(is_shared.any())
    table = {"rank": np.arange(len(roots)), "root": roots, "is_shared": is_shared & is_grouped}
    connection.register("roots", pa.table(table))
    connection.execute(_VERDICT + ("WHERE one.rank = root" if is_first else ""))
    copies = list(_copies(connection)) if is_first else []
    return Settled((*doubles, *copies), is_grouped)


# What is sorted has few and short columns: duckdb takes memory for each, and windows over them do not always spill.

_DOUBLED = "CREATE OR REPLACE TEMP TABLE doubled AS SELECT id FROM keys GROUP BY id HAVING count(*) > 1"

_RANK = """
CREATE OR REPLACE TEMP TABLE ranked AS
SELECT row_number() OVER (ORDER BY published_date NULLS FIRST, id) - 1 AS rank, id, shard, position
FROM (
    SELECT published_date, id, shard, position FROM keys ANTI JOIN doubled USING (id)
    UNION ALL
    SELECT published_date, id, shard, position FROM keys SEMI JOIN doubled USING (id)
    QUALIFY row_number() OVER (PARTITION BY id ORDER BY file, row, raw_sha256, source) = 1
)
"""

_VERDICT = """
CREATE OR REPLACE TEMP TABLE verdict AS
SELECT one.shard, one.position, one.id, one.rank, first.id AS duplicate_group
FROM ranked AS one JOIN roots USING (rank) LEFT JOIN ranked AS first ON is_shared AND first.rank = root
"""

_DOUBLES = """
SELECT keys.id, keys.source, keys.raw_sha256, keys.bytes, kept.source AS first
FROM doubled JOIN keys USING (id) JOIN ranked USING (id)
JOIN keys AS kept ON (kept.shard, kept.position) = (ranked.shard, ranked.position)
WHERE (keys.shard, keys.position) != (ranked.shard, ranked.position)
"""

_COPIES = """
SELECT copy.id, keys.source, keys.raw_sha256, keys.bytes, ranked.id AS first
FROM roots JOIN ranked AS copy USING (rank) JOIN ranked ON ranked.rank = root JOIN keys
ON (keys.shard, keys.position) = (copy.shard, copy.position) WHERE roots.rank != root
"""

_EQUALS = """
SELECT rank, min(rank) OVER (PARTITION BY digest) AS first
FROM keys JOIN ranked USING (shard, position)
WHERE digest IN (SELECT digest FROM keys WHERE digest IS NOT NULL GROUP BY digest HAVING count(*) > 1)
"""

_LONG = "SELECT rank FROM keys JOIN ranked USING (shard, position) WHERE sketch IS NOT NULL ORDER BY rank"

_PLACES = "SELECT enum_code(shard) AS shard, position FROM ranked SEMI JOIN members USING (rank) ORDER BY rank"

_SHARDS = "SELECT unnest(enum_range(NULL::shard_name))"

_SKETCHES = """
SELECT members.rank, sketch FROM members JOIN ranked USING (rank) JOIN keys USING (shard, position)
"""


def _doubles(connection: DuckDBPyConnection) -> Iterator[Reject]:
    for row in _rows(connection, _DOUBLES):
        detail = f"the id {row['id']} is taken by {row['first']}; rename one of the two"
        yield Reject(row["source"], "ingest", "duplicate_id", detail, row["raw_sha256"], row["bytes"], row["id"])


def _copies(connection: DuckDBPyConnection) -> Iterator[Reject]:
    advice = f'take it out of the source, or set duplicates = "{KEEP_ALL}" in dataset.toml'
    for row in _rows(connection, _COPIES):
        detail = f"says what {row['first']} says, or nearly so, which stays: {advice}"
        yield Reject(row["source"], "validate", "duplicate", detail, row["raw_sha256"], row["bytes"], row["id"])


def _rows(connection: DuckDBPyConnection, query: str) -> Iterator[dict[str, Any]]:
    for batch in connection.sql(query).to_arrow_reader():
        yield from batch.to_pylist()


def _roots(connection: DuckDBPyConnection, look: Look) -> Integers:
    """Return for each rank that of the first document of its group, which is the document itself where it is alone."""
    ((count,),) = connection.execute("SELECT count(*) FROM ranked").fetchall()
    roots = np.arange(count, dtype=np.int64)
    equals = _integers(connection, _EQUALS)
    roots[equals["rank"]] = equals["first"]
    long = _integers(connection, _LONG)["rank"]
    members = long[roots[long] == long]
    connection.register("members", pa.table({"rank": members}))
    places = _integers(connection, _PLACES)
    shards, positions = places["shard"], places["position"]
    names = [name for (name,) in connection.execute(_SHARDS).fetchall()]

    def looked_at(some: Sequence[int], column: str) -> list[Any]:
        return look([(names[shards[one]], int(positions[one])) for one in some], column)

    groups = Groups(
        len(members),
        lambda some: looked_at(some, "text"),
        lambda some: [np.frombuffer(each, np.uint32) for each in looked_at(some, "sketch")],
    )
    step = min(BANDS, max(1, SKETCH_BYTES // max(1, 4 * len(members))))
    for band in range(0, BANDS, step):
        groups.join(_bands(connection, members, slice(band, band + step)))
    near = np.arange(count, dtype=np.int64)
    near[members] = members[groups.roots]
    return np.asarray(near[roots], np.int64)


def _integers(connection: DuckDBPyConnection, query: str) -> dict[str, Integers]:
    return {name: np.asarray(column, np.int64) for name, column in connection.sql(query).fetchnumpy().items()}


def _bands(connection: DuckDBPyConnection, members: Integers, chosen: slice) -> Bands:
    """Return some bands of the sketches of the texts to be compared, in the order of their ranks."""
    bands = np.empty((len(members), len(range(BANDS)[chosen])), np.uint32)
    for batch in connection.sql(_SKETCHES).to_arrow_reader(ROWS):
        joined = b"".join(batch.column("sketch").to_pylist())
        places = np.searchsorted(members, batch.column("rank").to_numpy())
        bands[places] = np.frombuffer(joined, np.uint32).reshape(-1, BANDS)[:, chosen]
    return bands
