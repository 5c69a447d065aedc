"""Parse: raw text -> a document whose paragraphs have a role and a raw span.

The text is cut into blocks. The head is read from the top as long as lines are headlines, decks or stamps; the tail
from the bottom as long as lines are furniture, notices or credits; from what lies between, datelines, captions and
glued tags are taken off. That is repeated until nothing more is found, so that a text that was parsed once has nothing
left to find.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from operator import attrgetter

from pipelines.document import Document, Paragraph
from pipelines.parse.blocks import Block, split
from pipelines.parse.body import body, dissect
from pipelines.parse.density import densest, may_be_page
from pipelines.parse.head import head, readings
from pipelines.parse.header import crawler_date
from pipelines.parse.memory import REMEMBERED, by_text
from pipelines.parse.page import unfold
from pipelines.parse.sites import glued_title
from pipelines.parse.tail import closing, tail

__all__ = ["is_prose", "parse"]


def parse(raw: str) -> Document:
    """Label the paragraphs of a raw text. Pure; every raw character that is not blank lies in exactly one paragraph."""
    found, blocks = _unfolded(split(raw))
    while True:
        around, blocks = densest(blocks)
        below, blocks = tail(blocks)
        opening, blocks = head(raw, blocks, [*found, *around])
        inner, blocks = body(blocks)
        if not (around or below or opening or inner):
            break
        found += [*around, *opening, *inner, *below]
    found += [Paragraph("body", b.start, b.end) for b in blocks]
    return Document(raw, tuple(sorted(found, key=attrgetter("start", "end"))))


def is_prose(paragraphs: Sequence[str]) -> bool:
    """Tell for certain that parsing a text of these would find nothing but body; False where it has to be parsed."""
    if not all(map(_is_plain, paragraphs)):
        return False
    if may_be_page(paragraphs) or closing.said(paragraphs[-1]):
        return False
    return _opens_plainly.said(paragraphs[0])


@lru_cache(maxsize=REMEMBERED)
def _is_plain(paragraph: str) -> bool:
    """Tell whether a paragraph is one line, and body wherever it stands between others."""
    blocks = split(paragraph)
    if [block.text for block in blocks] != [paragraph] or len(paragraph.splitlines()) > 1:
        return False
    return unfold(blocks[0]) is None and dissect(blocks[0]) is None


@by_text
def _opens_plainly(block: Block) -> bool:
    return not any(readings(block)) and glued_title(block) is None and not crawler_date(block.text, block)


def _unfolded(blocks: list[Block]) -> tuple[list[Paragraph], list[Block]]:
    """Take apart the blocks that are whole pages flattened to one line."""
    found: list[Paragraph] = []
    rest: list[Block] = []
    for block in blocks:
        page = unfold(block)
        found += page[0] if page else []
        rest += page[1] if page else [block]
    return found, rest
