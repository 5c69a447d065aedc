"""The memo: which results the latest release was made of, so that an unchanged source is told without making tables.

It notes how the source looked as well: as long as that is the same, no text is even read.

It lies beside the stage area and may be thrown away like it. What it says counts only while the release that it names
is the latest one and sound; a memo that is damaged, or of other code, is as good as none.
"""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

from pipelines.compare import Difference
from pipelines.document import Settings
from pipelines.publish import Outcome
from pipelines.refine import Source
from pipelines.release import MANIFEST, check_files, file_sha256, latest
from pipelines.release.folders import INTERIM
from pipelines.shards.build import Refined
from pipelines.shards.notes import hash_with_code, read_note, write_note
from pipelines.shards.work import fingerprint_of

MEMO = "published.json"
UNREADABLE = "unreadable"


def find_unchanged(source: Source, store: Path) -> Outcome | None:
    """Return what publishing would come to where the source is, at a glance, as it was for the latest release."""
    seen = _seen(source)
    return _find(store, "seen", seen, 0) if seen else None


def find_published(refined: Refined, settings: Settings, store: Path) -> Outcome | None:
    """Return what publishing would come to where the latest release was made of just these results, else None."""
    return _find(store, "made_of", _made_of(refined, settings), refined.new)


def _find(store: Path, name: str, value: str, new: int) -> Outcome | None:
    """Return the outcome of which the memo notes this value; None also where the release is damaged: publishing says
    so in full.
    """
    try:
        content = read_note(store / INTERIM / MEMO)
        if content[name] != value:
            return None
        parent = latest(store)
        if parent is None or file_sha256(parent.path / MANIFEST) != content["release"] or check_files(parent.path):
            return None
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return Outcome(
        version=parent.version,
        path=parent.path,
        published=False,
        bump=None,
        reason="nothing changed",
        counts=content["counts"],
        rule_counts=Counter(content["rule_counts"]),
        difference=Difference(),
        rejects=tuple(content["rejects"]),
        shards=(new, content["shards"]),
    )


def note_published(source: Source, refined: Refined, store: Path, outcome: Outcome) -> None:
    """Note that the latest release is made of these results, unless another one is the latest meanwhile."""
    parent = latest(store)
    if parent is None or parent.version != outcome.version:
        return
    is_open = UNREADABLE not in outcome.counts["rejects_by_reason"]  # who may read a file, no glance at it tells
    content: dict[str, Any] = {
        "seen": _seen(source) if is_open else "",
        "made_of": _made_of(refined, source.settings),
        "release": file_sha256(parent.path / MANIFEST),
        "counts": dict(outcome.counts),
        "rule_counts": dict(outcome.rule_counts),
        "rejects": [dict(row) for row in outcome.rejects],
        "shards": len(refined.results),
    }
    write_note(store / INTERIM / MEMO, content)


def _seen(source: Source) -> str:
    """Hash what a glance tells of the inputs, and all else that results follow from; empty where it tells nothing."""
    if not source.glance:
        return ""
    return hash_with_code([source.glance, fingerprint_of(source.knowledge, source.settings), repr(source.settings)])


def _made_of(refined: Refined, settings: Settings) -> str:
    return hash_with_code([*(result.key for result in refined.results), repr(settings)])
