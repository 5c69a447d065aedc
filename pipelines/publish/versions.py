"""The number of the next release, computed from what changed."""

from __future__ import annotations

from collections.abc import Collection

from pipelines.errors import USAGE, CorpusError
from pipelines.release import format_version, parse_version

FIRST = (1, 0, 0)
AUTO = "auto"


def choose_version(wanted: str, parent: str | None, bump: str | None, reason: str, taken: Collection[str]) -> str:
    """Return the version to publish: the computed one for ``auto``, else ``wanted`` where the changes allow it.

    CorpusError where ``wanted`` is no version, exists already, or is lower than the changes call for.
    """
    least = _next_version(parent, bump)
    if wanted == AUTO:
        return format_version(least)
    number = parse_version(wanted)
    if number is None:
        raise CorpusError(f"{wanted} is not a version: write X.Y.Z or auto", USAGE)
    if wanted in taken:
        raise CorpusError(f"version {wanted} exists already, and releases never change: choose a higher one or auto")
    if number < least:
        raise CorpusError(
            f"version {wanted} is too low: {reason} ({bump or 'first'}) calls for {format_version(least)} or higher"
        )
    return wanted


def _next_version(parent: str | None, bump: str | None) -> tuple[int, int, int]:
    number = parse_version(parent) if parent else None
    if number is None:
        return FIRST
    major, minor, patch = number
    steps = {"major": (major + 1, 0, 0), "minor": (major, minor + 1, 0), "patch": (major, minor, patch + 1)}
    return steps[bump or "patch"]
