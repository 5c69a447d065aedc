"""What leads to a page: the names of its sections, the steps down to it, a menu."""

from __future__ import annotations

import re
from functools import cache

from pipelines.parse.lexicon import MENU_WORDS, SECTIONS, alternatives

CRUMB = re.compile(
    r"\b(?:Home|HOME|Homepage|Home page|Front page|Index)(?: ?page)?\s?(?:>{1,2}|»|›|→|\\|/|(?:&gt;){1,2})"
)
STEP = re.compile(r"\s?(?:>{1,2}|»|›|→|\\|/|(?:&gt;){1,2})\s?")


@cache
def section() -> re.Pattern[str]:
    """Match the name of a section that many sites have."""
    return re.compile(rf"\s*(?:{alternatives(SECTIONS)})(?=\s|$)", re.IGNORECASE)


def section_end(text: str) -> int:
    """Where the name of the last section ends: a known one, all words in capitals, else a single word."""
    known = section().match(text)
    capitals = re.match(r"\s*[A-Z]{2,}(?:[ &-]+[A-Z]{2,})*(?=\s[A-Z]?[a-z\d])", text)
    first = re.match(r"\s*\S+(?:\s[a-z]\S*)*", text)
    found = known or capitals or first
    return found.end() if found else 0


@cache
def menu() -> re.Pattern[str]:
    """Match three or more entries of a menu in a row."""
    word = rf"(?:{alternatives(SECTIONS, MENU_WORDS)})(?=\s)"
    return re.compile(rf"(?:^|(?<=\s)){word}(?:[\s|/·>]+{word}){{2,}}", re.IGNORECASE)
