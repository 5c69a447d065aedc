"""Official documents: the number above their text, and the office and the day that sign below it."""

from __future__ import annotations

import re
from functools import cache

from pipelines.dates import MONTH_DAY
from pipelines.document import Paragraph, Part, shifted
from pipelines.parse.blocks import Block, ends_sentence
from pipelines.parse.memory import by_text
from pipelines.parse.outlets import OFFICES

_WORD = r"[A-Z][\w'’&.-]*"
_NAME = rf"{_WORD}(?:,? (?:(?:of|and|for|the|on) ){{0,2}}{_WORD}){{0,14}}"
"""The name of an office, in capitals but for its small words."""
_NUMBER = re.compile(
    rf"(?:(?:Document )?No\.\s?)?(?:{_WORD} ){{1,8}}?[\[〔【(（]\s?(?:19|20)\d\d\s?[\]〕】)）],? ?No\. ?\d{{1,4}}"
    r"(?=\s+[A-Z\"“]|\s*$)"
)
"""The number of a document: whose it is, the year in brackets, which of that year it is."""
_OPEN = r"\s*\((?:This|The) (?:piece|item|document|matter|article)[^()]{0,60}\b(?:released|disclosed|public|open)\w*\)"
_LONGEST, _MOST_WORDS = 260, 16


@by_text
def numbered(block: Block) -> tuple[Paragraph, Block] | None:
    """Recognise the number of a document, alone or glued to the text; return it and the rest."""
    found = _NUMBER.match(block.text)
    if found is None:
        return None
    rest = block.text[found.end() :].lstrip()
    number = Paragraph("chrome", block.start, block.start + found.end(), "header-stamp")
    return number, Block(block.end - len(rest), block.end, rest)


@cache
def _signature() -> re.Pattern[str]:
    day = rf"(?i:{MONTH_DAY})(?<=\d\d\d\d)"
    return re.compile(rf"(?:^|(?<=[.!?。:”\"] ))(?P<office>{_NAME}),? (?P<day>{day})\.?(?:{_OPEN})?$")


@by_text
def signed_off(block: Block) -> tuple[Paragraph, Block] | None:
    """Recognise an office and a day with which a block ends; return them and what stands before."""
    found = _signature().search(block.text, max(0, len(block.text) - _LONGEST))
    if found is None or not OFFICES.search(found["office"]):
        return None
    parts = (Part("outlet", *found.span("office")), Part("published_date", *found.span("day")))
    signature = shifted(Paragraph("stamp", found.start(), found.end(), "header-stamp", parts), block.start)
    kept = block.text[: found.start()].rstrip()
    return signature, Block(block.start, block.start + len(kept), kept)


@by_text
def office(block: Block) -> Paragraph | None:
    """Recognise a line that is nothing but the name of an office, as it stands above the day on which it signs."""
    text = block.text
    is_name = re.fullmatch(_NAME, text) is not None
    if not is_name or ends_sentence(text) or len(text.split()) > _MOST_WORDS or not OFFICES.search(text):
        return None
    return Paragraph("outlet", block.start, block.end, "source-line", (Part("outlet", block.start, block.end),))
