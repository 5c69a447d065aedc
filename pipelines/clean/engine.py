"""The engine: one scan, the rules that have something to do, and a ledger in which the first claim to a span holds."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache, partial

from pipelines.clean.masks import hidden
from pipelines.clean.revision import Revision, join, label, revise
from pipelines.document import APPLIED, Correction, Document, Edit, Paragraph, Term, in_order, replay
from pipelines.errors import CorpusError
from pipelines.language import Counts, count
from pipelines.rules import RULES
from pipelines.rules.entries import Entry
from pipelines.rules.glossary import Glossary, doubtful, telling, term_rules
from pipelines.rules.layout import LAYOUT, stretches
from pipelines.rules.privacy import PRIVACY
from pipelines.rules.rule import PROSE, Rule, View, fold
from pipelines.rules.structure import STRUCTURE

FRAME = frozenset(rule.id for rule in (*STRUCTURE, *LAYOUT))
REMEMBERED = 20_000
"""Paragraphs that are remembered at most: some tens of megabytes."""
NEIGHBOURS = 500
NOTHING: frozenset[str] = frozenset()
MIN_SIGNS, CHARACTERS_A_SIGN = 2, 500
_MASKS = frozenset(rule.id for rule in PRIVACY)


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
    def masks(self) -> tuple[Rule, ...]:
        """The rules that mask personal data."""
        return tuple(rule for rule in self.base_rules if rule.id in _MASKS)

    @cached_property
    def passage(self) -> Callable[[str, Paragraph | None], Passage]:
        """A paragraph by its words and its label; remembered, since sites repeat theirs and most are seen twice."""
        return lru_cache(maxsize=REMEMBERED)(partial(Passage, self))

    @cached_property
    def revision(self) -> Callable[[Passage, bool, frozenset[str]], Revision]:
        """What becomes of a passage, in a text by an engine or not, where certain terms hold; remembered."""
        return lru_cache(maxsize=REMEMBERED)(_revision)

    @cached_property
    def gap(self) -> Callable[[str, bool], Revision]:
        """What becomes of the characters between two paragraphs, which are a break or not; remembered."""
        return lru_cache(maxsize=NEIGHBOURS)(partial(_gap, self))

    @cached_property
    def look(self) -> Callable[[str, str], tuple[View, frozenset[str]]]:
        """A paragraph in a role as rules see it, and the anchors in it; remembered while its neighbours are at work."""
        return lru_cache(maxsize=NEIGHBOURS)(partial(_look, self))

    @cached_property
    def asked(self) -> Callable[[frozenset[str]], tuple[Rule, ...]]:
        """The rules that have a say in a paragraph in which these anchors occur; remembered."""
        return lru_cache(maxsize=NEIGHBOURS)(
            lambda anchors: tuple(r for r in self.rules if not r.anchors or not anchors.isdisjoint(r.anchors))
        )

    def passages(self, paragraphs: Iterable[str]) -> list[Passage]:
        """The paragraphs of a cleaned text, which are all body."""
        passage = self.passage
        return [passage(paragraph, None) for paragraph in paragraphs]

    def is_settled(self, passages: Sequence[Passage]) -> bool:
        """Tell whether the rules would change nothing in a cleaned text."""
        engine = _shows_an_engine(passages)
        return not any(self.revision(passage, engine, NOTHING).is_change for passage in passages)

    def masked(self, text: str) -> str:
        """Mask the personal data in a value that did not come out of the text."""
        view = View(Document(text, (Paragraph("title", 0, len(text)),)), "")
        ledger = _Ledger(())
        for rule in self.masks:
            for edit in rule.find(view) if rule.when is None or rule.when(view) else ():
                ledger.propose(edit)
        return replay(text, ledger.edits) if ledger.edits else text

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


def _look(knowledge: Knowledge, text: str, role: str) -> tuple[View, frozenset[str]]:
    """Fold a paragraph and scan it once; return it as a document of its own, and the anchors that occur in it."""
    folded = fold(text)
    hits, anchors = knowledge.glossary.scan(folded)
    return View(Document(text, (Paragraph(role, 0, len(text)),)), folded, hits), anchors


def _repair(
    knowledge: Knowledge, text: str, role: str, borders: Sequence[int], *, engine: bool, gated: bool = True
) -> list[Edit]:
    """Run all rules but those of the frame over one paragraph."""
    view, anchors = knowledge.look(text, role)
    if engine:
        view = View(view.document, view.folded, view.term_hits, engine, view.memo)
    ledger = _Ledger(borders)
    for rule in knowledge.asked(anchors) if gated else knowledge.rules:
        if rule.id not in FRAME and (not gated or rule.when is None or rule.when(view)):
            for edit in rule.find(view):
                ledger.propose(edit)
    return ledger.edits


@dataclass(eq=False)
class Passage:
    """A paragraph apart from where it stands: its words, its label (None: body), and what they tell by themselves."""

    knowledge: Knowledge
    text: str
    label: Paragraph | None

    role: str = field(init=False)
    signs: tuple[str, ...] = ()
    """The terms of which it holds a telling variant, once for each place."""
    doubtful: tuple[tuple[Edit, frozenset[str]], ...] = ()
    """The findings that wait for a certain sign of one of the terms named."""
    claims: frozenset[str] = NOTHING
    """The terms that its doubtful findings wait for."""

    def __post_init__(self) -> None:
        """Scan the words once for all that is asked of them."""
        self.role = self.label.role if self.label else "body"
        view, _ = self.knowledge.look(self.text, self.role)
        if view.term_hits:
            self.signs = tuple(telling(self.knowledge.glossary, view))
            self.doubtful = tuple(doubtful(self.knowledge.glossary, view))
            self.claims = NOTHING.union(*(claims for _, claims in self.doubtful))

    @cached_property
    def counts(self) -> Counts:
        """What tells its language."""
        return count(self.text)

    @cached_property
    def terms(self) -> tuple[Term, ...]:
        """The set phrases in it."""
        view, _ = self.knowledge.look(self.text, self.role)
        return tuple(self.knowledge.glossary.concordance(self.text, view.term_hits))


def _revision(passage: Passage, engine: bool, certain: frozenset[str], *, gated: bool = True) -> Revision:  # noqa: FBT001 - a key
    """Work out what becomes of a passage."""
    knowledge, text = passage.knowledge, passage.text
    framed = View(Document(text, (passage.label,)), "") if passage.label else None
    edits = [e for rule in knowledge.frame for e in rule.find(framed)] if framed else []
    borders = sorted({b for e in edits for b in (e.start, e.end) if 0 < b < len(text)})
    edits += _repair(knowledge, text, passage.role, borders, engine=engine, gated=gated)
    edits += [e for e, claims in passage.doubtful if not certain.isdisjoint(claims)]
    return revise(text, _masked(in_order(edits)))


def _gap(knowledge: Knowledge, text: str, is_break: bool) -> Revision:  # noqa: FBT001 - a key
    """Work out what becomes of the characters between two paragraphs of the body (at a break), or around them."""
    around = (Paragraph("body", 0, 0), Paragraph("body", len(text), len(text))) if is_break else ()
    view = View(Document(text, around), "")
    return revise(text, in_order(e for rule in knowledge.frame for e in rule.find(view)))


def find_edits(document: Document, knowledge: Knowledge, document_id: str = "", *, gated: bool = True) -> Revision:
    """Run the rules over a document; return the accepted edits in order, and what they come to.

    ``gated=False`` asks every rule, whether its anchors occur or not, and remembers nothing: the result is the same.
    """
    raw, passage_of, gap = document.raw, knowledge.passage, knowledge.gap
    passages = [passage_of(raw[p.start : p.end], label(p)) for p in document.paragraphs]
    engine = _shows_an_engine(passages)
    certain = frozenset([sign for passage in passages for sign in passage.signs])
    work = knowledge.revision if gated else partial(_revision, gated=False)
    parts: list[tuple[int, Revision]] = []
    following = iter(passages)
    for start, end, paragraph, is_break in stretches(document):
        if paragraph is None:
            parts.append((start, gap(raw[start:end], is_break)))
        else:
            passage = next(following)
            claims = passage.claims
            parts.append((start, work(passage, engine, claims and claims & certain)))
    found = join(parts)
    corrections = [_correct(raw, c) for c in knowledge.corrections_by_id.get(document_id, ())]
    return revise(raw, _masked(in_order(_corrected(found.edits, corrections)))) if corrections else found


def _shows_an_engine(passages: Iterable[Passage]) -> bool:
    """Tell whether a text is an engine's: at least two telling renderings, and one in 500 characters of prose.

    Of 145 texts by human writers that were looked at, three reach that; of machine-translated policy texts, most.
    """
    signs = prose = 0
    for passage in passages:
        signs += len(passage.signs)
        prose += len(passage.text) if passage.role in PROSE else 0
    return signs >= MIN_SIGNS and signs * CHARACTERS_A_SIGN >= prose


def _corrected(edits: Iterable[Edit], corrections: list[Edit]) -> list[Edit]:
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
    return edit if before == edit.before else edit._replace(before=before)
