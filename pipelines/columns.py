"""Columns of tables whose rows say the same again and again: each value is turned into Arrow once, and drawn by number.

What is found in a paragraph that many documents have is in all of them the very same object (see ``laid``); only the
offset at which it is laid differs.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from operator import attrgetter
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from pipelines.laid import Found, Laid, parts_of

LAID = ("start", "end")
"""Attributes that are offsets: they move with the part."""


@dataclass(frozen=True)
class Drawn:
    """A column: some values, for each row the number of its value, and how far on an offset is laid."""

    values: Sequence[object]
    numbers: NDArray[np.int64]
    by: NDArray[np.int64] | None = None

    def array(self, kind: pa.DataType) -> pa.Array:
        """Turn the column into Arrow; raises what ``pa.array`` does for a value that is none of this type."""
        drawn = pa.array(self.values, kind).take(pa.array(self.numbers))
        return drawn if self.by is None else pc.add_checked(drawn, pa.array(self.by, kind))


class Gathered:
    """The findings of many documents as rows, in order within each; ``order`` sorts those that are not laid."""

    def __init__(self, documents: Sequence[Sequence[Found]], order: Callable[[Found], Any]) -> None:
        """Gather the findings of each document; parts that several have are taken once."""
        self._things: list[Found] = []
        places: dict[int, int] = {}
        rows: list[tuple[int, int, int, int]] = []
        kept = [found if isinstance(found, Laid) else sorted(found, key=order) for found in documents]
        for number, findings in enumerate(kept):
            for by, part in parts_of(findings):
                if id(part) not in places:
                    places[id(part)] = len(self._things)
                    self._things += part
                rows.append((number, places[id(part)], len(part), by))
        owners, firsts, lengths, shifts = np.array(rows, np.int64).reshape(-1, 4).T
        self.owners = np.repeat(owners, lengths)
        """For each row the number of its document."""
        self.numbers = _counted(np.array([len(findings) for findings in kept], np.int64))
        """For each row its number within its document."""
        self._drawn = np.repeat(firsts, lengths) + _counted(lengths)
        self._by = np.repeat(shifts, lengths)

    def columns(self, names: Sequence[str]) -> dict[str, Drawn]:
        """The attributes of these names as columns."""
        return {
            name: Drawn(list(map(attrgetter(name), self._things)), self._drawn, self._by if name in LAID else None)
            for name in names
        }


def _counted(lengths: NDArray[np.int64]) -> NDArray[np.int64]:
    """Count from 0 within each of some runs of these lengths."""
    ends = np.cumsum(lengths)
    return np.arange(ends[-1] if len(ends) else 0) - np.repeat(ends - lengths, lengths)
