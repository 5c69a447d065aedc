"""Shingles: the words of texts, their runs of three as numbers, and sketches of these.

All of it is done for some hundred texts at a time: words are told apart and hashed once, runs and repeats with numpy.
What becomes of a text depends on that text alone.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

SHORTEST = 20
"""Texts with fewer words are compared for equality only: there one word makes another statement."""

RUN = 3
"""Words of a shingle."""

BANDS, ROWS = 64, 4
BINS = BANDS * ROWS
"""Of pairs that share half of their shingles 98.4 % are proposed, with a word in ten changed (0.54) at least 99.6 %."""

TRIES = 64
BATCH = 500

Bands = npt.NDArray[np.uint32]
Indices = npt.NDArray[np.int64]
Hashes = npt.NDArray[np.uint64]

_IDEOGRAPH = "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\uac00-\ud7af"
_WORD = re.compile(f"[{_IDEOGRAPH}]|[^\\W_{_IDEOGRAPH}]+")
_MARKS = frozenset("“”‘’—–·•…\u00a0")
"""Signs that are part of no word and stand in texts that are plain ASCII otherwise."""
_PLAIN = bytes(ord(chr(sign).lower()) if sign < 128 and chr(sign).isalnum() else 32 for sign in range(256))
"""Each byte of such a text, in lower case where it is of a word, else a blank."""
_ASCII = bytes(range(128))
_MIXERS = np.array([0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9, 0x27D4EB2F165667C5], np.uint64)
_NUMBERED = np.uint64(0xD6E8FEB86659FD93)
_NOTHING = np.uint64(2**64 - 1)
_TO_BIN = np.uint64(64 - BINS.bit_length() + 1)


def _make_donors() -> npt.NDArray[np.int64]:
    """Say for each bin where to look when it is empty: at so many bins by chance, then at all of them in turn."""
    numbers = np.arange(1, TRIES * BINS + 1, dtype=np.uint64) * _MIXERS[0]
    numbers = (numbers ^ (numbers >> np.uint64(32))) * _MIXERS[1]
    turns = (np.arange(BINS)[:, None] + np.arange(BINS)) % BINS
    return np.concatenate([(numbers >> _TO_BIN).astype(np.int64).reshape(TRIES, BINS), turns])


_DONORS = _make_donors()


def fingerprints(texts: Sequence[str]) -> list[tuple[bytes | None, bytes | None]]:
    """Reduce each text to a digest of its words, equal for equal texts, and the bytes of its sketch.

    An empty text has no digest; one of fewer than ``SHORTEST`` words has no sketch.
    """
    found: list[tuple[bytes | None, bytes | None]] = []
    for start in range(0, len(texts), BATCH):
        part = texts[start : start + BATCH]
        words = _split(part)
        digests = map(_digest, pc.binary_join(words, " ").to_pylist(), part)
        is_long = pc.greater_equal(pc.list_value_length(words), SHORTEST)
        rows = iter(_sketched(*_shingles(words.filter(is_long))))
        found += [
            (digest, next(rows).tobytes() if long else None)
            for digest, long in zip(digests, is_long.to_pylist(), strict=True)
        ]
    return found


def _sketched(shingles: Hashes, ends: Indices) -> Bands:
    """Take the least shingle of each of some bins, as MinHash with one permutation does; four bins make a band.

    An empty bin takes what is in another one, which is chosen by the bin alone, so that texts that are alike agree.
    """
    count = len(ends) - 1
    cells = np.repeat(np.arange(count) * BINS, np.diff(ends)) + (shingles >> _TO_BIN).astype(np.int64)
    least = np.full(count * BINS, _NOTHING)
    np.minimum.at(least, cells, shingles)
    found = least.copy()
    empty = np.flatnonzero(least == _NOTHING)
    for donors in _DONORS:
        values = least[empty - empty % BINS + donors[empty % BINS]]
        is_found = values != _NOTHING
        found[empty[is_found]] = values[is_found]
        empty = empty[~is_found]
        if not len(empty):
            break
    mixed = (found.reshape(count, BANDS, ROWS) * _MIXERS).sum(axis=2, dtype=np.uint64)
    return np.asarray(((mixed ^ (mixed >> np.uint64(29))) >> np.uint64(16)).astype(np.uint32))


def hash_shingles(texts: Sequence[str]) -> list[Hashes]:
    """Return the shingles of texts as numbers, each once."""
    shingles, ends = _shingles(_split(texts))
    return [part.copy() for part in np.split(shingles, ends[1:-1])]


def _shingles(words: pa.ListArray) -> tuple[Hashes, Indices]:
    """Return the runs of three words of some texts as numbers, and where each text begins and ends among them.

    The second occurrence of a run is not the first, and so on. A text of fewer words has these for runs.
    """
    numbers = _numbered_words(words)
    lengths = np.diff(words.offsets.to_numpy().astype(np.int64))
    is_short = lengths < RUN
    counts = np.where(is_short, lengths, lengths - RUN + 1)
    ends = np.concatenate([[0], np.cumsum(counts)])
    starts = np.cumsum(lengths) - lengths
    places = np.arange(ends[-1]) + np.repeat(starts - ends[:-1], counts)
    padded = np.concatenate([numbers, np.zeros(RUN, np.uint64)])
    runs = padded[places]
    mixed = runs * _MIXERS[0] + padded[places + 1] * _MIXERS[1] + padded[places + 2] * _MIXERS[2]
    runs = np.where(np.repeat(is_short, counts), runs, mixed ^ (mixed >> np.uint64(31)))
    for start, end in zip(ends[:-1].tolist(), ends[1:].tolist(), strict=True):
        runs[start:end].sort()
    return _numbered(runs, ends), ends


def _numbered(runs: Hashes, ends: Indices) -> Hashes:
    """Tell apart the occurrences of a run in its text, where equal ones are neighbours."""
    is_repeated = np.concatenate([[False], runs[1:] == runs[:-1]])[: len(runs)]
    is_repeated[ends[:-1][ends[:-1] < len(runs)]] = False
    repeated = np.flatnonzero(is_repeated)
    if len(repeated):
        places = np.arange(len(runs))
        first = np.maximum.accumulate(np.where(is_repeated, 0, places))
        numbers = (places - first)[repeated].astype(np.uint64) * _NUMBERED
        runs[repeated] = (runs[repeated] ^ numbers) * _MIXERS[3]
    return runs


def _numbered_words(words: pa.ListArray) -> Hashes:
    """Hash each word, in the order in which they stand; the same ones once only."""
    from rensa import RMinHash

    encoded = words.flatten().dictionary_encode()
    hashes = RMinHash.hash_token_sets([encoded.dictionary.to_pylist()])[0]
    numbers: Hashes = np.array(hashes, np.uint64)[encoded.indices.to_numpy()]
    return numbers


def _split(texts: Sequence[str]) -> pa.ListArray:
    """Split texts into words, without case."""
    lined = pa.array([_lined(text) for text in texts], pa.string())
    words = pc.ascii_split_whitespace(lined)
    if pc.any(pc.equal(lined, "")).as_py():  # split, an empty text is one empty word
        words = pc.if_else(pc.equal(lined, ""), pa.scalar([], words.type), words)
    return words


def _lined(text: str) -> bytes:
    """Put blanks for all that is in no word; no blank begins or ends the text."""
    raw = text.encode("utf-8", "surrogatepass")
    odd = raw.translate(None, _ASCII)
    if not odd or _MARKS.issuperset(odd.decode("utf-8", "replace")):  # many times as fast, and what most texts are
        return raw.translate(_PLAIN).strip()
    return " ".join(_WORD.findall(unicodedata.normalize("NFKC", text).casefold())).encode()


def _digest(words: str, text: str) -> bytes | None:
    """Hash the words of a text; one without words is itself. Lone surrogates do not stop it."""
    return hashlib.sha256((words or text).encode("utf-8", "surrogatepass")).digest() if text else None
