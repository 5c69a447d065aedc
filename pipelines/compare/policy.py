"""Version policies: which step of the version each kind of change calls for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from pipelines.errors import USAGE, CorpusError

POLICIES: Mapping[str, Mapping[str, str]] = {
    "semver": {
        "column removed": "major",
        "column retyped": "major",
        "column added": "minor",
        "documents added": "minor",
        "documents removed": "minor",
        "values changed": "patch",
        "description changed": "patch",
    },
    "frictionless": {
        "column removed": "major",
        "column retyped": "major",
        "column added": "major",
        "documents added": "minor",
        "documents removed": "major",
        "values changed": "patch",
        "description changed": "patch",
    },
    "croissant": {
        "column removed": "major",
        "column retyped": "major",
        "column added": "minor",
        "documents added": "minor",
        "documents removed": "major",
        "values changed": "major",
        "description changed": "patch",
    },
    "calver": {
        "column removed": "major",
        "column retyped": "major",
        "column added": "minor",
        "documents added": "minor",
        "documents removed": "minor",
        "values changed": "patch",
        "description changed": "patch",
    },
}
"""Version policies: the step that each kind of change calls for; the highest one wins.

``croissant`` follows the section "Dataset Versioning/Checkpoints" of the Croissant Format Specification 1.1
(MLCommons): MAJOR where existing data was edited, removed or moved; MINOR where it stays and can still be retrieved as
it was beside new fields or records (the table ``changes`` names the new ones); PATCH where the data remain the same.
``calver`` takes its number from the calendar and records the steps of ``semver``.
"""

STEPS = ("patch", "minor", "major")


def bump_of(kinds: Iterable[str], policy: str = "semver") -> str | None:
    """Return the step (major, minor, patch) that some kinds of change call for, None where there are none.

    CorpusError where there is no such policy.
    """
    if policy not in POLICIES:
        raise CorpusError(f"no version policy {policy}: choose one of {', '.join(POLICIES)}", USAGE)
    return max((POLICIES[policy][kind] for kind in kinds), key=STEPS.index, default=None)
