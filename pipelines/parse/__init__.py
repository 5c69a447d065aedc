"""Parse: raw text -> a document whose paragraphs have a role and a raw span.

The text is cut into blocks. The head is read from the top as long as lines are headlines, decks or stamps; the tail
from the bottom as long as lines are furniture, notices or credits; from what lies between, datelines, captions and
glued tags are taken off. That is repeated until nothing more is found, so that a text that was parsed once has nothing
left to find.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import filterfalse
from operator import itemgetter

from pipelines.document import Document, Paragraph
from pipelines.parse.articles import further_page, of_first
from pipelines.parse.blocks import START, TEXT, Block, split
from pipelines.parse.body import body, dissect, is_mere
from pipelines.parse.density import densest, may_be_page
from pipelines.parse.head import asks_title, head, may_be_glued
from pipelines.parse.header import crawler_date
from pipelines.parse.lined import may_be_lined, unfold_lines
from pipelines.parse.page import MIN_PAGE, taken_apart, unfold
from pipelines.parse.readings import readings
from pipelines.parse.sites import signed_title
from pipelines.parse.tail import closes, tail

__all__ = ["is_prose", "parse"]

_SPAN = itemgetter(*map(Paragraph._fields.index, ("start", "end")))


def parse(raw: str) -> Document:
    """Label the paragraphs of a raw text. Pure; every raw character that is not blank lies in exactly one paragraph."""
    lines = split(raw)
    dated = crawler_date(raw, lines[0]) if lines and len(lines[0].text) >= MIN_PAGE else None
    if dated:
        lines[0] = dated[1]
    texts = list(map(TEXT, lines))
    found, blocks = (unfold_lines(raw, lines) if may_be_lined(texts) else None) or _unfolded(lines)
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
    words = dict(zip(map(START, blocks), map(TEXT, blocks), strict=True))
    return Document(raw, of_first(sorted(found, key=_SPAN), words), words)


def _title(raw: str, paragraphs: Sequence[Paragraph]) -> str:
    """The first title among the paragraphs; empty where there is none."""
    return next((raw[p.start : p.end] for p in paragraphs if p.role == "title"), "") if paragraphs else ""


def is_prose(paragraphs: Sequence[str]) -> bool:
    """Tell for certain that parsing a text of these would find nothing but body; False where it has to be parsed."""
    return all(map(is_mere, paragraphs)) and _is_settled(paragraphs)


def _is_settled(lines: Sequence[str]) -> bool:
    """Tell for certain that no step would find anything in these lines; False where they have to be looked at."""
    if not lines:
        return True
    if not all(map(is_mere, lines)) and (any(map(dissect.said, lines)) or may_be_page(lines)):
        return False
    if closes(lines[-1]) or may_be_lined(lines):
        return False
    if may_be_glued(lines[0]) or any(readings.said(lines[0])):
        return False
    return len(lines) == 1 or not asks_title(*lines[:2])


def _unfolded(blocks: list[Block]) -> tuple[list[Paragraph], list[Block]]:
    """Take apart the blocks that are whole pages flattened to one line."""
    odd = [text for text in filterfalse(is_mere, map(TEXT, blocks)) if len(text) >= MIN_PAGE]
    if not any(map(taken_apart.said, odd)):
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
