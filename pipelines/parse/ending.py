"""Where the text of a flattened page ends: at the first mark of the site's own words behind the end of a sentence."""

from __future__ import annotations

import re
from functools import cache
from itertools import takewhile

from pipelines.parse.chrome import closing_mark
from pipelines.parse.frame import FARTHEST_STAMP
from pipelines.parse.lexicon import CREDIT_LABELS, alternatives
from pipelines.parse.pagewords import is_headlined, stop_share
from pipelines.parse.sentences import sentence_spans

_CLOSE_BY = 400
_LONGEST_REMNANT, _SOUP = 4, 0.25
_CLOSED = re.compile(r"(?:[.!?。…\"”’)\]】]|Enditem)$")
_LAST_STOP = re.compile(r"[.!?。][\"”’)\]]{0,2}\s(?:\([^()]{0,40}(?i:photo|/)[^()]{0,80}\)\s)?")


def text_end(text: str, start: int) -> int:
    """Where the text ends: at the first of the site's closing marks that others follow, or that little follows.

    One amid a sentence counts only where none stands behind one.
    """
    found = list(closing_mark().finditer(text, start))
    signed = {m.start() for m in found if m["signed"] and m.group()[-2].isalpha()}
    marks = [m.start("mark") for m in found]
    closing = [
        (mark, _is_by(mark, following, signed)) for mark, following in zip(marks, [*marks, len(text)][1:], strict=True)
    ]
    last = None
    for mark, is_by in closing:
        end = _closed(text, start, mark)
        if end and (is_by or _is_soup(text, mark)) and not _goes_on(text, start, mark):
            return _trimmed(text, start, end)
        last = end or last
    if last is None:
        first = next((mark for mark, is_by in closing if is_by or _is_soup(text, mark)), None)
        return _trimmed(text, start, first) if first else (marks[-1] if marks else len(text))
    return last


def _is_by(mark: int, following: int, signed: set[int]) -> bool:
    """Tell whether the next mark is so near that this one closes the text: not the name of an agency in brackets."""
    return following - mark <= _CLOSE_BY and mark not in signed


def _goes_on(text: str, start: int, mark: int) -> bool:
    """Tell whether a mark stands in the midst of a text: more sentences are behind it, one after the other."""
    if _SURE.match(text, mark):
        return False
    spans = sentence_spans(text, mark, min(len(text), mark + _FARTHEST_PROSE))[1:-1]
    told = list(takewhile(_may_be_prose, (text[begin:end] for begin, end in spans)))
    is_long = len(told) >= _SENTENCES_ON or (
        len(told) > 1 and len(told) >= len(sentence_spans(text, max(start, mark - _FARTHEST_PROSE), mark))
    )
    signed = next((place for place, (begin, _) in enumerate(spans) if _signed().match(text, begin)), 0)
    is_long = is_long or 0 < signed <= len(told)
    return is_long and stop_share(" ".join(told)) >= _SOUP


@cache
def _signed() -> re.Pattern[str]:
    """Those who wrote a text, named behind its last sentence."""
    return re.compile(rf"[(\[【]?\s?(?i:{alternatives(CREDIT_LABELS)})\s?[:：|丨]")


def _may_be_prose(text: str) -> bool:
    return len(text.split()) <= _LONGEST_TOLD and not (_BIDDING.match(text) or _OF_SITE.search(text))


def _trimmed(text: str, start: int, end: int) -> int:
    """Where the sentences before a mark end: lists of headlines and what bids the visitor do something go too."""
    spans = sentence_spans(text, max(start, end - FARTHEST_STAMP), end)
    while len(spans) > 1 and spans[0][0] > start - 1 and _is_left_over(text[slice(*spans[-1])]):
        end = spans.pop()[0]
    return end


def _is_left_over(text: str) -> bool:
    words = len(text.split())
    is_list = words > _LONGEST_SENTENCE and stop_share(text) < _SOUP
    return is_list or (words <= _LONGEST_BIDDING and _BIDDING.match(text) is not None)


_COPYRIGHT = re.compile(r"[(\[]?(?:©|copyright|all rights reserved|advertisement)", re.IGNORECASE)


def _is_soup(text: str, mark: int) -> bool:
    """Tell a list of headlines from sentences: it has few of the small words, or nothing ends."""
    following = text[mark : mark + _CLOSE_BY]
    is_last = _COPYRIGHT.match(following) is not None
    return is_last or stop_share(following) < _SOUP or _LAST_STOP.search(following) is None


def _closed(text: str, start: int, mark: int) -> int | None:
    """Where the sentence before a mark ends, but for a few words of the site; None where the mark stands amid one."""
    before = text[max(start, mark - _CLOSE_BY) : mark].rstrip()
    stop = max((m.end() for m in _LAST_STOP.finditer(before)), default=None)
    remnant = before[stop:] if stop else ""
    if not before or (text[mark] in "([" and any(map(str.isalpha, remnant))):
        return mark
    is_soup = " | " in remnant and stop_share(remnant) < _SOUP
    is_bar = is_soup or is_headlined(remnant) or _BIDDING.match(remnant) is not None
    if _CLOSED.search(before) and not is_bar:
        return mark
    if stop is None or (len(remnant.split()) > _LONGEST_REMNANT and not is_bar):
        return _soup_start(text, start, mark) if _is_soup(text, mark) else None
    return mark - len(text[:mark]) + len(text[:mark].rstrip()) - len(before) + stop


def _soup_start(text: str, start: int, mark: int) -> int | None:
    """Where the last sentence before a list of headlines ends, in which the mark stands; None where none does."""
    before = text[max(start, mark - FARTHEST_STAMP) : mark]
    stop = max((m.end() for m in _LAST_STOP.finditer(before)), default=None)
    return mark - len(before) + stop if stop else None


_BIDDING = re.compile(
    r"(?:Thanks for (?:sharing|reading)|(?:Join|Follow|Download|Subscribe|Sign up|Scan|Click|Share|Get our|Read more|"
    r"Like us|Listen|Watch|Newsletter|Get the|Sign in|Log in|Stay connected|Enter your|Have your say|"
    r"Contact (?:us|the)|Return to|Go back to)\b(?!.*[\"”]$)"
    r"|We use cookies|Th(?:is|e) (?:web)?site uses|By (?:signing up|continuing|subscribing)|If there is any|"
    r"Do you like|For copyright|Please (?:indicate|contact|understand))"
)
_LONGEST_SENTENCE, _LONGEST_BIDDING = 28, 40
_FARTHEST_PROSE, _SENTENCES_ON, _LONGEST_TOLD = 1_200, 4, 60
_SURE = re.compile(
    r"[(\[【]|©|(?i:copyright|all rights|editor|responsible|executive|end|comments?\b|disclaimer|about us"
    r"|special (?:statement|reminder|note)|statement\s?[:：])"
)
"""Marks behind which no text goes on, whatever follows."""
_OF_SITE = re.compile(
    r"\b(?:web ?site|copyright|reprint|reproduc|authori[sz]|netizen|responsib|infring|licen[cs]e)", re.I
)
