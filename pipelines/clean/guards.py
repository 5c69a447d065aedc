"""Guards: a rule states the most that it may do to a document; when it does more, and often, the run stops.

A new pattern for a footer that eats paragraphs is thus found on the first night, before anything is published.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from pipelines.document import CleanedDocument
from pipelines.errors import CorpusError
from pipelines.laid import parts_of
from pipelines.rules import Rule

WORST = 10
FEW = 2
"""So many documents may always go beyond the limit of a rule: a single odd page must not stop a run."""
SHORTEST = 400
"""Shares of shorter documents, in characters, say nothing."""
_EXCERPT = 60


@dataclass(frozen=True, slots=True)
class Excess:
    """A rule that took more of a document than it may: the share of its characters, and the longest place."""

    rule: str
    document: str
    share: float
    place: int
    excerpt: str


def check_guards(excesses: Iterable[Excess], count: int, rules: Iterable[Rule]) -> None:
    """Raise CorpusError, with the ten worst places, where a rule goes beyond what it may do in too many documents.

    ``excesses`` are those of all ``count`` documents.
    """
    limits = {rule.id: rule for rule in rules}
    found: dict[str, list[Excess]] = {}
    for excess in excesses:
        found.setdefault(excess.rule, []).append(excess)
    for rule_id, those in sorted(found.items()):
        rule = limits[rule_id]
        if len(those) > max(FEW, rule.often * count):
            raise CorpusError(_message(rule, those, count))


def find_excesses(document: CleanedDocument, limits: Mapping[str, Rule]) -> Iterator[Excess]:
    """Find what each rule took out of the body of one document, where that is more than it may."""
    length = len(document.raw.text)
    if length < SHORTEST:
        return
    taken: dict[str, int] = {}
    longest: dict[str, tuple[int, int]] = {}
    for by, part in parts_of(document.edits):
        for edit in part:
            lost = edit.end - edit.start - len(edit.after or "")
            if lost > 0 and edit.action in {"delete", "move", "replace"}:
                taken[edit.rule] = taken.get(edit.rule, 0) + lost
                longest[edit.rule] = max(longest.get(edit.rule, (0, 0)), (lost, edit.start + by))
    for rule_id, lost in taken.items():
        if rule_id in limits and lost > limits[rule_id].most * length:
            place = longest[rule_id][1]
            excerpt = " ".join(document.raw.text[place : place + _EXCERPT].split())
            yield Excess(rule_id, document.raw.source, lost / length, place, excerpt)


def _message(rule: Rule, excesses: list[Excess], count: int) -> str:
    worst = sorted(excesses, key=lambda e: (-e.share, e.document))[:WORST]
    places = "; ".join(f"{e.document} at {e.place} ({e.share:.0%}): “{e.excerpt}…”" for e in worst)
    return (
        f"rule {rule.id} took more than {rule.most:.0%} of {len(excesses)} of {count} documents, so nothing is "
        f"published: look at them with corpus explain, then mend the rule or raise its limit. The worst: {places}"
    )
