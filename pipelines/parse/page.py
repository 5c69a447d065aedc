"""Whole pages flattened to one line: title, script residue, menus, title again, masthead, text, then lists below it.

The title gives the frame: it opens the page and stands again above the text. The masthead with the day stands between
them or right before the title; the first mark of the site's own words behind the end of a sentence closes the text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cache
from operator import attrgetter

from pipelines.dates import CLOCK, MONTH_DAY
from pipelines.document import Paragraph, Part
from pipelines.parse.blocks import Block
from pipelines.parse.credits import credit_line
from pipelines.parse.dateline import dateline, wire_start
from pipelines.parse.ending import text_end
from pipelines.parse.frame import FARTHEST_STAMP, Frame, find_frame
from pipelines.parse.header import titled_again
from pipelines.parse.lexicon import EDITOR_LABELS, OUTLET_LABELS, PHOTO_LABELS, REVIEWER_LABELS, SURNAMES, alternatives
from pipelines.parse.masthead import masthead, masthead_line
from pipelines.parse.memory import by_text
from pipelines.parse.outlets import named
from pipelines.parse.pagewords import OPENER
from pipelines.parse.people import CONTRIBUTION, LABELS
from pipelines.parse.pictures import POINTED, pictures, pointed
from pipelines.parse.sentences import sentence_spans
from pipelines.parse.sites import owner, window_site
from pipelines.parse.stamps import resumed

_PAGE_MARKS = re.compile(r"(?:\s*(?:【\d{1,3}】|\[\s?\d{1,3}\s?\])){2,}(?:\s*(?:Next|>>\||>>))?")
_RESIDUE = re.compile(
    r"Enable Ginger Cannot connect to Ginger.{0,160}?×"
    r"|\[(?:Video|Audio|Photo|Gallery|Related|Watch|Read more|Read|Link|Infographic)s?\s?[:：] [^\[\]]{0,140}\]"
    r"(?:\s(?:Click|Tap) (?:to|here)(?: \w+)?)?"
    rf"|(?<=[.!?”\"] )(?:Advertisement|ADVERTISEMENT)(?:\s[^.!?]{{4,120}}?{OPENER}|(?= [A-Z“\"]))"
    rf"|(?<=[.!?”\"] )\(?(?:The )?(?:[Pp]icture|[Ii]mage|[Pp]hoto)s?(?: in (?:this|the) article)? "
    rf"(?:(?:comes?|is|are|taken) )?from the (?:Internet|internet|network|web)\b"
    rf"(?:[^.!?]{{0,140}}?{OPENER}|[^.!?()]{{0,140}}[.)])"
    r"|(?:Your|The|This) browser does not support[^.]{0,60}\.(?: Please (?:upgrade|update|use)[^.]{0,80}\.)?"
)
_PLACE_DASH = re.compile(
    r"(?<![\w-])(?P<place>[A-Z]{3,}(?: [A-Z]{2,}){0,2}(?:, [A-Z][a-z.]+(?: [A-Z][a-z]+){0,2})?)"
    r" ?(?:—|--|–) ?(?=[A-Z\"“])"
)
MIN_PAGE = 600
"""Characters below which a line is no page."""
_CLOSE_BY, _FARTHEST_DATELINE, _FARTHEST_CREDIT = 400, 700, 10_000


def unfold(block: Block) -> tuple[list[Paragraph], list[Block]] | None:
    """Take a flattened page apart; None where the block is no page. Returns its paragraphs and its body blocks."""
    return taken_apart(block) if len(block.text) >= MIN_PAGE else None


@by_text
def taken_apart(block: Block) -> tuple[list[Paragraph], list[Block]] | None:
    """Do as ``unfold`` does with a text of whatever length."""
    frame = find_frame(block.text)
    return apart(block, frame) if frame else None


def apart(block: Block, frame: Frame) -> tuple[list[Paragraph], list[Block]]:
    """Take a page apart whose frame is known."""
    found, start = _above(block, frame)
    end = _unsigned(block, start, text_end(block.text, start), found)
    found += _below(block, end)
    again = list(titled_again(block, block.text[frame.start : frame.end], start, min(end, start + _CLOSE_BY)))
    found += again or _by_site(block, frame, start, end) or _signed(block, start, min(end, start + _FARTHEST_DATELINE))
    found += (
        pointed(Block(block.start + mark.start(), block.start + mark.end(), mark.group()))
        for mark in POINTED.finditer(block.text, start, end)
    )
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
    text = block.text
    site = _issued(text, frame) or window_site(text, text[frame.start : frame.end]) or owner(text, frame.start)
    opens = text[start : min(end, start + _FARTHEST_DATELINE)].lstrip()
    if site is None or site[1] > frame.start or dateline.said(opens) or wire_start(opens, 0, len(opens)):
        return
    above = next(p for p in found if p.start <= block.start + site[0] < p.end)
    found.remove(above)
    for a, b in ((above.start - block.start, site[0]), (site[1], above.end - block.start)):
        yield _span(block, "chrome", "site-chrome", a, b)
    part = Part("outlet", block.start + site[0], block.start + site[1])
    yield Paragraph("outlet", part.start, part.end, "source-line", (part,))


def _issued(text: str, frame: Frame) -> tuple[int, int] | None:
    """The office that a label above the title names."""
    label = re.compile(rf"(?<![\w-])(?i:{alternatives(OUTLET_LABELS)})\s?[:：]\s?(?=[A-Z])")
    for match in label.finditer(text, max(0, frame.start - _CLOSE_BY), frame.start):
        for part in masthead(text, match.start(), frame.start).parts[:1]:
            if part.field == "outlet":
                return part.start, part.end
    return None


def _by_site(block: Block, frame: Frame, start: int, end: int) -> list[Paragraph]:
    """A dateline of the site itself, whose name no list need hold: it stands in the name of the window."""
    text = block.text
    site = window_site(text, text[frame.start : frame.end])
    if site is None:
        return []
    signed = re.compile(
        rf"[\s–—-]*(?P<outlet>{re.escape(text[slice(*site)])}),? (?:(?P<dateline_place>[A-Z]\w+(?: [A-Z]\w+)?),? )?"
        rf"(?P<dateline_date>(?i:{MONTH_DAY}))\s?(?:[:.]|-{{1,2}}|—{{1,2}}|–)\s(?=[A-Z\"“])"
    ).match(text, start, end)
    if signed is None:
        return []
    parts = tuple(
        Part(column, block.start + signed.start(column), block.start + signed.end(column))
        for column in ("outlet", "dateline_place", "dateline_date")
        if signed[column]
    )
    return [_span(block, "dateline", "dateline", signed.start(), signed.end())._replace(parts=parts)]


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
    mastheads += tuple(resumed(block.text, max(end, mastheads[-1][1].end)))
    known = [_span(block, "title", "header-title", start, end)]
    known += [_span(block, "subtitle", "header-deck", *deck)] if deck else []
    for begin, each in mastheads:
        parts = tuple(Part(p.field, block.start + p.start, block.start + p.end) for p in each.parts)
        known.append(
            _span(block, "stamp", "header-stamp", begin, each.end)._replace(
                parts=tuple(sorted(parts, key=attrgetter("start")))
            )
        )
    found: list[Paragraph] = []
    position = 0
    for paragraph in sorted(known, key=lambda p: p.start):
        found += [_span(block, "chrome", "site-chrome", position, paragraph.start - block.start), paragraph]
        position = paragraph.end - block.start
    return [p for p in found if p.end > p.start], max(position, mastheads[-1][1].end)


_PERSON = r"(?:[A-Z][\w'’-]+(?: [A-Z][\w'’-]+|(?![\w'’-]| [a-z]))|[a-z]{3,12}(?=\s|$))"


_WRITERS = ("reporter", "reporters", "author", "authors", "correspondent", "correspondents", "written by")


@cache
def _credited() -> re.Pattern[str]:
    """The credits below a text: editors behind a label, in brackets or not; reporters in brackets; the paper."""
    editors = rf"(?i:{alternatives(EDITOR_LABELS, REVIEWER_LABELS, _WRITERS)})\s?[:：|丨]\s?"
    spoken = tuple(label for label in (*EDITOR_LABELS, *REVIEWER_LABELS, *PHOTO_LABELS) if label.endswith(" by"))
    two = rf"{_PERSON}(?:(?:, | and ){_PERSON})*"
    chinese = rf"(?i:{alternatives(SURNAMES)}) [A-Z][\w'’-]+"
    further = rf"(?=\s?[)\]】]|\s(?i:{alternatives(*LABELS.values())})\s?[:：|丨])"
    return re.compile(
        rf"(?<=Ends/)(?:[A-Z][a-z]+day, )?(?i:{MONTH_DAY})(?: Issued at HKT {CLOCK})?"
        rf"|[(\[【]\s?{editors}[^()\[\]【】|]{{2,80}}?[)\]】]|\(By {two}\)"
        rf"|[(（][^()（）]{{0,60}}\b(?i:reporter|correspondent)s? [A-Z][^()（）]{{2,80}}[)）]"
        rf"|(?<![\w-])(?i:{alternatives(PHOTO_LABELS)})\s?[:：|丨]\s?{chinese}(?:, {chinese})*(?!\w)"
        rf"|(?<![\w-]){editors}(?:{chinese}(?:\s{chinese})+{further}|{_PERSON}(?:\s?,\s?{_PERSON})*(?!\s?:))"
        rf"|Source\s?[:：|丨]\s?{named()}|{CONTRIBUTION}"
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
