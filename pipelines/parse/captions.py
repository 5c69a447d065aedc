"""Captions that stand alone: behind a number, in brackets, or closed by the credit of their picture."""

from __future__ import annotations

import re
from collections.abc import Iterator

from pipelines.dates import MONTH_DAY
from pipelines.document import Paragraph, Part
from pipelines.parse.blocks import Block, word_count
from pipelines.parse.outlets import is_outlet
from pipelines.parse.people import persons
from pipelines.parse.pictures import of_lost

_WHOLE_PARENTHESIS = re.compile(r"[(（](?P<inside>[^()（）]{3,})[)）]")
_PHOTOGRAPHER = re.compile(
    r"(?:(?:photo|picture|image)s?(?: (?:was|were))?(?: (?:all |both )?taken)? by|photographed by|photo/)"
    r"\s?(?:(?:our |all[- ]media |intern |staff )?(?:reporter|correspondent) )?"
    r"(?P<name>[A-Z][\w'’-]+(?: [A-Z][\w'’-]+){1,2})",
    re.IGNORECASE,
)
_LONGEST_SHOWN, _LONGEST_NUMBERED, _MIN_CAPTION_WORDS = 480, 60, 5
_PICTURED = re.compile(
    rf"\b(?:photos?|pictures?|pictured|images?|photographed)\b|^[^.]{{0,40}}(?:{MONTH_DAY})", re.IGNORECASE
)


def caption(block: Block) -> Paragraph | None:
    """Recognise a lone caption: behind “Photo 1:”, or in parentheses that speak of a picture or open with a day."""
    pictured = _PICTURE_CREDIT.search(block.text, max(0, len(block.text) - 110)) if _may_picture(block.text) else None
    if pictured and (shown := _shown(block, pictured)):
        return shown
    if alone := of_lost(block):
        return alone
    numbered = _NUMBERED.match(block.text)
    if numbered and word_count(block.text) <= _LONGEST_NUMBERED:
        return Paragraph(
            "caption", block.start, block.end, "caption", (), ((block.start, block.start + numbered.end()),)
        )
    match = _WHOLE_PARENTHESIS.fullmatch(block.text)
    if not match or word_count(match["inside"]) < _MIN_CAPTION_WORDS or not _PICTURED.search(match["inside"]):
        return None
    cuts = ((block.start, block.start + 1), (block.end - 1, block.end))
    return Paragraph("caption", block.start, block.end, "caption", tuple(_photographers(block)), cuts)


_NUMBERED = re.compile(r"(?:Photo|Picture|Photograph)\s?\d{1,2}\s?[:：]\s?(?=[A-Z\"“])")

_PICTURE_CREDIT = re.compile(
    r"(?:^|(?<=[.。!?”\"] )|(?<=[.。!?”\"])|(?<=[A-Za-z] )(?=[(（\[]))[(（\[]?"
    r"(?:(?:[Pp]hoto|[Pp]icture|[Ii]mage)s?(?: taken)? by|[Pp]hotographed by|Photo/)\s?"
    r"(?P<name>(?:[A-Z][\w'’&.-]*|our|reporter|correspondent|/|,|and|for)(?:(?:[ /]|, ?)(?:[A-Z][\w'’&.-]*|reporter|"
    r"correspondent|/|and|for))*)[)）\]]?\.?$"
    r"|(?<=[.。!?”\"] )(?:[A-Z][\w'’]*(?: [A-Z][\w'’]*){0,3} )?(?:reporter|correspondent) "
    r"(?P<shot>[A-Z][\w'’]+ [A-Z][\w'’]+) (?:pictured|photographed|photos?|pictures?|shot)\.?$"
)


def _may_picture(text: str) -> bool:
    """Tell cheaply whether a line may end in the credit of a picture."""
    is_shot = text.rstrip(".").endswith(("pictured", "photographed", "photo", "photos", "picture", "pictures", "shot"))
    return len(text) <= _LONGEST_SHOWN and (is_shot or " by " in text or "Photo/" in text)


def _shown(block: Block, credit: re.Match[str]) -> Paragraph | None:
    """A line that the credit of a picture closes: a caption, or the credit alone; a bracket may close a text too."""
    signed = "shot" if credit["shot"] else "name"
    offset = block.start + credit.start(signed)
    spans = persons(credit[signed])
    names = [(a, b) for a, b in spans if not is_outlet(credit[signed][a:b])]
    parts = tuple(Part("photographers", offset + a, offset + b) for a, b in names)
    above = block.text[: credit.start()].rstrip()
    if not above or is_outlet(above.removeprefix("Published by ").removeprefix("Issued by ").removesuffix(" issued")):
        return Paragraph("credit", block.start, block.end, "photo-credit", parts)
    if credit.group()[0] in "(（[" and not _PICTURED.search(above):
        return None
    below = (block.start + len(above), block.end)
    is_enclosed = above[0] in "(（[" and credit.group().rstrip(".")[-1] in ")）]" and credit.group()[0] not in "(（["
    cuts = ((block.start, block.start + 1), below) if is_enclosed else (below,)
    return Paragraph("caption", block.start, block.end, "caption", parts, cuts)


def _photographers(block: Block) -> Iterator[Part]:
    for match in _PHOTOGRAPHER.finditer(block.text):
        name = re.match(r"[A-Z][\w'’-]+(?: [A-Z][\w'’-]+){0,2}", match["name"])
        if name:
            start = block.start + match.start("name")
            yield Part("photographers", start, start + name.end())
