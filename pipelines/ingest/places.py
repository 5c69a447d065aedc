"""Where a source lies: listing its files, whole transfers, and no secret in any message."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import stat
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from pipelines.document import Settings
from pipelines.errors import USAGE, CorpusError
from pipelines.ingest.cards import card_files, unread_files
from pipelines.ingest.refusal import RefusedError, reject
from pipelines.places import Place, attempt, place_of
from pipelines.urls import hide_secrets, show_source

OWN_FILES = frozenset({"dataset.toml", "corrections.csv", "glossary.jsonl", "README.md"})


@dataclass(frozen=True, slots=True)
class Window:
    """A piece of a file of records: whole lines, or the row ``groups`` from the first number to before the second.

    ``offset`` and ``bytes`` say where it lies in the file, ``first`` is the number of its first line or row, ``form``
    what else its meaning hangs on (the schema of a table).
    """

    offset: int
    bytes: int
    first: int
    groups: tuple[int, int] | None = None
    form: str = ""


@dataclass(frozen=True, slots=True)
class Input:
    """One file of a source: where it lies, its name inside the source, and the id that its document will have.

    ``root`` is the folder that links must not leave, ``number`` its place in the list, ``place`` its remote folder;
    ``window`` says which part of the file is meant, None for all of it.
    """

    path: Path | str
    source: str
    id: str
    root: str = ""
    number: int = 0
    place: Place | None = None
    window: Window | None = None


def source_name(source: Path | str) -> str:
    """Name a source that has no ``dataset.toml`` after its folder or file."""
    place = place_of(source)
    if isinstance(place, Path):
        return place.resolve().name.split(".")[0] if place.is_file() else place.resolve().name
    parts = [part for part in re.split(r"[/:]+", hide_secrets(place.url).split("::")[-1]) if part]
    return parts[-1] if parts else "texts"


def check_source(source: Path | str) -> None:
    """Raise CorpusError unless there is such a source."""
    place = place_of(source)
    if isinstance(place, Path):
        if not place.is_dir() and not place.is_file():
            advice = f"give an existing folder or make one with: corpus init {place}"
            raise CorpusError(f"source {place}: no such folder; {advice}", USAGE)
        return
    try:
        system, root = place.opened
        is_there = attempt(system, lambda: not root or system.exists(root))
    except (OSError, ImportError, ValueError) as error:
        raise CorpusError(f"source {show_source(source)}: {hide_secrets(str(error))}; check the place", USAGE) from None
    if not is_there:
        raise CorpusError(f"source {show_source(source)}: no such folder; correct the URL", USAGE)


def read_beside(source: Path | str, name: str) -> bytes | None:
    """Read a file that stands in the source beside its texts; None where there is none."""
    place = place_of(source)
    if isinstance(place, Path):
        return (place / name).read_bytes() if (place / name).is_file() else None
    system, path = place.opened[0], place.path(name)
    try:
        data: bytes = attempt(system, lambda: system.cat_file(path))
    except FileNotFoundError:
        return None
    except Exception as error:
        raise CorpusError(f"{show_source(source)}/{name}: {hide_secrets(str(error))}; check the place", USAGE) from None
    return data


def list_inputs(source: Path | str) -> list[Input]:
    """List every file of the source in the order of its name: those below ``raw/``, or all files of a bare folder."""
    return survey(source)[0]


def survey(source: Path | str) -> tuple[list[Input], list[str]]:
    """List the inputs of a source as ``list_inputs`` does, with notes on files that a dataset card leaves out."""
    place = place_of(source)
    if isinstance(place, Path) and place.is_file():
        return [Input(place, place.name, stem(place.name), str(place.resolve().parent))], []
    names = sorted(_local_files(place) if isinstance(place, Path) else _remote_files(place))
    below = [name[4:] for name in names if name.startswith("raw/")]
    has_raw = (place / "raw").is_dir() if isinstance(place, Path) else bool(below)
    prefix = "raw/" if has_raw else ""
    shown = [n for n in (below if has_raw else names) if not any(part.startswith(".") for part in n.split("/"))]
    unread, notes = unread_files(shown, lambda name: read_beside(source, prefix + name))
    own = set() if has_raw else OWN_FILES
    unread = unread | own | card_files(name for name in shown if name not in own)
    inputs = []
    for number, name in enumerate(n for n in shown if n not in unread):
        if isinstance(place, Path):  # as text: of many files, making paths takes as long as reading them
            inputs.append(Input(os.path.join(place, prefix + name), name, stem(name), str(place), number))  # noqa: PTH118
        else:
            inputs.append(Input(place.path(prefix + name), name, stem(name), "", number, place))
    return inputs, notes


def check_apart(source: Path | str, store: Path) -> None:
    """Raise CorpusError where a store lies among the texts of a source: the next run would take releases for texts."""
    place = place_of(source)
    if isinstance(place, Path) and place.is_dir():
        texts = (place / "raw" if (place / "raw").is_dir() else place).resolve()
        inside = store.resolve()
        if inside.is_relative_to(texts) and not any(p.startswith(".") for p in inside.relative_to(texts).parts):
            raise CorpusError(f"{store} lies among the texts of {place}: choose another store with --to", USAGE)


def file_input(path: Path, name: Path | str) -> Input:
    """Make an input of one local file, wherever it lies; ``name`` is its path inside its source."""
    shown = Path(name).as_posix()
    return Input(path.resolve(), shown, stem(shown))


def _local_files(folder: Path) -> Iterator[str]:
    """Name all files below a folder; links to folders are named and not followed."""
    for path, folders, files in os.walk(folder):
        relative = Path(path).relative_to(folder).as_posix()
        above = "" if relative == "." else f"{relative}/"
        links = [name for name in folders if (Path(path) / name).is_symlink()]
        yield from (above + name for name in (*files, *links))


def _remote_files(place: Place) -> Iterator[str]:
    system, root = place.opened
    try:
        found: list[str] = attempt(system, lambda: list(system.find(root)))
    except Exception as error:
        raise CorpusError(f"source {hide_secrets(place.url)}: {hide_secrets(str(error))}; check the place") from None
    for path in found:
        name = path.removeprefix("/") if not root else path.removeprefix(root).removeprefix("/")
        if name and not name.endswith("/"):
            yield name


_PACKED = re.compile(r"\.(gz|zst|zstd|xz|bz2|tgz|txz|tbz2?|tzst)$", re.IGNORECASE)
_SUFFIX = re.compile(r"\.[A-Za-z][A-Za-z0-9]{0,9}$")


def suffix(name: str) -> str:
    """Return the ending of a file's name in lower case; what is too odd to be one is part of the name."""
    found = _SUFFIX.search(name.rpartition("/")[2])
    return found[0].lower() if found and found.start() else ""


def stem(name: str) -> str:
    """Return a path without the endings that tell format and packing."""
    name = _PACKED.sub("", name)
    ending = suffix(name)
    return name[: -len(ending)] if ending else name


@contextlib.contextmanager
def opened(entry: Input, settings: Settings) -> Iterator[tuple[IO[bytes], int]]:
    """Open an input for reading from any position, with its size; a remote one is transferred whole before."""
    if entry.place is not None:
        with tempfile.TemporaryFile() as copy:
            yield copy, _transfer(entry, entry.place.opened[0], copy, settings)
        return
    path = Path(entry.path)
    try:
        _check_file(path, entry.root)
        file = path.open("rb")
    except OSError as error:
        raise reject("unreadable", f"{error.strerror or error}; make the file readable") from error
    with file:
        yield file, os.fstat(file.fileno()).st_size


def _check_file(path: Path, root: str) -> None:
    """Refuse what is no regular file of the source; a link is followed as long as it stays inside."""
    if path.is_symlink():
        try:
            is_inside = bool(root) and path.resolve(strict=True).is_relative_to(Path(root).resolve())
        except (OSError, RuntimeError):
            is_inside = False
        if not is_inside:
            raise reject("not_a_file", "a link that leaves the source or leads nowhere; put a copy of the file here")
    if not stat.S_ISREG(path.stat().st_mode):
        raise reject("not_a_file", "not a regular file; put a copy of the file itself here")


def _transfer(entry: Input, system: Any, file: IO[bytes], settings: Settings) -> int:  # noqa: ANN401
    """Copy a remote file to a local one. What comes shorter than announced, or changed meanwhile, is fetched again."""

    def once() -> int:
        before = system.info(entry.path)
        size = int(before.get("size") or 0)
        if size > settings.max_unpacked_bytes:
            raise reject("too_large", f"{size} bytes, more than max_unpacked_bytes; split the file or raise the limit")
        file.seek(0)
        file.truncate()
        with system.open(entry.path, "rb") as remote:
            shutil.copyfileobj(remote, file, 1 << 20)
        system.invalidate_cache()
        after = system.info(entry.path)
        if file.tell() != size or any(before.get(key) != after.get(key) for key in ("size", "ETag", "etag")):
            raise ConnectionError(f"{file.tell()} of {size} bytes came, or the file changed on the way")
        return size

    try:
        size = attempt(system, once, RefusedError)
    except RefusedError:
        raise
    except Exception as error:
        cause = hide_secrets(f"{type(error).__name__}: {error}")
        raise reject("unreadable", f"{cause}; check the place and publish again") from None
    file.seek(0)
    return size
