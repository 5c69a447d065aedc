"""Identity: what an input is made of, so that what was made of it before can be told from what is new."""

from __future__ import annotations

import contextlib
import hashlib
import os
import stat
import time
from collections.abc import Sequence
from io import FileIO
from pathlib import Path
from typing import Any

from pipelines.ingest.places import Input, Window
from pipelines.places import attempt

CHUNK = 1 << 20
MARKS = (
    "ETag", "etag", "md5", "md5Hash", "checksum", "CRC", "mtime", "modified", "last_modified", "LastModified",
    "updated",
)  # fmt: skip
"""What file systems tell of the version of a file; each has words of its own."""

RECENT = 2_000_000_000
"""Nanoseconds for which a file that was written may be written again without its times showing it."""


def size_of(entry: Input) -> int:
    """Return the size of an input in bytes; 0 where it cannot be told."""
    with contextlib.suppress(OSError):
        if entry.place is None:
            return os.stat(entry.path).st_size  # noqa: PTH116 - here and below: there may be a million of them
        return int(entry.place.opened[0].info(entry.path).get("size") or 0)
    return 0


def identity_of(entry: Input) -> str:
    """Say what an input is made of: the hash of a local file's bytes, what a remote place says of the version it has.

    What cannot be read is told by its error, so that it is looked at anew once that has passed.
    """
    try:
        if entry.place is not None:
            system = entry.place.opened[0]
            return attempt(system, lambda: _told(system, entry.path))
        found, kind = os.lstat(entry.path), ""
        if stat.S_ISLNK(found.st_mode):
            found, kind = os.stat(entry.path), f"link to {Path(entry.path).resolve()} "  # noqa: PTH116
        if not stat.S_ISREG(found.st_mode):
            return f"{kind}no file"
        with open(entry.path, "rb", buffering=0) as file:  # noqa: PTH123
            return kind + _digest(file, entry.window, found.st_size)
    except OSError as error:
        return f"{type(error).__name__}: {error.strerror}"


def glance(inputs: Sequence[Input]) -> str:
    """Say by what the system notes of each file, without reading any, which bytes these inputs hold.

    Empty where that says too little: of links, of places elsewhere, and of files written just now. The bytes must be
    read after this, so that what changes meanwhile is another glance the next time.
    """
    digest = hashlib.sha256()
    latest = time.time_ns() - RECENT if os.name == "posix" else 0  # elsewhere no time tells that bytes were written
    for entry in inputs:
        try:
            found = os.lstat(entry.path) if entry.place is None else None
        except OSError:
            return ""
        if found is None or not stat.S_ISREG(found.st_mode) or max(found.st_mtime_ns, found.st_ctime_ns) > latest:
            return ""
        times = (found.st_mtime_ns, found.st_ctime_ns)
        digest.update(repr((entry.source, found.st_dev, found.st_ino, found.st_size, *times)).encode())
    return digest.hexdigest()


def _told(system: Any, path: Path | str) -> str:  # noqa: ANN401 - fsspec has no types
    """Put together what a file system says about a version of a file; where it says nothing, hash the file."""
    facts = system.info(path)
    marks = {name: str(facts[name]) for name in MARKS if facts.get(name)}
    if not marks:
        return hashlib.sha256(system.cat_file(path)).hexdigest()
    return repr((facts.get("size"), sorted(marks.items())))


def _digest(file: FileIO, window: Window | None, size: int) -> str:
    if window is None:
        whole = hashlib.sha256()
        step = min(size + 1, CHUNK)  # file_digest clears a quarter of a megabyte first: most files are small
        while data := file.read(step):
            whole.update(data)
        return whole.hexdigest()
    digest = hashlib.sha256(window.form.encode())
    file.seek(window.offset)
    left = window.bytes
    while data := file.read(min(left, CHUNK)):
        digest.update(data)
        left -= len(data)
    return digest.hexdigest()
