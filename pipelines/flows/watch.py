"""A cheap look at a source: names, sizes and times of change of all its files, without reading one."""

from __future__ import annotations

import contextlib
import hashlib
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pipelines.errors import CorpusError
from pipelines.ingest import hide_secrets
from pipelines.places import Place, attempt, place_of

MARKS = ("size", "mtime", "modified", "last_modified", "LastModified", "updated", "etag", "ETag", "created")
"""What file systems tell of a file; each has words of its own."""


def stamp(source: Path | str) -> str:
    """Return a text that differs as soon as a file of the source is new, gone or written; CorpusError where it cannot
    be listed.
    """
    place = place_of(source)
    try:
        marks = sorted(_remote_marks(place) if isinstance(place, Place) else _local_marks(place))
    except CorpusError:
        raise
    except Exception as error:
        raise CorpusError(f"{hide_secrets(str(source))} cannot be listed: {hide_secrets(str(error))}") from None
    return hashlib.sha256("\n".join(marks).encode("utf-8", "surrogateescape")).hexdigest()


def _local_marks(place: Path) -> Iterator[str]:
    if not place.exists():
        raise FileNotFoundError(f"{place} is not there")
    for folder, _, names in os.walk(place):
        for name in names:
            with contextlib.suppress(FileNotFoundError):  # gone since it was listed
                path = os.path.join(folder, name)  # noqa: PTH118 (a million of them)
                found = os.lstat(path)
                yield f"{path}|{found.st_size}|{found.st_mtime_ns}"
    if place.is_file():
        yield f"{place}|{place.stat().st_size}|{place.stat().st_mtime_ns}"


def _remote_marks(place: Place) -> Iterator[str]:
    system, root = place.opened
    system.invalidate_cache()
    found: dict[str, dict[str, Any]] = attempt(system, lambda: system.find(root, detail=True))
    for path, entry in found.items():
        yield "|".join([path, *(str(entry.get(mark, "")) for mark in MARKS)])
