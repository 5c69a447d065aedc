"""Site furniture round a text that came line by line: menus, notices, contact lines, pagers."""

from __future__ import annotations

import re
from functools import cache

from pipelines.document import Paragraph
from pipelines.parse.blocks import Block, ends_sentence
from pipelines.parse.lexicon import (
    AGENCIES,
    CHROME_LINES,
    CHROME_STARTS,
    CLOSING_MARKS,
    CREDIT_LABELS,
    NOTICE_MARKS,
    SURNAMES,
    alternatives,
)
from pipelines.parse.memory import by_text
from pipelines.parse.people import CONTRIBUTION
from pipelines.rules.rule import fold

_SYMBOLS = re.compile(r"[\W_]{1,12}")
_BUTTON = re.compile(r"[\[【(]\s*([^\[\]【】()]{1,24}?)\s*[\])】]")
_BUTTONS = re.compile(r"(?:[\[【(][^\[\]【】()]{1,24}[\])】]\s*){1,8}")
_CONTACT = re.compile(
    r"\b(?:tel|telephone|hotline|fax|e-?mail|mailbox|postcode|zip code)\s?[:：]|^address\s?[:：]", re.IGNORECASE
)
_EDITION = re.compile(
    r"[\"“'(《][^\"”()》]{3,40}[\"”'》]? ?\([^()]{4,60}\b(?:edition|page)[^()]{0,12}\)\W{0,2}$", re.IGNORECASE
)
_NETWORKS = r"facebook|twitter|x|linkedin|weibo|wechat|qq|whatsapp|e-?mail|pinterest|reddit|telegram|messenger"
_SHARING = re.compile(
    rf"(?:\b(?:share|tweet|pin|send|print|copy link|{_NETWORKS})\b(?: this)?(?: (?:page|article|story|post))?"
    r"(?: (?:on|to|via|by)\b)?"
    r"[\s|/,·:]*){2,12}",
    re.IGNORECASE,
)
_TRANSLATED = re.compile(
    r"(?:(?:sure|certainly|of course|ok(?:ay)?|absolutely)[,!.] ?)?"
    r"(?:(?:here(?:'s| is| are)|below is|(?:the )?following is) (?:the|a|an|my|your) (?:[a-z-]+ ){0,3}"
    r"translat(?:ion|ed)\b[^.:!?\n]{0,80}|(?:(?:the )?english )?(?:translation|translated text|version))\s?[:：.]",
    re.IGNORECASE,
)
"""The words with which a language model hands over its translation."""
_TRAIL = re.compile(
    r"(?:(?:(?:your |the )?current )?(?:location|position)\s?[:：]\s?)?(?:home(?: ?page)?|index|front page)"
    r"(?:\s?(?:>{1,2}|»|›|→)\s?[^.!?>»›→\n]{2,60}){1,6}",
    re.IGNORECASE,
)
"""The way to a page: “Home > News > Policies”."""
BUTTON_BAR = re.compile(
    r"(?:\s(?:Baidu (?:Home ?page|Home)|Settings|Set up|Home ?page|Log ?in|Sign in|Sign up|Register)\b){2,}.*$",
    re.IGNORECASE,
)
"""The bar of buttons between a title and the account that signs it."""
_COUNT = re.compile(
    r"(?:(?:number|volume|amount) of |total )?(?:views?|visits?|visitors|reads?|readings?|readers?|clicks?|hits|likes?|"
    r"praises?|comments?|shares?|forwards?|favou?rites|collections?|browsing|browses?|replies|thumbs up)"
    r"(?: (?:volume|times?|counts?|numbers?))?\s?[:：]?\s?[\[(]?\s?\d[\d,.]*\s?(?:w|k|million|times|people)?\+?[\])]?",
    re.IGNORECASE,
)
_ATTACHED = re.compile(
    r"(?:attachments?|annex(?:es)?|appendix|enclosures?|download)\s?\d{0,2}\s?[:：].{1,140}"
    r"\.(?:pdf|docx?|xlsx?|pptx?|zip|rar|wps|ofd|jpe?g|png)\b.{0,40}",
    re.IGNORECASE,
)
_LONGEST_NOTICE = 800
_LONGEST_LABEL, _LONGEST_LINE, _NOTICE_START = 120, 160, 30


@by_text
def is_furniture(block: Block) -> bool:
    """Tell whether a line is site furniture wherever it stands: a lone symbol or a known word of a menu."""
    if len(block.text) > _LONGEST_NOTICE:
        return False
    if _SYMBOLS.fullmatch(block.text) or _bare(block.text) in CHROME_LINES or _COUNT.fullmatch(block.text):
        return True
    if len(block.text) <= _LONGEST_LABEL and _row().fullmatch(_bare(block.text)):
        return True
    return bool(_BUTTONS.fullmatch(block.text)) and all(_bare(b) in CHROME_LINES for b in _BUTTON.findall(block.text))


@cache
def _row() -> re.Pattern[str]:
    """Several such words in a row, as of the buttons that lead to other pages."""
    word = rf"(?:{alternatives(tuple(line for line in CHROME_LINES if ' ' in line))})"
    return re.compile(rf"{word}(?:[\s:：|>»/·•-]+{word}){{1,6}}")


def share_bar(block: Block) -> Paragraph | None:
    """Recognise a line of buttons that share the page, the way to it, or the greeting of an engine."""
    if len(block.text) > _LONGEST_LABEL:
        return None
    is_known = any(known.fullmatch(block.text) for known in (_SHARING, _TRANSLATED, _TRAIL))
    return block.paragraph("chrome", "site-chrome") if is_known else None


def is_notice(block: Block) -> bool:
    """Tell whether a line of the closing part is a notice, a copyright or a contact line of the site."""
    if len(block.text) > _LONGEST_NOTICE:
        return False
    folded = fold(block.text)
    if _is_marked(folded) or _is_contact(block, folded):
        return True
    return len(folded) <= _LONGEST_LABEL and folded.startswith(CHROME_STARTS)


def _is_marked(folded: str) -> bool:
    """Tell whether a notice shows: by one mark in a short line, in a long one by two or at its start, and no speech."""
    places = [place for mark in NOTICE_MARKS if (place := folded.find(mark)) >= 0]
    if len(folded) <= _LONGEST_LINE:
        return bool(places) and " said" not in folded
    is_speech = " said" in folded or '"' in folded or "“" in folded
    return not is_speech and (len(places) > 1 or any(place < _NOTICE_START for place in places))


def _is_contact(block: Block, folded: str) -> bool:
    if _EDITION.match(block.text) or _ATTACHED.fullmatch(block.text):
        return True
    return len(folded) < 160 and not ends_sentence(block.text) and bool(_CONTACT.search(folded))


def _bare(text: str) -> str:
    return fold(text).strip(" :：>»|.·•-")


@cache
def closing_mark() -> re.Pattern[str]:
    """Match what a site writes right below a text, where a sentence may have ended."""
    known, surnames = alternatives(AGENCIES), alternatives(SURNAMES)
    words = alternatives(tuple(mark for mark in CLOSING_MARKS if " " not in mark))
    phrases = alternatives(tuple(mark for mark in CLOSING_MARKS if " " in mark))
    named = rf"(?=(?:[A-Z][\w'’-]+ )?(?i:{surnames})(?![\w'’-]))"
    credit = rf"(?=[A-Z])(?i:(?:the )?{alternatives(CREDIT_LABELS)})\s?[:：|丨/]\s?{named}"
    edited = rf"[(\[【]\s?(?i:(?:the )?{alternatives(CREDIT_LABELS)})\s?[:：|丨/]"
    signed = rf"(?<=[.!?”\"] )\((?:{known})(?: [\w ]{{0,16}}\d{{1,2}}/\d{{1,2}}/\d{{4}}[^()]{{0,20}})?\)(?=\s[^-—–])"
    edition = rf"[\"“](?:{known})[\"”] ?\(|(?P<signed>{signed})"
    return re.compile(
        rf"(?:(?<=\s)|(?<=[.!?。\"”’)\]】]))"
        rf"(?P<mark>(?![(\[]Photos)[(\[【]?(?:{words}|(?![a-z])(?i:{phrases}))|{credit}|{edited}|{edition}|{CONTRIBUTION})(?:(?<=\W)|(?!\w))"
    )
