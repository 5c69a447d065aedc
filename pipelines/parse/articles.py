"""Articles: where a second one begins in a text. Its words stay, but its day, place and people are not the first's."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from pipelines.document import Paragraph
from pipelines.parse.blocks import Block
from pipelines.parse.readings import readings

_LONG = 600
"""Characters of a text that is no lead."""


def of_first(paragraphs: Sequence[Paragraph], words: Mapping[int, str]) -> tuple[Paragraph, ...]:
    """The paragraphs round a text in order, what a second article says of itself without its parts.

    ``words`` are those of the paragraphs of the body, by their starts.
    """
    begin = _second(paragraphs, words)
    return tuple(paragraphs) if begin is None else tuple(_silent(p) if p.start >= begin else p for p in paragraphs)


def further_page(
    page: tuple[list[Paragraph], list[Block]], text: str, offset: int
) -> tuple[list[Paragraph], list[Block]]:
    """What is left of a whole page below another one: its headline is a line of the text."""
    found, rest = page
    titles = [Block(p.start, p.end, text[p.start - offset : p.end - offset]) for p in found if p.role == "title"]
    return [_silent(p) for p in found if p.role != "title"], sorted([*titles, *rest])


def _silent(paragraph: Paragraph) -> Paragraph:
    return paragraph._replace(parts=())


def _second(paragraphs: Sequence[Paragraph], words: Mapping[int, str]) -> int | None:
    """Where a second article begins: at a headline below a text and above a dateline, but for a stamp.

    The text above is signed too, or long: a short one may be the lead of the only article.
    """
    datelines = [p.start for p in paragraphs if p.role == "dateline"]
    if not datelines or not words or datelines[-1] < min(words):
        return None
    begin, told, is_signed = None, 0, False
    for start in sorted([*datelines, *words]):
        if start not in words:
            if begin is not None and (is_signed or told >= _LONG):
                return begin
            is_signed = True
            continue
        known, headline, _ = readings.said(words[start])
        if known is None or known.role != "stamp":
            begin = start if headline and told else None
            told += 0 if headline else len(words[start])
    return None
