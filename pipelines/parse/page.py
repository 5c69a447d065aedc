"""Whole pages flattened to one line: title, script residue, menus, title again, masthead, text, then lists below it.

The title gives the frame: it opens the page and stands again above the text. The masthead with the day stands between
them or right before the title; the first mark of the site's own words behind the end of a sentence closes the text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cache
from itertools import takewhile

from pipelines.dates import CLOCK, MONTH_DAY
from pipelines.document import Paragraph, Part
from pipelines.parse.blocks import Block
from pipelines.parse.chrome import closing_mark
from pipelines.parse.credits import credit_line
from pipelines.parse.dateline import dateline, wire_start
from pipelines.parse.frame import FARTHEST_STAMP, Frame, find_frame, window_site
from pipelines.parse.header import titled_again
from pipelines.parse.lexicon import EDITOR_LABELS, PHOTO_LABELS, alternatives
from pipelines.parse.masthead import masthead_line
from pipelines.parse.memory import by_text
from pipelines.parse.outlets import named
from pipelines.parse.pagewords import is_headlined, stop_share
from pipelines.parse.pictures import pictures
from pipelines.parse.sentences import sentence_spans

_PAGE_MARKS = re.compile(r"(?:\s*(?:【\d{1,3}】|\[\d{1,3}\])){2,}(?:\s*(?:Next|>>\||>>))?")
_RESIDUE = re.compile(
    r"Enable Ginger Cannot connect to Ginger.{0,160}?×"
    r"|\[(?:Video|Audio|Photo|Gallery|Related|Watch|Read more|Read|Link|Infographic)s?\s?[:：] [^\[\]]{0,140}\]"
    r"(?:\s(?:Click|Tap) (?:to|here)(?: \w+)?)?"
    r"|(?<=[.!?”\"] )(?:Advertisement|ADVERTISEMENT)(?= [A-Z“\"])"
    r"|(?:Your|The|This) browser does not support[^.]{0,60}\.(?: Please (?:upgrade|update|use)[^.]{0,80}\.)?"
)
_PLACE_DASH = re.compile(
    r"(?<![\w-])(?P<place>[A-Z]{3,}(?: [A-Z]{2,}){0,2}(?:, [A-Z][a-z.]+(?: [A-Z][a-z]+){0,2})?)"
    r" ?(?:—|--|–) ?(?=[A-Z\"“])"
)
MIN_PAGE = 600
"""Characters below which a line is no page."""
_CLOSE_BY = 400
_FARTHEST_DATELINE, _FARTHEST_CREDIT = 700, 10_000
_LONGEST_REMNANT, _SOUP = 4, 0.25


def unfold(block: Block) -> tuple[list[Paragraph], list[Block]] | None:
    """Take a flattened page apart; None where the block is no page. Returns its paragraphs and its body blocks."""
    return _taken_apart(block) if len(block.text) >= MIN_PAGE else None


@by_text
def _taken_apart(block: Block) -> tuple[list[Paragraph], list[Block]] | None:
    frame = find_frame(block.text)
    if frame is None:
        return None
    found, start = _above(block, frame)
    end = _unsigned(block, start, _end(block.text, start), found)
    found += _below(block, end)
    again = list(titled_again(block, block.text[frame.start : frame.end], start, min(end, start + _CLOSE_BY)))
    found += again or _signed(block, start, min(end, start + _FARTHEST_DATELINE))
    for cut in (*_PAGE_MARKS.finditer(block.text, start, end), *_RESIDUE.finditer(block.text, start, end)):
        found.append(_span(block, "chrome", "site-chrome", cut.start(), cut.end()))
    found += _named_site(block, frame, found, start, end)
    inside = [p for p in found if start <= p.start - block.start < end]
    pieces, rest = _text(block, start, end, inside)
    return [p for p in [*found, *pieces] if p.end > p.start], rest


def _unsigned(block: Block, start: int, end: int, found: Sequence[Paragraph]) -> int:
    """Where the text ends before what the page says of its writer."""
    names = [
        block.text[p.start - block.start : p.end - block.start]
        for f in found
        for p in f.parts
        if p.field == "reporters"
    ]
    spans = sentence_spans(block.text, max(start, end - FARTHEST_STAMP), end)
    while len(spans) > 1 and any(block.text.startswith((f"{n} is a", f"{n} is the "), spans[-1][0]) for n in names):
        end = spans.pop()[0]
    return end


def _named_site(block: Block, frame: Frame, found: list[Paragraph], start: int, end: int) -> Iterator[Paragraph]:
    """The name of the site in the name of the window: the paper of a page that names no other."""
    if any(part.field == "outlet" for paragraph in found for part in paragraph.parts):
        return
    site = window_site(block.text, block.text[frame.start : frame.end])
    opens = block.text[start : min(end, start + _FARTHEST_DATELINE)].lstrip()
    if site is None or site[1] > frame.start or dateline.said(opens) or wire_start(opens, 0, len(opens)):
        return
    above = next(p for p in found if p.start <= block.start + site[0] < p.end)
    found.remove(above)
    for a, b in ((above.start - block.start, site[0]), (site[1], above.end - block.start)):
        yield _span(block, "chrome", "site-chrome", a, b)
    part = Part("outlet", block.start + site[0], block.start + site[1])
    yield Paragraph("outlet", part.start, part.end, "source-line", (part,))


def _signed(block: Block, start: int, stop: int) -> Iterator[Paragraph]:
    """A place in capitals before a dash, where the text begins or behind a picture above it."""
    signed = _PLACE_DASH.search(block.text, start, stop)
    if signed and block.text[start : signed.start()].rstrip()[-1:] in ("", ")", "]"):
        place = Part("dateline_place", block.start + signed.start("place"), block.start + signed.end("place"))
        yield _span(block, "dateline", "dateline", signed.start(), signed.end())._replace(parts=(place,))


def _span(block: Block, role: str, layout: str, start: int, end: int) -> Paragraph:
    text = block.text[start:end]
    kept = text.strip()
    begin = block.start + start + (text.index(kept) if kept else 0)
    return Paragraph(role, begin, begin + len(kept), layout)


def _above(block: Block, frame: Frame) -> tuple[list[Paragraph], int]:
    """What stands above the text (menus, the title, mastheads), and where the text begins."""
    start, end, mastheads, deck = frame
    known = [_span(block, "title", "header-title", start, end)]
    known += [_span(block, "subtitle", "header-deck", *deck)] if deck else []
    for begin, each in mastheads:
        parts = tuple(Part(p.field, block.start + p.start, block.start + p.end) for p in each.parts)
        known.append(
            _span(block, "stamp", "header-stamp", begin, each.end)._replace(parts=tuple(sorted(parts, key=_at)))
        )
    found: list[Paragraph] = []
    position = 0
    for paragraph in sorted(known, key=lambda p: p.start):
        found += [_span(block, "chrome", "site-chrome", position, paragraph.start - block.start), paragraph]
        position = paragraph.end - block.start
    return [p for p in found if p.end > p.start], max(position, mastheads[-1][1].end)


def _at(part: Part) -> int:
    return part.start


_CLOSED = re.compile(r"(?:[.!?。…\"”’)\]】]|Enditem)$")
_LAST_STOP = re.compile(r"[.!?。][\"”’)\]]{0,2}\s(?:\([^()]{0,40}(?i:photo|/)[^()]{0,80}\)\s)?")


def _end(text: str, start: int) -> int:
    """Where the text ends: at the first of the site's closing marks that others follow, or that little follows.

    One amid a sentence counts only where none stands behind one.
    """
    found = list(closing_mark().finditer(text, start))
    signed = {m.start() for m in found if m["signed"] and m.group()[-2].isalpha()}
    marks = [m.start("mark") for m in found]
    closing = [
        (mark, _is_by(mark, following, signed)) for mark, following in zip(marks, [*marks, len(text)][1:], strict=True)
    ]
    last = None
    for mark, is_by in closing:
        end = _closed(text, start, mark)
        if end and (is_by or _is_soup(text, mark)) and not _goes_on(text, start, mark):
            return _trimmed(text, start, end)
        last = end or last
    if last is None:
        first = next((mark for mark, is_by in closing if is_by or _is_soup(text, mark)), None)
        return _trimmed(text, start, first) if first else (marks[-1] if marks else len(text))
    return last


def _is_by(mark: int, following: int, signed: set[int]) -> bool:
    """Tell whether the next mark is so near that this one closes the text: not the name of an agency in brackets."""
    return following - mark <= _CLOSE_BY and mark not in signed


def _goes_on(text: str, start: int, mark: int) -> bool:
    """Tell whether a mark stands in the midst of a text: more sentences are behind it, one after the other."""
    if _SURE.match(text, mark):
        return False
    spans = sentence_spans(text, mark, min(len(text), mark + _FARTHEST_PROSE))[1:-1]
    told = list(takewhile(_may_be_prose, (text[begin:end] for begin, end in spans)))
    is_long = len(told) >= _SENTENCES_ON or (len(told) > 1 and len(told) >= len(sentence_spans(text, start, mark)))
    return is_long and stop_share(" ".join(told)) >= _SOUP


def _may_be_prose(text: str) -> bool:
    return len(text.split()) <= _LONGEST_TOLD and not (_BIDDING.match(text) or _OF_SITE.search(text))


def _trimmed(text: str, start: int, end: int) -> int:
    """Where the sentences before a mark end: lists of headlines and what bids the visitor do something go too."""
    spans = sentence_spans(text, max(start, end - FARTHEST_STAMP), end)
    while len(spans) > 1 and spans[0][0] > start - 1 and _is_left_over(text[slice(*spans[-1])]):
        end = spans.pop()[0]
    return end


def _is_left_over(text: str) -> bool:
    words = len(text.split())
    is_list = words > _LONGEST_SENTENCE and stop_share(text) < _SOUP
    return is_list or (words <= _LONGEST_BIDDING and _BIDDING.match(text) is not None)


_COPYRIGHT = re.compile(r"[(\[]?(?:©|copyright|all rights reserved|advertisement)", re.IGNORECASE)


def _is_soup(text: str, mark: int) -> bool:
    """Tell a list of headlines from sentences: it has few of the small words, or nothing ends."""
    following = text[mark : mark + _CLOSE_BY]
    is_last = _COPYRIGHT.match(following) is not None
    return is_last or stop_share(following) < _SOUP or _LAST_STOP.search(following) is None


def _closed(text: str, start: int, mark: int) -> int | None:
    """Where the sentence before a mark ends, but for a few words of the site; None where the mark stands amid one."""
    before = text[max(start, mark - _CLOSE_BY) : mark].rstrip()
    stop = max((m.end() for m in _LAST_STOP.finditer(before)), default=None)
    remnant = before[stop:] if stop else ""
    if not before or (text[mark] in "([" and any(map(str.isalpha, remnant))):
        return mark
    is_bar = (" | " in remnant and stop_share(remnant) < _SOUP) or is_headlined(remnant)
    if _CLOSED.search(before) and not is_bar:
        return mark
    if stop is None or (len(remnant.split()) > _LONGEST_REMNANT and not is_bar):
        return _soup_start(text, start, mark) if _is_soup(text, mark) else None
    return mark - len(text[:mark]) + len(text[:mark].rstrip()) - len(before) + stop


def _soup_start(text: str, start: int, mark: int) -> int | None:
    """Where the last sentence before a list of headlines ends, in which the mark stands; None where none does."""
    before = text[max(start, mark - FARTHEST_STAMP) : mark]
    stop = max((m.end() for m in _LAST_STOP.finditer(before)), default=None)
    return mark - len(before) + stop if stop else None


_BIDDING = re.compile(
    r"(?:Thanks for (?:sharing|reading)|(?:Join|Follow|Download|Subscribe|Sign up|Scan|Click|Share|Get our|Read more|"
    r"Like us|Listen|Watch|Newsletter|Get the|Sign in|Log in|Stay connected|Enter your|Have your say|"
    r"Contact (?:us|the)|Return to|Go back to)\b(?!.*[\"”]$)"
    r"|We use cookies|Th(?:is|e) (?:web)?site uses|By (?:signing up|continuing|subscribing)|If there is any|"
    r"Do you like|For copyright|Please (?:indicate|contact|understand))"
)
_LONGEST_SENTENCE, _LONGEST_BIDDING = 28, 40
_FARTHEST_PROSE, _SENTENCES_ON, _LONGEST_TOLD = 1_200, 4, 60
_SURE = re.compile(
    r"[(\[【]|©|(?i:copyright|all rights|editor|responsible|executive|end|comments?\b|disclaimer|about us)"
)
"""Marks behind which no text goes on, whatever follows."""
_OF_SITE = re.compile(
    r"\b(?:web ?site|copyright|reprint|reproduc|authori[sz]|netizen|responsib|infring|licen[cs]e)", re.I
)
_PERSON = r"(?:[A-Z][\w'’-]+(?: [A-Z][\w'’-]+)?|[a-z]{3,12}(?=\s|$))"


_WRITERS = ("reporter", "reporters", "author", "authors", "correspondent", "correspondents", "written by")


@cache
def _credited() -> re.Pattern[str]:
    """The credits below a text: editors behind a label, in brackets or not; reporters in brackets; the paper."""
    editors = rf"(?i:{alternatives(EDITOR_LABELS, _WRITERS)})\s?[:：|]\s?"
    spoken = tuple(label for label in (*EDITOR_LABELS, *PHOTO_LABELS) if label.endswith(" by"))
    two = rf"{_PERSON}(?:(?:, | and ){_PERSON})*"
    return re.compile(
        rf"(?<=Ends/)(?:[A-Z][a-z]+day, )?(?i:{MONTH_DAY})(?: Issued at HKT {CLOCK})?"
        rf"|[(\[【]\s?{editors}[^()\[\]【】|]{{2,80}}?[)\]】]|\(By {two}\)"
        rf"|(?<![\w-]){editors}{_PERSON}(?:\s?,\s?{_PERSON})*|Source\s?[:：]\s?{named()}"
        rf"|(?<![\w-])(?i:{alternatives(spoken)}) {two}|(?<=\band )editor [A-Z][\w'’-]+ [A-Z][\w'’-]+(?=[ ,]?\()"
    )


def _below(block: Block, end: int) -> Iterator[Paragraph]:
    """What stands below the text: site chrome, but for the people and the paper that it names."""
    position = end
    for label in _credited().finditer(block.text, end, end + _FARTHEST_CREDIT):
        line = Block(block.start + label.start(), block.start + label.end(), label.group())
        credit = credit_line(line) or masthead_line(line)
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
