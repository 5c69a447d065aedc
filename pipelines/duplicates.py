"""Duplicates: texts that are equal or nearly so, found over the whole source.

Words decide, not case, punctuation or layout. Two texts are near copies when they share at least half of their runs of
three words (Jaccard likeness of the shingles, each occurrence counted): one word in ten may differ and they still are.
Of web pages that are changed before cleaning fewer are found (flattened to one line, with a word in ten changed, nine
in ten): where broken words keep a menu from being recognised, it stays in the text and outweighs what both share.
MinHash and banding only propose pairs. Where nearly all bands agree the texts are surely alike: of two that share less
than half of their shingles, three bands in four would agree once in 10^43 pairs (each does by a chance of 1 in 16).
All other pairs are compared in full, so that nothing is grouped on a guess. Groups are the connected components. A
sketch depends on its text alone and the texts come in one fixed order, hence the outcome depends on neither order of
arrival, shards nor workers.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator, Sequence

import numpy as np
import numpy.typing as npt

from pipelines.shingles import Bands, Hashes, Indices, hash_shingles

LIKENESS = 0.5

SURE = 48
"""Bands of 64 that agree only in texts that are alike."""
PAIRS = 125
"""Pairs that are compared at a time: their texts are asked for together."""
WINDOW = 100
"""In a band each text is compared with so many of those after it that look alike: bounds what hostile sources cost."""
REMEMBERED = 2_048
"""Texts whose shingles are kept for the next comparison."""

TextsOf = Callable[[Sequence[int]], Sequence[str]]
"""Gives the texts at some places."""
SketchesOf = Callable[[Sequence[int]], Sequence[npt.NDArray[np.uint32]]]
"""Gives the sketches of the texts at some places."""
Pair = tuple[int, int]


class Groups:
    """Groups of texts that are alike, by the index of each text; they grow with each band of the sketches."""

    def __init__(self, count: int, texts_of: TextsOf, sketches_of: SketchesOf) -> None:
        """Begin with each text alone; of proposed pairs the sketches are asked for, and the texts where need be."""
        self.roots: Indices = np.arange(count, dtype=np.int64)
        """For each text the index of the first one of its group."""
        self._hashed = _Hashed(texts_of)
        self._sketches_of = sketches_of

    def join(self, bands: Bands) -> None:
        """Join the texts that some bands propose and that are alike; a row of bands for each text."""
        for band in range(bands.shape[1]):
            for left, right in _alike(bands[:, band], self.roots):
                self._compare(*_untested(bands, band, self.roots, left, right))

    def _compare(self, left: Indices, right: Indices) -> None:
        """Join the groups of those pairs that are alike."""
        before = self.roots.copy() if len(left) else self.roots
        for start in range(0, len(left), PAIRS):
            pairs = self._apart(
                zip(left[start : start + PAIRS].tolist(), right[start : start + PAIRS].tolist(), strict=True)
            )
            for (one, other), is_sure in zip(pairs, self._are_surely_alike(pairs), strict=True):
                if is_sure:
                    self._unite(one, other)
            pairs = self._apart(pairs)
            self._hashed.prepare(dict.fromkeys(place for pair in pairs for place in pair))
            for one, other in pairs:
                if self._root(one) != self._root(other) and jaccard(self._hashed[one], self._hashed[other]) >= LIKENESS:
                    self._unite(one, other)
        is_changed = not np.array_equal(before, self.roots)
        while is_changed:
            flat = self.roots[self.roots]
            is_changed = not np.array_equal(flat, self.roots)
            self.roots[:] = flat

    def _apart(self, pairs: Iterable[Pair]) -> list[Pair]:
        """Leave out the pairs that are in one group already."""
        return [(one, other) for one, other in pairs if self._root(one) != self._root(other)]

    def _are_surely_alike(self, pairs: Sequence[Pair]) -> list[bool]:
        if not pairs:
            return []
        left, right = (np.stack(self._sketches_of(places)) for places in zip(*pairs, strict=True))
        found: list[bool] = (np.count_nonzero(left == right, axis=1) >= SURE).tolist()
        return found

    def _root(self, index: int) -> int:
        while (above := int(self.roots[index])) != index:
            index = above
        return index

    def _unite(self, one: int, other: int) -> None:
        first, second = sorted((self._root(one), self._root(other)))
        self.roots[second] = first


def _alike(values: npt.NDArray[np.uint32], roots: Indices) -> Iterator[tuple[Indices, Indices]]:
    """Yield the pairs that agree in one band: neighbours first, then those two apart, and so on.

    Those that agree and are all in one group already are left out, also where ``roots`` changes meanwhile.
    """
    order = np.argsort(values, kind="stable")
    for step in range(1, min(WINDOW, len(values) - 1) + 1):
        order = _apart(order, values, roots)
        ranked = values[order]
        same = np.flatnonzero(ranked[step:] == ranked[:-step])
        if not len(same):
            return
        yield order[same], order[same + step]


def _apart(order: Indices, values: npt.NDArray[np.uint32], roots: Indices) -> Indices:
    """Keep of places in the order of their values those whose value is that of several groups."""
    if not len(order):
        return order
    ranked, groups = values[order], roots[order]
    starts = np.flatnonzero(np.concatenate([[True], ranked[1:] != ranked[:-1]]))
    is_mixed = np.minimum.reduceat(groups, starts) != np.maximum.reduceat(groups, starts)
    kept: Indices = order[np.repeat(is_mixed, np.diff(starts, append=len(order)))]
    return kept


def _untested(bands: Bands, band: int, roots: Indices, left: Indices, right: Indices) -> tuple[Indices, Indices]:
    """Leave out the pairs that are in one group already, and those that an earlier band has proposed.

    The others come by place: texts that are near each other are read together.
    """
    apart = roots[left] != roots[right]
    left, right = left[apart], right[apart]
    kept = np.ones(len(left), np.bool_)
    for start in range(0, len(left), 20_000):
        part = slice(start, start + 20_000)
        kept[part] = ~(bands[left[part], :band] == bands[right[part], :band]).any(axis=1)
    order = np.argsort(left[kept], kind="stable")
    return left[kept][order], right[kept][order]


def jaccard(one: Hashes, other: Hashes) -> float:
    """Return the share of shingles that two texts have in common, from 0 to 1."""
    both = np.concatenate([one, other])
    both.sort()
    shared = int(np.count_nonzero(both[1:] == both[:-1]))
    return shared / ((len(both) - shared) or 1)


class _Hashed:
    """The shingles of texts by their places; those used last are kept."""

    def __init__(self, texts_of: TextsOf) -> None:
        self._texts_of = texts_of
        self._kept: OrderedDict[int, Hashes] = OrderedDict()

    def __getitem__(self, place: int) -> Hashes:
        """Return the shingles of a text that was prepared."""
        return self._kept[place]

    def prepare(self, places: Iterable[int]) -> None:
        """Have the shingles of some texts, far fewer than are kept."""
        wanted = list(places)
        for place in wanted:
            if place in self._kept:
                self._kept.move_to_end(place)
        missing = [place for place in wanted if place not in self._kept]
        if missing:
            self._kept.update(zip(missing, hash_shingles(self._texts_of(missing)), strict=True))
        while len(self._kept) > REMEMBERED:
            self._kept.popitem(last=False)
