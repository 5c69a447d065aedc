"""Parse: raw text -> a document whose paragraphs have a role and a raw span.

The text is cut into blocks. The head is read from the top as long as lines are headlines, decks or stamps; the tail
from the bottom as long as lines are furniture, notices or credits; from what lies between, datelines, captions and
glued tags are taken off. That is repeated until nothing more is found, so that a text that was parsed once has nothing
left to find.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from itertools import repeat
from operator import itemgetter

from pipelines.document import Document, Paragraph
from pipelines.memory import remember
from pipelines.parse.articles import further_page, of_first
from pipelines.parse.blocks import END, START, TEXT, Block, is_line, split
from pipelines.parse.body import body, dissect
from pipelines.parse.density import densest, may_be_page
from pipelines.parse.head import asks_title, head, may_be_glued, readings
from pipelines.parse.header import crawler_date
from pipelines.parse.lined import may_be_lined, unfold_lines
from pipelines.parse.memory import REMEMBERED
from pipelines.parse.page import MIN_PAGE, taken_apart, unfold
from pipelines.parse.sites import signed_title
from pipelines.parse.tail import closing, glued_end, tail

__all__ = ["is_prose", "parse"]

_SPAN = itemgetter(*map(Paragraph._fields.index, ("start", "end")))
_made: Callable[[tuple[object, ...]], Paragraph] = partial(tuple.__new__, Paragraph)
"""Make a paragraph of its values at half the cost of naming them."""


def parse(raw: str) -> Document:
    """Label the paragraphs of a raw text. Pure; every raw character that is not blank lies in exactly one paragraph."""
    lines = split(raw)
    dated = crawler_date(raw, lines[0]) if lines and len(lines[0].text) >= MIN_PAGE else None
    if dated:
        lines[0] = dated[1]
    found, blocks = unfold_lines(raw, lines) or _unfolded(lines)
    found += dated[:1] if dated else ()
    title = _title(raw, found)
    while True:
        around, blocks = densest(blocks)
        below, blocks = tail(blocks)
        signed = frozenset([paragraph.end for paragraph in found if paragraph.role == "dateline"])
        opening, blocks = head(raw, blocks, title or _title(raw, around), signed)
        inner, blocks = body(blocks)
        taken = [*around, *opening, *inner, *below]
        title = title or _title(raw, taken)
        found += taken
        if not taken or _is_settled(list(map(TEXT, blocks))):
            break
    if not any(part.field == "outlet" for paragraph in found for part in paragraph.parts):
        found = [signed_title(raw, each) if each.role == "title" else each for each in found]
    starts = list(map(START, blocks))
    found += map(_made, zip(repeat("body"), starts, map(END, blocks), repeat(""), repeat(()), repeat(())))
    words = dict(zip(starts, map(TEXT, blocks), strict=True))
    return Document(raw, of_first(sorted(found, key=_SPAN), words), words)


def _title(raw: str, paragraphs: Sequence[Paragraph]) -> str:
    """The first title among the paragraphs; empty where there is none."""
    return next((raw[p.start : p.end] for p in paragraphs if p.role == "title"), "") if paragraphs else ""


def is_prose(paragraphs: Sequence[str]) -> bool:
    """Tell for certain that parsing a text of these would find nothing but body; False where it has to be parsed."""
    return all(map(_is_plain, paragraphs)) and _is_settled(paragraphs)


@remember(REMEMBERED)
def _is_plain(paragraph: str) -> bool:
    """Tell whether a paragraph is one line, and no whole page."""
    is_short = len(paragraph) < MIN_PAGE
    return is_line(paragraph) and (is_short or unfold(Block(0, len(paragraph), paragraph)) is None)


def _is_settled(lines: Sequence[str]) -> bool:
    """Tell for certain that no step would find anything in these lines; False where they have to be looked at."""
    if not lines:
        return True
    if (
        any(map(dissect.said, lines))
        or closing.said(lines[-1])
        or glued_end.said(lines[-1])
        or may_be_page(lines)
        or may_be_lined(lines)
    ):
        return False
    if may_be_glued(lines[0]) or any(readings.said(lines[0])):
        return False
    return len(lines) == 1 or not asks_title(*lines[:2])


def _unfolded(blocks: list[Block]) -> tuple[list[Paragraph], list[Block]]:
    """Take apart the blocks that are whole pages flattened to one line."""
    if not any(map(taken_apart.said, [text for text in map(TEXT, blocks) if len(text) >= MIN_PAGE])):
        return [], blocks
    pages = [unfold(block) for block in blocks]
    found: list[Paragraph] = []
    rest: list[Block] = []
    for block, page in zip(blocks, pages, strict=True):
        if page and found:
            page = further_page(page, block.text, block.start)  # noqa: PLW2901 - what is left of it
        found += page[0] if page else []
        rest += page[1] if page else [block]
    return found, rest
