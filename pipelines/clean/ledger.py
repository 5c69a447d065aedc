"""The ledger: of all that the rules propose for a paragraph, what is accepted; the first claim to a span holds."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field

from pipelines.document import APPLIED, Edit


@dataclass
class Ledger:
    """The accepted edits of one paragraph: a repair must lie between the borders inside it, and be the first there."""

    borders: Sequence[int]
    edits: list[Edit] = field(default_factory=list)
    _starts: list[int] = field(default_factory=list)
    _ends: list[int] = field(default_factory=list)

    def propose(self, edit: Edit) -> None:
        """Take the edit unless it is empty, crosses a border, or overlaps an applied one."""
        if edit.action not in APPLIED:
            self.edits.append(edit)
            return
        start, end = edit.start, edit.end
        place = bisect_right(self._starts, start)
        free = (not place or self._ends[place - 1] <= start) and (
            place == len(self._starts) or self._starts[place] >= end
        )
        border = bisect_right(self.borders, start)
        whole = border == len(self.borders) or self.borders[border] >= end
        if start < end and free and whole:
            self.edits.append(edit)
            self._starts.insert(place, start)
            self._ends.insert(place, end)
