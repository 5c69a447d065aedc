"""The plan: inputs are cut into shards of a like size, so that one that is added or changed touches one shard only."""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from pipelines.ingest import Input, size_of, windows

SHARDS = 64
"""Shards that a source is cut into, about: few enough to be cheap, enough that a small change touches little."""

SMALLEST, LARGEST = 1 << 20, 32 << 20
"""Bytes of raw text in a shard: in a smaller one what is done once a shard costs more than its texts."""


@dataclass(frozen=True, slots=True)
class Shard:
    """Inputs that are refined together; of a large file it may be a window."""

    inputs: tuple[Input, ...]
    bytes: int

    @property
    def name(self) -> str:
        """Name the shard in a message by its first input, and how many there are."""
        more = f" and {len(self.inputs) - 1} more" if len(self.inputs) > 1 else ""
        return f"{self.inputs[0].source}{more}"


def plan(inputs: Sequence[Input]) -> list[Shard]:
    """Cut inputs into shards, in their order. Whether a cut falls behind an input is a matter of its own name and size.

    The size aimed at is a power of two, so that a source may grow by half before all shards change at once.
    """
    sizes = [size_of(entry) for entry in inputs]
    aim = _aim(sum(sizes))
    shards: list[Shard] = []
    gathered: list[Input] = []
    filled = 0
    for entry, size in zip(inputs, sizes, strict=True):
        if size > 2 * aim and (pieces := list(_pieces(entry, aim))):
            shards += [*_closed(gathered, filled), *pieces]
            gathered, filled = [], 0
            continue
        gathered.append(entry)
        filled += size
        chance = zlib.crc32(entry.source.encode("utf-8", "replace")) / 2**32
        if filled >= 2 * aim or (2 * filled >= aim and chance * aim < size):
            shards += _closed(gathered, filled)
            gathered, filled = [], 0
    return [*shards, *_closed(gathered, filled)]


def _closed(gathered: Sequence[Input], filled: int) -> Iterator[Shard]:
    if gathered:
        yield Shard(tuple(gathered), filled)


def _aim(total: int) -> int:
    wanted = max(1, total // SHARDS)
    return int(min(max(1 << (wanted - 1).bit_length(), SMALLEST), LARGEST))


def _pieces(entry: Input, aim: int) -> Iterator[Shard]:
    """Cut one large file of records into windows, where its format allows to begin in the middle."""
    for window in windows(entry, aim):
        yield Shard((replace(entry, window=window),), window.bytes)
