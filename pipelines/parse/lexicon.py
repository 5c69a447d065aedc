"""The words by which layouts are recognised, read from ``lexicon.ini``: a new site needs an entry, not code."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from configparser import ConfigParser
from functools import cache
from importlib.resources import files


def _read() -> ConfigParser:
    parser = ConfigParser(interpolation=None, delimiters=("=",), comment_prefixes=("#",))
    parser.read_string((files("pipelines.parse") / "lexicon.ini").read_text(encoding="utf-8"))
    return parser


_LEXICON = _read()


def entries(section: str, name: str) -> tuple[str, ...]:
    """Return the entries of a list in their order."""
    return tuple(entry.strip() for entry in _LEXICON[section][name].split("|"))


AGENCIES = entries("papers", "agencies")
OUTLET_ENDINGS = entries("papers", "outlet_endings")
SITES = entries("papers", "sites")
SITE_ENDINGS = entries("papers", "site_endings")
PICTURE_AGENCIES = entries("papers", "picture_agencies")

OWN_PAPERS = entries("papers", "own")
DISPATCH_WORDS = entries("papers", "dispatches")

REPORTER_LABELS = entries("labels", "reporters")
EDITOR_LABELS = entries("labels", "editors")
REVIEWER_LABELS = entries("labels", "reviewers")
PHOTO_LABELS = entries("labels", "photographers")
OTHER_LABELS = (*REVIEWER_LABELS, *entries("labels", "others"))
CREDIT_LABELS = (*REPORTER_LABELS, *EDITOR_LABELS, *OTHER_LABELS)
OUTLET_LABELS = entries("labels", "outlets")
SPOKEN_LABELS = entries("labels", "spoken")
ORIGINAL_TITLE_LABELS = entries("labels", "original_titles")
TIME_LABELS = entries("labels", "times")

CHROME_STARTS = entries("furniture", "starts")
CHROME_LINES = entries("furniture", "lines")
NOTICE_MARKS = entries("furniture", "notices")
PAGE_TOOLS = entries("furniture", "tools")
MENU_WORDS = entries("furniture", "menus")
SECTIONS = entries("furniture", "sections")
CLOSING_MARKS = entries("furniture", "closings")

SURNAMES = frozenset(entries("people", "surnames"))


@cache
def alternatives(*groups: Collection[str]) -> str:
    """Write the entries of the groups as one alternation: of several that match, the longest is tried first.

    Common beginnings are written once: an expression tries its branches one by one, and there are hundreds.
    """
    return _branches(sorted({e for group in groups for e in group}, key=lambda e: (-len(e), e)))


def _branches(words: Sequence[str]) -> str:
    """An alternation of words, which come by length, the longest first."""
    by_first: dict[str, list[str]] = {}
    for word in words:
        by_first.setdefault(word[:1].casefold(), []).append(word)
    return "|".join(map(_branch, by_first.values()))


def _branch(words: Sequence[str]) -> str:
    """The branch of the words that begin with one letter; capitals apart, as not all expressions fold them."""
    low, high = min(words), max(words)  # what these share, all between them share
    count = next((n for n, (one, other) in enumerate(zip(low, high, strict=False)) if one != other), len(low))
    if len(words) == 1 or not count:
        return "|".join(map(_written, words))
    return f"{_written(low[:count])}(?:{_branches([word[count:] for word in words])})"


def _written(word: str) -> str:
    return re.escape(word).replace("'", "['’]").replace(r"\ ", r"[ \u00a0]")
