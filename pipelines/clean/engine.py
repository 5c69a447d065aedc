"""The engine: one scan, the rules that have something to do, and a ledger in which the first claim to a span holds."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property

from pipelines.document import APPLIED, Correction, Document, Edit, in_order
from pipelines.errors import CorpusError
from pipelines.rules import RULES
from pipelines.rules.glossary import Entry, Glossary, term_rules
from pipelines.rules.privacy import PRIVACY
from pipelines.rules.rule import Rule, View, fold
from pipelines.rules.structure import STRUCTURE

_FRAME = frozenset(rule.id for rule in STRUCTURE)
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
    def corrections_by_id(self) -> Mapping[str, tuple[Correction, ...]]:
        """The point fixes of each document."""
        ids = {c.id for c in self.corrections}
        return {i: tuple(c for c in self.corrections if c.id == i) for i in ids}


@dataclass
class _Ledger:
    """The accepted edits. Frames are taken as they come; a repair must lie between their borders and be the first."""

    edits: list[Edit] = field(default_factory=list)
    _borders: list[int] = field(default_factory=list)
    _starts: list[int] = field(default_factory=list)
    _ends: list[int] = field(default_factory=list)

    def frame(self, edits: Iterable[Edit]) -> None:
        """Take the edits that stand for whole paragraphs and their parts."""
        self.edits += edits
        self._borders = sorted({b for e in self.edits for b in (e.start, e.end)})

    def propose(self, edit: Edit) -> None:
        """Take the edit unless it is empty, crosses a border, or overlaps an applied one."""
        if edit.action not in APPLIED:
            self.edits.append(edit)
            return
        place = bisect_right(self._starts, edit.start)
        free = (not place or self._ends[place - 1] <= edit.start) and (
            place == len(self._starts) or self._starts[place] >= edit.end
        )
        border = bisect_right(self._borders, edit.start)
        whole = border == len(self._borders) or self._borders[border] >= edit.end
        if edit.start < edit.end and free and whole:
            self.edits.append(edit)
            self._starts.insert(place, edit.start)
            self._ends.insert(place, edit.end)


def find_edits(
    document: Document, knowledge: Knowledge, document_id: str = "", *, gated: bool = True
) -> tuple[Edit, ...]:
    """Run the rules over a document; return the accepted edits in order.

    ``gated=False`` asks every rule, whether its anchors occur or not: the result is the same, only later.
    """
    folded = fold(document.raw)
    hits, anchors = knowledge.glossary.scan(folded)
    view = View(document, folded, tuple(hits), knowledge.glossary.signs(hits))
    asked = [r for r in knowledge.rules if not gated or not r.anchors or not anchors.isdisjoint(r.anchors)]
    ledger = _Ledger()
    ledger.frame(e for r in asked if r.id in _FRAME for e in r.find(view))
    for correction in knowledge.corrections_by_id.get(document_id, ()):
        ledger.propose(_correct(document.raw, correction))
    for rule in asked:
        if rule.id not in _FRAME:
            for edit in rule.find(view):
                ledger.propose(edit)
    return tuple(_masked(in_order(ledger.edits)))


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
    return [e if e.rule in _MASKS else _mask(e, masks[bisect_left(starts, e.start) :]) for e in edits]


def _mask(edit: Edit, masks: list[Edit]) -> Edit:
    before = edit.before
    for mask in masks:
        if mask.end > edit.end:
            break
        start, end = mask.start - edit.start, mask.end - edit.start
        before = before[:start] + mask.before + before[end:]
    return edit if before == edit.before else replace(edit, before=before)
