"""Stamps of which no list knows all the words: what can be read in them is read, and the rest is the site's own."""

from __future__ import annotations

import re
from collections.abc import Iterator

from pipelines.dates import ISO_DATE
from pipelines.document import Paragraph, Part
from pipelines.parse.blocks import Block, ends_sentence
from pipelines.parse.masthead import LONGEST_LINE, Masthead, item_pattern, masthead
from pipelines.parse.pagewords import stop_share
from pipelines.parse.sentences import sentence_ends

_FARTHEST_ITEM, _TOLD, _FEW = 420, 0.3, 6
_WORD_START = re.compile(r"(?:^|(?<=[\s|●·#—-]))(?=[A-Z\d\[【(])")


def loose_stamp(block: Block) -> Paragraph | None:
    """Recognise a line below a title that gives a full day and ends no sentence: a stamp, whatever else it says."""
    text = block.text
    if len(text) > LONGEST_LINE or ends_sentence(text) or not re.search(ISO_DATE, text):
        return None
    parts: list[Part] = []
    for word in re.finditer(r"(?<!\S)\S", text):
        if word.start() >= (parts[-1].end if parts else 0):
            parts += masthead(text, word.start()).parts
    found = tuple(Part(p.field, block.start + p.start, block.start + p.end) for p in parts)
    return Paragraph("stamp", block.start, block.end, "header-stamp", found) if parts else None


def resumed(text: str, start: int) -> Iterator[tuple[int, Masthead]]:
    """What else a page sets above its text, behind words that no list holds: before anything is told."""
    told = sentence_ends(text, start, min(len(text), start + _FARTHEST_ITEM))[0]
    position = start
    for word in _WORD_START.finditer(text, start, told):
        if word.start() < position:
            continue
        item, gap = item_pattern().match(text, word.start()), text[position : word.start()]
        if item is None or (len(gap.split()) > _FEW and stop_share(gap) >= _TOLD):
            continue
        found = masthead(text, word.start())
        if found.end > word.start() and _is_sure(item, found):
            yield word.start(), found
            position = found.end


def _is_sure(item: re.Match[str], found: Masthead) -> bool:
    """Tell an item that no sentence has: a label with its colon, a button in brackets or in a row, a long one."""
    surface = item.group()
    if item.lastgroup == "tool":
        return found.buttons > 1 or any(map(surface.__contains__, ":：[【(+")) or surface.count(" ") > 1
    return item.lastgroup in {"editors", "reporters", "outlet"} and surface.rstrip().endswith((":", "："))
