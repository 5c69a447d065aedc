"""Duplicates: texts that are equal or nearly so, found over the whole source.

Words decide, not case, punctuation or layout. Two texts are near copies when they share at least half of their runs of
three words (Jaccard likeness of the shingles, each occurrence counted): one word in ten may differ and they still are.
Of web pages that are changed before cleaning fewer are found (flattened to one line, with a word in ten changed, nine
in ten): where broken words keep a menu from being recognised, it stays in the text and outweighs what both share.
MinHash and banding only propose pairs; every pair is then compared in full, so that nothing is grouped on an estimate.
Groups are the connected components. A sketch depends on its text alone and the texts come in one fixed order, hence
the outcome depends on neither order of arrival, shards nor workers.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import islice
from typing import Any

import numpy as np
import numpy.typing as npt

LIKENESS = 0.5
SHORTEST = 20
"""Texts with fewer words are compared for equality only: there one word makes another statement."""

BANDS, ROWS, SEED = 64, 4, 1
"""Of pairs that share half of their shingles 98.4 % are proposed, with a word in ten changed (0.54) at least 99.6 %."""

BATCH = 1_000
WINDOW = 100
"""In a band each text is compared with so many of those after it that look alike: bounds what hostile sources cost."""
REMEMBERED = 4_096
"""Texts whose shingles are kept for the next comparison."""

Bands = npt.NDArray[np.uint32]
Indices = npt.NDArray[np.int64]
Hashes = npt.NDArray[np.uint64]
"""The shingles of a text as numbers, each once: a tenth of the memory of a set of them."""

_IDEOGRAPH = "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\uac00-\ud7af"
_WORD = re.compile(f"[{_IDEOGRAPH}]|[^\\W_{_IDEOGRAPH}]+")
_MARKS = "“”‘’—–·•"
"""Signs that are part of no word and stand in texts that are plain ASCII otherwise."""
_ASCII = bytes(sign if chr(sign).isalnum() and sign < 128 else 32 for sign in range(256))
_MIXERS = np.array([0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9, 0x27D4EB2F165667C5], np.uint64)


def group_texts(texts: Sequence[str]) -> list[int]:
    """Return for each text the index of the first one of its group; a text without a copy is a group of its own."""
    prints = fingerprints(texts)
    firsts: dict[bytes | int, int] = {}
    equals = [firsts.setdefault(digest or index, index) for index, (digest, _) in enumerate(prints)]
    members = [index for index in firsts.values() if prints[index][1] is not None]
    bands = np.frombuffer(b"".join(prints[index][1] or b"" for index in members), np.uint32).reshape(-1, BANDS)
    roots = group_sketches(bands, lambda place: texts[members[place]])
    near = {index: members[root] for index, root in zip(members, roots.tolist(), strict=True)}
    # A component is named by its first member among the firsts, which is also the first of all: equal texts come later.
    return [near.get(first, first) for first in equals]


def fingerprints(texts: Sequence[str]) -> list[tuple[bytes | None, bytes | None]]:
    """Reduce each text to a digest of its words, equal for equal texts, and the bytes of its sketch.

    An empty text has no digest; one of fewer than ``SHORTEST`` words has no sketch.
    """
    found: list[tuple[bytes | None, bytes | None]] = []
    for start in range(0, len(texts), BATCH):
        part = texts[start : start + BATCH]
        words = [_words(text) for text in part]
        is_long = [_is_long(text) for text in part]
        rows = iter(_sketched([_runs(each) for each, long in zip(words, is_long, strict=True) if long]))
        digests = [_digest(each, text) if text else None for each, text in zip(words, part, strict=True)]
        found += [
            (digest, next(rows).tobytes() if long else None) for digest, long in zip(digests, is_long, strict=True)
        ]
    return found


def sketch(texts: Iterable[str]) -> Bands:
    """Reduce each text to one number per band (256 bytes a text); texts that are alike agree in some of them."""
    remaining = iter(texts)
    parts = [_sketched([])]
    while batch := [_shingles(text) for text in islice(remaining, BATCH)]:
        parts.append(_sketched(batch))
    return np.concatenate(parts)


def _sketched(shingles: list[list[str]]) -> Bands:
    from rensa import RMinHash

    if not shingles:
        return np.empty((0, BANDS), np.uint32)
    matrix = RMinHash.digest_matrix_from_token_sets(shingles, BANDS * ROWS, SEED)
    digests = np.array(matrix.to_rows(), np.uint64).reshape(len(shingles), BANDS, ROWS)
    mixed = (digests * _MIXERS).sum(axis=2, dtype=np.uint64)
    return np.asarray(((mixed ^ (mixed >> np.uint64(29))) >> np.uint64(16)).astype(np.uint32))


def group_sketches(bands: Bands, text_of: Callable[[int], str]) -> Indices:
    """Return for each sketch the index of the first one of its component; ``text_of`` is asked for proposed pairs."""
    roots = np.arange(len(bands), dtype=np.int64)
    hashed = lru_cache(maxsize=REMEMBERED)(lambda index: _hashed(text_of(index)))
    for band in range(bands.shape[1]):
        for left, right in _alike(bands[:, band]):
            _join(roots, hashed, *_untested(bands, band, roots, left, right))
    return roots


def likeness(one: str, other: str) -> float:
    """Return the share of shingles that two texts have in common, from 0 to 1."""
    return _jaccard(_hashed(one), _hashed(other))


def _alike(values: npt.NDArray[np.uint32]) -> Iterator[tuple[Indices, Indices]]:
    """Yield the pairs that agree in one band: neighbours first, then those two apart, and so on."""
    order = np.argsort(values, kind="stable")
    ranked = values[order]
    for step in range(1, min(WINDOW, len(values) - 1) + 1):
        same = np.flatnonzero(ranked[step:] == ranked[:-step])
        if not len(same):
            return
        yield order[same], order[same + step]


def _untested(bands: Bands, band: int, roots: Indices, left: Indices, right: Indices) -> tuple[list[int], list[int]]:
    """Leave out the pairs that are in one group already, and those that an earlier band has proposed."""
    apart = roots[left] != roots[right]
    left, right = left[apart], right[apart]
    kept = np.ones(len(left), np.bool_)
    for start in range(0, len(left), 100_000):
        part = slice(start, start + 100_000)
        kept[part] = ~(bands[left[part], :band] == bands[right[part], :band]).any(axis=1)
    return left[kept].tolist(), right[kept].tolist()


def _join(roots: Indices, hashed: Callable[[int], Hashes], left: list[int], right: list[int]) -> None:
    """Compare the pairs in full and join the groups of those that are alike, in place."""
    is_changed = False
    for one, other in zip(left, right, strict=True):
        first, second = sorted((_root(roots, one), _root(roots, other)))
        if first != second and _jaccard(hashed(one), hashed(other)) >= LIKENESS:
            roots[second] = first
            is_changed = True
    while is_changed:
        flat = roots[roots]
        is_changed = not np.array_equal(flat, roots)
        roots[:] = flat


def _root(roots: Indices, index: int) -> int:
    while (above := int(roots[index])) != index:
        index = above
    return index


def _jaccard(one: Hashes, other: Hashes) -> float:
    shared = len(np.intersect1d(one, other, assume_unique=True))
    return shared / ((len(one) + len(other) - shared) or 1)


def _hashed(text: str) -> Hashes:
    from rensa import RMinHash

    hashes: Any = RMinHash.hash_token_sets([_shingles(text)])
    return np.unique(np.array(hashes[0], np.uint64))


def _shingles(text: str) -> list[str]:
    return _runs(_words(text))


def _runs(words: list[str]) -> list[str]:
    """List the runs of three words; the second occurrence of one is not the first, and so on."""
    found = [f"{one} {two} {three}" for one, two, three in zip(words, words[1:], words[2:], strict=False)] or words
    if len(set(found)) == len(found):
        return found
    repeated = Counter(found)
    return [f"{run} {number}" if number else run for run, count in repeated.items() for number in range(count)]


def _words(text: str) -> list[str]:
    plain = (text if text.isascii() else unicodedata.normalize("NFKC", text)).casefold()
    if not plain.isascii():
        for mark in _MARKS:
            plain = plain.replace(mark, " ")
    if plain.isascii():  # five times as fast, and what most texts are but for these marks
        return plain.encode().translate(_ASCII).decode().split()
    return _WORD.findall(plain)


def _is_long(text: str) -> bool:
    return len(list(islice(_WORD.finditer(text), SHORTEST))) == SHORTEST


def _digest(words: list[str], text: str) -> bytes:
    """Hash the words of a text; one without words is itself. Lone surrogates do not stop it."""
    return hashlib.sha256((" ".join(words) or text).encode("utf-8", "surrogatepass")).digest()
