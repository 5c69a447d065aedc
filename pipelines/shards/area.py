"""The stage area: what was made of a shard, kept under a name that says all that it was made from.

A result is there if, and only if, its record is, and that is written last. An attempt that was killed leaves files
that no record names; a second attempt writes files of its own. Any of it may be thrown away at any time. The area is a
folder or a URL, so that the workers of a cluster can share it.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import shutil
import time
import uuid
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path
from typing import IO, Any

from pipelines.clean import Excess
from pipelines.ingest import hide_secrets

RECORD = "record.json"
PROBES = "probes"
CHUNK = 1 << 20
KEY = 64
"""Characters of the name of a result."""

IN_USE = 6 * 3600
"""Seconds for which a result may not be thrown away."""


@dataclass(frozen=True, slots=True)
class Result:
    """What was made of a shard: its name in the area, its files by table, and what the whole source needs to know.

    ``is_new`` tells a result of this run from one that was there.
    """

    key: str
    files: Mapping[str, Mapping[str, Any]]
    documents: int
    rejects: int
    excesses: tuple[Excess, ...] = ()
    is_new: bool = True


class HashedFile:
    """A new file of the area, known by its name there, that hashes what is written to it."""

    closed = False

    def __init__(self, name: str, file: IO[bytes]) -> None:
        """Write to ``file`` from now on."""
        self.name = name
        self._file = file
        self._digest = hashlib.sha256()

    def write(self, data: bytes) -> int:
        """Write bytes; return how many."""
        self._digest.update(data)
        return self._file.write(data)

    def flush(self) -> None:
        """Nothing to do: the file is closed by the one who opened it."""

    def describe(self) -> dict[str, str]:
        """Return name and hash of the file."""
        return {"name": self.name, "sha256": self._digest.hexdigest()}


@dataclass(frozen=True)
class Area:
    """A place for results, local or remote; only its root goes to the workers."""

    root: str

    def __reduce__(self) -> tuple[type[Area], tuple[str]]:
        """Leave open connections behind."""
        return Area, (self.root,)

    @property
    def is_local(self) -> bool:
        """Whether the files of the area can be read where they are."""
        return "://" not in self.root

    @cached_property
    def _system(self) -> tuple[Any, str]:
        import fsspec

        options = {"auto_mkdir": True} if self.is_local else {"use_listings_cache": False}
        system, root = fsspec.core.url_to_fs(self.root, **options)
        return system, root.rstrip("/")

    @property
    def shown(self) -> str:
        """The root as it may be shown: without the secrets of a URL."""
        return hide_secrets(self.root)

    def path(self, key: str, name: str) -> str:
        """Return the path of a file in the area's file system."""
        return f"{self._system[1]}/{key[:2]}/{key}/{name}"

    def find(self, key: str) -> Result | None:
        """Return the result of that name, None where there is none or it is damaged in any way."""
        system = self._system[0]
        try:
            found = json.loads(system.cat_file(self.path(key, RECORD)))
            for each in found["files"].values():
                if self._sha256(self.path(key, each["name"])) != each["sha256"]:
                    return None
            excesses = tuple(Excess(**each) for each in found.pop("excesses"))
            if self.is_local:
                os.utime(self.path(key, RECORD))
            return Result(**found, excesses=excesses, is_new=False)
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            return None

    @contextlib.contextmanager
    def writing(self, key: str, name: str) -> Iterator[HashedFile]:
        """Open a new file beside other attempts."""
        unique = f"{uuid.uuid4().hex[:12]}-{name}"
        system = self._system[0]
        with system.open(self.path(key, unique), "wb") as file:
            yield HashedFile(unique, file)

    @contextlib.contextmanager
    def probe(self) -> Iterator[str]:
        """Put a small file into the area for a moment, by which another process can tell that it sees the same area."""
        system, name = self._system[0], f"probe-{uuid.uuid4().hex}"
        path = self.path(PROBES, name)
        system.pipe_file(path, name.encode())
        try:
            yield name
        finally:
            with contextlib.suppress(OSError):
                system.rm_file(path)

    def has(self, probe: str) -> bool:
        """Tell whether a probe is here."""
        try:
            return bool(self._system[0].cat_file(self.path(PROBES, probe)) == probe.encode())
        except OSError:
            return False

    def commit(self, result: Result) -> None:
        """Write the record of a result whose files are complete: from now on it is there."""
        system = self._system[0]
        content = {"key": result.key, "files": result.files, "documents": result.documents, "rejects": result.rejects}
        text = json.dumps(content | {"excesses": [asdict(each) for each in result.excesses]}, sort_keys=True)
        target = self.path(result.key, RECORD)
        if not self.is_local:
            system.pipe_file(target, text.encode())
            return
        fresh = Path(f"{target}.{uuid.uuid4().hex[:12]}")
        fresh.write_text(text, encoding="utf-8")
        fresh.replace(target)

    def fetch(self, result: Result, name: str, scratch: Path) -> Path:
        """Return a local path of a file of a result, copying it where the area is elsewhere."""
        path = self.path(result.key, result.files[name]["name"])
        if self.is_local:
            return Path(path)
        copy = scratch / f"{result.key}-{name}.parquet"
        if not copy.exists():
            self._system[0].get_file(path, str(copy))
        return copy

    def prune(self, most: int, kept: Collection[str] = ()) -> None:
        """Remove the results that were used longest ago until the area holds at most ``most`` bytes.

        What killed attempts left goes in any case. What is ``kept``, or was used in the last hours, is left alone:
        another run may be at it. Only a local area is looked after: on an object store its owner's rules of expiry do
        that.
        """
        if not self.is_local:
            return
        entries = {path: _used(path) for path in Path(self._system[1]).glob("??/*") if len(path.name) == KEY}
        sizes = {path: _size(path) for path in entries}
        total = sum(sizes.values())
        for path in sorted(entries, key=lambda path: entries[path]):
            if entries[path] > time.time() - IN_USE:
                return
            is_whole = (path / RECORD).exists()
            if path.name not in kept and (total > most or not is_whole):
                shutil.rmtree(path, ignore_errors=True)
                total -= sizes[path]

    def touch(self, keys: Iterable[str]) -> None:
        """Mark results as used just now."""
        for key in keys if self.is_local else ():
            with contextlib.suppress(OSError):
                os.utime(self.path(key, RECORD))

    def _sha256(self, path: str) -> str:
        digest = hashlib.sha256()
        with self._system[0].open(path, "rb", block_size=8 * CHUNK) as file:
            while data := file.read(CHUNK):
                digest.update(data)
        return digest.hexdigest()


def _used(folder: Path) -> float:
    """Return the time at which a result was last made or asked for; what is gone meanwhile counts as just used."""
    for path in (folder / RECORD, folder):
        with contextlib.suppress(OSError):
            return path.stat().st_mtime
    return time.time()


def _size(folder: Path) -> int:
    """Add up the bytes of a result; files come and go while other runs are at work."""
    total = 0
    with contextlib.suppress(OSError):
        for path in folder.iterdir():
            with contextlib.suppress(OSError):
                total += path.stat().st_size
    return total
