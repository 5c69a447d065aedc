"""Ranges: which documents go into which file of a table.

A border lies before a document whose id has the least hash of all that are near it. So borders depend on the documents
nearby alone: one that comes, goes or moves touches the file that it is in, at most the next ones as well, and all
others keep their bytes.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
import numpy.typing as npt
import pyarrow as pa

FILES = 32
"""Files that a table of many documents is cut into: about so many, down to half as many."""

NEAR = 256
"""Documents on each side of a border that lie in one file at least."""

Integers = npt.NDArray[np.int64]
Hashes = npt.NDArray[np.uint64]


@dataclass(frozen=True, slots=True)
class Order:
    """Where the documents of each shard go, by position: their place by date and by id, -1 where one does not stay.

    ``groups`` has their groups of copies, and is empty where these are not shown. ``hashes`` has three of each
    document: of its id, and two of all that its rows follow from.
    """

    count: int
    by_date: Mapping[str, Integers]
    by_id: Mapping[str, Integers]
    groups: Mapping[str, pa.Array]
    hashes: Mapping[str, Hashes]

    def places(self, table: str) -> Mapping[str, Integers]:
        """Return the places of documents in the order of a table."""
        return self.by_date if table == "documents" else self.by_id


@dataclass(frozen=True, slots=True)
class Range:
    """The documents of one file, from one place to another; the ``key`` says all that its bytes follow from."""

    first: int
    end: int
    key: str


def find_ranges(order: Order, table: str, fingerprint: str) -> list[Range]:
    """Cut the documents into ranges; ``fingerprint`` stands for the code and data that make the rows."""
    hashes = np.empty((order.count, 3), np.uint64)
    for shard, places in order.places(table).items():
        kept = places >= 0
        hashes[places[kept]] = order.hashes[shard][kept]
    borders = [0, *find_borders(hashes[:, 0]), order.count]
    ranges = []
    for first, end in pairwise(borders):
        digest = hashlib.sha256(f"{fingerprint}\n{table}\n".encode())
        digest.update(np.ascontiguousarray(hashes[first:end]).tobytes())
        ranges.append(Range(first, end, digest.hexdigest()))
    return ranges


def find_borders(hashes: Hashes) -> list[int]:
    """Return the places before which a file ends, neither the beginning nor the end of all.

    How far each looks around is a power of two, so that a source may grow by half before all borders move at once.
    """
    count = len(hashes)
    near = max(NEAR, 1 << max(0, (count // (2 * FILES)).bit_length()))
    if count <= 2 * near:
        return []
    inner = hashes[near : count - near]
    found: list[int] = (near + np.flatnonzero(inner == _least(hashes, 2 * near + 1))).tolist()
    return found


def _least(values: Hashes, width: int) -> Hashes:
    """Return the least of each so many values in a row: the end of one block, and the head of the next."""
    blocks = np.full((-(-len(values) // width), width), np.iinfo(np.uint64).max, np.uint64)
    blocks.reshape(-1)[: len(values)] = values
    heads = np.minimum.accumulate(blocks, axis=1).reshape(-1)
    ends = np.minimum.accumulate(blocks[:, ::-1], axis=1)[:, ::-1].reshape(-1)
    count = len(values) - width + 1
    return np.minimum(ends[:count], heads[width - 1 : width - 1 + count])


def narrow(order: Order, table: str, ranges: Sequence[Range]) -> tuple[Order, list[int]]:
    """Leave in the order of a table the documents of some ranges alone; say also at which place each begins."""
    starts = np.cumsum([0, *(one.end - one.first for one in ranges)])
    wanted = np.full(order.count + 1, -1, np.int64)  # the last stands for -1, what does not stay
    for one, start in zip(ranges, starts, strict=False):
        wanted[one.first : one.end] = np.arange(start, start + one.end - one.first)
    places = {shard: wanted[found] for shard, found in order.places(table).items()}
    count = int(starts[-1])
    is_by_date = table == "documents"
    narrowed = replace(order, count=count, by_date=places) if is_by_date else replace(order, count=count, by_id=places)
    return narrowed, starts[:-1].tolist()
