"""The log of a store: what was published, withdrawn, pinned, removed; only ever added to.

Each entry is a file of its own, ``log/00000001.json`` and so on, written whole and put in place only if nothing is
there (a hard link does both at once), so that a crash leaves no half entry and no writer overwrites another. Each entry
holds its own hash and that of the entry before it: a changed, missing or foreign entry is found by ``check_log``.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import uuid
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from pipelines.errors import CorpusError
from pipelines.release.finding import Finding
from pipelines.release.folders import INTERIM, current_time, format_time, sync

LOG = "log"
ACTIONS = ("publish", "yank", "unyank", "pin", "unpin", "prune", "gc", "push")
ATTEMPTS = 100
"""How many rivals may be faster before an entry is given up."""

ADVICE = (
    f"put the file back from a copy of the store; without one, move the folder {LOG} aside: a new log begins with the "
    "releases that are there, and withdrawals and pins have to be given again"
)

_NAME = re.compile(r"[0-9]{8}\.json")


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry: its number (from 1), when (UTC, ISO 8601), what was done to which version, and the details.

    ``previous_sha256`` is the ``sha256`` of the entry before it, None for the first one; ``sha256`` is the hash of
    all else in the entry, as canonical JSON.
    """

    number: int
    at: str
    action: str
    version: str | None
    detail: Mapping[str, Any]
    previous_sha256: str | None
    sha256: str


@dataclass(frozen=True, slots=True)
class Standing:
    """What the entries come to: withdrawn versions with their reasons, pinned ones, removed and published ones.

    ``published`` and ``removed`` map a version to the logical hash of its documents, ``runs`` to the id of the flow
    run that published it.
    """

    withdrawn: Mapping[str, str]
    pinned: frozenset[str]
    published: Mapping[str, str]
    removed: Mapping[str, str]
    runs: Mapping[str, str]


def append(store: Path, action: str, version: str | None = None, detail: Mapping[str, Any] | None = None) -> Entry:
    """Add an entry to the log of a store and return it; it is on the disk when this returns.

    CorpusError where the log is damaged: what comes after would cover it up.
    """
    if action not in ACTIONS:
        raise ValueError(action)
    (store / INTERIM).mkdir(parents=True, exist_ok=True)
    (store / LOG).mkdir(exist_ok=True)
    for _ in range(ATTEMPTS):
        refuse_damage(store)
        entries = read_log(store)
        previous = entries[-1] if entries else None
        entry = _seal(
            number=previous.number + 1 if previous else 1,
            at=format_time(current_time()),
            action=action,
            version=version,
            detail=dict(detail or {}),
            previous_sha256=previous.sha256 if previous else None,
        )
        if _put(store, entry):
            return entry
    raise CorpusError(f"{store / LOG}: other runs were faster {ATTEMPTS} times; run it again")


def read_log(store: Path) -> list[Entry]:
    """Read the entries of a store, oldest first; what cannot be read is left out (``check_log`` names it)."""
    found = []
    for path in _paths(store):
        with suppress(FileNotFoundError):
            facts = path.stat()
            found.append(_remember(str(path), facts.st_mtime_ns, facts.st_ino, facts.st_size))
    return [entry for entry in found if entry is not None]


def check_log(store: Path) -> list[Finding]:
    """Return what is wrong with the log of a store: gaps, foreign files, entries that are not as they were written."""
    try:
        foreign = sorted(path.name for path in (store / LOG).iterdir() if not _NAME.fullmatch(path.name))
    except (FileNotFoundError, NotADirectoryError):
        foreign = []
    return [*_check(store), *(Finding(f"{LOG}/{name}", "no entry of the log", "move it elsewhere") for name in foreign)]


def refuse_damage(store: Path) -> None:
    """Raise CorpusError where the log of a store is damaged."""
    for finding in _check(store):
        raise CorpusError(f"the log of {store} is damaged ({finding.path}: {finding.problem}); {finding.advice}")


def standing(entries: Sequence[Entry]) -> Standing:
    """Sum up the entries of a log."""
    withdrawn: dict[str, str] = {}
    pinned: set[str] = set()
    published: dict[str, str] = {}
    removed: dict[str, str] = {}
    for entry in entries:
        version = entry.version or ""
        if entry.action == "publish":
            published[version] = str(entry.detail.get("logical_sha256", ""))
        elif entry.action == "prune":
            removed[version] = published.get(version, "")
        elif entry.action == "yank":
            withdrawn[version] = str(entry.detail.get("reason", ""))
        elif entry.action == "unyank":
            withdrawn.pop(version, None)
        elif entry.action == "pin":
            pinned.add(version)
        elif entry.action == "unpin":
            pinned.discard(version)
    runs = {
        str(e.version): str(e.detail["run_id"]) for e in entries if e.action == "publish" and e.detail.get("run_id")
    }
    return Standing(withdrawn, frozenset(pinned), published, removed, runs)


def _paths(store: Path) -> list[Path]:
    try:
        return sorted(path for path in (store / LOG).iterdir() if _NAME.fullmatch(path.name))
    except (FileNotFoundError, NotADirectoryError):
        return []
    except OSError as error:
        raise CorpusError(f"{store / LOG} cannot be read: {error.strerror}") from error


def _check(store: Path) -> Iterator[Finding]:
    previous: Entry | None = None
    for number, path in enumerate(_paths(store), start=1):
        name = f"{LOG}/{path.name}"
        entry = _read(path)
        if entry is None:
            yield Finding(name, "not as it was written", ADVICE)
            return
        if (entry.number, path.name) != (number, _file_name(number)):
            yield Finding(f"{LOG}/{_file_name(number)}", "missing", ADVICE)
            return
        if entry.previous_sha256 != (previous.sha256 if previous else None):
            yield Finding(name, "does not follow from the entry before it", ADVICE)
            return
        previous = entry


def _put(store: Path, entry: Entry) -> bool:
    """Write an entry and move it to its place unless there is one; say whether it got there."""
    fresh = store / INTERIM / f"{LOG}-{uuid.uuid4().hex}"
    try:
        fresh.write_text(_render(entry), encoding="utf-8")
        fresh.chmod(0o444)
        sync(fresh)
        os.link(fresh, store / LOG / _file_name(entry.number))
    except FileExistsError:
        return False
    finally:
        fresh.unlink(missing_ok=True)
    sync(store / LOG)
    sync(store)
    return True


def _read(path: Path) -> Entry | None:
    """Read an entry; None where its bytes are not exactly those that it was written with."""
    try:
        content = path.read_bytes()
        entry = Entry(**json.loads(content))
        is_sound = content == _render(entry).encode() and entry == _seal(**_body(entry))
    except (OSError, ValueError, TypeError):
        return None
    return entry if is_sound and isinstance(entry.detail, dict) else None


@lru_cache(maxsize=10_000)
def _remember(path: str, *_: int) -> Entry | None:
    """Read an entry once, as long as its file looks the same: each writer asks for all of them several times."""
    return _read(Path(path))


def _seal(**body: Any) -> Entry:  # noqa: ANN401 - the fields of an entry
    line = json.dumps(body, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return Entry(**body, sha256=hashlib.sha256(line.encode()).hexdigest())


def _body(entry: Entry) -> dict[str, Any]:
    return {name: value for name, value in asdict(entry).items() if name != "sha256"}


def _render(entry: Entry) -> str:
    return json.dumps(asdict(entry), indent=2, sort_keys=True, ensure_ascii=False) + "\n"


def _file_name(number: int) -> str:
    return f"{number:08d}.json"
