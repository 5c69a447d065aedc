"""A finding: one thing that is wrong, where it is, and what to do about it."""

from __future__ import annotations

from dataclasses import dataclass

RESTORE = "get the release again from a copy, or publish its source into a new store"
"""What helps where a release is not what was published."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong: the file (its path inside the release), the problem, and what to do.

    A problem of single rows or documents names them. Findings about the log have the path of its file in the store.
    """

    path: str
    problem: str
    advice: str = RESTORE
