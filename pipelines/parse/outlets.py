"""What a paper, an agency or a site looks like when it signs: a known name, one that ends as theirs do, a domain."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from pipelines.document import Part
from pipelines.parse.blocks import Block
from pipelines.parse.lexicon import AGENCIES, OUTLET_ENDINGS, PICTURE_AGENCIES, SITE_ENDINGS, SITES, alternatives

DOMAIN = r"(?:[A-Za-z][\w-]{0,40})(?:\.[A-Za-z][\w-]{0,40}){0,4}\.(?:com|cn|net|org|hk|tw|gov)\b"
_OWN = r" (?:Net|Network|Online|Website|News Network)(?![\w-])"
OFFICE = re.compile(
    r" (?:Committee|Department|Bureau|Office|Cent(?:er|re)|College|School|University|Association|Union)\b"
)
"""What ends the name of an office, and of no person."""
OFFICES = re.compile(
    r"\b(?:Ministry|Administration|Bureau|Commission|Court|Government|Committee|Procuratorate|Department|Office|Council|"
    r"University|College|Academy|Association|Federation|Center|Centre|Agency)\b"
)
"""What the name of an office has in it that owns a page or signs a document."""
DASHES = "-–—|_｜&"
"""The marks before the name of a site: what has none of them has no such name."""
_DASH = r"\s?(?:—{1,2}|–|-{1,3}|\||_)\s?"


@cache
def named() -> str:
    """Match a known name (in any case), a name of up to four words with an ending of papers, or a domain."""
    word = r"(?!Client )(?-i:[A-Z])(?:[^\W_]|['’]|-(?=(?-i:[A-Z]))){0,30}"
    own = rf"{word}(?: (?:(?:and|of|for|the|&) )?{word}){{0,3}} (?:{alternatives(SITE_ENDINGS)})\b"
    known = rf"(?i:{alternatives(AGENCIES, SITES)})(?![\w-])(?: [Ee]nglish\.[\w.]+|\.[a-z.]{{2,8}}|{_OWN})?"
    return rf"(?:{known}|{own}|{DOMAIN})"


@cache
def signature() -> re.Pattern[str]:
    """Match the names of sites behind a headline, each behind its dash; Chinese characters there are such a name."""
    site = rf"(?:{named()}|[\u4e00-\u9fff·]{{2,16}})"
    column = (
        r"(?:(?<=[a-z])(?:-[A-Z][a-z]+(?: [A-Z][a-z]+){1,2}(?=-[A-Z])|[_|][A-Z][a-z]+(?: [A-Za-z][a-z]+){0,2}(?=[_|])"
        r"|\s?--\s?[A-Z][a-z]+(?: (?:and )?[A-Z][a-z]+){0,2}(?=\s?--\s?[A-Z])))?"
    )
    motto = r"[A-Z][a-z]{2,20}(?: [A-Za-z][a-z]{1,20}){1,4} (?:[Ww]ebs|[Ss])ite"
    name = r"[A-Z][A-Za-z0-9'’]{1,20}(?:[ ·][A-Z][A-Za-z0-9'’]{0,20}){0,5}(?: portal)?"
    names = rf"(?<=[\w?!\"”])[_｜]{{1,2}}{name}(?:[_｜]{{1,2}}{name}){{0,3}}"
    sites = rf"{column}\s?(?:-{{1,3}}|–|—|&[mn]dash;|\||_)\s?{site}(?:{_DASH}(?:{motto}|{site})){{0,3}}"
    return re.compile(rf"{names}$|{sites}|{names}")


@cache
def _outlets() -> re.Pattern[str]:
    endings = alternatives(AGENCIES, OUTLET_ENDINGS, PICTURE_AGENCIES, ("Images", "Group", "Center", "Military"))
    return re.compile(rf"(?:.* )?(?:{endings})", re.IGNORECASE)


def is_outlet(name: str) -> bool:
    """Tell whether a name is that of an agency or a paper, and hence of nobody."""
    return bool(_outlets().fullmatch(name.replace("’", "'")) or re.fullmatch(DOMAIN, name))


@cache
def _according_pattern() -> re.Pattern[str]:
    person = r"(?-i:[A-Z][\w'’-]+ [A-Z][\w'’-]+)"
    return re.compile(
        r"[(（]\s?(?:(?:According to|From|Via|(?:As )?reported by|Comprehensive report (?:from|by)) (?:the |an? )?)?"
        rf"(?:(?P<outlet>{alternatives(AGENCIES)})(?: reports?| APP| client| WeChat)?|(?P<desk>{named()})(?= {person}))"
        rf"(?: (?P<name>{person}))?\s?[)）]",
        re.IGNORECASE,
    )


def according(block: Block) -> Iterator[Part]:
    """The agency that a line in brackets says the text comes from."""
    match = _according_pattern().fullmatch(block.text)
    if match:
        group = "outlet" if match["outlet"] else "desk"
        yield Part("outlet", block.start + match.start(group), block.start + match.end(group))
        if match["name"]:
            yield Part("reporters", block.start + match.start("name"), block.start + match.end("name"))
