"""The glossary at work: all forms of all terms found in one pass, and the rules that repair or point at them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, partial

import ahocorasick_rs

from pipelines.document import Edit, Term
from pipelines.rules.entries import Entry
from pipelines.rules.rule import PROSE, Rule, TermHit, View, fold

_OPENING, _CLOSING = "\"“'‘", "\"”'’"
_WORDS_BEFORE = re.compile(r"[\w'-]+")


@dataclass(frozen=True)
class Form:
    """One rendering of a term: ``kind`` is canonical, accepted or variant."""

    text: str
    kind: str
    entry: Entry

    @cached_property
    def folded(self) -> str:
        """The form as the automaton looks for it."""
        return fold(self.text)

    @cached_property
    def is_telling(self) -> bool:
        """Tell whether it shows an engine's hand; a variant that several terms claim is one that people write too."""
        return self.kind == "variant" and self.folded not in self.entry.shared


_hit: Callable[[tuple[int, int, int]], TermHit] = partial(tuple.__new__, TermHit)
_term: Callable[[tuple[str, str, str, str, int, int, str]], Term] = partial(tuple.__new__, Term)
"""Made of their values at half the cost of naming them: a paragraph has a dozen."""
_RANK = {"canonical": 0, "accepted": 1, "variant": 2}


@dataclass(frozen=True)
class Glossary:
    """All entries with the automaton that finds their forms in one pass, and the anchors of the rules along with it."""

    entries: tuple[Entry, ...]
    anchors: tuple[str, ...] = ()

    @cached_property
    def forms(self) -> tuple[tuple[Form, ...], ...]:
        """For every pattern, the forms that it stands for, the best claim first."""
        claims: dict[str, list[Form]] = {}
        for entry in self.entries:
            spoken = [(entry.canonical, "canonical"), *((a, "accepted") for a in entry.accepted)]
            for text, kind in [*spoken, *((v, "variant") for v in entry.variants)]:
                claims.setdefault(fold(text), []).append(Form(text, kind, entry))
        return tuple(tuple(sorted(c, key=lambda f: _RANK[f.kind])) for c in claims.values())

    @cached_property
    def telling(self) -> Mapping[int, str]:
        """The patterns that show an engine's hand, each with the term that it is a variant of."""
        firsts = (forms[0] for forms in self.forms)
        return {number: form.entry.id for number, form in enumerate(firsts) if form.is_telling}

    @cached_property
    def variants(self) -> Mapping[int, frozenset[str]]:
        """The patterns that are variants; one that people write too comes with the terms that claim it, in doubt."""
        return {
            number: frozenset() if any(f.is_telling for f in forms) else frozenset(f.entry.id for f in forms)
            for number, forms in enumerate(self.forms)
            if forms[0].kind == "variant"
        }

    @cached_property
    def _automaton(self) -> ahocorasick_rs.AhoCorasick:
        patterns = [forms[0].folded for forms in self.forms]
        return ahocorasick_rs.AhoCorasick([*patterns, *self.anchors])

    def scan(self, folded: str) -> tuple[tuple[TermHit, ...], frozenset[str]]:
        """Find in one pass the glossary forms at word borders, and the anchors that occur.

        Of overlapping forms the leftmost stays, of those the longest; on one span an exact form goes before a plural.
        """
        found: list[tuple[int, int, int, int]] = []
        anchors: set[int] = set()
        count = len(self.forms)
        for pattern, start, end in self._automaton.find_matches_as_indexes(folded, overlapping=True):
            if pattern >= count:
                anchors.add(pattern - count)
            elif stop := _word_end(folded, start, end):
                found.append((start, -stop, start - end, pattern))
        hits, reach = [], -1
        for start, back, _, pattern in sorted(found):
            if start >= reach:
                reach = -back
                hits.append(_hit((start, reach, pattern)))
        return tuple(hits), frozenset([self.anchors[number] for number in anchors])

    def concordance(self, text: str, hits: Iterable[TermHit]) -> Iterator[Term]:
        """Yield every canonical, accepted and variant form among the hits of a cleaned text."""
        for start, end, pattern in hits:
            entry = self.forms[pattern][0].entry
            yield _term((entry.id, entry.source_term, entry.canonical, text[start:end], start, end, entry.domain))


def _word_end(folded: str, start: int, end: int) -> int | None:
    """Where the word of this hit ends (a plural s belongs to it), or None when it starts or stops inside a word."""
    before = folded[start - 1] if start else " "
    if (before.isalnum() or before == "_") and folded[start].isalnum():
        return None
    if end == len(folded) or not folded[end].isalnum() or not folded[end - 1].isalnum():
        return end
    if folded[end] == "s" and folded[end - 1] != "s" and (end + 1 == len(folded) or not folded[end + 1].isalnum()):
        return end + 1
    return None


def term_rules(glossary: Glossary) -> tuple[Rule, Rule]:
    """Build the two rules that the glossary feeds: swap what is safe, point at the rest."""

    def find_repairs(view: View) -> Iterator[Edit]:
        return (e for e, claims in _findings(glossary, view) if e.action == "replace" and not claims)

    def find_variants(view: View) -> Iterator[Edit]:
        return (e for e, claims in _findings(glossary, view) if e.action == "annotate" and not claims)

    return (
        Rule(
            "term-repair",
            "tifa_numeric",
            "repair",
            "A rendering of a set phrase that no English text has, swapped for the official one where it is safe.",
            find_repairs,
            (
                ("to achieve “two maintenances”", "to achieve “Two Upholds”"),
                ('strengthen the "four awareness"', 'strengthen the "Four Consciousnesses"'),
            ),
            ("The lift needs two maintenances a year.", "the new “three-step” strategy", 'the "14th Five-Year Plan"'),
            when=_has_terms,
        ),
        Rule(
            "term-variant",
            "terminology",
            "annotate",
            "A rendering that differs from the official one; usage varies, so a person decides.",
            find_variants,
            (
                ("a copper wall and iron wall", "a copper wall and iron wall"),
                ("retired military affairs", "retired military affairs"),
            ),
            ("The wall was built of iron.", "He retired from the military."),
            when=_has_terms,
        ),
    )


def _has_terms(view: View) -> bool:
    return bool(view.term_hits)


ROLES = PROSE | {"original_title"}


def _findings(glossary: Glossary, view: View) -> Sequence[tuple[Edit, frozenset[str]]]:
    """The edit for every variant; one that several terms claim comes with their ids, for it is in doubt."""
    if "terms" not in view.memo:
        view.memo["terms"] = list(_found(glossary, view))
    found: list[tuple[Edit, frozenset[str]]] = view.memo["terms"]
    return found


def _found(glossary: Glossary, view: View) -> Iterator[tuple[Edit, frozenset[str]]]:
    variants = glossary.variants
    for hit in view.term_hits if view.paragraphs(ROLES) else ():
        claims = variants.get(hit.pattern)
        if claims is not None:
            yield _edit(view, hit, glossary.forms[hit.pattern][0], may_swap=not claims), claims


def doubtful(glossary: Glossary, view: View) -> list[tuple[Edit, frozenset[str]]]:
    """The variants that people write too: each holds only beside a telling variant of one of the terms named."""
    return [(edit, claims) for edit, claims in _findings(glossary, view) if claims]


def telling(glossary: Glossary, view: View) -> list[str]:
    """The ids of the terms of which a variant shows an engine's hand, once for each place."""
    hits = view.term_hits if view.paragraphs(ROLES) else ()
    terms = map(glossary.telling.get, [hit.pattern for hit in hits])
    return [term for term in terms if term]


def _edit(view: View, hit: TermHit, form: Form, *, may_swap: bool) -> Edit:
    entry, surface = form.entry, view.raw[hit.start : hit.end]
    safe = may_swap and _is_safe(view, hit, form)
    return Edit(
        hit.start,
        hit.end,
        "term-repair" if safe else "term-variant",
        entry.artefact_class,
        "replace" if safe else "annotate",
        surface,
        after=_cased(entry.canonical, surface) if safe else None,
        suggestion=None if safe else entry.canonical,
        source_term=entry.source_term,
        confidence="high" if safe else "medium",
    )


def _is_safe(view: View, hit: TermHit, form: Form) -> bool:
    entry = form.entry
    if entry.policy != "replace" or form.folded in entry.annotate_only:
        return False
    if hit.end - hit.start != len(form.text) or _word_before(view.folded, hit.start) in entry.not_after:
        return False
    if entry.context == "quoted":
        raw = view.raw
        before, after = raw[max(0, hit.start - 1) : hit.start], raw[hit.end : hit.end + 1]
        return bool(before and after) and before in _OPENING and after in _CLOSING
    return not view.is_quoted(hit.start, hit.end)


def _word_before(folded: str, start: int) -> str:
    words = _WORDS_BEFORE.findall(folded, max(0, start - 40), start)
    return str(words[-1]) if words else ""


def _cased(canonical: str, surface: str) -> str:
    """Keep a capital at the start of a sentence where the canonical form has none."""
    return canonical[0].upper() + canonical[1:] if surface[:1].isupper() and canonical[:1].islower() else canonical
