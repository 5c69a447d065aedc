"""Settle: what only the whole source shows. Which of the documents with one id stays, and which texts are copies.

All of it goes by keys (ids, dates, digests, sketches), so memory holds no text; where two texts may be near copies,
they are read from their shards and compared in full.
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

SKETCH_BYTES = 64_000_000
"""Bytes of sketches that are held; of more documents fewer bands are looked at together."""

Integers = npt.NDArray[np.int64]

Place = tuple[str, int]
"""A shard, and the position of a document in it."""

TextsOf = Callable[[Sequence[Place]], list[str]]
"""Gives the texts of documents."""


@dataclass(frozen=True, slots=True)
class Settled:
    """What stays, as the table ``verdict`` of the connection, and what does not.

    The table has shard, position, id, rank and duplicate_group.
    ``is_grouped`` says that some have a group.
    """

    rejects: tuple[Reject, ...]
    is_grouped: bool


def settle(connection: DuckDBPyConnection, settings: Settings, texts_of: TextsOf) -> Settled:
    """Decide over the view ``keys`` of a connection.

    Of documents that share an id the first by place stays. A group of copies has the id of its first document in the
    order of the table: by date, unknown dates first, then by id. CorpusError for an unknown policy of duplicates.
    """
    if settings.duplicates not in {KEEP_ALL, KEEP_FIRST}:
        raise CorpusError(f'duplicates = "{settings.duplicates}": write {KEEP_ALL} or {KEEP_FIRST}', USAGE)
    connection.execute(_RANK)
    doubles = list(_doubles(connection))
    roots = _roots(connection, texts_of)
    connection.register("roots", pa.table({"rank": np.arange(len(roots)), "root": roots}))
    is_first = settings.duplicates == KEEP_FIRST
    connection.execute(_VERDICT + (" WHERE rank = root" if is_first else ""))
    copies = list(_copies(connection)) if is_first else []
    sizes = np.bincount(roots) if len(roots) else np.zeros(0, np.int64)
    is_grouped = not is_first and bool((sizes > 1).any())
    return Settled((*doubles, *copies), is_grouped)


_RANK = """
CREATE OR REPLACE TEMP TABLE ranked AS
SELECT row_number() OVER (ORDER BY published_date NULLS FIRST, id) - 1 AS rank, * EXCLUDE (published_date)
FROM (
    SELECT * EXCLUDE (sketch), sketch IS NOT NULL AS is_long FROM keys
    QUALIFY row_number() OVER (PARTITION BY id ORDER BY file, row, raw_sha256, source) = 1
)
"""

_VERDICT = """
CREATE OR REPLACE TEMP TABLE verdict AS
SELECT shard, position, id, CASE WHEN count(*) OVER (PARTITION BY root) > 1
    THEN first(id) OVER (PARTITION BY root ORDER BY rank) END AS duplicate_group, rank, root
FROM ranked JOIN roots USING (rank)
"""

_DOUBLES = """
SELECT keys.id, keys.source, keys.raw_sha256, keys.bytes, ranked.source AS first
FROM keys JOIN ranked USING (id) WHERE (keys.shard, keys.position) != (ranked.shard, ranked.position)
"""

_COPIES = """
SELECT copy.id, copy.source, copy.raw_sha256, copy.bytes, ranked.id AS first
FROM roots JOIN ranked AS copy USING (rank) JOIN ranked ON ranked.rank = root WHERE roots.rank != root
"""

_FIRSTS = """
SELECT CASE WHEN digest IS NULL THEN rank ELSE min(rank) OVER (PARTITION BY digest) END AS first
FROM ranked ORDER BY rank
"""

_MEMBERS = """
CREATE OR REPLACE TEMP TABLE members AS SELECT rank FROM ranked
WHERE is_long AND rank IN (SELECT min(rank) FROM ranked GROUP BY digest) ORDER BY rank
"""

_PLACES = """
SELECT rank, dense_rank() OVER (ORDER BY shard) - 1 AS shard, position FROM ranked WHERE rank IN (FROM members)
ORDER BY rank
"""

_SHARDS = "SELECT DISTINCT shard FROM ranked WHERE rank IN (FROM members) ORDER BY shard"

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


def _roots(connection: DuckDBPyConnection, texts_of: TextsOf) -> Integers:
    """Return for each rank that of the first document of its group, which is the document itself where it is alone."""
    firsts = np.asarray(connection.sql(_FIRSTS).fetchnumpy()["first"], np.int64)
    connection.execute(_MEMBERS)
    members, shards, positions = (
        np.asarray(column, np.int64) for column in connection.sql(_PLACES).fetchnumpy().values()
    )
    names = [name for (name,) in connection.execute(_SHARDS).fetchall()]
    groups = Groups(len(members), lambda some: texts_of([(names[shards[one]], int(positions[one])) for one in some]))
    count = min(BANDS, max(1, SKETCH_BYTES // max(1, 4 * len(members))))
    for first in range(0, BANDS, count):
        groups.join(_bands(connection, members, slice(first, first + count)))
    roots = np.arange(len(firsts), dtype=np.int64)
    roots[members] = members[groups.roots]
    return np.asarray(roots[firsts], np.int64)


def _bands(connection: DuckDBPyConnection, members: Integers, chosen: slice) -> Bands:
    """Return some bands of the sketches of the texts to be compared, in the order of their ranks."""
    bands = np.empty((len(members), len(range(BANDS)[chosen])), np.uint32)
    for batch in connection.sql(_SKETCHES).to_arrow_reader(ROWS):
        joined = b"".join(batch.column("sketch").to_pylist())
        places = np.searchsorted(members, batch.column("rank").to_numpy())
        bands[places] = np.frombuffer(joined, np.uint32).reshape(-1, BANDS)[:, chosen]
    return bands
