"""Written files: what each range of documents came to, so that the files that the latest release has are taken from it.

What is noted is true for ever: a key says all that the bytes of a file follow from. It lies beside the stage area, may
be thrown away like it, and a file is taken only if its bytes are those that were noted.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import shutil
import uuid
from collections.abc import Iterable, Mapping, Sequence
from importlib import metadata
from importlib.resources import files
from pathlib import Path

from pipelines.errors import CorpusError
from pipelines.publish import code_version
from pipelines.release import file_sha256, latest
from pipelines.release.folders import INTERIM

NOTES = "files.json"

CODE = ("shards", "publish", "release")
"""The packages that turn results into a release; all else that matters is in the names of the results."""


class Written:
    """The files of the latest release of a store by their hashes, and the hashes of the files of each range.

    Without a store nothing is known, and nothing noted.
    """

    def __init__(self, store: Path | None) -> None:
        """Read what is noted; what is damaged counts for nothing."""
        self._notes = store / INTERIM / NOTES if store else None
        self._known: Mapping[str, Sequence[str]] = {}
        self._there: dict[str, Path] = {}
        self._new: dict[str, list[str]] = {}
        with contextlib.suppress(OSError, ValueError, KeyError, TypeError, AttributeError, CorpusError):
            parent = latest(store) if store else None
            if self._notes and parent:
                record = json.loads(self._notes.read_text(encoding="utf-8"))
                if record["sha256"] == hash_content(record["files"]):
                    self._known = record["files"]
                    self._there = {e["sha256"]: parent.path / name for name, e in parent.manifest["files"].items()}

    def take(self, key: str, folder: Path) -> list[Path] | None:
        """Copy the files of a range into a folder, in their order; None where they are not there as they were."""
        hashes = self._known.get(key)
        if hashes is None or not all(each in self._there for each in hashes):
            return None
        taken = [folder / f"{key[:16]}-{number}.parquet" for number in range(len(hashes))]
        with contextlib.suppress(OSError):
            for sha256, path in zip(hashes, taken, strict=True):
                shutil.copyfile(self._there[sha256], path)
            if [*map(file_sha256, taken)] == list(hashes):
                self._new[key] = list(hashes)
                return taken
        for path in taken:
            path.unlink(missing_ok=True)
        return None

    def note(self, key: str, files: Sequence[Path]) -> None:
        """Note what a range came to."""
        self._new[key] = [file_sha256(path) for path in files]

    def save(self) -> None:
        """Keep the notes of this run; without them the next one takes longer, that is all."""
        if self._notes is None:
            return
        fresh = self._notes.with_name(f"{NOTES}.{uuid.uuid4().hex[:12]}")
        with contextlib.suppress(OSError):
            fresh.write_text(json.dumps({"files": self._new, "sha256": hash_content(self._new)}), encoding="utf-8")
            fresh.replace(self._notes)


def hash_content(content: object) -> str:
    """Hash what a note says, by which a damaged one is known."""
    return _digest(json.dumps(content, sort_keys=True))


def hash_with_code(parts: Iterable[str]) -> str:
    """Hash these parts with all the code that turns results into a release."""
    libraries = [f"{name} {metadata.version(name)}" for name in ("duckdb", "pyarrow")]
    return _digest("\n".join([*parts, code_version(), *libraries, *_code()]))


def _code() -> list[str]:
    modules = [module for package in CODE for module in (files("pipelines") / package).iterdir()]
    return sorted(_digest(module.read_text("utf-8")) for module in modules if module.name.endswith(".py"))


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
