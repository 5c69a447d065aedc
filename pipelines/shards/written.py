"""Written files: what each range of documents came to, so that the files that the latest release has are taken from it.

What is noted is true for ever: a key says all that the bytes of a file follow from. It lies beside the stage area, may
be thrown away like it, and a file is taken only if its bytes are those that were noted.
"""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path

from pipelines.errors import CorpusError
from pipelines.release import file_sha256, latest
from pipelines.release.folders import INTERIM
from pipelines.shards.notes import read_note, write_note

NOTES = "files.json"


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
                self._known = read_note(self._notes)
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
        if self._notes:
            write_note(self._notes, self._new)
