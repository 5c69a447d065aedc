"""The words by which layouts are recognised, read from ``lexicon.ini``: a new site needs an entry, not code."""

from __future__ import annotations

import re
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
PHOTO_LABELS = entries("labels", "photographers")
OUTLET_LABELS = entries("labels", "outlets")
OTHER_LABELS = entries("labels", "others")
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
def alternatives(*groups: tuple[str, ...]) -> str:
    """Write the entries of the groups as one alternation, longest first so that none hides another."""
    known = sorted({e for group in groups for e in group}, key=lambda e: (-len(e), e))
    return "|".join(re.escape(e).replace("'", "['’]").replace(r"\ ", r"[ \u00a0]") for e in known)
