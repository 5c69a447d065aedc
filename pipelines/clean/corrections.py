"""Corrections: the point fixes that a source brings with it, as edits."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from pipelines.document import APPLIED, Correction, Edit
from pipelines.errors import CorpusError


def correct(raw: str, correction: Correction) -> Edit:
    """Make an edit of a point fix; raises CorpusError where its words do not stand exactly once in the raw text."""
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


def corrected(edits: Iterable[Edit], corrections: list[Edit], frame: Collection[str]) -> list[Edit]:
    """Put corrections before the repairs that they overlap, but not before what the rules of the ``frame`` did."""
    kept = [
        e
        for e in edits
        if e.rule in frame or e.action not in APPLIED or all(e.end <= c.start or c.end <= e.start for c in corrections)
    ]
    return [*kept, *corrections]
