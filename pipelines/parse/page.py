"""Whole pages flattened to one line: title, script residue, menus, title again, stamp, text, then the lists below it.

The title gives the frame: it opens the page before the name of the site and stands again above the text. The stamp
that follows opens the text; the first mark of the site's own words behind the end of a sentence closes it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from itertools import islice, pairwise

from pipelines.dates import CLOCK, ISO_DATE, MONTH_DAY
from pipelines.document import Paragraph, Part
from pipelines.parse.blocks import Block
from pipelines.parse.credits import credit_line
from pipelines.parse.dateline import wire_start
from pipelines.parse.lexicon import AGENCIES, CLOSING_MARKS, PAGE_TOOLS, SITE_ENDINGS, alternatives
from pipelines.parse.memory import by_text
from pipelines.parse.people import people
from pipelines.parse.pictures import pictures

_SUFFIX = re.compile(r"\s+(?:-{1,3}|–|—|\||_|>|»)\s+|(?<=\w)(?:--|_|\|)(?=[A-Z])")
_PAGE_MARKS = re.compile(r"(?:\s*(?:【\d{1,3}】|\[\d{1,3}\])){2,}(?:\s*(?:Next|>>\||>>))?")
_RESIDUE = re.compile(r"Enable Ginger Cannot connect to Ginger.{0,160}?×")
_MIN_PAGE = 600
_MIN_TITLE, _MAX_TITLE = 12, 300
_MOST_SUFFIXES, _MOST_REPEATS = 6, 8
"""A title is sought at so many dashes, and each at so many places: a page of dashes must not take for ever."""
_FARTHEST_STAMP = 2_500
_CLOSE_BY = 400
_DOMAIN = r"[\w-]+(?:\.[\w-]+)*\.(?:com|cn|net|org)"


_DAY = rf"(?:{MONTH_DAY}|{ISO_DATE})"


_STAMP_COLUMNS = (
    ("outlet", "outlet"),
    ("source", "outlet"),
    ("paper", "outlet"),
    ("sign", "outlet"),
    ("editor", "editors"),
)


@cache
def _paper() -> str:
    own = rf"(?-i:[A-Z])[\w'’]*(?: (?-i:[A-Z])[\w'’]*){{0,3}} (?:{alternatives(SITE_ENDINGS)})"
    return rf"(?:{alternatives(AGENCIES)}|{own}|{_DOMAIN})"


@cache
def _stamp() -> re.Pattern[str]:
    """The run of items between the title and the text: byline, papers, clock, date, labels, buttons, in any order."""
    paper = _paper()
    stop = rf"\s*(?:\(|\||,|/|{CLOCK}|{_DAY}|Updated|Published|Source|{paper}|$)"
    ahead = r"(?=\s*(?-i:[A-Z\"“]))"
    return re.compile(
        rf"\s*(?:By (?P<byline>(?=[A-Z])[^()|:\d]{{3,120}}?)(?={stop}))?"
        rf"(?:\s*[|,/]?\s*(?:\(\s?(?P<outlet>[^()\d]{{2,40}}?)\s?\)"
        rf"|Source\s?[:：]\s?(?P<source>{paper}|[A-Z][\w'’.]*(?: [A-Z][\w'’.]*){{0,3}}?)(?={stop}|\s*Editor|\s*Author)"
        rf"|Editor\s?[:：]\s?(?P<editor>\w+(?: [A-Z]\w+)?)(?=\s|$)"
        rf"|(?:Last updated|Updated|Published|Posted|Release time|Time)\s?(?:[:：]|on|at)?"
        rf"|{CLOCK}|(?P<date>{_DAY})|(?P<paper>{paper})(?=\s*(?:\||,|\)|{CLOCK}|{_DAY}|Updated|Published))"
        rf"|(?P<sign>CGTN|China Daily|Global Times){ahead}|(?:{alternatives(PAGE_TOOLS)}){ahead}|\|"
        rf")){{1,12}}\s*",
        re.IGNORECASE,
    )


@cache
def _closing() -> re.Pattern[str]:
    return re.compile(rf"(?:(?<=\s)|(?<=[.!?。\"”’)\]】]))(?P<mark>\(?(?:{alternatives(CLOSING_MARKS)}))")


def unfold(block: Block) -> tuple[list[Paragraph], list[Block]] | None:
    """Take a flattened page apart; None where the block is no page. Returns its paragraphs and its body blocks."""
    return _taken_apart(block) if len(block.text) >= _MIN_PAGE else None


@by_text
def _taken_apart(block: Block) -> tuple[list[Paragraph], list[Block]] | None:
    frame = _frame(block.text)
    if frame is None:
        return None
    title_start, title_end, stamp = frame
    found = [_span(block, "chrome", "site-chrome", 0, title_start)] if title_start else []
    found.append(_span(block, "title", "header-title", title_start, title_end))
    if stamp.start() > title_end:
        found.append(_span(block, "chrome", "site-chrome", title_end, stamp.start()))
    found.append(_stamped(block, stamp))
    end = _end(block.text, stamp.end())
    found += _below(block, end)
    for cut in (*_PAGE_MARKS.finditer(block.text, stamp.end(), end), *_RESIDUE.finditer(block.text, stamp.end(), end)):
        found.append(_span(block, "chrome", "site-chrome", cut.start(), cut.end()))
    inside = [p for p in found if stamp.end() <= p.start - block.start < end]
    pieces, rest = _text(block, stamp.end(), end, inside)
    return [p for p in [*found, *pieces] if p.end > p.start], rest


def _frame(text: str) -> tuple[int, int, re.Match[str]] | None:
    """Find the title above the text and the stamp behind it; where it stands only once, the first full stamp counts."""
    suffixes = list(islice(_SUFFIX.finditer(text, _MIN_TITLE, _MAX_TITLE), _MOST_SUFFIXES))
    if not suffixes:
        return None
    for suffix in suffixes:
        title = text[: suffix.start()]
        place = text.find(title, suffix.end())
        for _ in range(_MOST_REPEATS):
            if place < 0:
                break
            stamp = _stamp().match(text, place + len(title))
            if stamp and (stamp["date"] or re.search(CLOCK, stamp.group())):
                return place, place + len(title), stamp
            place = text.find(title, place + 1)
    first = suffixes[0]
    if _closing().search(text, first.end()):
        for day in re.finditer(
            rf"(?i:By [A-Z]|Source\s?:|Updated|Published|{CLOCK}|{ISO_DATE})", text[:_FARTHEST_STAMP]
        ):
            stamp = _stamp().match(text, day.start()) if day.start() > first.end() else None
            if stamp and stamp["date"] and re.search(CLOCK, stamp.group()):
                return 0, first.start(), stamp
    return None


def _span(block: Block, role: str, layout: str, start: int, end: int) -> Paragraph:
    text = block.text[start:end]
    kept = text.strip()
    begin = block.start + start + (text.index(kept) if kept else 0)
    return Paragraph(role, begin, begin + len(kept), layout)


def _stamped(block: Block, stamp: re.Match[str]) -> Paragraph:
    whole = _span(block, "stamp", "header-stamp", stamp.start(), stamp.end())
    spans = [(column, stamp.span(group)) for group, column in _STAMP_COLUMNS if stamp[group]]
    for pattern, column in ((_DAY, "published_date"), (CLOCK, "published_time")):
        first = re.compile(pattern, re.IGNORECASE).search(block.text, stamp.start(), stamp.end())
        spans += [(column, first.span())] if first else []
    if stamp["byline"]:
        offset = stamp.start("byline")
        is_paper = re.fullmatch(_paper(), stamp["byline"], re.IGNORECASE)
        names = [(0, len(stamp["byline"]))] if is_paper else people(stamp["byline"])
        spans += [("outlet" if is_paper else "reporters", (offset + a, offset + b)) for a, b in names]
    parts = tuple(Part(column, block.start + a, block.start + b) for column, (a, b) in spans)
    return Paragraph(whole.role, whole.start, whole.end, whole.layout, parts)


def _end(text: str, start: int) -> int:
    """Where the text ends: at the first of the site's closing marks that others follow, or that little follows."""
    marks = [m.start("mark") for m in _closing().finditer(text, start)]
    for mark, following in pairwise([*marks, len(text)]):
        if following - mark <= _CLOSE_BY:
            return mark
    return marks[-1] if marks else len(text)


_PERSON = r"(?:[A-Z][\w'’-]+(?: [A-Z][\w'’-]+)?|[a-z]{3,12}(?=\s|$))"
_EDITORS = re.compile(
    r"\((?:Web |Responsible |Copy |Executive )?[Ee]ditors?(?: in charge)?\s?[:：]\s?[^()|]{2,80}?\)"
    rf"|(?:Web |Responsible |Executive )?[Ee]ditors?(?: in charge)?\s?[:：]\s?{_PERSON}(?:\s?,\s?{_PERSON})*"
)


def _below(block: Block, end: int) -> Iterator[Paragraph]:
    """What stands below the text: site chrome, but for the editors that it names."""
    position = end
    for label in _EDITORS.finditer(block.text, end):
        line = Block(block.start + label.start(), block.start + label.end(), label.group())
        credit = credit_line(line)
        if credit:
            yield _span(block, "chrome", "site-chrome", position, label.start())
            yield credit
            position = label.end()
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
