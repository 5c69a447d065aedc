"""Parse: raw text -> a document whose paragraphs have a role and a raw span.

The text is cut into blocks. The head is read from the top as long as lines are headlines, decks or stamps; the tail
from the bottom as long as lines are furniture, notices or credits; from what lies between, datelines, captions and
glued tags are taken off. That is repeated until nothing more is found, so that a text that was parsed once has nothing
left to find.
"""

from __future__ import annotations

from pipelines.document import PARAGRAPH_BREAK, Document, Paragraph
from pipelines.parse.blocks import Block, split
from pipelines.parse.body import body, dissect
from pipelines.parse.density import densest
from pipelines.parse.head import head, readings
from pipelines.parse.header import crawler_date
from pipelines.parse.memory import by_text
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
    return Document(raw, tuple(sorted(found, key=lambda p: (p.start, p.end))))


def is_prose(text: str) -> bool:
    """Tell for certain that parsing the text would find nothing but body; False where it has to be parsed."""
    blocks = split(text)
    if PARAGRAPH_BREAK.join(block.text for block in blocks) != text:
        return False
    if not blocks or densest(blocks)[0] or closing(blocks[-1]) or not _opens_plainly(blocks[0]):
        return False
    return all(unfold(block) is None and dissect(block) is None for block in blocks)


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
