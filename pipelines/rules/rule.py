"""What a rule is: a named defect, how to find it, what to do about it, and examples of both sides."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from itertools import product
from typing import Any, NamedTuple

from pipelines.document import Document, Edit, Paragraph

BODY = frozenset({"body"})
PROSE = frozenset({"body", "title", "subtitle", "caption"})
"""Roles whose words are published as prose, hence worth repairing."""
EVERYWHERE = PROSE | {"original_title", "dateline", "credit", "outlet", "stamp", "chrome", "repeat"}

_LEVELLED = (("’", "'"), ("‘", "'"), ("\u00a0", " "), ("\u3000", " "), ("\n", " "), ("\t", " "), ("‑", "-"))
_CODE = re.compile(r"(?<![\w`])`(?=[^\s`])[^`\n]*(?<=\S)`(?![\w`])")
_DOUBLE = re.compile('[“”"]')
_SINGLE = re.compile(r"(?<![\w’'])['‘](?=\S)|(?<=[^\s(])['’](?!\w)")


def fold(text: str) -> str:
    """Lower-case ``text`` and level its apostrophes and blanks, keeping every offset where it is."""
    if text.isascii():
        return text.lower().replace("\n", " ").replace("\t", " ")
    folded = text.replace("İ", "I").lower()  # the one letter that grows longer
    for mark, plain in _LEVELLED:  # str.translate takes ten times as long beyond ASCII
        folded = folded.replace(mark, plain)
    return folded


def pairs(firsts: Iterable[str], seconds: Iterable[str]) -> tuple[str, ...]:
    """Every first sign with every second one behind it: the anchors of a rule that looks for two signs in a row."""
    return tuple(first + second for first, second in product(firsts, seconds))


class TermHit(NamedTuple):
    """A glossary form found in the raw text: its span, and the index of the glossary pattern that matched."""

    start: int
    end: int
    pattern: int


@dataclass(frozen=True)
class View:
    """What a rule sees: a document, its folded text, and the glossary forms that occur in it.

    A rule sees one paragraph at a time, as a document of its own, or the blanks between two.
    ``shows_an_engine`` tells that the whole text bears the marks of machine translation.
    """

    document: Document
    folded: str
    term_hits: tuple[TermHit, ...] = ()
    shows_an_engine: bool = False
    memo: dict[str, Any] = field(default_factory=dict, compare=False, repr=False)
    """What two rules need both, worked out once."""

    @property
    def raw(self) -> str:
        """The raw text that all spans refer to."""
        return self.document.raw

    def paragraphs(self, roles: Collection[str]) -> list[Paragraph]:
        """List the paragraphs that have one of the roles."""
        return [p for p in self.document.paragraphs if p.role in roles]

    def matches(self, pattern: re.Pattern[str], roles: Collection[str]) -> Iterator[re.Match[str]]:
        """Yield the matches of ``pattern`` inside the paragraphs of these roles; no match crosses a border.

        What stands between backticks is code, and not looked at.
        """
        found = (match for p in self.paragraphs(roles) for match in pattern.finditer(self.raw, p.start, p.end))
        return _beside_code(self.raw, found) if "`" in self.raw else found

    def is_quoted(self, start: int, end: int) -> bool:
        """Tell whether any of the span stands inside quotation marks of its paragraph."""
        place = bisect_right(self._quotations, (start, len(self.raw)))
        before = self._quotations[place - 1] if place else (0, 0)
        after = self._quotations[place] if place < len(self._quotations) else (end, end)
        return before[1] > start or after[0] < end

    @cached_property
    def _quotations(self) -> list[tuple[int, int]]:
        spans = [span for p in self.paragraphs(PROSE) for span in quotations(self.raw, p.start, p.end)]
        return _merged(sorted(spans))


def _beside_code(raw: str, matches: Iterator[re.Match[str]]) -> Iterator[re.Match[str]]:
    """Leave out the matches in code; they come in order."""
    code = [span.span() for span in _CODE.finditer(raw)]
    place = 0
    for match in matches:
        while place < len(code) and code[place][1] <= match.start():
            place += 1
        if place == len(code) or match.end() <= code[place][0]:
            yield match


def _merged(spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    out: list[tuple[int, int]] = []
    for start, end in spans:
        if out and start <= out[-1][1]:
            out[-1] = (out[-1][0], max(end, out[-1][1]))
        else:
            out.append((start, end))
    return out


def quotations(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Yield the quoted spans of one paragraph; a mark that is never closed quotes to the end of the paragraph."""
    opened: int | None = None
    for mark in _DOUBLE.finditer(text, start, end):
        closes = mark.group() == "”" or (mark.group() == '"' and opened is not None)
        if closes and opened is not None:
            yield opened, mark.end()
            opened = None
        elif not closes:
            opened = mark.start() if opened is None else opened
    if opened is not None:
        yield opened, end
    yield from _single_quotations(text, start, end)


def _single_quotations(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    opened: int | None = None
    for mark in _SINGLE.finditer(text, start, end):
        opens = (
            mark.end() < end
            and not text[mark.end()].isspace()
            and (mark.start() == start or text[mark.start() - 1] in ' \n\t("“')
        )
        if opens:
            opened = mark.start()
        elif opened is not None:
            yield opened, mark.end()
            opened = None


Finder = Callable[[View], Iterable[Edit]]
Condition = Callable[[View], bool]


@dataclass(frozen=True)
class Rule:
    """A named defect, how to find it, what to do about it.

    ``find`` proposes edits in raw coordinates and never applies them. ``anchors`` are folded literals of which one must
    occur in the paragraph for the rule to have anything to do (none: it always runs). ``changes`` (before, after) and
    ``keeps`` are documentation and tests at once. ``most`` is the share of a document's characters that the rule may
    take out, ``often`` the share of documents in which it may take more; beyond both the run stops. ``when`` is a cheap
    test of one paragraph: where it fails, the rule would find nothing.
    """

    id: str
    artefact_class: str
    policy: str
    why: str
    find: Finder = field(repr=False)
    changes: tuple[tuple[str, str], ...]
    keeps: tuple[str, ...]
    anchors: tuple[str, ...] = ()
    when: Condition | None = field(default=None, repr=False)
    most: float = 0.1
    often: float = 0.05


@dataclass(frozen=True)
class Maker:
    """Makes the edits of one rule, so that its id and class are written once."""

    rule: str
    artefact_class: str
    confidence: str = "high"

    def replace(self, raw: str, start: int, end: int, after: str, *, source_term: str | None = None) -> Edit:
        """Propose to write ``after`` where ``raw[start:end]`` stands; nothing left to write makes it a deletion."""
        action = "replace" if after else "delete"
        return Edit(
            start,
            end,
            self.rule,
            self.artefact_class,
            action,
            raw[start:end],
            after=after,
            source_term=source_term,
            confidence=self.confidence,
        )

    def delete(self, raw: str, start: int, end: int) -> Edit:
        """Propose to remove ``raw[start:end]``."""
        return self.replace(raw, start, end, "")

    def move(self, raw: str, start: int, end: int, to: str) -> Edit:
        """Propose to move ``raw[start:end]`` into the column ``to``."""
        return Edit(
            start, end, self.rule, self.artefact_class, "move", raw[start:end], field=to, confidence=self.confidence
        )

    def annotate(
        self, raw: str, start: int, end: int, suggestion: str | None, *, source_term: str | None = None
    ) -> Edit:
        """Point at ``raw[start:end]`` and suggest what a person may want to write there; nothing changes."""
        return Edit(
            start,
            end,
            self.rule,
            self.artefact_class,
            "annotate",
            raw[start:end],
            suggestion=suggestion,
            source_term=source_term,
            confidence=self.confidence,
        )


def is_foreign(view: View) -> bool:
    """Tell whether a text holds anything beyond ASCII: a cheap test for rules that look for such characters."""
    return not view.raw.isascii()


def by_pattern(
    maker: Maker,
    pattern: re.Pattern[str],
    write: Callable[[re.Match[str]], str],
    *,
    roles: Iterable[str] = PROSE,
    rewords: bool = True,
    engine_only: bool = False,
) -> Finder:
    """Build a finder from a linear pattern: group ``at`` (or the whole match) becomes ``write(match)``.

    A rule that ``rewords`` stays out of quotation marks; one that is ``engine_only`` out of texts by human writers.
    """
    group = "at" if "at" in pattern.groupindex else 0
    wanted = frozenset(roles)

    def find(view: View) -> Iterator[Edit]:
        if engine_only and not view.shows_an_engine:
            return
        for match in view.matches(pattern, wanted):
            start, end = match.span(group)
            after = write(match)
            if after != view.raw[start:end] and not (rewords and view.is_quoted(start, end)):
                yield maker.replace(view.raw, start, end, after)

    return find
