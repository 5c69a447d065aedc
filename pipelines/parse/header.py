"""The head of a text: crawler date, headline, deck, time stamp and the headline of the first publication."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from pipelines.dates import CLOCK, ISO_DATE, MONTH_DAY
from pipelines.document import Paragraph, Part
from pipelines.memory import remember
from pipelines.parse.blocks import Block, ends_sentence, stems
from pipelines.parse.credits import LONGEST_CREDIT, labelled
from pipelines.parse.dateline import ORIGINAL_LABEL, dateline
from pipelines.parse.lexicon import AGENCIES, SURNAMES, alternatives
from pipelines.parse.memory import REMEMBERED, laid
from pipelines.parse.people import kept, people

_CRAWLER_DATE = re.compile(rf"date[ :]{{1,3}}(?P<date>{ISO_DATE})(?=\s|$)")
_ANY_DATE = rf"(?:{ISO_DATE}|{MONTH_DAY})"
_STAMP = re.compile(
    rf"(?:(?:published|updated|release time|posted|time|date)\s?(?:on|at)?\s?[:：]?\s?)?"
    rf"(?:(?P<clock_first>{CLOCK}),?\s{{1,3}})?(?P<date>{_ANY_DATE})(?:[\s,T|]{{1,4}}(?P<clock>{CLOCK}))?",
    re.IGNORECASE,
)
_DAY_OR_CLOCK = re.compile(rf"(?P<date>{_ANY_DATE})|{CLOCK}", re.IGNORECASE)
_SAID = re.compile(
    rf"{_ANY_DATE}|{CLOCK}|\||(?:published|updated|posted|release time|time|date)\s?(?:on|at)?\s?[:：]"
    r"|(?:views|hits|clicks|comments)\s?[:：]?\s?\d*|[\[【][a-z]+(?: [a-z]+){0,3}[\]】]",
    re.IGNORECASE,
)
"""What a line of credits says about time and readers, the bars between its parts, and its buttons."""
_NAMING = (":", "：", "by", "our reporters")
"""A label of a credit ends in one of these."""
_SENTENCE_START = re.compile(r"\s(?=[A-Z0-9\"“])")


def stamp(block: Block) -> Paragraph | None:
    """Recognise a line that holds a date, with or without a time, and at most credits beside it."""
    whole = _STAMP.fullmatch(block.text)
    if whole:
        return Paragraph("stamp", block.start, block.end, "header-stamp", _stamp_parts(whole, block.start))
    may_name = len(block.text) <= LONGEST_CREDIT and any(mark in block.text.lower() for mark in _NAMING)
    day = _DAY_OR_CLOCK.search(block.text) if may_name else None
    named = labelled(_SAID.sub(lambda m: " " * len(m.group()), block.text), block.start) if day else []
    if not named:
        return None
    dates = [
        Part("published_date" if m["date"] else "published_time", block.start + m.start(), block.start + m.end())
        for m in _DAY_OR_CLOCK.finditer(block.text)
    ]
    parts = tuple(sorted([*dates, *kept(named)], key=lambda part: part.start))
    return Paragraph("stamp", block.start, block.end, "header-stamp", parts)


def _stamp_parts(match: re.Match[str], offset: int) -> tuple[Part, ...]:
    columns = (("clock_first", "published_time"), ("date", "published_date"), ("clock", "published_time"))
    return tuple(
        Part(column, offset + match.start(group), offset + match.end(group))
        for group, column in columns
        if match[group]
    )


def crawler_date(raw: str, block: Block) -> tuple[Paragraph, Block] | None:
    """Recognise the ``date YYYY-MM-DD`` that a harvester writes before the first line; return it and the rest."""
    match = _CRAWLER_DATE.match(block.text)
    if not match:
        return None
    line = raw.rfind("\n", 0, block.start) + 1
    start = block.start if raw[line : block.start].strip(" \t") else line
    end = block.start + match.end()
    while end < block.end and raw[end].isspace():
        end += 1
    part = Part("published_date", block.start + match.start("date"), block.start + match.end("date"))
    found = Paragraph("stamp", start, end, "header-stamp", (part,))
    return found, Block(end, block.end, raw[end : block.end])


def original_title(block: Block, title: str) -> tuple[Paragraph, Block | None] | None:
    """Recognise a labelled first headline, and the sentence that may have been glued to its end.

    The headline ends where its words stop to resemble the title: of all places where a sentence could start, the one
    that leaves the most of the title's stems before it for the fewest other words.
    """
    found: tuple[Paragraph, Block | None] | None = laid(_original((block.text, title)), block.start)
    return found


@remember(REMEMBERED)
def _original(asked: tuple[str, str]) -> tuple[Paragraph, Block | None] | None:
    text, title = asked
    match = ORIGINAL_LABEL.match(text)
    if not match:
        return None
    cut = len(text) if not ends_sentence(text) else _runon(text, match.end(), title)
    if cut is None:
        return None
    found = Paragraph("original_title", 0, cut, "original-title", cuts=((0, match.end()),))
    rest = text[cut:].lstrip()
    return found, Block(len(text) - len(rest), len(text), rest) if rest else None


def _runon(text: str, begin: int, title: str) -> int | None:
    wanted = stems(title)
    best, best_score = None, 0.5
    head: set[str] = set()
    for place in _SENTENCE_START.finditer(text, begin):
        head |= stems(text[begin : place.start()])
        begin = place.start()
        score = 2 * len(head & wanted) / max(1, len(head) + len(wanted))
        if score > best_score:
            best, best_score = place.start(), score
        if 2 * len(wanted) <= best_score * (len(head) + len(wanted)):  # the more other words, the lower it gets
            break
    return best


def titled_again(block: Block, title: str, start: int, stop: int) -> Iterator[Paragraph]:
    """The title once more right above the text, alone or behind a dateline and a label; and who reports, behind it."""
    text = block.text
    place = text.find(title, start, stop)
    above = text[start:place].strip() if place >= 0 else "."
    label = re.compile(rf"(?:{ORIGINAL_LABEL.pattern})$", re.IGNORECASE).search(text[start:place]) if above else None
    if above and label is None:
        return
    begin = start + label.start() if label else place
    first = start + len(text[start:begin]) - len(text[start:begin].lstrip())
    signed = dateline(Block(block.start + first, block.end, text[first:])) if first < begin else None
    if signed and signed[0].end >= block.start + begin:
        yield signed[0]._replace(end=block.start + begin)
    elif text[first:begin]:
        return
    at, end = block.start, place + len(title)
    if label:
        yield Paragraph("original_title", at + begin, at + end, "original-title", cuts=((at + begin, at + place),))
    else:
        yield Paragraph("chrome", at + place, at + end, "site-chrome")
    behind = _glued_credit().match(text, end)
    if behind:
        by = at + behind.start("names")
        parts = tuple(Part("reporters", by + a, by + b) for a, b in people(behind["names"].rstrip(" ,")))
        yield Paragraph("credit", at + end + 1, at + behind.end(), "credit", parts)


@cache
def _glued_credit() -> re.Pattern[str]:
    """Reporters between a title and the text, without a mark behind them: as many Chinese names as follow."""
    name = rf"(?i:{alternatives(SURNAMES)}) [A-Z][a-z]+(?:,? |, | and )"
    return re.compile(
        rf"\s(?:(?:{alternatives(AGENCIES)}) )?(?:[Ii]ntern |[Aa]ll[- ]media )?(?:[Rr]eporters?|[Cc]orrespondents?) "
        rf"(?P<names>(?:{name}){{1,6}})(?=[A-Z\"“])"
    )
