"""The name of a site behind a headline, and headlines that are glued to the dateline or the text behind them."""

from __future__ import annotations

import re
from functools import cache

from pipelines.document import Paragraph, Part
from pipelines.parse.blocks import Block, is_headline
from pipelines.parse.dateline import dateline, wire_start
from pipelines.parse.glued import before_dateline, before_stamp
from pipelines.parse.lexicon import AGENCIES, MENU_WORDS, SECTIONS, SITES, alternatives
from pipelines.parse.memory import by_text
from pipelines.parse.outlets import DASHES, OFFICES, named, signature
from pipelines.parse.sentences import sentence_ends

_KEYWORDS = re.compile(r"(?:\|[^|]{2,40}){2,}$")
"""What some sites set between a headline and their name, for search engines."""
_FARTHEST_TITLE, _LONGEST_SUFFIX = 320, 120


def without_site(block: Block) -> tuple[int, int] | None:
    """The span of the site's name at the end of a headline, with the dash before it."""
    for match in signature().finditer(block.text, max(8, len(block.text) - _LONGEST_SUFFIX)):
        if match.end() == len(block.text):
            start = match.start()
            keywords = _KEYWORDS.search(block.text, 8, start)
            return block.start + (keywords.start() if keywords else start), block.end
    return None


def title(block: Block, role: str = "title", layout: str = "header-title") -> Paragraph:
    """Label a headline, the name of the site cut off."""
    site = without_site(block)
    return Paragraph(role, block.start, block.end, layout, cuts=(site,) if site else ())


def signed_title(raw: str, headline: Paragraph) -> Paragraph:
    """A headline that names the paper of its text, where nothing else does: by the name of the site behind it."""
    for start, end in headline.cuts:
        name = re.compile(named()).search(raw, start, end)
        if name:
            return headline._replace(parts=(*headline.parts, Part("outlet", *name.span())))
    return headline


@by_text
def glued_title(block: Block) -> tuple[Paragraph, Block] | None:
    """Recognise a headline that runs into the text: before a dateline, or before a tab; return it and the rest."""
    end = _title_end(block)
    if end is None:
        return None
    head = block.text[:end].rstrip()
    rest = block.text[end:].lstrip()
    found = title(Block(block.start, block.start + len(head), head))
    return found, Block(block.end - len(rest), block.end, rest)


def _title_end(block: Block) -> int | None:
    text = block.text
    begins = text[8:_FARTHEST_TITLE]
    for match in signature().finditer(text, 8, _FARTHEST_TITLE) if any(map(begins.__contains__, DASHES)) else ():
        twice = re.fullmatch(r"(\W+(.+)) \2", match.group())
        end = match.start() + len(twice[1]) if twice else match.end()
        if text[end : end + 1].isspace() and _is_title(text[: match.start()]) and _is_signed(text[end:].lstrip()):
            return end
    wire = wire_start(text, 0, min(len(text), _FARTHEST_TITLE))
    if wire > 8 and _is_title(text[:wire]):
        return wire
    signed = before_stamp(text) or before_dateline(text)
    if signed:
        return signed
    tab = text.find("\t", 0, _FARTHEST_TITLE + 1)
    is_short = tab >= 0 and len(text) - tab - 1 > 2 * tab
    return tab if is_short and len(sentence_ends(text[:tab])) == 1 else None


def _is_signed(rest: str) -> bool:
    return dateline.said(rest) is not None


def _is_title(text: str) -> bool:
    return is_headline(Block(0, len(text.rstrip()), text.rstrip()))


def window_site(text: str, title: str) -> tuple[int, int] | None:
    """The name of the site behind the title in the name of the window, with which the page opens."""
    if not text.startswith(title):
        return None
    known = alternatives(AGENCIES, SITES)
    site = rf"\s*(?:-{{1,3}}|–|—|\||_|>|»)\s*(?P<named>{named()})(?!\w)|\s+(?P<known>{known})(?!\w)"
    match = re.compile(site).match(text, len(title))
    is_column = match and re.fullmatch(r".* (?:News|Website)", match.group())
    if match is None or (is_column and not re.fullmatch(known, match[1] or match[2])):
        return _repeated_site(text, len(title))
    start, end = match.span(str(match.lastgroup))
    twice = re.fullmatch(r"(.+) \1", text[start:end])
    return start, start + len(twice[1]) if twice else end


_SITE_NAME = re.compile(
    r"\s*(?P<dash>-{1,3}|–|—|\||_|)\s*(?P<name>[A-Z][\w'’&.]*(?: (?:(?:of|and|for|the) )*[A-Z][\w'’&.]*){0,11})"
)
_OWNER = re.compile(
    r"(?:Copyright|©|Sponsor(?:ed by)?|Organi[sz]er|Hosted by)\s?(?:©|\([cC]\))?"
    r"\s?(?:\d{4}(?:\s?-\s?\d{4})?)?\s?[:：]?\s?(?:by |of )?"
    r"(?P<name>[A-Z][\w'’&.]*(?:,? (?:(?:of|and|for|the) ){0,2}[A-Z][\w'’&.]*){1,11})"
)
_LAST = 1_500
"""Characters at the end of a page where it says whose it is."""


def owner(text: str, stop: int) -> tuple[int, int] | None:
    """Where above ``stop`` the name stands of the office or paper that owns the page, as its last lines say."""
    for said in _OWNER.finditer(text, max(stop, len(text) - _LAST)):
        for last in reversed(list(re.finditer(r"\S+", said["name"]))[1:]):
            name = said["name"][: last.end()].rstrip(",")
            place = text.find(name, 0, stop)
            if place >= 0 and (OFFICES.search(name) or re.fullmatch(named(), name)):
                return place, place + len(name)
    return None


@cache
def _menu_words() -> frozenset[str]:
    return frozenset(name.lower() for name in (*MENU_WORDS, *SECTIONS))


def _is_menu(word: str) -> bool:
    return word.lower() in _menu_words()


def _repeated_site(text: str, start: int) -> tuple[int, int] | None:
    """What stands behind the last dash of the window and again on the page; behind no dash, where it is an office."""
    site = _SITE_NAME.match(text, start)
    while site and (further := _SITE_NAME.match(text, site.end())) and further["dash"]:
        site = further
    words = list(re.finditer(r"\S+", site["name"])) if site else []
    for last in reversed(words[1 if site and site["dash"] else 2 :]):
        name = text[site.start("name") :][: last.end()] if site else ""
        if name[-1].isalnum() and last.group()[0].isupper() and text.find(name, start + len(name)) >= 0:
            is_named = site and (OFFICES.search(name) or (site["dash"] and not _is_menu(last.group())))
            return (site.start("name"), site.start("name") + len(name)) if site and is_named else None
    return None
