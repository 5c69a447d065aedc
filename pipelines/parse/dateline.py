"""Datelines: place, date, agency and reporter before the first sentence, in the order that each press has."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import cache

from pipelines.dates import MONTH_DAY
from pipelines.document import Paragraph, Part
from pipelines.parse.blocks import Block, is_headline
from pipelines.parse.lexicon import (
    AGENCIES,
    DISPATCH_WORDS,
    ORIGINAL_TITLE_LABELS,
    OUTLET_ENDINGS,
    REPORTER_LABELS,
    SITES,
    SURNAMES,
    alternatives,
)
from pipelines.parse.memory import by_text
from pipelines.parse.people import credited, kept
from pipelines.parse.signed import in_any_order

_NAME = r"[A-Z][\w'’.&·-]{0,40}"
_COUNTRY = rf"(?:, (?!(?i:{MONTH_DAY})){_NAME}(?: {_NAME})?)?"
_PLACE = rf"(?P<place>(?!(?:{alternatives(SITES)}),){_NAME}(?:[ /]{_NAME}){{0,4}}{_COUNTRY})"
_DASH = r"(?:\s{0,3}(?:--+|—+|–|―|-)\s{0,3})"


_LABEL = rf"(?i:{alternatives(REPORTER_LABELS)})\b"
_BEGUN = rf"(?:{_DASH}(?<=\s)(?=[A-Z\"“])|\s(?=(?:The|In|On|An?|At|According|After|For|With|Since|As) ))"
_APP = r"(?: (?i:client|app|mobile client|overseas edition))?"
"""What an engine writes between the name of a paper and the day where it sent the news to telephones first."""
_PERSONS = rf"{_NAME}(?: {_NAME}){{0,5}}(?:(?:, | and ){_NAME}(?: {_NAME}){{0,3}}){{0,5}}"


Sign = Callable[[str], bool]
"""Tells at little cost whether a text may have a form; where it fails, the pattern would not match."""


@cache
def _forms(*, in_brackets: bool) -> tuple[tuple[Sign, str], ...]:
    """The forms that begin with a bracket, or those that do not; which of these comes first matters."""
    known = alternatives(AGENCIES, SITES)
    outlet = rf"(?P<outlet>{_paper()})"
    when = rf"(?P<date>(?i:{MONTH_DAY}))"
    no_paper = rf"(?!(?:{_NAME} ){{1,4}}(?:{alternatives(OUTLET_ENDINGS)})\))"
    surname = rf"(?i:{alternatives(tuple(sorted(SURNAMES)))})"
    signers = rf"(?:(?P<sender>{known}) )?(?P<signers>{no_paper}{surname} {_NAME}(?:(?:,? | and ){_NAME}){{0,7}})"
    agency = rf"\((?:{signers}|(?P<agency>{known}|(?!{_LABEL}){_NAME}(?:[ ]{_NAME}){{0,3}}))\)"
    sent = rf"(?: (?i:{alternatives(DISPATCH_WORDS)}))?"
    label = rf"(?i:{alternatives(REPORTER_LABELS)})\b|Xinhua (?=[A-Z])"
    byline = rf"\((?P<byline>(?:{label})[^()\n]{{2,160}}|{_PERSONS}(?:, (?i:reporters?))?)\)"
    wire = rf"(?:{_PLACE},\s?)?{when}[.,]?\s{{0,2}}{agency}(?:[.:]?{_DASH}|[.:]\s)"
    told_by = rf"(?P<teller>(?i:reporters?) {_NAME} {_NAME}(?:(?:, | and ){_NAME} {_NAME}){{0,3}}) report(?:ed|s)?[:：]"
    end = rf"(?:\((?:{known})\){_DASH}?|{_DASH}?{byline}(?:[.,:](?=\s)|{_DASH})?|{told_by}|{_DASH})"
    press = rf"{outlet}{_APP}(?:[,.]\s?|\s)(?:{_PLACE},?\s?)?{when}{sent}[,.:]?\s{{0,2}}(?:\((?:{known})\)\s?)?{end}\s?"
    behind = r"(?!,?\s?(?:19|20)\d\d\b)(?:\.\s|:\s|,\s|\s(?=[A-Z\"“])|(?=,?\s?(?i:title|topic)\s?[:：]))\s?"
    plain = rf"(?P<outlet>{known}){_APP}(?:,\s?|\s)(?:{_PLACE},\s?)?{when}{sent}{behind}"
    reporter = rf"\((?P<byline>(?i:{alternatives(REPORTER_LABELS)}) [^()\n]{{2,160}})\)(?:[.,:](?=\s)|{_DASH})?\s?"
    local = rf"{_PLACE},\s?{when}\s{{0,2}}(?:\((?P<agency>{known})\)\s?)?{reporter}"
    filed = rf"{_PLACE},\s?{when}\s{{0,2}}\((?:(?P<agency>{known})\)\s(?=[A-Z\"“])|{signers}\),?\s)"
    told = rf"\((?P<agency>{known})\)(?:\s?(?:{_PLACE},\s?)?{when}(?:{_DASH}|[,.:]\s)|{_BEGUN})"
    inside = (
        rf"(?P<byline>(?i:{alternatives(REPORTER_LABELS)}) {_NAME}(?: {_NAME}){{0,3}}"
        rf"(?:(?:, | and ){_NAME} {_NAME}){{0,4}})"
    )
    enclosed = rf"\((?P<outlet>{known}) {inside},\s?(?:{_PLACE},\s?)?{when}(?: [a-z]{{2,12}})?\)\s?"
    own = rf"(?:(?:Our|This) (?:newspaper|paper|site|website|network)(?: news| report)?|{outlet})"
    unnamed = rf"{own}[,:]?\s?(?:(?:{_PLACE},\s?)?{when}\s{{0,2}})?{reporter}"
    there = rf"(?:(?:,| in| from|,? reporting from) (?P<place>{_NAME}))?"
    quoted = rf"[(\[【]{outlet},? {inside}{there}[)\]】]\s?"
    dated = rf"{outlet}{_APP},\s(?:{_PLACE},\s?)?{when}[.:]\s"
    by = rf"{outlet} (?P<byline>[Rr]eporter {_NAME} {_NAME}),? (?=[Oo]n (?i:{MONTH_DAY}), [A-Z\"“])"
    news = rf"(?P<outlet>{alternatives(_NEWS)})(?i: client)?[:：]\s"
    bare = rf"(?P<place>[A-Z][A-Z'’-]{{2,}}(?: [A-Z][A-Z'’-]+){{0,3}}),\s?{when}\s?(?:--+|—+|–)\s?"
    if in_brackets:
        return tuple((bool, form) for form in (told, enclosed, quoted))
    return (
        *((bool, form) for form in (news, bare)),
        *((_is_dated_paper, press), (_has_day_before_bracket, wire), (_is_dated_paper, plain)),
        *((_has_day_before_bracket, form) for form in (local, filed)),
        *((_is_own, unnamed), (_is_dated_paper, dated), (_is_dated_paper, by)),
        *((_has_reporter, form) for form in _reported(surname, when)),
    )


def _fitting(text: str) -> Iterator[re.Pattern[str]]:
    """The patterns that a text may match, in their order; they are long, and compiled when a text asks for one."""
    for sign, form in _forms(in_brackets=text[0] in "([【"):
        if form not in _READY and sign(text):
            _READY[form] = re.compile(form)
        if form in _READY:
            yield _READY[form]


_READY: dict[str, re.Pattern[str]] = {}
"""The forms that some text had the sign of; to match one costs less than to look for its sign again."""


@cache
def _paper() -> str:
    """Match a paper that is known, or one that ends as papers do."""
    return rf"(?:{alternatives(AGENCIES, SITES)})|{_NAME}(?:[ ]{_NAME}){{0,4}}[ ](?:{alternatives(OUTLET_ENDINGS)})"


@cache
def _opening_paper() -> re.Pattern[str]:
    return re.compile(_paper())


def _opens_with_paper(text: str) -> bool:
    return _opening_paper().match(text) is not None


def _is_dated_paper(text: str) -> bool:
    return _opens_with_paper(text) and _DAY.search(text, 0, _FARTHEST_DAY) is not None


def _is_own(text: str) -> bool:
    return "(" in text[:_FARTHEST_DAY] and (text.startswith(("Our ", "This ")) or _opens_with_paper(text))


def _has_day_before_bracket(text: str) -> bool:
    """Tell whether a day stands before the first bracket: nothing that leads to it has one."""
    place = text.find("(", 0, _FARTHEST_DAY)
    return place >= 0 and _DAY_BEFORE.search(text, max(0, place - _LONGEST_DAY), place) is not None


def _has_reporter(text: str) -> bool:
    return "eport" in text[:_FARTHEST_REPORT]


def _reported(surname: str, when: str) -> tuple[str, ...]:
    """The forms that name but people: glued to the first sentence, or with the place that they report from."""
    people = rf"{surname} {_NAME}(?:(?:,| and) {surname} {_NAME}){{0,2}}"
    role = r"(?:(?:(?:special|our) )?(?:reporters?|correspondents?) )?"
    told_by = (
        rf"(?:Our|This) (?:newspaper|paper|website|network),? (?:from )?{_PLACE},? {when}[.,:]?(?:{_DASH}|\s)"
        rf"(?P<teller>{role}{surname} {_NAME}(?:(?:,| and|, and) {role}{surname} {_NAME}){{0,4}})"
        r" report(?:s|ed)?[:：]\s"
    )
    glued = (
        rf"(?:{_NAME} ){{0,4}}(?P<byline>[Rr]eporters? {people}) "
        rf"(?=(?:On|In|At|The|Since|Recently|After|According|An?|From|As) )(?!On (?i:{MONTH_DAY}), [a-z])"
    )
    sent_by = (
        rf"(?:Our|This newspaper's|Our newspaper's) (?:newspaper )?(?P<byline>reporters? {people}) "
        rf"report(?:ed|s)? from {_PLACE}(?:,? (?:on )?{when})?[,.:]?\s(?=[A-Z\"“])"
    )
    return glued, sent_by, told_by


_NEWS = tuple(name for name in AGENCIES if name.endswith((" News", " news")))
"""Those that sign with a colon alone; others that do so speak in an interview."""
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_SIGNS = ("(", "[", "【", *_MONTHS, *map(str.upper, _MONTHS))
"""Every dateline has a bracket or a month; looked for first, since the patterns take far longer."""
_FIRST_SIGNS = (" news", "our reporter")
_FARTHEST_SIGN, _SHORTEST = 240, 32
_FARTHEST_DAY, _LONGEST_DAY, _FARTHEST_REPORT = 600, 24, 1_200
"""No form reaches farther: what a sign says must hold for all of a text."""
_DAY = re.compile(MONTH_DAY, re.IGNORECASE)
_DAY_BEFORE = re.compile(rf"{MONTH_DAY}[.,]?\s{{0,2}}$", re.IGNORECASE)


@by_text
def dateline(block: Block) -> tuple[Paragraph, Block] | None:
    """Recognise a dateline at the start of the block; return it with its parts, and the block that follows it."""
    return _signed(block)


def datelines(block: Block) -> tuple[list[Paragraph], Block]:
    """Take off all datelines in a row; only what follows the first is not remembered: there could be thousands."""
    signed, found = dateline(block) if _may_sign(block.text) else None, []
    while signed:
        found.append(signed[0])
        block = signed[1]
        signed = _signed(block)
    return found, block


@by_text
def dateline_line(block: Block) -> Paragraph | None:
    """Recognise a line that is nothing but a dateline: people, an agency or a dash close it."""
    if len(block.text) > _FARTHEST_SIGN or not block.text.endswith(_CLOSINGS):
        return None
    told = f"{block.text} {_BELOW}"
    found = _signed(Block(block.start, block.start + len(told), told))
    if found is None or found[1].text != _BELOW:
        return None
    return found[0]._replace(end=block.end)


_BELOW, _CLOSINGS = "The text is below.", (")", "）", "--", "—", "–", " -", ":", "：")


@by_text
def before_headline(block: Block) -> tuple[Paragraph, Block] | None:
    """The same before a mere headline, which only tells where the title is known already: it must name a day."""
    found = _signed(block, headlined=True)
    return found if found and any(part.field == "dateline_date" for part in found[0].parts) else None


def _may_sign(text: str) -> bool:
    """Tell at little cost whether a text may open with a dateline."""
    beginning = text[:_FARTHEST_SIGN]
    return any(map(beginning.__contains__, _SIGNS)) or any(
        map(beginning[:_SHORTEST].lower().__contains__, _FIRST_SIGNS)
    )


def _signed(block: Block, *, headlined: bool = False) -> tuple[Paragraph, Block] | None:
    if not _may_sign(block.text):
        return None
    for pattern in _fitting(block.text):
        match = pattern.match(block.text)
        rest = _behind(block, match.end(), headlined=headlined) if match else None
        if match and rest:
            return Paragraph("dateline", block.start, rest.start, "dateline", kept(_parts(match, block.start))), rest
    other = in_any_order(block.text)
    rest = _behind(block, other[0], headlined=headlined) if other else None
    if other is None or rest is None:
        return None
    by = block.start
    parts = (_without_news(Part(p.field, by + p.start, by + p.end), block.text[p.start : p.end]) for p in other[1])
    return Paragraph("dateline", block.start, rest.start, "dateline", kept(parts)), rest


def _behind(block: Block, position: int, *, headlined: bool) -> Block | None:
    """The text behind a dateline, or the headline where one is wanted; None where there is none."""
    text = block.text[position:].lstrip()
    rest = Block(block.end - len(text), block.end, text)
    return rest if text and (is_headline(rest) and not ORIGINAL_LABEL.match(text)) == headlined else None


ORIGINAL_LABEL = re.compile(rf"(?:{alternatives(ORIGINAL_TITLE_LABELS)})\s?[:：]\s?", re.IGNORECASE)


_WIRE = re.compile(
    rf"(?:^|(?<=\s))[A-Z][A-Z'’.-]{{1,30}}(?:[ /][A-Z][A-Z'’.-]{{0,30}}){{0,4}}(?:, [A-Z][\w. ]{{1,20}})?,"
    rf"\s(?i:{MONTH_DAY})\s?\([A-Z][\w' ]{{1,30}}\)\s?-"
)


def wire_start(text: str, start: int, end: int) -> int:
    """Where the dateline of an agency stands in a running text; ``start`` where there is none."""
    match = _WIRE.search(text, start, end) if text.find("(", start, end) >= 0 else None
    return match.start() if match else start


_DISPATCH = re.compile(
    r"(?: (?:Mobile )?(?:Client|App)| (?:Rong|Convergence|Integrated|Fusion|All-|Omni)[ -]?[Mm]edia)?(?: News)?$"
)
_PAPERS = ("Daily", "Times", "Post", "News", "Net", "Network", "Online")


def _without_news(part: Part, surface: str) -> Part:
    """Take “News” off a paper that has its own ending before it, the engine's word for a dispatch, and “Client”."""
    paper = _DISPATCH.sub("", surface)
    is_paper = part.field == "outlet" and paper != surface and paper.endswith(_PAPERS)
    return part._replace(end=part.start + len(paper)) if is_paper else part


_COLUMNS = (
    *(("outlet", "outlet"), ("place", "dateline_place"), ("date", "dateline_date")),
    *(("agency", "outlet"), ("sender", "outlet")),
)


def _parts(match: re.Match[str], offset: int) -> tuple[Part, ...]:
    groups = match.groupdict()
    parts = [Part(c, offset + match.start(g), offset + match.end(g)) for g, c in _COLUMNS if groups.get(g)]
    parts = [_without_news(part, match.string[part.start - offset : part.end - offset]) for part in parts]
    named = next((group for group in ("byline", "teller", "signers") if groups.get(group)), None)
    if named:
        start = offset + match.start(named)
        people = credited(groups[named].replace("Xinhua ", " " * 7), "reporters")
        parts += [Part(column, start + a, start + b) for column, a, b in people]
    return tuple(parts)
