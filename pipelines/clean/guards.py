"""Guards: a rule states the most that it may do to a document; when it does more, and often, the run stops.

A new pattern for a footer that eats paragraphs is thus found on the first night, before anything is published.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from pipelines.document import CleanedDocument, Edit
from pipelines.errors import CorpusError
from pipelines.laid import Once, parts_of
from pipelines.rules import Rule

WORST = 10
FEW = 2
"""So many documents may always go beyond the limit of a rule: a single odd page must not stop a run."""
SHORTEST = 400
"""Shares of shorter documents, in characters, say nothing."""
_EXCERPT = 60


_Loss = tuple[str, int, tuple[int, int]]
"""A rule, the characters that it took, and its longest place: characters, start."""


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


def find_excesses(documents: Sequence[CleanedDocument], limits: Mapping[str, Rule]) -> Iterator[Excess]:
    """Find what each rule took out of the body of each document, where that is more than it may."""
    losses = Once(_losses)
    for document in documents:
        length = len(document.raw.text)
        if length >= SHORTEST:
            taken = [(by, loss) for by, part in parts_of(document.edits) for loss in losses(part)]
            yield from _beyond(document, length, taken, limits)


def _losses(edits: Sequence[Edit]) -> list[_Loss]:
    """What edits take out, by rule."""
    found: dict[str, _Loss] = {}
    for edit in edits:
        lost = edit.end - edit.start - len(edit.after or "")
        if lost > 0 and edit.action in {"delete", "move", "replace"}:
            _, taken, longest = found.get(edit.rule, (edit.rule, 0, (0, 0)))
            found[edit.rule] = edit.rule, taken + lost, max(longest, (lost, edit.start))
    return list(found.values())


def _beyond(
    document: CleanedDocument, length: int, losses: Iterable[tuple[int, _Loss]], limits: Mapping[str, Rule]
) -> Iterator[Excess]:
    taken: dict[str, int] = {}
    longest: dict[str, tuple[int, int]] = {}
    for by, (rule, lost, (most, place)) in losses:
        taken[rule] = taken.get(rule, 0) + lost
        longest[rule] = max(longest.get(rule, (0, 0)), (most, place + by))
    for rule, lost in taken.items():
        if rule in limits and lost > limits[rule].most * length:
            place = longest[rule][1]
            excerpt = " ".join(document.raw.text[place : place + _EXCERPT].split())
            yield Excess(rule, document.raw.source, lost / length, place, excerpt)


def _message(rule: Rule, excesses: list[Excess], count: int) -> str:
    worst = sorted(excesses, key=lambda e: (-e.share, e.document))[:WORST]
    places = "; ".join(f"{e.document} at {e.place} ({e.share:.0%}): “{e.excerpt}…”" for e in worst)
    return (
        f"rule {rule.id} took more than {rule.most:.0%} of {len(excesses)} of {count} documents, so nothing is "
        f"published: look at them with corpus explain, then mend the rule or raise its limit. The worst: {places}"
    )
