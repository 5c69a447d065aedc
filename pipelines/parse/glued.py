"""Headlines that run into their stamp, or into a dateline of a paper, on the line that the text goes on in."""

from __future__ import annotations

import re
from functools import cache
from itertools import islice

from pipelines.document import Paragraph, shifted
from pipelines.parse.blocks import Block, is_headline, word_count
from pipelines.parse.dateline import dateline
from pipelines.parse.masthead import masthead
from pipelines.parse.memory import by_text
from pipelines.parse.outlets import named
from pipelines.parse.pagewords import stop_share
from pipelines.parse.sentences import sentence_ends
from pipelines.parse.stamps import is_full, stamps

_FARTHEST, _MIN_TITLE, _MIN_WORDS, _MOST_PAPERS = 320, 12, 4, 6
_DIGIT = re.compile(r"\d")
_LEAST_TEXT, _PROSE = 120, 0.3
_GOES_ON = re.compile(
    r"(?:[,;:(–—-]|\b(?:on|at|in|of|by|to|from|for|with|since|until|till|before|after|around|about|the|a|an|and|or|as|"
    r"between|through|dated|day|is|was|were|are|than|its|their|his|her|our|this|that|morning|evening|afternoon))$",
    re.IGNORECASE,
)
"""What a sentence goes on from with a day, and no headline ends with."""
_YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")
_OPENS = re.compile(r"\s*[\"“'‘(\[【]?[A-Z\d]")


def before_stamp(text: str) -> int | None:
    """Where a headline ends before the stamp that follows it on its line; None where there is none."""
    if not _YEAR.search(text, _MIN_TITLE, _FARTHEST):
        return None
    stamped = next(stamps(text, _MIN_TITLE, _FARTHEST), None)
    if stamped is None:
        return None
    place, found = stamped
    end = _signed(text, place)
    is_stamp = end < place or is_full(text, place, found)
    return end if is_stamp and _is_title(text[:end]) and _is_followed(text, found.end) else None


def before_dateline(text: str) -> int | None:
    """Where a headline ends before the dateline of a paper that follows it on its line; None where there is none."""
    if "(" not in text[:_FARTHEST]:
        return None
    for paper in islice(_paper().finditer(text, _MIN_TITLE, _FARTHEST), _MOST_PAPERS):
        start = paper.start("paper")
        if dateline.said(text[start:]) and _is_title(text[:start]):
            return start
    return None


@by_text
def glued_stamp(block: Block) -> tuple[Paragraph, Block] | None:
    """Recognise a stamp that runs into the text below a headline; return it and the rest."""
    found = masthead(block.text, 0) if _DIGIT.search(block.text) else None
    if not found or not found.names("published_date") or not _is_prose(block.text, found.end):
        return None
    if not (found.parts[0].field == "outlet" or is_full(block.text, 0, found)):
        return None
    rest = block.text[found.end :].lstrip()
    stamp = shifted(Paragraph("stamp", 0, found.end, "header-stamp", found.parts), block.start)
    return stamp, Block(block.end - len(rest), block.end, rest)


_BEFORE = r"(?:(?:^|(?<=\s))[^A-Z\W](?:[\w'’%]|-(?![A-Z]))*[?!\"”]? |(?<=[?!\"”]) )"
"""A word that is no part of a name, or the end of a headline."""


@cache
def _paper() -> re.Pattern[str]:
    return re.compile(rf"{_BEFORE}(?P<paper>{named()})(?![\w'’-])")


@cache
def _sign() -> re.Pattern[str]:
    return re.compile(rf"{_BEFORE}(?P<paper>{named()})[\s|,·]*$")


def _signed(text: str, place: int) -> int:
    """Where the paper begins that stands before a day, else the day's place."""
    sign = _sign().search(text[:place])
    return sign.start("paper") if sign else place


def _is_title(text: str) -> bool:
    title = text.rstrip(" |/·>-–—")
    is_long = word_count(title) >= _MIN_WORDS and not _GOES_ON.search(title)
    return is_long and not masthead(title, 0).end and is_headline(Block(0, len(title), title))


def _is_followed(text: str, end: int) -> bool:
    """Tell whether a stamp ends its line, or prose follows it."""
    return not text[end:].strip(" |.") or _is_prose(text, end)


def _is_prose(text: str, start: int) -> bool:
    rest = text[start : start + 2 * _FARTHEST]
    is_long = len(text) - start >= _LEAST_TEXT and _OPENS.match(rest) is not None
    return is_long and len(sentence_ends(rest)) > 1 and stop_share(rest) >= _PROSE
