"""Word diff: which words of a text went and which came, found between its common beginning and end."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from rapidfuzz.distance import Indel

TOKEN = re.compile(r"\s+|[\w’'-]+|[^\w\s]")
CONTEXT = 8
"""Words that are kept on each side of a change; longer runs of equal words are cut to these."""

MOST_WORDS = 20_000
"""Words between the common ends beyond which a text counts as replaced: the comparison is quadratic at worst."""


@dataclass(frozen=True, slots=True)
class Hunk:
    """A piece of a text: ``op`` is ``=`` (both sides), ``-`` (went), ``+`` (came), ``~`` (so many equal words cut)."""

    op: str
    text: str


def diff_words(old: str, new: str, context: int = CONTEXT) -> list[Hunk]:
    """Return the pieces that lead from one text to the other, long equal runs cut to some words of context.

    With a negative ``context`` nothing is cut: the pieces ``=`` and ``-`` are the old text, ``=`` and ``+`` the new.
    """
    start = _common_start(old, new)
    end = _common_end(old[start:], new[start:])
    before, after = (TOKEN.findall(side[start : len(side) - end]) for side in (old, new))
    hunks = [Hunk("=", old[:start]), *_middle(before, after), Hunk("=", old[len(old) - end :])]
    merged = list(_merged(hunks))
    return merged if context < 0 else list(_cut(merged, context))


def _common_start(old: str, new: str) -> int:
    """Return how many characters both begin with, up to the end of a word."""
    low, high = 0, min(len(old), len(new))
    while low < high:  # comparing slices is a copy and a memory comparison: far quicker than sign by sign
        middle = (low + high + 1) // 2
        low, high = (middle, high) if old[low:middle] == new[low:middle] else (low, middle - 1)
    if low == len(old) == len(new):
        return low
    low -= 1
    while low > 0 and not (old[low].isspace() and not old[low - 1].isspace()):
        low -= 1
    return max(low, 0)


def _common_end(old: str, new: str) -> int:
    """Return how many characters both end with, from the blank before a word."""
    low, high = 0, min(len(old), len(new))
    while low < high:
        middle = (low + high + 1) // 2
        same = old[len(old) - middle : len(old) - low] == new[len(new) - middle : len(new) - low]
        low, high = (middle, high) if same else (low, middle - 1)
    low -= 1
    while low > 0 and not (old[-low].isspace() and not old[-low - 1].isspace()):
        low -= 1
    return max(low, 0)


def _middle(before: Sequence[str], after: Sequence[str]) -> list[Hunk]:
    if not before or not after or len(before) + len(after) > MOST_WORDS:
        return [Hunk("-", "".join(before)), Hunk("+", "".join(after))]
    hunks: list[Hunk] = []
    gone, come = "", ""
    for step in Indel.opcodes(before, after):
        was, now = "".join(before[step.src_start : step.src_end]), "".join(after[step.dest_start : step.dest_end])
        # A lone blank or mark between two changes is read more easily as part of one change.
        if step.tag == "equal" and not (was.isspace() and (gone or come)):
            hunks += [Hunk("-", gone), Hunk("+", come), Hunk("=", was)]
            gone, come = "", ""
        else:
            gone, come = gone + was, come + now
    return [*hunks, Hunk("-", gone), Hunk("+", come)]


def _merged(hunks: Iterable[Hunk]) -> Iterator[Hunk]:
    """Join neighbours of one kind, and leave empty ones out."""
    for op, group in groupby((hunk for hunk in hunks if hunk.text), key=lambda hunk: hunk.op):
        yield Hunk(op, "".join(hunk.text for hunk in group))


def _cut(hunks: Sequence[Hunk], context: int) -> Iterator[Hunk]:
    """Cut equal runs to some words beside each change, and say how many words were left out."""
    for index, hunk in enumerate(hunks):
        tokens = TOKEN.findall(hunk.text) if hunk.op == "=" else []
        head = 2 * context if index > 0 else 0
        tail = 2 * context if index < len(hunks) - 1 else 0
        if hunk.op != "=" or len(tokens) <= head + tail + 4:
            yield hunk
            continue
        middle = "".join(tokens[head : len(tokens) - tail])
        left_out = len(middle.split())
        yield from (
            Hunk(op, text)
            for op, text in (
                ("=", "".join(tokens[:head])),
                ("~", str(left_out)),
                ("=", "".join(tokens[len(tokens) - tail :])),
            )
            if text
        )
