"""Whole web pages that came line by line: a dense core of sentences among the many short lines of the site.

No line of a menu can be told from a sub-heading alone, but its neighbours tell: every line gets a weight (sentences
for, stubs against, the more the longer their run), and the heaviest stretch of lines is the text. Two things narrow it:
the title of the page, which stands again above the text, and the stamp below that title. All of this is done only where
several lines are nothing but words of a site, and all such lines go; so what remains is never taken for a page again.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import filterfalse

from pipelines.document import Paragraph
from pipelines.parse.blocks import TEXT, Block, ends_sentence, stems
from pipelines.parse.body import is_mere
from pipelines.parse.pagewords import (
    is_bidding,
    is_caption,
    is_cut,
    is_head,
    is_headlined,
    is_promotion,
    is_site_line,
    is_stamp,
    plain,
    stamp_parts,
    stop_share,
)

_MIN_SITE_LINES = 3
_MIN_STUBS = 10
_MIN_STUB_SHARE = 0.2
_MIN_TEXT = 60
"""Words of prose below which a stretch of lines is no text."""

_WEIGHTS = {"site": -10, "head": -30, "promotion": -15, "caption": -3, "item": 1}
_MAX_WEIGHT = 60
_LONE_STUB, _STUB_IN_RUN = -4, -9
_RUN = 3
_MAX_RUN_INSIDE = 5
_HEADER_LINES = 20
_SUFFIX = re.compile(r"\s+(?:-{1,3}|–|—|\||»|::|·|•)\s+")
_ITEM = re.compile(r"[\d,;:–—]")
_KINDS = (
    ("site", lambda text, _: is_site_line(text)),
    ("cut", is_cut),
    ("head", is_head),
    ("caption", is_caption),
    ("promotion", is_promotion),
    ("item", lambda text, words: text[0] in "—–" and words >= 2),
)
"""The kinds that a line shows by its words alone; the first that holds is taken."""

_GONE = frozenset({"site", "head", "promotion", "caption", "cut", "symbol"})


@dataclass(slots=True)
class _Line:
    """A block with the number of its words and the kind of line that it is."""

    block: Block
    words: int
    kind: str
    plain: str


def densest(blocks: Sequence[Block]) -> tuple[list[Paragraph], list[Block]]:
    """Take the site off a page that came line by line; nothing is found where the lines are no such page."""
    if not may_be_page(list(map(TEXT, blocks))):
        return [], list(blocks)
    lines = [_line(block) for block in blocks]
    if not _is_page(lines):
        return [], list(blocks)
    _mark_items(lines)
    _mark_repeats(lines)
    anchors = _anchors(lines)
    core = _core(lines, anchors)
    if core is None:
        return [], list(blocks)
    anchor = max((a for a in anchors if a < core[1] and _prose(lines, core[0], a) < _MIN_TEXT), default=None)
    start = _below_stamp(lines, max(core[0], -1 if anchor is None else anchor + 1), core[1], anchor)
    kept = _kept(lines, start, core[1])
    found = list(_labelled(lines, kept, anchor, start))
    return found, [line.block for i, line in enumerate(lines) if i in kept]


def may_be_page(texts: Sequence[str]) -> bool:
    """Tell at little cost whether lines are worth a closer look: there are many, and some are surely of a site."""
    return len(texts) >= _MIN_STUBS and sum(map(is_site_line, {*filterfalse(is_mere, texts)})) >= _MIN_SITE_LINES - 1


def _line(block: Block) -> _Line:
    text = block.text
    words = len(text.split())
    return _Line(block, words, _kind(text, words), plain(text))


def _kind(text: str, words: int) -> str:
    if len(text) < 3 or (words <= 3 and not any(c.isalpha() for c in text)):
        return "symbol"
    for kind, holds in _KINDS:
        if holds(text, words):
            return kind
    if is_headlined(text):
        return "stub"
    ended = ends_sentence(text) and not text.endswith(("…", "..."))
    share = stop_share(text)
    if words >= 12 and share >= (0.15 if ended else 0.3):
        return "prose"
    return "sentence" if ended and words >= 4 and (share > 0 or words < 12) else "stub"


def _is_page(lines: Sequence[_Line]) -> bool:
    """Tell whether the lines are a whole page: lines of a site, many stubs, and prose among them."""
    sites = {line.plain for line in lines if line.kind == "site"}
    stubs = sum(1 for line in lines if line.kind not in ("prose", "sentence"))
    enough = stubs >= max(_MIN_STUBS, _MIN_STUB_SHARE * len(lines))
    needed = _MIN_SITE_LINES - bool(_anchors(lines))
    return len(sites) >= needed and enough and _prose(lines, 0, len(lines)) >= _MIN_TEXT


def _prose(lines: Sequence[_Line], start: int, end: int) -> int:
    return sum(line.words for line in lines[start:end] if line.kind in ("prose", "sentence"))


def _mark_items(lines: Sequence[_Line]) -> None:
    """Stubs that a sentence with a colon announces, and that have numbers or commas, are a list of the text."""
    announced = False
    for line in lines:
        if line.kind in ("prose", "sentence") or (line.words >= 5 and line.kind == "stub" and not announced):
            announced = line.block.text.endswith((":", "："))
        elif announced and line.kind == "stub" and _ITEM.search(line.block.text):
            line.kind = "item"
        else:
            announced = False


def _mark_repeats(lines: Sequence[_Line]) -> None:
    """Whole lines of some length that the page has twice are captions, decks and teasers, not sentences of a text."""
    counts = Counter(line.plain for line in lines)
    for line in lines:
        often = counts[line.plain]
        if line.kind not in ("site", "item") and (often > 2 or (often == 2 and line.words >= 6)):
            line.kind = "caption"


def _anchors(lines: Sequence[_Line]) -> list[int]:
    """The lines that repeat the title, which opens the page with or without the name of the site behind it."""
    text = lines[0].block.text[:400]
    titles = [text, *(text[: m.start()] for m in list(_SUFFIX.finditer(text))[-3:])]
    wanted = {plain(title) for title in titles if len(title.split()) >= 3}
    bags = [bag for bag in map(stems, titles) if len(bag) >= 4]
    return [i for i, line in enumerate(lines) if i and (line.plain in wanted or _resembles(line, bags))]


def _resembles(line: _Line, bags: Sequence[set[str]]) -> bool:
    if line.words > 30 or not bags:
        return False
    own = stems(line.block.text)
    return any(len(own & bag) >= 0.8 * max(len(own), len(bag)) for bag in bags)


def _weights(lines: Sequence[_Line]) -> Iterator[int | None]:
    """The weight of every line; None where no text goes on, as at the first comment of a reader."""
    runs = _runs(lines)
    since = 0
    for line, run in zip(lines, runs, strict=True):
        if line.kind in ("prose", "sentence"):
            since += line.words
            yield min(line.words, _MAX_WEIGHT)
        elif line.kind == "cut" or (line.kind == "site" and is_cut(line.block.text, line.words)):
            yield None if since >= _MIN_TEXT else _WEIGHTS["site"]
            since = 0
        else:
            yield _WEIGHTS.get(line.kind, _LONE_STUB if run < _RUN else _STUB_IN_RUN)


def _runs(lines: Sequence[_Line]) -> list[int]:
    """For every line, how many stubs and lines of the site stand together there."""
    lengths = [0] * len(lines)
    start = 0
    for i in range(len(lines) + 1):
        if i == len(lines) or lines[i].kind in ("prose", "sentence", "item"):
            lengths[start:i] = [i - start] * (i - start)
            start = i + 1
    return lengths


def _core(lines: Sequence[_Line], anchors: Sequence[int]) -> tuple[int, int] | None:
    """The stretch of lines that is the text: the first one of weight, below the title where it stands again."""
    stretches = _stretches(list(_weights(lines)))
    best = max((weight for weight, _, _ in stretches), default=0)
    if best < _MIN_TEXT:
        return None
    titled = [s for s in stretches if anchors and s[2] > anchors[0] + 1 and s[0] >= max(_MIN_TEXT, 0.1 * best)]
    wanted = titled or [s for s in stretches if s[0] >= 0.3 * best]
    return wanted[0][1], wanted[0][2]


def _stretches(weights: Sequence[int | None]) -> list[tuple[int, int, int]]:
    """The heaviest stretch between each two cuts, as (weight, start, end)."""
    found: list[tuple[int, int, int]] = []
    best, start, total = (0, 0, 0), 0, 0
    for i, weight in enumerate([*weights, None]):
        if weight is None:
            found += [best] if best[0] else []
            best, start, total = (0, 0, 0), i + 1, 0
            continue
        if total <= 0:
            start, total = i, 0
        total += weight
        if total > best[0]:
            best = (total, start, i + 1)
    return found


def _below_stamp(lines: Sequence[_Line], start: int, end: int, anchor: int | None) -> int:
    """Begin the text below the last stamp or byline that stands close to its beginning."""
    top = start if anchor is None else anchor
    for i in range(min(end, top + _HEADER_LINES) - 1, start - 1, -1):
        if _is_stamp(lines[i]) and _prose(lines, start, i) < _MIN_TEXT:
            return i + 1
    return start


def _is_stamp(line: _Line) -> bool:
    return line.kind in ("stub", "sentence", "item", "site") and is_stamp(line.block.text)


def _kept(lines: Sequence[_Line], start: int, end: int) -> set[int]:
    """The lines of the core that are text: sentences, lone headings and announced lists."""
    kept: set[int] = set()
    skipping = False
    runs = _runs(lines)
    for i in range(start, end):
        line = lines[i]
        if line.kind == "promotion" and _is_told(lines, i):
            kept.add(i)
        elif line.kind in _GONE:
            skipping = skipping or is_head(line.block.text, line.words)
        elif line.kind == "stub":
            if not skipping and runs[i] <= _MAX_RUN_INSIDE:
                kept.add(i)
        else:
            skipping = False
            kept.add(i)
    return kept


def _is_told(lines: Sequence[_Line], i: int) -> bool:
    """Tell whether a line that speaks of newsletters or cookies does so as part of the text around it."""
    text = lines[i].block.text
    around = {line.kind for line in lines[max(0, i - 1) : i + 2 : 2]}
    return around == {"prose"} and ends_sentence(text) and not is_bidding(text)


def _labelled(lines: Sequence[_Line], kept: set[int], anchor: int | None, start: int) -> Iterator[Paragraph]:
    """Label what is not kept: the title, the stamps between it and the text, and the chrome."""
    first = start - _HEADER_LINES if anchor is None else anchor
    for i, line in enumerate(lines):
        block = line.block
        if i in kept:
            continue
        if i == anchor:
            yield block.paragraph("title", "header-title")
        elif i == 0 and anchor is None and line.kind not in {"site", "head", "symbol"}:
            yield from _top(block)
        elif first <= i < start and _is_stamp(line):
            yield Paragraph("stamp", block.start, block.end, "header-stamp", stamp_parts(block))
        else:
            yield block.paragraph("chrome", "site-chrome")


def _top(block: Block) -> Iterator[Paragraph]:
    """The first line where the title stands only once: the title, and the name of the site behind it."""
    suffixes = list(_SUFFIX.finditer(block.text[:400]))
    if not suffixes:
        yield block.paragraph("title", "header-title")
        return
    end = block.start + suffixes[-1].start()
    yield Paragraph("title", block.start, end, "header-title")
    yield Paragraph("chrome", block.start + suffixes[-1].end(), block.end, "site-chrome")
