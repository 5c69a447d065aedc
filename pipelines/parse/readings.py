"""What an opening line can be, told from its words alone."""

from __future__ import annotations

import re

from pipelines.document import Paragraph
from pipelines.parse.blocks import Block, is_headline, word_count
from pipelines.parse.captions import caption
from pipelines.parse.chrome import share_bar
from pipelines.parse.credits import credit_line
from pipelines.parse.dateline import dateline, dateline_line
from pipelines.parse.header import stamp
from pipelines.parse.masthead import masthead_line
from pipelines.parse.memory import by_text
from pipelines.parse.outlets import DASHES
from pipelines.parse.sentences import sentence_ends
from pipelines.parse.sites import title
from pipelines.parse.stamps import issue_line, loose_stamp

_SERIES = re.compile(r"[(（【\[][^()（）【】\[\].]{4,60}[)）】\]]\s*(?=[A-Z\"“][^.]{12,})")
"""The name of a series in brackets before a headline."""
_CLOCK = re.compile(r"\d{1,2}[.:]\d\d\b")
_SECTION = re.compile(r"(?i:article|chapter|section|part|act|scene|appendix|annex)\s+(?:\d+|[IVXLC]+)\b|\d{1,2}[.)]\s")
MIN_TITLE_WORDS, _MOST_SENTENCES = 4, 2


def _is_told(text: str) -> bool:
    """Tell a short text, as of a letter, from a headline, which has two sentences at most."""
    return len(sentence_ends(text)) > _MOST_SENTENCES


@by_text
def readings(block: Block) -> tuple[Paragraph | None, Paragraph | None, Paragraph | None]:
    """What an opening line can be: something known by itself, a headline, a deck."""
    known = (
        stamp(block)
        or caption(block)
        or credit_line(block)
        or masthead_line(block)
        or share_bar(block)
        or issue_line(block)
        or dateline_line(block)
    )
    label = _SERIES.match(block.text)
    after = Block(block.start + label.end(), block.end, block.text[label.end() :]) if label else block
    if known or not is_headline(after) or dateline(block) or _SECTION.match(block.text) or _is_told(block.text):
        return known, None, None
    if "  " in block.text or _CLOCK.match(block.text):  # a line of a table or of an agenda
        return None, None, None
    is_deck = word_count(block.text) >= MIN_TITLE_WORDS or block.text[0] in DASHES
    deck = title(block, "subtitle", "header-deck") if is_deck else None
    return None, title(block), loose_stamp(block) or deck
