"""The number of the next release, computed from what changed (or, for calver, from the calendar)."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

from pipelines.errors import USAGE, CorpusError
from pipelines.release import format_version, parse_version, read_standing, releases
from pipelines.release.folders import current_time
from pipelines.release.store import Version

FIRST = (1, 0, 0)
AUTO = "auto"
CALVER = "calver"


def given_versions(store: Path) -> list[str]:
    """List every version that a store ever gave, also those that were withdrawn or removed since."""
    now = read_standing(store)
    return sorted({info.version for info in releases(store)} | now.published.keys() | now.removed.keys())


def choose_version(wanted: str, bump: str | None, reason: str, given: Collection[str], policy: str = "semver") -> str:
    """Return the version to publish: the computed one for ``auto``, else ``wanted`` where the changes allow it.

    The step goes from the highest version ever ``given``, so that a number means one release for ever, whatever was
    withdrawn. CorpusError where ``wanted`` is no version, was given before, or is lower than the changes call for.
    """
    highest = max((number for version in given if (number := parse_version(version))), default=None)
    least = _next_in_calendar(highest) if policy == CALVER else _next_version(highest, bump)
    if wanted == AUTO:
        return format_version(least)
    number = parse_version(wanted)
    if number is None:
        raise CorpusError(f"{wanted} is not a version: write X.Y.Z or auto", USAGE)
    if wanted in given:
        raise CorpusError(f"version {wanted} exists already, and releases never change: choose a higher one or auto")
    if number < least:
        calls = f"{reason} ({bump or 'first'}) calls for" if reason else "the next one is"
        raise CorpusError(f"version {wanted} is too low: {calls} {format_version(least)} or higher")
    return wanted


def _next_version(highest: Version | None, bump: str | None) -> Version:
    if highest is None:
        return FIRST
    major, minor, patch = highest
    # A first release where all earlier ones were withdrawn shares nothing with them.
    first = (major + 1, 0, 0)
    steps = {"first": first, "major": first, "minor": (major, minor + 1, 0), "patch": (major, minor, patch + 1)}
    return steps[bump or "patch"]


def _next_in_calendar(highest: Version | None) -> Version:
    """Return year, month and the number of the release in that month, from 0; never less than what was given."""
    now = current_time()
    this_month = (now.year, now.month, 0)
    if highest is None or highest < this_month:
        return this_month
    year, month, number = highest
    return (year, month, number + 1)
