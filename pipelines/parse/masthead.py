"""The masthead: what a page sets between its headline and its text, read item by item in any order.

A stamp, papers, people behind labels or behind “By”, buttons, counts of readers, and the bars between them. What
follows the last item that is known is the text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import NamedTuple

from pipelines.dates import MONTH_DAY
from pipelines.document import Paragraph, Part, shifted
from pipelines.parse.blocks import Block
from pipelines.parse.dateline import dateline
from pipelines.parse.items import ALIAS, NAMES, WORD, item_pattern
from pipelines.parse.lexicon import AGENCIES, SITES, SPOKEN_LABELS, SURNAMES, TIME_LABELS, alternatives
from pipelines.parse.outlets import OFFICE, is_outlet, named
from pipelines.parse.pagewords import stop_share
from pipelines.parse.people import LABELS, first_person, kept, people

_MOST_ITEMS, LONGEST_LINE = 40, 300
_TIMES = frozenset(label.lower() for label in TIME_LABELS)
_YEAR = re.compile(r"(?:19|20)\d\d")
_KNOWN = frozenset(name.lower() for name in (*AGENCIES, *SITES))
_BARS = re.compile(r"(?:[\s|/·,;:•>»\]】)+\-–●○◎□◆■▲▼▶↑↓→]|&nbsp;)*")
_WIRE = re.compile(
    rf"\s(?=[A-Z][A-Z'’]{{2,}}(?: [A-Z][A-Z'’]+){{0,3}}(?:, [A-Z][\w. ]{{1,24}}?)?(?:, (?i:{MONTH_DAY})| ?(?:—|--)))"
)
_SENDING = re.compile(r"(?:contributed|provided|submitted|written|draft|manuscript) by", re.IGNORECASE)
"""Labels behind which an office may stand for its people."""
_ORIGINAL = re.compile(r" original ", re.IGNORECASE)
_OPENERS = "The|On|In|At|After|When|Since|Recently|To|As|This|It|During|According"
_BEGUN = rf"\s+(?:{_OPENERS}) "
"""What no name goes on with."""
_LONGEST_WIRE, _LONGEST_SIGN = 40, 120


@cache
def _agency() -> re.Pattern[str]:
    return re.compile(rf"(?:{alternatives(AGENCIES)})(?![\w'’-])")


@cache
def _chinese_names() -> re.Pattern[str]:
    name = rf"(?i:{alternatives(SURNAMES)}) [A-Z][\w'’-]+"
    return re.compile(rf"\s(?P<names>{name}(?:[ ,]{{1,2}}{name}){{0,3}})(?![\w'’-])")


class Masthead(NamedTuple):
    """Where a masthead ends, what it names, and how many items there are that name nothing."""

    end: int
    parts: tuple[Part, ...]
    buttons: int = 0

    def names(self, column: str) -> bool:
        """Tell whether it fills a column."""
        return any(part.field == column for part in self.parts)


def masthead(text: str, start: int, stop: int | None = None) -> Masthead:
    """Read the items that stand in a row from ``start`` on; the end is behind the last, else ``start``."""
    stop = len(text) if stop is None else stop
    buttons = 0
    parts = list(_leading_name(text, _skip(text, start, stop), stop))
    position = parts[-1].end if parts else start
    for _ in range(_MOST_ITEMS):
        begin = _skip(text, position, stop)
        item = item_pattern().match(text, begin, stop)
        if item is None or item.end() == begin or not _is_announced(item):
            break
        found = list(_parts(text, item, stop, is_stamped=any(p.field.startswith("published") for p in parts)))
        if not found and item.lastgroup in {*LABELS, "paper", "bracketed"} and not _is_empty(text, item, stop):
            break
        parts += found
        buttons += not found and item.lastgroup in {None, "tool"}
        position = max([item.end(), *(p.end for p in found)])
    return Masthead(_closed(text, position, stop) if position > start else start, kept(parts), buttons)


def masthead_line(block: Block) -> Paragraph | None:
    """Recognise a line that is all masthead: a stamp where it names something, else a bar of several buttons."""
    if len(block.text) > LONGEST_LINE:
        return None
    found = masthead(block.text, 0)
    if found.end < len(block.text.rstrip(" .:：|")) or not (found.parts or found.buttons > 1):
        return None
    surfaces = [block.text[p.start : p.end].lower() for p in found.parts if p.field == "outlet"]
    if found.parts and len(surfaces) == len(found.parts) and surfaces[0] not in _KNOWN:
        return None
    role, layout = ("stamp", "header-stamp") if found.parts else ("chrome", "site-chrome")
    return shifted(Paragraph(role, 0, len(block.text), layout, found.parts), block.start)


def _leading_name(text: str, start: int, stop: int) -> Iterator[Part]:
    """A writer who is named first, without a label and right before the day or the clock."""
    name = re.compile(r"(?P<one>[A-Z][\w'’-]+) (?P<two>[A-Z][\w'’-]+)(?= )").match(text, start, stop)
    if name is None or SURNAMES.isdisjoint((name["one"].lower(), name["two"].lower())):
        return
    office = re.compile(r"(?: in [A-Z]\w+| [A-Z]\w+ Correspondent)? (?:[|/·] )?").match(text, name.end(), stop)
    if office and _is_stamp(text, office.end(), stop):
        yield Part("reporters", *name.span())


def _is_stamp(text: str, position: int, stop: int) -> bool:
    """Tell whether a day, a clock or the label of one follows."""
    item = item_pattern().match(text, _skip(text, position, stop), stop)
    return item is not None and (item.lastgroup in {"clock", "day"} or item.group().strip(" :：").lower() in _TIMES)


def _is_announced(item: re.Match[str]) -> bool:
    """Tell whether a label announces a value: by a colon, or as one of those that need none."""
    label = item.group().strip().lower()
    return item.lastgroup not in LABELS or label.endswith((":", "：", "/", "|", "丨")) or label in SPOKEN_LABELS


def _is_empty(text: str, item: re.Match[str], stop: int) -> bool:
    """Tell whether a label announces nothing: the next one follows at once."""
    following = item_pattern().match(text, _skip(text, item.end(), stop), stop)
    return item.lastgroup in LABELS and following is not None and following.lastgroup in LABELS


def _skip(text: str, position: int, stop: int) -> int:
    bars = _BARS.match(text, position, stop)
    return bars.end() if bars else position


def _closed(text: str, position: int, stop: int) -> int:
    """Take the bars and brackets that stand behind the last item, but not the dash or the bracket of the text."""
    bars = re.compile(r"(?:\s*[|/·•\])】>»+↑↓→▲▼]+(?=\s|$))*").match(text, position, stop)
    return bars.end() if bars else position


def _parts(text: str, item: re.Match[str], stop: int, *, is_stamped: bool) -> Iterator[Part]:
    kind = item.lastgroup
    if kind in {"clock", "day", "figures", "edition"}:
        column = "published_time" if kind == "clock" else "published_date"
        yield Part(column, *item.span(kind))
    elif kind == "bracketed":
        if not _opens_dateline(text, item.start(), stop):
            yield Part("outlet", *item.span(kind))
    elif kind == "paper":
        named = _chinese_names().match(text, item.end(), stop)
        if named and _is_stamp(text, named.end(), stop):  # whom the paper names behind itself, without a label
            yield Part("outlet", *item.span(kind))
            for a, b in people(named["names"]):
                yield Part("reporters", named.start("names") + a, named.start("names") + b)
        elif _is_signature(text, item, stop, is_stamped=is_stamped):
            twice = re.fullmatch(r"(.+) \1", item[kind])
            yield Part("outlet", item.start(kind), item.end(kind) - (len(twice[1]) + 1 if twice else 0))
    elif kind == "outlet":
        yield from _outlet(text, item.end(), stop)
    elif kind in LABELS:
        yield from _people(text, item, stop)


def _is_signature(text: str, item: re.Match[str], stop: int, *, is_stamped: bool) -> bool:
    """Tell a paper that signs from one that a sentence or a dateline opens with."""
    if _opens_dateline(text, item.start(), stop):
        return False
    follows = _follows(text, item.end(), stop)
    known = item["paper"].lower() in _KNOWN
    begun = re.compile(r"\s+[A-Z\"“(]" if known else _BEGUN).match(text, item.end(), stop)
    return follows or (is_stamped and begun is not None)


def _opens_dateline(text: str, start: int, stop: int) -> bool:
    """Tell whether a dateline stands there, and not a stamp: its day has no year."""
    rest = text[start : min(stop, start + 400)]
    found = dateline(Block(0, len(rest), rest))
    return found is not None and _YEAR.search(rest, 0, found[0].end) is None


def _follows(text: str, position: int, stop: int) -> bool:
    """Tell whether another item, a bar or the end follows."""
    bar = re.compile(r"\s*(?:$|[|/·•]|-\s)").match(text, position, stop)
    item = item_pattern().match(text, _skip(text, position, stop), stop)
    if bar or item is None or item.lastgroup != "paper":
        return bool(bar or item)
    return item["paper"].lower() in _KNOWN and bool(
        re.compile(r"\s*(?:[|,/]\s?)?(?:$|\d|[A-Z][a-z]+ \d)").match(text, item.end(), stop)
    )


def _outlet(text: str, position: int, stop: int) -> Iterator[Part]:
    known = re.compile(
        rf"{named()}(?:\s?-\s?{named()}|\s?·\s?(?-i:[A-Z]\w+ [A-Z]\w+))?(?: (?:client|app|wechat|weibo)\b)?",
        re.IGNORECASE,
    ).match(text, position, stop)
    if known and text.startswith(" of ", known.end()):  # the name of an office goes on
        known = None
    value = known or _office().match(text, position, stop)
    if value is None:
        return
    end = value.end() if known else _cut(text, *value.span(), stop) or _small(text, value.end(), stop)
    yield Part("outlet", position, end)


def _small(text: str, end: int, stop: int) -> int:
    """Where a name ends that goes on in small letters, up to the next item: “Lakeside release”."""
    word = re.compile(r" [a-z]{3,12}(?! [a-z])").match(text, end, stop)
    if word is None or stop_share(word.group()):
        return end
    return word.end() if _follows(text, word.end(), stop) or _ORIGINAL.match(text, word.end()) else end


@cache
def _office() -> re.Pattern[str]:
    """Match the name of an office, up to a word with which a sentence begins."""
    word = rf"(?!(?:{_OPENERS}|For|Issue|Vol|Volume)\b){WORD}"
    return re.compile(rf"\"?{WORD}(?:,? (?:(?:of|and|for|the|&) ){{0,2}}{word}){{0,6}}(?:\" magazine)?")


def _people(text: str, item: re.Match[str], stop: int) -> Iterator[Part]:
    column, begin = str(item.lastgroup), item.end()
    if column == "editors":
        alias = re.compile(ALIAS + r"(?=\s|$|[|)\]】])").match(text, begin, stop)
        if alias:
            yield Part(column, *alias.span())
            return
    value = re.compile(NAMES).match(text, begin, stop)
    if value is None:
        return
    last = max([begin, *(m.end() for m in re.compile(r",\s?| and | & |/").finditer(text, begin, value.end()))])
    wire = _WIRE.search(text, begin, min(stop, value.end() + _LONGEST_WIRE))
    limit = wire.start() if wire else value.end()
    end = _cut(text, begin, limit, stop) or (limit if wire else first_person(text, last, limit))
    known = _agency().match(text, begin, end) if column == "reporters" else None
    if known:
        yield Part("outlet", *known.span())
        return
    for a, b in people(text[begin:end]):
        is_office = OFFICE.search(text, begin + a, begin + b) is not None
        if column == "reporters" and is_office and not _SENDING.match(item.group()):
            continue
        is_paper = column == "reporters" and (is_office or is_outlet(text[begin + a : begin + b]))
        yield Part("outlet" if is_paper else column, begin + a, begin + b)


def _cut(text: str, start: int, end: int, stop: int) -> int | None:
    """Where the words of a value end: right before the first item among or behind them; None where none follows."""
    for space in re.finditer(r"\s|$", text[start:end]):
        place = start + space.start()
        may_sign = " " in text[start:place].strip() and "(" in text[place : place + _LONGEST_SIGN]
        is_signed = may_sign and _opens_dateline(text, place + 1, stop)
        if place > start and (is_signed or _follows(text, place, stop)):
            return place
    return None
