"""Parse: raw text -> a document whose paragraphs have a role and a raw span.

The text is cut into blocks. The head is read from the top as long as lines are headlines, decks or stamps; the tail
from the bottom as long as lines are furniture, notices or credits; from what lies between, datelines, captions and
glued tags are taken off. That is repeated until nothing more is found, so that a text that was parsed once has nothing
left to find.
"""

from __future__ import annotations

from pipelines.document import Document, Paragraph
from pipelines.parse.blocks import Block, split
from pipelines.parse.body import body
from pipelines.parse.density import densest
from pipelines.parse.head import head
from pipelines.parse.page import unfold
from pipelines.parse.tail import tail

__all__ = ["parse"]


def parse(raw: str) -> Document:
    """Label the paragraphs of a raw text. Pure; every raw character that is not blank lies in exactly one paragraph."""
    found, blocks = _unfolded(split(raw))
    while True:
        around, blocks = densest(blocks)
        closing, blocks = tail(blocks)
        opening, blocks = head(raw, blocks, [*found, *around])
        inner, blocks = body(blocks)
        if not (around or closing or opening or inner):
            break
        found += [*around, *opening, *inner, *closing]
    found += [Paragraph("body", b.start, b.end) for b in blocks]
    return Document(raw, tuple(sorted(found, key=lambda p: (p.start, p.end))))


def _unfolded(blocks: list[Block]) -> tuple[list[Paragraph], list[Block]]:
    """Take apart the blocks that are whole pages flattened to one line."""
    found: list[Paragraph] = []
    rest: list[Block] = []
    for block in blocks:
        page = unfold(block)
        found += page[0] if page else []
        rest += page[1] if page else [block]
    return found, rest
