"""Sentences: where a running text can be cut, respecting abbreviations, initials and decimals."""

from __future__ import annotations

import re

_STOP = re.compile(r"[.!?。！？]['\"”’)\]]{0,2}\s*(?=[\"“‘'(\[A-Z0-9—–-]|$)")
_ABBREVIATION = re.compile(
    r"(?:\b(?:"
    r"Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept|Sep|Oct|Nov|Dec|Mr|Mrs|Ms|Dr|Prof|Gen|"
    r"Col|Lt|Sgt|Gov|Sen|Rep|St|No|Nos|vs|etc|Inc|Ltd|Co|Corp|Jr|Sr|cf|al|approx|est|Fig|Vol)|(?<![A-Za-z])[A-Za-z])\.$"
)


def sentence_ends(text: str, start: int = 0, end: int | None = None) -> list[int]:
    """Return the offsets right behind each sentence of ``text[start:end]``, without blanks; the last is the end."""
    stop = len(text) if end is None else end
    ends = []
    for match in _STOP.finditer(text, start, stop):
        mark = match.start() + 1
        blank = match.group()[-1:].isspace() or match.end() == stop
        if blank and not _ABBREVIATION.search(text, max(start, mark - 8), mark):
            ends.append(match.start() + len(match.group().rstrip()))
    tail = start + len(text[start:stop].rstrip())
    return ends if ends and ends[-1] >= tail else [*ends, tail]


def sentence_spans(text: str, start: int, end: int) -> list[tuple[int, int]]:
    """Cut ``text[start:end]`` into sentence spans without the blanks around them."""
    spans, position = [], start
    for stop in sentence_ends(text, start, end):
        while position < stop and text[position].isspace():
            position += 1
        if position < stop:
            spans.append((position, stop))
        position = stop
    return spans
