"""What a run came to, for people: the Markdown and the tables that Prefect's page shows. Pure functions."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pipelines.publish import Outcome

SHOWN_CHANGES = 20
SHOWN_REJECTS = 200
"""Rows that the page shows; the tables of the release have them all."""


def headline(outcome: Outcome) -> str:
    """Say in a few words what happened."""
    if outcome.published:
        return f"published {outcome.version}"
    if outcome.bump is None:
        return f"nothing changed since {outcome.version}"
    return f"dry run: it would be {outcome.version}"


def summarize_outcome(name: str, outcome: Outcome, seconds: Mapping[str, float]) -> str:
    """Write the summary of a run that went well."""
    counts = outcome.counts
    applied = sum(outcome.rule_counts.values())
    rows = [
        ("documents", counts.get("documents", 0)),
        ("rejects", counts.get("rejects", 0)),
        ("edits", applied),
        ("findings left in the text", counts.get("edits", 0) - applied),
        ("terms", counts.get("terms", 0)),
    ]
    lines = [f"# {name}: {headline(outcome)}", "", f"{_cell(outcome.reason)}. Path: `{outcome.path}`", ""]
    lines += _table(("what", "count"), rows)
    lines += _rejects_by_reason(counts.get("rejects_by_reason", {}))
    lines += _changes(outcome)
    lines += [f"- {_cell(note)}" for note in outcome.notes]
    return "\n".join([*lines, *_stages(seconds)])


def summarize_failure(
    name: str, problem: str, seconds: Mapping[str, float], rejects: Sequence[Mapping[str, Any]]
) -> str:
    """Write the summary of a run that failed: the problem, how far it came, and the rejects, where they are known."""
    reached = list(seconds)[-1] if seconds else "the first stage"
    lines = [f"# {name}: nothing was published", "", f"**{_cell(problem)}**", "", f"It failed in: {reached}.", ""]
    lines += _rejects_by_reason(Counter(str(each["reason"]) for each in rejects))
    return "\n".join([*lines, *_stages(seconds)])


def reject_rows(rejects: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return the table of rejects."""
    columns = ("source", "stage", "reason", "detail")
    return [{column: each[column] for column in columns} for each in rejects[:SHOWN_REJECTS]]


def rule_rows(counts: Mapping[str, int]) -> list[dict[str, Any]]:
    """Return the table of rules, the busiest first."""
    ranked = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    return [{"rule": rule, "edits": count} for rule, count in ranked]


def _rejects_by_reason(counts: Mapping[str, int]) -> list[str]:
    if not counts:
        return []
    ranked = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    return ["## Rejects by reason", "", *_table(("reason", "count"), ranked)]


def _changes(outcome: Outcome) -> list[str]:
    """Say what differs from the parent, and name the first documents."""
    difference = outcome.difference
    changes = difference.changes
    if not changes:
        return []
    added, removed, changed = len(difference.added), len(difference.removed), len(difference.changed)
    names = {"add": "added", "delete": "removed", "modify": "changed"}
    rows = [
        (names[each.op], each.document_id, ", ".join(each.fields), ", ".join(each.causes))
        for each in changes[:SHOWN_CHANGES]
    ]
    more = f" The first {SHOWN_CHANGES}:" if len(changes) > SHOWN_CHANGES else ""
    return [
        "## What changed",
        "",
        f"{added:,} added, {removed:,} removed, {changed:,} changed.{more}",
        "",
        *_table(("change", "document", "fields", "causes"), rows),
    ]


def _stages(seconds: Mapping[str, float]) -> list[str]:
    rows = [(stage, round(took, 1)) for stage, took in seconds.items()]
    return ["## Stages", "", *_table(("stage", "seconds"), rows)] if rows else []


def _table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> list[str]:
    """Write a Markdown table; numbers stand at the right."""
    kept = [list(row) for row in rows]
    rule = ["---:" if kept and isinstance(kept[0][at], (int, float)) else "---" for at in range(len(head))]
    cells = [[f"{each:,}" if isinstance(each, (int, float)) else _cell(str(each)) for each in row] for row in kept]
    return [f"| {' | '.join(row)} |" for row in ([*head], rule, *cells)] + [""]


def _cell(text: str) -> str:
    """Return a text that stays in its cell and is not read as markup."""
    kept = " ".join(text.split())
    for mark in ("\\", "|", "*", "<", "`", "["):
        kept = kept.replace(mark, "\\" + mark)
    return kept
