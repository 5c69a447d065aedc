"""The opening part of a text, read from the top down: crawler date, headline, deck, stamp, first headline."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from itertools import takewhile

from pipelines.document import Paragraph
from pipelines.parse.blocks import Block, is_headline
from pipelines.parse.credits import caption, credit_line
from pipelines.parse.dateline import ORIGINAL_LABEL, dateline
from pipelines.parse.header import crawler_date, original_title, stamp
from pipelines.parse.memory import REMEMBERED, by_text, laid
from pipelines.parse.sites import glued_title
from pipelines.parse.sites import title as labelled_title

LONGEST_RUN = 3
"""A title and two decks: where more lines than that end no sentence, they are no headlines."""


def head(raw: str, blocks: list[Block], before: Iterable[Paragraph]) -> tuple[list[Paragraph], list[Block]]:
    """Take the opening lines off; return their paragraphs in order, and the blocks that remain.

    ``before`` are the paragraphs that are known already: a headline after the title is a deck.
    """
    found: list[Paragraph] = []
    rest = list(blocks)
    title = next((raw[p.start : p.end] for p in before if p.role == "title"), "")
    while rest:
        may_be_glued = _may_be_glued(rest[0].text)
        glued = may_be_glued and (
            crawler_date(raw, rest[0]) or (original_title(rest[0], title) if title else glued_title(rest[0]))
        )
        if glued:
            found.append(glued[0])
            title = title or (raw[glued[0].start : glued[0].end] if glued[0].role == "title" else "")
            rest[:1] = [glued[1]] if glued[1] and glued[1].text else []
            continue
        paragraph = _opening(rest, title)
        if paragraph is None:
            break
        title = title or (rest[0].text if paragraph.role == "title" else "")
        found.append(paragraph)
        rest.pop(0)
    return found, rest


@lru_cache(maxsize=REMEMBERED)
def _may_be_glued(text: str) -> bool:
    """Tell whether anything else than an opening line could stand in a line: a glued date or title, a label."""
    block = Block(0, len(text), text)
    known = crawler_date(text, block) or ORIGINAL_LABEL.match(text) or glued_title(block)
    return known is not None


def _is_wrapped(blocks: list[Block]) -> bool:
    """Tell a line of a text with hard line ends from a headline: it goes on, or has gone on, in lower case."""
    return any(block.text[:1].islower() for block in blocks[:2])


def _run(blocks: list[Block]) -> int:
    """How many lines from the top on could be headlines; verse and lists run on, and headlines need a text below."""
    return sum(1 for _ in takewhile(lambda block: readings.said(block.text)[1], blocks[: LONGEST_RUN + 1]))


def _opening(blocks: list[Block], title: str) -> Paragraph | None:
    """What the first block opens the text as, which depends on what stands below it where it could be a headline."""
    found, headline, deck = readings.said(blocks[0].text)
    if headline and _run(blocks) <= min(LONGEST_RUN, len(blocks) - 1) and not _is_wrapped(blocks):
        found = deck if title else headline
    there: Paragraph | None = laid(found, blocks[0].start)
    return there


@by_text
def readings(block: Block) -> tuple[Paragraph | None, Paragraph | None, Paragraph | None]:
    """What an opening line can be: something known by itself, a headline, a deck."""
    known = stamp(block) or caption(block) or credit_line(block)
    if known or not is_headline(block) or dateline(block):
        return known, None, None
    return None, labelled_title(block), labelled_title(block, "subtitle", "header-deck")
