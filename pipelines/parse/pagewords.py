"""What the lines of web pages say: the words of menus, share buttons, related lists, bylines and picture credits."""

from __future__ import annotations

import re
from collections.abc import Iterator

from pipelines.dates import CLOCK, ISO_DATE, MONTH_DAY
from pipelines.document import Part
from pipelines.memory import remember
from pipelines.parse.blocks import Block, ends_sentence
from pipelines.parse.lexicon import AGENCIES, OUTLET_ENDINGS, alternatives, entries
from pipelines.parse.memory import REMEMBERED
from pipelines.parse.people import people

_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)?")


_STOP_WORDS = frozenset(entries("words", "stop"))
OPENING_WORDS = alternatives(tuple(word.capitalize() for word in entries("words", "openers")))
OPENERS = rf"(?-i:(?:{OPENING_WORDS})(?= [a-z\d]))"
OPENER = rf"(?<=[a-z\d%)”\"] )(?={OPENERS})"
"""Where a sentence begins behind a headline that no stop ends."""
_SITE_WORDS = frozenset(entries("words", "site"))
_PLAIN_WORDS = frozenset(entries("words", "plain"))
_SURE_WORDS = _SITE_WORDS.difference(entries("words", "unsure"))
_SURE_LINES = frozenset(entries("words", "lines"))
_ANY_WORDS = _SITE_WORDS | _PLAIN_WORDS | frozenset(" ".join(_SURE_LINES).split())

_HEAD = re.compile(
    r"(?:related|most (?:popular|read|viewed|watched|shared|commented|recent)|(?:must|also|further) read(?:ing)?|"
    r"more (?:from|in|on|about|like|of|stories|news|\w+ news|articles|headlines|:)|recommended|trending|popular|latest|"
    r"you (?:may|might)(?: also)? (?:like|be interested|enjoy)|(?:read|up|watch) next|"
    r"top (?:stories|news|articles|rated)|"
    r"recent (?:posts|articles|stories|news|comments)|tags?\b|topics?\b|filed (?:under|to)|about the author|sponsored|"
    r"advertis|subscribe|newsletter|sign up|follow us|share (?:this|on|with|via)|don['’]?t miss|"
    r"explore further|"
    r"editor['’]?s['’]? (?:picks?|choice)|in this (?:story|article)|latest (?:news|videos)|"
    r"elsewhere on|also in|from our (?:partners|advertisers|sponsors)|promoted|around the web|"
    r"previous (?:article|post)|"
    r"next (?:article|post)|prev(?:ious)? |image \d+ of|\d+ shares?\b|breaking news)",
    re.IGNORECASE,
)
_LABEL = re.compile(
    r"\[?\(?(?:related|read more|see also|also|more|also read|must read|see more|watch|read|on [\w.]+\.(?:com|org|net))"
    r"\s?:\s",
    re.IGNORECASE,
)
_CUT = re.compile(
    r"[\[(]?\s?(?:(?:\d[\d,.]*|no|top rated|view|view all|show|all|reader|latest|user|post|your|load|facebook) )?"
    r"(?:comments?\b|responses? (?:to|on)\b|replies\b|(?:thoughts?|comments?) (?:on|so far)\b|discussion\b)"
    r"|(?:leave|post|add|write) (?:a |an |your )?(?:reply|comment|response|review)"
    r"|(?:view|join) the (?:discussion|conversation)|share your thoughts|©\s?(?:copyright )?(?:19|20)\d\d"
    r"|copyright (?:©|\(c\)|(?:19|20)\d\d)|.{0,80}\ball rights reserved",
    re.IGNORECASE,
)
_CAPTION = re.compile(
    r".*\((?:image|photo|picture|credit|source|courtesy|illustration)s?\b[^()]{0,80}\)$"
    r"|(?:image|photo|photograph|picture|illustration|credit|video)s?"
    r"(?:\s?[:/]| (?:credit|by|source|copyright|caption|via)\b).{0,160}$"
    r"|(?:courtesy|getty images|shutterstock)\b(?:\s\S+){0,6}$|file photo\b"
    r"|.*(?:\bcredit:|[/|(,]\s?(?:ap|afp|reuters|getty images?|getty|epa|shutterstock|associated press|istock)"
    r"(?: photo| file)?\)?\.?$|/ ?getty images|\bap photo\b|\bfile photo\b)|©(?! ?(?:19|20)\d\d).*"
    r"|.* via (?:ap|afp|getty images|reuters)$",
    re.IGNORECASE,
)
_PROMOTION = re.compile(
    r"\b(?:newsletters?|subscrib(?:e|ing)|sign(?:ed|ing)? up|cookies|privacy policy|terms (?:of|and) "
    r"(?:use|service|conditions)|rights reserved|your (?:e-?mail|inbox)|e-?mail address|"
    r"follow (?:us|me|him|her|them|@\w+|[\w ]{2,30}) on (?:twitter|facebook|instagram)|javascript|adblock|ad blocker|"
    r"recaptcha|affiliate commission|be reached at|editing by|reporting by|"
    r"is an? (?:[\w-]+ ){0,4}(?:reporter|writer|editor|journalist|contributor|correspondent|columnist|freelancer)\b"
    r"(?= (?:for|at|with|based|living|covering|who|and|in)\b)|external links?|opens in (?:a )?new (?:window|tab)|"
    r"is not responsible for|send (?:us )?(?:your )?tips|your browser)",
    re.IGNORECASE,
)
_NOTICE = re.compile(
    r"\b(?:subject to copyright|rights reserved|may not be (?:published|reproduced)|"
    r"without (?:the |our )?(?:prior |express )*written permission)",
    re.IGNORECASE,
)
_CREDITED = re.compile(r"\bCredit: [\w ./&-]{2,60}$")
_PERSON_AT = re.compile(r"[A-Z][\w.'’-]*(?: [A-Z][\w.'’-]*){0,3} ?/ ?[A-Z][\w.'’-]*(?: [A-Z][\w.'’-]*){0,3}")
_VIDEO = re.compile(r".*\(\d{1,2}:\d\d\)$")
_BIDDING = re.compile(
    r"(?:sign|subscribe|get|follow|click|enter|let|have|want|join|read|listen|watch|this site|our|please|you)\b",
    re.IGNORECASE,
)
_SPOKEN = re.compile(r"[\"“”]|\bsaid\b")

_NAME = r"[A-Z][\w'’.-]*"
_NAMES = rf"{_NAME}(?: (?:and )?{_NAME}){{0,5}}(?:(?:, | and ){_NAME}(?: {_NAME}){{1,3}}){{0,4}}"
_BYLINE = re.compile(
    rf"(?:^|(?<=[\s|]))(?i:by):? (?P<by>{_NAMES})|^(?P<name>{_NAME}(?: {_NAME}){{1,3}})(?=\s+[-–—|•·]\s)"
)
_DAY = re.compile(rf"{MONTH_DAY}(?<=\d{{4}})|{ISO_DATE}", re.IGNORECASE)
_NUMBERS = re.compile(r"(?<!\d)\d{1,2}[/.]\d{1,2}[/.](?:\d{4}|\d{2})(?!\d)")
"""A day in figures: its order is not said, hence it is no date that could be read."""
_CLOCK = re.compile(CLOCK)
_OUTLET = re.compile(rf"(?:.* )?(?:{alternatives(AGENCIES, OUTLET_ENDINGS)})", re.IGNORECASE)
_MAX_STAMP = 140
_LONGEST_SITE_LINE, _MOST_SITE_WORDS = 120, 14


def plain(text: str) -> str:
    """Reduce a line to its words in small letters, so that two spellings of one line are the same."""
    return " ".join(_WORD.findall(text.casefold().replace("’", "'")))


def stop_share(text: str) -> float:
    """The share of function words in a line: high in sentences, low in menus and headlines."""
    words = _WORD.findall(text.lower())
    return sum(1 for w in words if w in _STOP_WORDS) / len(words) if words else 0.0


def is_headlined(text: str) -> bool:
    """Tell whether nearly all words of a line begin with capitals, as those of headlines and link titles do."""
    letters = [w for w in _WORD.findall(text) if w[0].isalpha()]
    return len(letters) >= 5 and sum(1 for w in letters if w[0].isupper()) >= 0.75 * len(letters)


@remember(REMEMBERED)
def is_site_line(text: str) -> bool:
    """Tell whether a line is nothing but words of a site, and surely so: a menu entry, share buttons, a notice."""
    if len(text) >= _LONGEST_SITE_LINE:
        return False
    bare = []
    for word in map(re.Match.group, _WORD.finditer(text.lower())):
        if word not in _ANY_WORDS and not word.isdigit():
            return False  # as most lines are told from those of a site, by their first words
        if not word.isdigit():
            bare.append(word)
    if len(text.split()) > _MOST_SITE_WORDS:
        return False
    if " ".join(bare) in _SURE_LINES:
        return True
    named = sum(1 for w in bare if w in _SITE_WORDS)
    known = named + sum(1 for w in bare if w in _PLAIN_WORDS and w not in _SITE_WORDS)
    return bool(bare) and known == len(bare) and (named > 1 or any(w in _SURE_WORDS for w in bare))


def is_head(text: str, words: int) -> bool:
    """Tell whether a short line opens a list of links, or is one itself behind its label."""
    label = words <= 20 and bool(_LABEL.match(text) or _VIDEO.match(text[-300:]))
    return label or (words <= 9 and not text.endswith((".", "?", "!")) and bool(_HEAD.match(text)))


def is_cut(text: str, words: int) -> bool:
    """Tell whether a short line says that the text is over: comments begin, or the copyright of the site."""
    return words <= 14 and bool(_CUT.match(text))


def is_caption(text: str, words: int) -> bool:
    """Tell whether a line names the maker of a picture, as the captions left without it do."""
    if _CREDITED.search(text[-80:]) or (words <= 6 and _PERSON_AT.fullmatch(text[:80])):
        return True
    return words <= 60 and bool(_CAPTION.match(text[:600]))


def is_promotion(text: str, words: int) -> bool:
    """Tell whether a line addresses the visitor of the site or presents its author, outside of speech."""
    if words > 60 or _SPOKEN.search(text):
        return False
    return bool(_NOTICE.search(text)) or (words <= 28 and bool(_PROMOTION.search(text)))


def is_bidding(text: str) -> bool:
    """Tell whether a line bids the visitor do something, and hence is no sentence of the text it stands in."""
    return bool(_BIDDING.match(text))


def is_stamp(text: str) -> bool:
    """Tell whether a short line gives the day or the writer and is no sentence."""
    if len(text) > _MAX_STAMP:
        return False
    if _DAY.search(text):
        return True
    return not ends_sentence(text) and bool(_NUMBERS.search(text) or _written(text))


def _written(text: str) -> re.Match[str] | None:
    """A byline: it opens the line, or follows the day."""
    byline = _BYLINE.search(text)
    opens = byline and (byline.start() == 0 or re.match(r"(?:posted|written|published|story|words) by", text, re.I))
    return byline if byline and byline["by"] and opens else None


def stamp_parts(block: Block) -> tuple[Part, ...]:
    """The writer, the day and the time that a stamp names."""
    return tuple(sorted(_stamp_parts(block.text, block.start), key=lambda p: p.start))


def _stamp_parts(text: str, offset: int) -> Iterator[Part]:
    day, clock = _DAY.search(text), _CLOCK.search(text)
    dated = day or _NUMBERS.search(text)
    before = text[: dated.start()] if dated else text
    byline = _BYLINE.search(before) or (_BYLINE.search(text, dated.end()) if dated else None)
    if byline and (byline["by"] or dated):
        group = "by" if byline["by"] else "name"
        begin = byline.start(group)
        for a, b in people(byline[group]):
            column = "outlet" if _OUTLET.fullmatch(text[begin + a : begin + b]) else "reporters"
            yield Part(column, offset + begin + a, offset + begin + b)
    if day:
        yield Part("published_date", offset + day.start(), offset + day.end())
    if dated and clock and (clock.end() <= dated.start() or dated.end() <= clock.start()):
        yield Part("published_time", offset + clock.start(), offset + clock.end())
