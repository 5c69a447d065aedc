"""Whole pages flattened to one line: title, script residue, menus, title again, stamp, text, then the lists below it.

The title gives the frame: it opens the page before the name of the site and stands again above the text. The stamp
that follows opens the text; the first mark of the site's own words behind the end of a sentence closes it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from pipelines.dates import CLOCK, ISO_DATE, MONTH_DAY
from pipelines.document import Paragraph, Part
from pipelines.parse.blocks import Block
from pipelines.parse.credits import credit_line
from pipelines.parse.dateline import wire_start
from pipelines.parse.lexicon import CLOSING_MARKS, alternatives
from pipelines.parse.people import people
from pipelines.parse.pictures import pictures

_SUFFIX = re.compile(r"\s+(?:-{1,3}|–|—|\||_|>|»)\s+|(?<=\w)(?:--|_|\|)(?=[A-Z])")
_PAGE_MARKS = re.compile(r"(?:\s*(?:【\d{1,3}】|\[\d{1,3}\])){2,}(?:\s*(?:Next|>>\||>>))?")
_RESIDUE = re.compile(r"Enable Ginger Cannot connect to Ginger.{0,160}?×")
_MIN_PAGE = 600
_MAX_TITLE = 300


@cache
def _stamp() -> re.Pattern[str]:
    """The run of items between the title and the text: byline, source in parentheses, clock, date, labels."""
    day = rf"(?:{MONTH_DAY}|{ISO_DATE})"
    return re.compile(
        rf"\s*(?:(?P<byline>By (?=[A-Z])[^()|:\d]{{3,120}}?)(?=\s*(?:\(|\||{CLOCK}|{day}|Updated|Source)))?"
        rf"\s*(?:\(\s?(?P<outlet>[^()\d]{{2,40}}?)\s?\))?"
        rf"(?:\s*[|,]?\s*(?:Source\s?:\s?(?P<source>[A-Z][\w'’. ]{{1,40}}?)(?=\s*(?:\||{CLOCK}|{day}|Editor|Author|$))"
        rf"|Editor\s?:\s?(?P<editor>[A-Z][\w ]{{1,30}}?)(?=\s*(?:\||{CLOCK}|{day}|$|[A-Z]{{3,}}))"
        rf"|(?:Updated|Published|Last updated|Posted)\s?(?::|on|at)?\s?|(?P<clock>{CLOCK})|(?P<date>{day})|\|))"
        rf"{{1,8}}\s*",
        re.IGNORECASE,
    )


@cache
def _closing() -> re.Pattern[str]:
    return re.compile(rf"(?:(?<=\s)|(?<=[.!?。\"”’)\]】]))(?P<mark>\(?(?:{alternatives(CLOSING_MARKS)}))")


def unfold(block: Block) -> tuple[list[Paragraph], list[Block]] | None:
    """Take a flattened page apart; None where the block is no page. Returns its paragraphs and its body blocks."""
    frame = _frame(block.text) if len(block.text) >= _MIN_PAGE else None
    if frame is None:
        return None
    title_start, title_end, stamp = frame
    found = [_span(block, "chrome", "site-chrome", 0, title_start)] if title_start else []
    found.append(_span(block, "title", "header-title", title_start, title_end))
    found.append(_stamped(block, stamp))
    end = _end(block.text, stamp.end())
    found += _below(block, end)
    for cut in (*_PAGE_MARKS.finditer(block.text, stamp.end(), end), *_RESIDUE.finditer(block.text, stamp.end(), end)):
        found.append(_span(block, "chrome", "site-chrome", cut.start(), cut.end()))
    inside = [p for p in found if stamp.end() <= p.start - block.start < end]
    pieces, rest = _text(block, stamp.end(), end, inside)
    return [p for p in [*found, *pieces] if p.end > p.start], rest


def _frame(text: str) -> tuple[int, int, re.Match[str]] | None:
    """Find the title above the text and the stamp behind it."""
    for suffix in _SUFFIX.finditer(text, 8, _MAX_TITLE):
        title = text[: suffix.start()]
        place = text.find(title, suffix.end())
        while place >= 0:
            stamp = _stamp().match(text, place + len(title))
            if stamp and (stamp["date"] or stamp["clock"]):
                return place, place + len(title), stamp
            place = text.find(title, place + 1)
    return None


def _span(block: Block, role: str, layout: str, start: int, end: int) -> Paragraph:
    text = block.text[start:end]
    kept = text.strip()
    begin = block.start + start + (text.index(kept) if kept else 0)
    return Paragraph(role, begin, begin + len(kept), layout)


def _stamped(block: Block, stamp: re.Match[str]) -> Paragraph:
    whole = _span(block, "stamp", "header-stamp", stamp.start(), stamp.end())
    columns = (("outlet", "outlet"), ("source", "outlet"), ("clock", "published_time"), ("date", "published_date"))
    parts = [Part(c, block.start + stamp.start(g), block.start + stamp.end(g)) for g, c in columns if stamp[g]]
    for group, column in (("byline", "reporters"), ("editor", "editors")):
        if stamp[group]:
            offset = block.start + stamp.start(group)
            parts += [Part(column, offset + a, offset + b) for a, b in people(stamp[group])]
    return Paragraph(whole.role, whole.start, whole.end, whole.layout, tuple(parts))


def _end(text: str, start: int) -> int:
    """Where the text ends: at the first of the site's closing marks behind it."""
    mark = _closing().search(text, start)
    return mark.start("mark") if mark else len(text)


def _below(block: Block, end: int) -> Iterator[Paragraph]:
    """What stands below the text: site chrome, but for the editors that it names."""
    position = end
    for label in re.finditer(
        r"\(?(?:Web editor|Responsible editor|Editor in charge|Editor|Edited by)s?\s?:?\s?[^()|]{2,80}?\)",
        block.text[end:],
        re.IGNORECASE,
    ):
        start, stop = end + label.start(), end + label.end()
        line = Block(block.start + start, block.start + stop, label.group())
        credit = credit_line(line)
        if credit:
            yield _span(block, "chrome", "site-chrome", position, start)
            yield credit
            position = stop
    yield _span(block, "chrome", "site-chrome", position, len(block.text))


def _text(block: Block, start: int, end: int, cuts: list[Paragraph]) -> tuple[list[Paragraph], list[Block]]:
    """The text itself, between the cuts inside it: captions with their credits go, the rest is body."""
    found: list[Paragraph] = []
    rest: list[Block] = []
    position = start
    for cut in [*sorted(cuts, key=lambda p: p.start), None]:
        stop = cut.start - block.start if cut else end
        span = _span(block, "body", "", position, stop)
        if span.end > span.start:
            for captions, bodies in _pictured(block, span.start - block.start, span.end - block.start):
                found += captions
                rest += bodies
        position = cut.end - block.start if cut else end
    return found, rest


def _pictured(block: Block, start: int, end: int) -> Iterator[tuple[list[Paragraph], list[Block]]]:
    """Part the text at the dateline of an agency: what stands before it and ends in a credit is caption as a whole."""
    wire = wire_start(block.text, start, end)
    for begin, stop in ((start, wire), (wire, end)):
        if stop > begin:
            piece = Block(block.start + begin, block.start + stop, block.text[begin:stop])
            yield pictures(piece, whole=stop == wire and stop < end)
