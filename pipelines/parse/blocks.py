"""Blocks: the lines of a raw text as spans without their outer blanks, and what can be told from one line alone."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import partial
from itertools import accumulate, chain, compress, islice, pairwise
from operator import add, itemgetter
from typing import NamedTuple

from pipelines.document import Paragraph
from pipelines.memory import remember

NEIGHBOURS = 2_000
"""Lines that are remembered at most with the blanks round them."""

_EDGE = " \t\u00a0\u3000\ufeff\u200b\u2060\x00"
_FINAL = re.compile(r"[.!?。！？…;:；：](?:['\"”’)\]]*|(?<=[a-z].)\d{1,2})$")
_FINAL_BEFORE_BRACKET = re.compile(r"[.!?。！？][\"”’]?\s{0,2}[(（][^()（）]{2,120}[)）]$")
_WORD = re.compile(r"[^\W\d_][\w'’-]*")


_LINK = re.compile(
    r"(?<![\w'’-])(?:the|a|an|of|and|or|to|in|on|at|by|for|with|from|than|that|which|its|their|his|is|are|was)$"
)
_OPEN_ENDS = frozenset("abcdefghijklmnopqrstuvwxyz,-")


class Block(NamedTuple):
    """One line of the raw text: its span and its words as they stand there."""

    start: int
    end: int
    text: str

    def paragraph(self, role: str, layout: str = "") -> Paragraph:
        """Label the whole block."""
        return Paragraph(role, self.start, self.end, layout)


START, END, TEXT = map(itemgetter, range(3))
"""Read off all blocks of a text in a row, these take half the time of the names."""
_made: Callable[[tuple[int, int, str]], Block] = partial(tuple.__new__, Block)
"""Make a block of its values at half the cost: a text has some dozens, and little else is done for most of them."""


def split(raw: str) -> list[Block]:
    """Cut the raw text into paragraphs: its non-blank lines, or runs of lines where the text was wrapped.

    Blanks and invisible marks at the edges of a paragraph stay out of it.
    """
    lines, pairs = _lines(raw)
    if not pairs:
        return lines
    is_wrapped = _is_wrapped(pairs)
    broken = [above.text[-1] in _OPEN_ENDS and _goes_on(above.text, below.text) for above, below in pairs]
    if not is_wrapped and not any(broken):
        return lines
    runs = _runs(lines, pairs)
    if not is_wrapped:
        runs = [part for run in runs for part in _parted(run)]
    return [
        run[0] if len(run) == 1 else Block(run[0].start, run[-1].end, raw[run[0].start : run[-1].end]) for run in runs
    ]


def _runs(lines: list[Block], pairs: list[tuple[Block, Block]]) -> list[list[Block]]:
    """Group the lines that no blank line parts; ``pairs`` are all such neighbours."""
    joined = {second.start for _, second in pairs}
    runs: list[list[Block]] = []
    for line in lines:
        if line.start in joined:
            runs[-1].append(line)
        else:
            runs.append([line])
    return runs


def _parted(run: list[Block]) -> list[list[Block]]:
    """Part a run of lines, but not where a line surely goes on in the next one."""
    parts = [run[:1]]
    for above, below in pairwise(run):
        if _goes_on(above.text, below.text):
            parts[-1].append(below)
        else:
            parts.append([below])
    return parts


def _goes_on(above: str, below: str) -> bool:
    """Tell whether a line breaks off amid a sentence: at a word with which nothing ends, or amid a word."""
    if above[-1] not in _OPEN_ENDS or len(above) < MIN_WIDTH or not (below[0].islower() or below[0].isdigit()):
        return False
    if above[-1].isalpha():
        return _LINK.search(above[-9:]) is not None
    return below[0].islower() and (above[-1] == "," or above[-2:-1].islower())


def _is_wrapped(pairs: list[tuple[Block, Block]]) -> bool:
    """Tell whether line ends were set by a width: lines are alike in length and most break off amid a sentence."""
    if len(pairs) < MIN_WRAPPED:
        return False
    widths = [len(above.text) for above, _ in pairs]
    if max(widths) > MAX_WIDTH or sorted(widths)[len(widths) // 2] < MIN_WIDTH:
        return False
    amid = sum(not ends_sentence(above.text) for above, _ in pairs)
    low = sum(below.text[0].islower() for _, below in pairs)
    return 10 * amid >= 6 * len(pairs) and 10 * low >= 4 * len(pairs)


def _lines(raw: str) -> tuple[list[Block], list[tuple[Block, Block]]]:
    """The lines that are not blank, and the neighbours among them that a single line feed parts."""
    widths, leads, ends, texts = zip(*chain.from_iterable(map(_trimmed, raw.split("\n"))), strict=True)
    offsets = list(accumulate(widths, initial=0))
    spans = zip(map(add, offsets, leads), map(add, offsets, ends), texts, strict=False)
    lines = list(map(_made, compress(spans, texts)))
    if not any(compress(texts, texts[1:])):
        return lines, []
    numbered = pairwise(zip(compress(range(len(texts)), texts), lines, strict=True))
    return lines, [(above, below) for (first, above), (second, below) in numbered if second == first + 1]


@remember(NEIGHBOURS)
def _trimmed(piece: str) -> tuple[tuple[int, int, int, str], ...]:
    """The lines up to a line feed, and blanks between them, each as: the way to the next one, where its words begin and
    end, and the words. Other line ends part lines too, but no line in such a piece is the neighbour of another.
    """
    found: list[tuple[int, int, int, str]] = []
    position = 0
    lines = piece.splitlines()
    wholes = lines if lines == [piece] else piece.splitlines(keepends=True)
    for line, whole in zip(lines, wholes, strict=True):
        body = line.strip(_EDGE).strip()
        if body.strip(_EDGE):
            start = position + line.index(body)
            found += [(0, 0, 0, "")] * bool(found)
            found.append((0, start, start + len(body), body))
        position += len(whole)
    _, start, end, body = found.pop() if found else (0, 0, 0, "")
    return (*found, (len(piece) + 1, start, end, body))


def is_line(text: str) -> bool:
    """Tell whether a text is one line and no blanks round it."""
    return text != "" and "\n" not in text and _trimmed(text) == ((len(text) + 1, 0, len(text), text),)


def ends_sentence(text: str) -> bool:
    """Tell whether the line ends as a sentence ends, closing quotation marks and brackets included."""
    return _FINAL.search(text[-8:]) is not None or _FINAL_BEFORE_BRACKET.search(text[-160:]) is not None


MAX_HEADLINE_WORDS = 40
MIN_WRAPPED, MIN_WIDTH, MAX_WIDTH = 3, 45, 130
"""A text counts as wrapped from three broken lines on, of 45 (half of them) to 130 characters (all of them)."""


def is_headline(block: Block) -> bool:
    """Tell whether a line can be a headline: words, not too many of them, and no end of a sentence."""
    if not _looks_set(block.text) or ends_sentence(block.text):
        return False
    return 2 <= len(list(islice(_WORD.finditer(block.text), MAX_HEADLINE_WORDS + 1))) <= MAX_HEADLINE_WORDS


def _looks_set(text: str) -> bool:
    return text[:1] not in "(（>•·-*|" and text[-1:] not in ",，、"


def word_count(text: str) -> int:
    """Count the words of a line; numbers do not count."""
    return len(_WORD.findall(text))


def stems(text: str) -> set[str]:
    """Reduce a line to the first five letters of its words, so that two renderings of one headline can be compared."""
    return {w.group().lower()[:5] for w in _WORD.finditer(text) if len(w.group()) > 3}
