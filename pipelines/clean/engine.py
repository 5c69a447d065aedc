"""The engine: one scan, the rules that have something to do, and a ledger in which the first claim to a span holds."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property, lru_cache, partial

from pipelines.clean.masks import hidden
from pipelines.document import APPLIED, PARAGRAPH_BREAK, Correction, Document, Edit, Paragraph, Term, in_order, replay
from pipelines.errors import CorpusError
from pipelines.rules import RULES
from pipelines.rules.entries import Entry
from pipelines.rules.glossary import Glossary, doubtful, telling, term_rules
from pipelines.rules.layout import LAYOUT
from pipelines.rules.privacy import PRIVACY
from pipelines.rules.rule import PROSE, Rule, TermHit, View, fold
from pipelines.rules.structure import STRUCTURE

FRAME = frozenset(rule.id for rule in (*STRUCTURE, *LAYOUT))
REMEMBERED = 20_000
"""Paragraphs that are remembered at most: some tens of megabytes."""
NEIGHBOURS = 500
MIN_SIGNS, CHARACTERS_A_SIGN = 2, 500
_MASKS = frozenset(rule.id for rule in PRIVACY)


@dataclass(frozen=True, slots=True)
class Repairs:
    """What the rules found in one paragraph, in its own offsets; the doubtful ones wait for what others hold."""

    edits: tuple[Edit, ...]
    doubtful: tuple[tuple[Edit, frozenset[str]], ...]


@dataclass(frozen=True)
class Knowledge:
    """All that decides what becomes of a text: rules, glossary, corrections, and the fingerprints of their code."""

    entries: tuple[Entry, ...] = ()
    corrections: tuple[Correction, ...] = ()
    base_rules: tuple[Rule, ...] = RULES
    rule_fingerprint: str = ""
    glossary_fingerprint: str = ""
    parser_fingerprint: str = ""

    @cached_property
    def glossary(self) -> Glossary:
        """The glossary, with the automaton that also finds the anchors of the rules."""
        return Glossary(self.entries, tuple(sorted({fold(a) for rule in self.base_rules for a in rule.anchors})))

    @cached_property
    def rules(self) -> tuple[Rule, ...]:
        """Every rule in the order in which it may claim a span."""
        return (*self.base_rules, *term_rules(self.glossary))

    @cached_property
    def frame(self) -> tuple[Rule, ...]:
        """The rules that see whole documents: what stands round the text, and the blanks between its paragraphs."""
        return tuple(rule for rule in self.base_rules if rule.id in FRAME)

    @cached_property
    def repairs(self) -> Callable[[str, str, tuple[int, ...], bool], Repairs]:
        """What the rules do to a paragraph; remembered, since sites repeat themselves and most is looked at twice."""

        @lru_cache(maxsize=REMEMBERED)
        def repairs(text: str, role: str, borders: tuple[int, ...], engine: bool) -> Repairs:  # noqa: FBT001 - a key
            return _repair(self, text, role, borders, engine=engine)

        return repairs

    def is_settled(self, text: str) -> bool:
        """Tell for certain that the rules would change nothing in a text whose paragraphs are all body."""
        paragraphs = text.split(PARAGRAPH_BREAK)
        engine = True  # with it more rules have a say, so that what is settled then is settled without it too
        found = (self.repairs(p, "body", (), engine) for p in paragraphs)
        return not any(e.action in APPLIED for repairs in found for e in repairs.edits)

    def masked(self, text: str) -> str:
        """Mask the personal data in a value that did not come out of the text."""
        found = self.repairs(text, "title", (), False).edits  # noqa: FBT003 - a key
        return replay(text, [e for e in found if e.action == "redact"])

    @cached_property
    def look(self) -> Callable[[str], tuple[str, tuple[TermHit, ...], frozenset[str]]]:
        """The scan of a paragraph; remembered for as long as its neighbours are at work."""
        return lru_cache(maxsize=NEIGHBOURS)(partial(_look, self))

    @cached_property
    def signs(self) -> Callable[[str, str], tuple[str, ...]]:
        """The terms of which a paragraph holds a telling variant, once for each place; remembered."""
        return lru_cache(maxsize=REMEMBERED)(partial(_signs, self))

    @cached_property
    def concordance(self) -> Callable[[str], tuple[Term, ...]]:
        """The set phrases in a cleaned paragraph; remembered."""
        return lru_cache(maxsize=REMEMBERED)(lambda text: tuple(self.glossary.concordance(text)))

    @cached_property
    def corrections_by_id(self) -> Mapping[str, tuple[Correction, ...]]:
        """The point fixes of each document."""
        ids = {c.id for c in self.corrections}
        return {i: tuple(c for c in self.corrections if c.id == i) for i in ids}


@dataclass
class _Ledger:
    """The accepted edits of one paragraph: a repair must lie between the borders inside it, and be the first there."""

    borders: Sequence[int]
    edits: list[Edit] = field(default_factory=list)
    _starts: list[int] = field(default_factory=list)
    _ends: list[int] = field(default_factory=list)

    def propose(self, edit: Edit) -> None:
        """Take the edit unless it is empty, crosses a border, or overlaps an applied one."""
        if edit.action not in APPLIED:
            self.edits.append(edit)
            return
        place = bisect_right(self._starts, edit.start)
        free = (not place or self._ends[place - 1] <= edit.start) and (
            place == len(self._starts) or self._starts[place] >= edit.end
        )
        border = bisect_right(self.borders, edit.start)
        whole = border == len(self.borders) or self.borders[border] >= edit.end
        if edit.start < edit.end and free and whole:
            self.edits.append(edit)
            self._starts.insert(place, edit.start)
            self._ends.insert(place, edit.end)


def _look(knowledge: Knowledge, text: str) -> tuple[str, tuple[TermHit, ...], frozenset[str]]:
    """Fold a paragraph and scan it: what it reads folded, the forms of terms and the anchors that occur in it."""
    folded = fold(text)
    hits, anchors = knowledge.glossary.scan(folded)
    return folded, tuple(hits), frozenset(anchors)


def _view(knowledge: Knowledge, text: str, role: str, *, engine: bool = False) -> tuple[View, frozenset[str]]:
    """Look at one paragraph as a document of its own; return the view and the anchors that occur in it."""
    folded, hits, anchors = knowledge.look(text)
    return View(Document(text, (Paragraph(role, 0, len(text)),)), folded, hits, engine), anchors


def _repair(
    knowledge: Knowledge, text: str, role: str, borders: tuple[int, ...], *, engine: bool, gated: bool = True
) -> Repairs:
    """Run all rules but those of the frame over one paragraph."""
    view, anchors = _view(knowledge, text, role, engine=engine)
    ledger = _Ledger(borders)
    for rule in knowledge.rules:
        if rule.id not in FRAME and (not gated or not rule.anchors or not anchors.isdisjoint(rule.anchors)):
            for edit in rule.find(view):
                ledger.propose(edit)
    return Repairs(tuple(ledger.edits), tuple(doubtful(knowledge.glossary, view)))


def _signs(knowledge: Knowledge, text: str, role: str) -> tuple[str, ...]:
    return tuple(telling(knowledge.glossary, _view(knowledge, text, role)[0]))


def find_edits(
    document: Document, knowledge: Knowledge, document_id: str = "", *, gated: bool = True
) -> tuple[Edit, ...]:
    """Run the rules over a document; return the accepted edits in order.

    ``gated=False`` asks every rule, whether its anchors occur or not, and remembers nothing: the result is the same.
    """
    view = View(document, "")
    edits = [e for rule in knowledge.frame for e in rule.find(view)]
    borders = sorted({b for e in edits for b in (e.start, e.end)})
    texts = [(document.raw[p.start : p.end], p) for p in document.paragraphs]
    signs = [sign for text, p in texts for sign in knowledge.signs(text, p.role)]
    engine = _shows_an_engine(len(signs), texts)
    certain = set(signs)
    for text, p in texts:
        inner = tuple(b - p.start for b in borders[bisect_right(borders, p.start) : bisect_left(borders, p.end)])
        found = (
            knowledge.repairs(text, p.role, inner, engine)
            if gated
            else _repair(knowledge, text, p.role, inner, engine=engine, gated=False)
        )
        edits += [_shifted(e, p.start) for e in found.edits]
        edits += [_shifted(e, p.start) for e, claims in found.doubtful if not certain.isdisjoint(claims)]
    corrections = [_correct(document.raw, c) for c in knowledge.corrections_by_id.get(document_id, ())]
    return tuple(_masked(in_order(_corrected(edits, corrections) if corrections else edits)))


def _shows_an_engine(signs: int, texts: Sequence[tuple[str, Paragraph]]) -> bool:
    """Tell whether a text is an engine's: at least two telling renderings, and one in 500 characters of prose.

    Of 145 texts by human writers that were looked at, three reach that; of machine-translated policy texts, most.
    """
    prose = sum(len(text) for text, p in texts if p.role in PROSE)
    return signs >= MIN_SIGNS and signs * CHARACTERS_A_SIGN >= prose


def _shifted(edit: Edit, by: int) -> Edit:
    return Edit(
        edit.start + by,
        edit.end + by,
        edit.rule,
        edit.artefact_class,
        edit.action,
        edit.before,
        edit.after,
        edit.field,
        edit.suggestion,
        edit.source_term,
        edit.confidence,
    )


def _corrected(edits: list[Edit], corrections: list[Edit]) -> list[Edit]:
    """A correction goes before the repairs that it overlaps."""
    kept = [
        e
        for e in edits
        if e.rule in FRAME or e.action not in APPLIED or all(e.end <= c.start or c.end <= e.start for c in corrections)
    ]
    return [*kept, *corrections]


def _correct(raw: str, correction: Correction) -> Edit:
    start = raw.find(correction.before)
    if start < 0 or raw.find(correction.before, start + 1) >= 0:
        found = "more than once" if start >= 0 else "nowhere"
        raise CorpusError(
            f"corrections.csv: “{correction.before}” stands {found} in {correction.id}; "
            "give enough of the text around it to name one place"
        )
    end = start + len(correction.before)
    action = "replace" if correction.after else "delete"
    return Edit(
        start, end, "correction", "entity", action, correction.before, correction.after, suggestion=correction.reason
    )


def _masked(edits: list[Edit]) -> Iterable[Edit]:
    """Write the masks into what encloses them, so that no table holds what was redacted."""
    masks = [e for e in edits if e.action == "redact"]
    if not masks:
        return edits
    starts = [m.start for m in masks]
    return [e if e.rule in _MASKS else _mask(e, masks, starts) for e in edits]


def _mask(edit: Edit, masks: list[Edit], starts: list[int]) -> Edit:
    inside = masks[bisect_left(starts, edit.start) : bisect_left(starts, edit.end)]
    before = hidden(edit.before, edit.start, inside)
    return edit if before == edit.before else replace(edit, before=before)
