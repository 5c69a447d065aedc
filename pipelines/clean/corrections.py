"""Corrections: the point fixes that a source brings with it, as edits."""

from __future__ import annotations

from pipelines.document import Correction, Edit
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
