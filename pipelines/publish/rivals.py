"""What a run may do when another one was faster: its tables still count if its source is as it was when it was read.

A run whose source has changed since would publish what is no longer true over what the rival found; it has to read
again.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from pipelines.errors import PassingError

ATTEMPTS = 3
"""How often a run works out its release anew before it gives way."""

MARGIN_NS = 2_000_000_000
"""What the clock of a file system may be behind ours."""


class ConflictError(PassingError):
    """Another run has published meanwhile: what was worked out against the old parent no longer counts."""


def watch(source: Path | str) -> Callable[[], bool] | None:
    """Begin to watch a source that is about to be read; what comes back tells whether it is still the same.

    Costs nothing until it is asked. None for a source that is not a local file or folder.
    """
    path = Path(source)
    if not path.exists():
        return None
    begin = time.time_ns() - MARGIN_NS
    return lambda: path.exists() and all(moment < begin for moment in _moments(path))


def _moments(path: Path) -> Iterator[int]:
    """Yield when each file and folder was last changed, in nanoseconds: what is new or gone changes its folder."""
    yield _changed(path)
    for folder, _, files in os.walk(path):
        yield _changed(Path(folder))
        for name in files:
            yield _changed(Path(folder, name))


def _changed(path: Path) -> int:
    try:
        return max(path.lstat().st_ctime_ns, path.stat().st_ctime_ns)
    except OSError:
        return path.lstat().st_ctime_ns if path.is_symlink() else time.time_ns()
