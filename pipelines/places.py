"""Places: a local folder, or a URL that fsspec opens; work on them is repeated while a fault may pass.

Credentials come from the environment and the services' own files, never from us; no message shows any.
"""

from __future__ import annotations

import hashlib
import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, TypeVar

from pipelines.errors import USAGE, CorpusError
from pipelines.urls import hide_secrets, remember_secrets, show_source

T = TypeVar("T")

ATTEMPTS = 5
PAUSE = 0.1
"""Seconds before the second attempt; each further one waits twice as long."""

LASTING: tuple[type[Exception], ...] = (
    CorpusError,
    FileExistsError,
    FileNotFoundError,
    ImportError,
    IsADirectoryError,
    PermissionError,
    TypeError,
    ValueError,
)
"""Errors that another attempt would not mend."""


@dataclass(frozen=True)
class Place:
    """A folder behind a URL. The file system is opened when it is needed; its secrets come from the environment."""

    url: str

    def __post_init__(self) -> None:
        """Keep its secrets out of every message."""
        remember_secrets(self.url)

    def __str__(self) -> str:
        """Show the URL without secrets."""
        return show_source(self.url)

    def __repr__(self) -> str:
        """Show the URL without secrets."""
        return f"Place({self})"

    def __truediv__(self, name: str) -> Place:
        """Return the folder of that name inside this one."""
        return Place(f"{self.url.rstrip('/')}/{name}")

    @cached_property
    def opened(self) -> tuple[Any, str]:
        """Return the file system and the folder's path in it. Raises CorpusError for a URL that cannot be opened."""
        import fsspec

        remember_secrets(self.url)  # in a process that was handed the place ready made
        try:
            system, root = fsspec.core.url_to_fs(self.url)
        except (ImportError, ValueError, OSError) as error:
            cause = hide_secrets(str(error))
            raise CorpusError(
                f"{self}: cannot be opened ({cause}); correct the URL or install its driver", USAGE
            ) from None
        return system, root.rstrip("/")

    def path(self, name: str) -> str:
        """Return the path of a file of the folder inside its file system."""
        root = self.opened[1]
        return f"{root}/{name}" if root else name

    def work(self, act: Callable[[Any], T]) -> T:
        """Do something with the file system, again while its error may pass; CorpusError says what stays wrong.

        FileNotFoundError and FileExistsError are answers and pass as they are.
        """
        system = self.opened[0]
        try:
            return attempt(system, lambda: act(system))
        except (CorpusError, FileNotFoundError, FileExistsError):
            raise
        except Exception as error:
            cause = hide_secrets(f"{type(error).__name__}: {error}")
            raise CorpusError(f"{self}: {cause}; check the place, your rights to it and the network") from None

    def names(self) -> list[str]:
        """Name all files below the folder, by their path inside it; an absent folder has none."""

        def find(system: Any) -> list[str]:  # noqa: ANN401 - fsspec has no types
            system.invalidate_cache()
            return list(system.find(self.opened[1]))

        try:
            found = self.work(find)
        except FileNotFoundError:
            return []
        prefix = f"{self.opened[1]}/"
        return sorted(path.removeprefix(prefix) for path in found if path.startswith(prefix) and path != prefix)

    def read(self, name: str) -> bytes | None:
        """Read a file of the folder whole; None where there is none."""
        try:
            data: bytes = self.work(lambda system: system.cat_file(self.path(name)))
        except FileNotFoundError:
            return None
        return data

    def write(self, name: str, data: bytes) -> None:
        """Write a file of the folder, over what was there."""
        self.work(lambda system: system.pipe_file(self.path(name), data))

    def create(self, name: str, content: bytes | Path) -> bool:
        """Write a file of the folder only if there is none (put-if-absent); say whether it now has this content.

        It also has it where an attempt before got through and only its answer was lost. ``content`` may be the path of
        a local file.
        """
        path = self.path(name)
        try:
            if isinstance(content, Path):
                self.work(lambda system: system.put_file(str(content), path, mode="create"))
            else:
                self.work(lambda system: system.pipe_file(path, content, mode="create"))
        except FileExistsError:
            return self.holds(name, content)
        return True

    def holds(self, name: str, content: bytes | Path) -> bool:
        """Say whether the file of the folder has this content: by the MD5 that the service tells, else by reading."""
        size = content.stat().st_size if isinstance(content, Path) else len(content)

        def compare(system: Any) -> bool:  # noqa: ANN401
            system.invalidate_cache()
            facts = system.info(self.path(name))
            if facts.get("size") != size:
                return False
            told = str(facts.get("ETag", "")).strip('"')
            if told and told == _digest(content, "md5"):
                return True
            with system.open(self.path(name), "rb") as stream:
                return hashlib.file_digest(stream, "sha256").hexdigest() == _digest(content, "sha256")

        try:
            return self.work(compare)
        except FileNotFoundError:
            return False

    def fetch(self, name: str, path: Path) -> None:
        """Copy a file of the folder to a local path, whole or not at all."""

        def copy(system: Any) -> None:  # noqa: ANN401
            system.get_file(self.path(name), str(path))
            size = system.info(self.path(name)).get("size")
            if path.stat().st_size != size:
                raise ConnectionError(f"{path.stat().st_size} of {size} bytes of {name} came")

        path.parent.mkdir(parents=True, exist_ok=True)
        self.work(copy)

    def remove(self, name: str) -> None:
        """Remove a file of the folder; it may be gone already."""
        try:
            self.work(lambda system: system.rm_file(self.path(name)))
        except FileNotFoundError:
            return


def _digest(content: bytes | Path, algorithm: str) -> str:
    """Hash content; MD5 only to compare with what a service tells, never to identify."""
    if isinstance(content, bytes):
        return hashlib.new(algorithm, content, usedforsecurity=False).hexdigest()
    with content.open("rb") as stream:
        return hashlib.file_digest(stream, lambda: hashlib.new(algorithm, usedforsecurity=False)).hexdigest()


def place_of(source: Path | str) -> Path | Place:
    """Tell a local path from a URL (also from one that went through ``Path`` and lost a slash)."""
    text = str(source)
    found = re.match(r"([a-z][a-z0-9+.-]+)(:/+|::)", text)
    if not found or (isinstance(source, Path) and source.exists()):
        return Path(source)
    if found[2] != "::" and "://" not in text:
        text = f"{found[1]}://{text[found.end() :]}"
    return Path("/" + text[7:].lstrip("/")) if found[1] == "file" and "::" not in text else Place(text)


def attempt(system: Any, work: Callable[[], T], *lasting: type[Exception]) -> T:  # noqa: ANN401 - fsspec has no types
    """Do remote work, again with growing pauses while its error may pass; what the system remembered is forgotten.

    ``lasting`` adds to the errors that are raised at once.
    """
    for number in range(ATTEMPTS):
        try:
            return work()
        except (*LASTING, *lasting):
            raise
        except Exception:
            if number == ATTEMPTS - 1:
                raise
            time.sleep(PAUSE * 2**number)
            if system is not None:
                system.invalidate_cache()
    raise AssertionError("unreachable")
