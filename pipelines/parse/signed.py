"""Datelines in any other order: paper, place, day and people as engines put them, read item by item.

What names no paper that is known for one, and no people behind a label, is left to the text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from pipelines.dates import MONTH_DAY
from pipelines.document import Part
from pipelines.parse.lexicon import (
    AGENCIES,
    DISPATCH_WORDS,
    OUTLET_ENDINGS,
    OWN_PAPERS,
    PHOTO_LABELS,
    REPORTER_LABELS,
    SITES,
    SURNAMES,
    alternatives,
)
from pipelines.parse.outlets import DOMAIN
from pipelines.parse.people import credited

_NAME = r"[A-Z][\w'’.&-]{0,40}"
_LABEL = rf"(?i:{alternatives(REPORTER_LABELS, PHOTO_LABELS)})"
_MOST_ITEMS, _FARTHEST = 9, 240
_BRACKETS = "(（[【"
_SIGNS = re.compile(
    rf"[^!?;\n]{{0,120}}?[(（\[【][^()（）\[\]【】]{{0,80}}?\b{_LABEL}\b|[(（\[【](?:{alternatives(AGENCIES)})\b"
)
"""A label in brackets near the start, or a paper: without one there is nothing to read here."""


@cache
def _item() -> re.Pattern[str]:
    known = alternatives(AGENCIES, SITES)
    day = rf"(?i:{MONTH_DAY})"
    paper = rf"(?:{known}|{_NAME}(?: {_NAME}){{0,4}} (?:{alternatives(OUTLET_ENDINGS)})|{DOMAIN})(?![\w'’-])"
    return re.compile(
        rf"(?:(?i:on) )?(?P<dateline_date>{day})"
        rf"|(?P<own>(?i:{alternatives(OWN_PAPERS)}))(?![\w'’-])"
        rf"|(?P<outlet>{paper})"
        rf"|(?P<dispatch>(?i:{alternatives(DISPATCH_WORDS)}))(?![\w'’-])"
        rf"|[(（\[【](?P<people>[^()（）\[\]【】\n]{{3,160}})[)）\]】]"
        rf"|(?:in )?(?P<dateline_place>{_NAME}(?: {_NAME}){{0,2}})"
        rf"(?=,?\s?(?:(?:on )?{day}|[(（\[【])|,\s?(?:{known})|\s?(?:--|—))"
    )


_BETWEEN = re.compile(r"[\s,.:·•/]*(?:(?:--+|—+|–|-)\s*)?")
_APP = r"(?:[A-Z][\w'’]+(?: [A-Z][\w'’]+){0,2} ?[·•] ?)?"
"""The name of its app, that a paper sets before its own behind a point."""
_AHEAD = re.compile(rf"(?:(?i:According to|From|As reported by|Reported by) (?:the )?)?{_APP}")


def in_any_order(text: str) -> tuple[int, tuple[Part, ...]] | None:
    """Where a dateline that people in brackets close ends, and its parts; None where there is none."""
    if not any(map(text[:_FARTHEST].__contains__, _BRACKETS)) or not _SIGNS.match(text):
        return None
    position = _AHEAD.match(text).end()  # type: ignore[union-attr]
    found: list[Part] = []
    is_told = is_own = False
    end = 0
    for _ in range(_MOST_ITEMS):
        item = _item().match(text, position, _FARTHEST)
        kind = item.lastgroup if item else None
        if item is None or kind is None or (kind == "dateline_place" and any(p.field == kind for p in found)):
            break
        if kind == "people":
            named = list(inside(item["people"], item.start("people"), is_sure=bool(found) or is_own))
            if not named:
                break
            found += named
            is_told, end = True, item.end()
        elif kind == "own":
            is_own = True
        elif kind != "dispatch":
            found.append(Part(kind, *item.span(kind)))
        position = _BETWEEN.match(text, item.end()).end()  # type: ignore[union-attr]
        if is_told:
            end = position
    return (end, tuple(found)) if is_told else None


@cache
def _insiders() -> re.Pattern[str]:
    """People in brackets behind a label, or whom a paper sent."""
    paper = rf"(?P<outlet>{alternatives(AGENCIES, SITES)}|(?:{_NAME} ){{1,4}}(?:{alternatives(OUTLET_ENDINGS)}))"
    return re.compile(
        rf"(?:{_APP}{paper}[ ,]+)?(?:(?i:our|report(?:ed)?) )?(?P<rest>{_LABEL}\s?[:：]?\s?{_NAME}.*?)"
        rf"(?:,?\s(?!(?i:{alternatives(SURNAMES)}) )(?P<dateline_place>{_NAME}(?: {_NAME}){{0,2}}),?\s"
        rf"(?P<dateline_date>(?i:{MONTH_DAY})|\d{{1,2}}(?:st|nd|rd|th))(?: (?i:{alternatives(DISPATCH_WORDS)}))?)?"
    )


@cache
def _sent() -> re.Pattern[str]:
    """A bracket that holds all of a dateline that names nobody: a paper, a place and a day, or a dispatch."""
    place = rf"(?:in )?(?P<dateline_place>{_NAME}(?: {_NAME}){{0,2}})"
    day = rf"(?:on )?(?P<dateline_date>(?i:{MONTH_DAY}))"
    sent = rf"(?i:{alternatives(DISPATCH_WORDS)})"
    return re.compile(
        rf"(?P<outlet>{alternatives(AGENCIES)})"
        rf"(?:(?: {sent})+|(?:,? {place})?,? {day}(?: {sent})?)"
    )


def inside(text: str, offset: int, *, is_sure: bool) -> Iterator[Part]:
    """The parts of a bracket that names people; names without a label count only where a paper or a day is sure."""
    sent = _sent().fullmatch(text.strip())
    if sent and not is_sure:
        for column, value in sent.groupdict().items():
            if value:
                yield Part(column, offset + sent.start(column), offset + sent.end(column))
        return
    match = _insiders().fullmatch(text.strip())
    if match is None:
        if is_sure and re.fullmatch(rf"{_NAME}(?: {_NAME}){{1,3}}(?:(?:,| and) {_NAME}(?: {_NAME}){{1,3}})*", text):
            yield from (Part(column, offset + a, offset + b) for column, a, b in credited(text, "reporters"))
        return
    lead = len(text) - len(text.lstrip())
    if match["outlet"]:
        yield Part("outlet", offset + lead + match.start("outlet"), offset + lead + match.end("outlet"))
    for column in ("dateline_place", "dateline_date"):
        if match[column]:
            yield Part(column, offset + lead + match.start(column), offset + lead + match.end(column))
    begin = lead + match.start("rest")
    for column, a, b in credited(match["rest"], "reporters"):
        yield Part(column, offset + begin + a, offset + begin + b)
