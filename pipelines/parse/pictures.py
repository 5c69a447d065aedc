"""Captions in running text: found by the credit that closes them, and followed back to where they begin."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from pipelines.dates import MONTH, MONTH_DAY
from pipelines.document import Paragraph, Part
from pipelines.parse.blocks import Block
from pipelines.parse.lexicon import AGENCIES, PICTURE_AGENCIES, SITES, alternatives
from pipelines.parse.outlets import is_outlet
from pipelines.parse.pagewords import OPENER, OPENERS, OPENING_WORDS
from pipelines.parse.sentences import sentence_spans

_OPENING = re.compile(
    rf"(?:(?:Combo |File |Aerial |Undated |Screenshot |This |The |An? )?"
    rf"(?:photo|picture|image|screenshot|screengrab)s?\b"
    rf"|(?:Night|Aerial|Bird's-eye|A general|An? aerial|General) view\b"
    rf"|.*\((?:L|R|C|1st|2nd|3rd|front|left|right|center|centre|middle|back|rear|top|bottom)\b[^()]{{0,24}}\)"
    rf"|.*(?:,|on|in|of)(?: late| early| mid)? (?:{MONTH_DAY}|{MONTH},? \d{{4}})(?<=\d{{4}})\.?$)",
    re.IGNORECASE,
)
_DATED = re.compile(rf".*(?:,|on) (?:{MONTH_DAY})\.?$", re.IGNORECASE)
_REPORTING = re.compile(r"\b(?:said|says|reported|announced|according)\b")
_FINITE = re.compile(
    r"\b(?:is|are|was|were|be|been|has|have|had|will|would|can|could|should|may|said|says|did|does|do)\b"
    r"|(?<!\bA )(?<!\ba )(?<!\ban )(?<!\bAn )(?<!\bthe )(?<!\bThe )\b\w{2,}ed\b"
)
_GLUED = re.compile(OPENER)
_REFERRING = re.compile(rf"(?!(?:The|An?|In|At|On) ){OPENERS}")
_PAST = re.compile(r"\b(?:was|were|had|did|would|could)\b")
_PHOTO_WORDS = re.compile(
    r"\b(?:photo(?:graph(?:ed|s)?)?s?|pictures?|images?|taken|shot|provided|courtesy|screenshot|file|by|of|the|via|taken|for)\b",
    re.IGNORECASE,
)
_SENDER = re.compile(r"(?<=by )(?:[A-Z][\w'’·-]+ ){0,6}(?:[a-z]+ )?(?:reporter|correspondent)s?\b")
_PERSON = re.compile(r"[A-Z][\w'’.-]*(?: [A-Z][\w'’.-]*){0,3}")
_SITE = re.compile(r"[\w-]+(?:\.[\w-]+)+")
_MOST_SENTENCES, _MANY, _LONGEST_OF_SET = 6, 3, 320
_LONGEST_ALONE = 160
"""A single opening sentence of at most so many characters before a credit is a caption; a longer one is a lead."""


@cache
def _credit() -> re.Pattern[str]:
    """Match a credit; “ahead” may stand above its caption, “bare” and “weak” need a caption that shows as one."""
    outlet = alternatives(AGENCIES, PICTURE_AGENCIES)
    known, agencies = alternatives(AGENCIES, SITES, PICTURE_AGENCIES), alternatives(PICTURE_AGENCIES)
    ended, last = r"(?<=[.!?”\"] )", r"(?=\s[A-Z\"“]|\s?$)"
    third = rf"(?: (?!(?:{OPENING_WORDS})\b)[A-Z][\w'’-]+(?=\s?(?:$|[\"“(\[])|\s(?:{OPENING_WORDS})\b))?"
    name = rf"(?-i:[A-Z][\w'’-]+ [A-Z][\w'’-]+{third})"
    sent = r"(?:(?-i:(?:[A-Z][\w'’·-]+ ){0,6})(?:(?:our|intern|staff|special|chief) )?(?:reporter|correspondent)s? )?"
    inside = (
        r"[^()\[\]]{0,60}\bphotos?\b[^()\[\]]{0,90}"
        rf"|(?:{outlet})\s?/\s?[^()\[\]]{{2,60}}|(?<=[.!?] \()(?-i:i?[A-Z][\w-]{{3,24}}\s?/\s?[A-Z][a-z]+ [A-Z][a-z]+)"
        rf"|[^()\[\]/.]{{2,50}}/\s?[^()\[\]]{{0,24}}(?:{outlet})"
    )
    shown = r"(?:courtesy of|provided (?:to|by)|handout|screenshot|image|picture|illustration|graphics?)\b"
    return re.compile(
        rf"[(\[](?:{inside})[)\]]"
        rf"|(?:(?<=[.!?] )(?-i:[A-Z][\w-]+(?: [A-Z][\w-]+){{1,2}})\s?)?/(?:{outlet})(?: photos?)?(?=\s|$)"
        rf"|(?<=[.!?] )photos?\s?[:：/]\s?(?:{known})(?=\s|$)"
        rf"|{ended}photos?\s?[:：]\s?{name}(?: (?-i:[A-Z][\w-]+))?\s?/\s?(?-i:[A-Z]{{2,}}|{known})(?=\s|$)"
        rf"|{ended}(?P<plain>(?:\|\s?)?(?:photo(?:graph(?:ed|s)?)?|picture|image)s?(?: taken| shot| provided)?"
        rf"(?:\s?[:：/|丨]\s?| by |\s?[:：] courtesy of | courtesy of ){sent}{name}(?:\s?/\s?(?:{known}))?{last}"
        rf"|{name}\s?/\s?(?:photo(?:graph(?:ed|s|y)?)?|picture|image)s?{last})"
        rf"|{ended}photos? courtesy of [^.()]{{2,50}}? {MONTH_DAY}{last}"
        rf"|{ended}(?:{outlet})(?: file)? photos?(?:,? {MONTH_DAY})?{last}|{ended}(?:{outlet})/{name}{last}"
        rf"|{ended}[(\[](?:{agencies})[)\]]|{ended}[(\[]{shown}[^()\[\]]{{0,80}}[)\]]"
        rf"|{ended}(?P<ahead>(?-i:{name} / (?:[A-Z]{{3,}}|{known})|(?<=[.!?)”\"] )(?:{agencies}))(?=\s|$))"
        rf"|{ended}(?P<weak>[(\[](?:{known}|(?-i:[A-Z]{{2,}} [A-Z]{{2,}}))[)\]]){last}"
        rf"|(?P<bare>(?<=\d\d\d\d\. )\((?-i:[A-Z][a-z]+ [A-Z][a-z]+)\))",
        re.IGNORECASE,
    )


_SCENE = re.compile(
    rf"The scene of .{{8,300}} (?:filmed|taken|photographed|shot) (?:in|at) [A-Z].{{1,60}} on (?i:{MONTH_DAY})\.?"
    r"|(?:(?:The p|P)ictures?|Photos?) shows? (?!(?:that|how|what|why|when|no|little|some|signs?|all)\b).{8,300}\."
)
"""What one sentence says of a picture."""
_FILED = re.compile(r"(?:Data|Profile|File|Information|Archive) (?:map|photo|picture|image)s?\s?[:：]\s?(?=[\w\"“])")
"""What engines make of the label of a picture from the archive."""

POINTED = re.compile(r"(?:^|(?<=[.!?”\"] ))△\s?[A-Z\"“][^.!?△]{8,240}[.!?](?=\s|$)")
"""A sentence below the mark with which sites point at the picture above it."""
_POINTED_LINE = re.compile(r"[△▲]\s?[A-Z\"“][^.!?:]{8,160}")


@cache
def _origin() -> re.Pattern[str]:
    """Match a line that says without a colon where a picture comes from: the agency that sent it, or a site."""
    site = r"(?:the )?(?:official )?(?:web ?site|web|internet|network|microblog|weibo|wechat)\b(?!.* show).{0,80}"
    sent = r"(?:issued|published|released|distributed)(?: by (?-i:[A-Z]\w+(?: [A-Z]\w+){0,3}))?"
    return re.compile(
        rf"[(（]?(?:photo|picture|image)s? (?:source\s?[:：]|courtesy of|provided by)(?!.* show) ?.{{2,60}}"
        rf"|(?-i:{alternatives(AGENCIES)}) (?:photo|{sent})|(?:(?:photo|picture|image)s?(?: taken)?"
        rf"|the (?:photo|picture|image)s? (?:comes?|(?:is|are|was|were)(?: taken)?)) from {site}",
        re.IGNORECASE,
    )


def pointed(block: Block) -> Paragraph:
    """A caption without the mark that points at its picture."""
    mark = (block.start, block.end - len(block.text[1:].lstrip()))
    return Paragraph("caption", block.start, block.end, "caption", (), (mark,))


def of_lost(block: Block) -> Paragraph | None:
    """Recognise a line that speaks of a picture which is not there: what it shows, or where it comes from."""
    if _origin().fullmatch(block.text):
        return block.paragraph("credit", "photo-credit")
    if POINTED.fullmatch(block.text) or _POINTED_LINE.fullmatch(block.text):
        return pointed(block)
    label = _FILED.match(block.text)
    if not (label or _SCENE.fullmatch(block.text)) or len(sentence_spans(block.text, 0, len(block.text))) > 1:
        return None
    cuts = ((block.start, block.start + label.end()),) if label else ()
    return Paragraph("caption", block.start, block.end, "caption", (), cuts)


def _names(text: str, offset: int) -> Iterator[Part]:
    """The photographers in a credit: capitalised words between slashes and commas that name no agency and no site."""
    text = _SENDER.sub(lambda m: " " * len(m.group()), text)
    for piece in re.finditer(r"[^/,;:|丨()\[\]&]+", text):
        words = _PHOTO_WORDS.sub(lambda m: " " * len(m.group()), piece.group())
        name = words.strip()
        if "courtesy" in text.lower() or not _PERSON.fullmatch(name) or _SITE.search(name) or _is_nobody(name):
            continue
        start = offset + piece.start() + words.index(name)
        yield Part("photographers", start, start + len(name))


def _is_nobody(name: str) -> bool:
    return is_outlet(name) or not any(c.islower() for c in name)


def pictures(block: Block, *, whole: bool = False) -> tuple[list[Paragraph], list[Block]]:
    """Take the captions with their credits, and credits that stand alone, out of a running text.

    ``whole`` says that all which ends in a credit is caption, as it is above the dateline of an agency.
    """
    found: list[Paragraph] = []
    rest: list[Block] = []
    position = 0
    marks = list(_credit().finditer(block.text))
    whole = whole or _is_gallery(block.text, marks)
    for mark in marks:
        if mark.start() < position:
            continue
        begin = (
            position
            if whole
            else _begin(block.text, position, mark.start(), is_sure=bool(mark["ahead"] or mark["weak"]))
        )
        if begin == mark.start() and not (mark["ahead"] or mark["weak"]):
            begin = _last_shown(block.text, position, begin, is_sure=bool(mark["plain"]))
        stop = _shown_below(block.text, mark.end()) if mark["ahead"] and begin == mark.start() else None
        if begin == mark.start() and stop is None:
            begin = begin if mark["weak"] else _begin(block.text, position, mark.start(), is_sure=False)
            if begin == mark.start() and (mark["weak"] or (mark["ahead"] and "/" not in mark.group())):
                continue
        kept = block.text[position:begin].rstrip()
        rest += _body(block, position, position + len(kept))
        found.append(_caption(block, begin, mark))
        position = stop or mark.end()
        found += [_shown(block, mark.end(), stop)] if stop else []
    rest += _body(block, position, len(block.text))
    return found, rest


def _shown_below(text: str, start: int) -> int | None:
    """Where the caption below a credit ends: a short sentence that reports nothing; None where there is none."""
    first = sentence_spans(text, start, min(len(text), start + 2 * _LONGEST_ALONE))[:1]
    is_shown = first and len(text[slice(*first[0])]) <= _LONGEST_ALONE and text[first[0][1] - 1] == "."
    return first[0][1] if is_shown and not _REPORTING.search(text[slice(*first[0])]) else None


def _shown(block: Block, start: int, stop: int) -> Paragraph:
    text = block.text[start:stop]
    return Paragraph("caption", block.start + start + len(text) - len(text.lstrip()), block.start + stop, "caption")


def _is_gallery(text: str, marks: list[re.Match[str]]) -> bool:
    """Tell whether the text is nothing but captions: a credit closes it, and it opens as a caption does or has many."""
    if not marks or text[marks[-1].end() :].strip(" .#*0123456789【】[]<>"):
        return False
    gaps = [b.start() - a for a, b in zip([0, *(mark.end() for mark in marks)], marks, strict=False)]
    if len(gaps) >= _MANY and max(gaps) <= _LONGEST_OF_SET:
        return True
    first = sentence_spans(text, 0, marks[0].start())
    return bool(first) and bool(_OPENING.match(text[first[0][0] : first[0][1]]))


def _begin(text: str, start: int, end: int, *, is_sure: bool) -> int:
    """Where the caption that ends at ``end`` begins: at the nearest sentence before it that opens as captions do."""
    spans = sentence_spans(text, start, end)
    for back, (a, b) in enumerate(reversed(spans[-_MOST_SENTENCES:])):
        sentence = text[a:b]
        if _OPENING.match(sentence) or (back == 0 and not is_sure and not _FINITE.search(sentence)):
            return a
    alone = not is_sure and len(spans) == 1 and start == 0 and end < len(text) // 2
    return spans[0][0] if alone and _may_stand_alone(text[spans[0][0] : end].rstrip()) else end


def _last_shown(text: str, start: int, end: int, *, is_sure: bool) -> int:
    """Where the short sentence begins that stands right before a credit and reports nothing, a headline cut off."""
    a, b = (sentence_spans(text, start, end) or [(end, end)])[-1]
    a = max([a, *(m.start() for m in _GLUED.finditer(text, a, b))])
    is_shown = b - a <= _LONGEST_ALONE and not _REPORTING.search(text, a, b) and not set('"“”') & set(text[a:b])
    is_told = _REFERRING.match(text, a) or _PAST.search(text, a, b)
    return a if is_shown and (is_sure or not is_told) else end


def _may_stand_alone(sentence: str) -> bool:
    dated = _DATED.match(sentence) and not _REPORTING.search(sentence)
    return len(sentence) <= _LONGEST_ALONE or bool(dated)


def _caption(block: Block, begin: int, mark: re.Match[str]) -> Paragraph:
    start, end = block.start + begin, block.start + mark.end()
    while block.text[start - block.start].isspace():
        start += 1
    credit = block.start + mark.start()
    parts = tuple(_names(mark.group(), credit))
    if credit <= start:
        return Paragraph("credit", start, end, "photo-credit", parts)
    gap = len(block.text[: mark.start()]) - len(block.text[: mark.start()].rstrip())
    return Paragraph("caption", start, end, "caption", parts, ((credit - gap, end),))


def _body(block: Block, start: int, end: int) -> list[Block]:
    text = block.text[start:end]
    kept = text.strip()
    if not kept:
        return []
    begin = block.start + start + text.index(kept)
    return [Block(begin, begin + len(kept), kept)]
