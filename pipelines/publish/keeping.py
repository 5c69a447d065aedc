"""Withdrawing, pinning and removing releases. Each decision is an entry of the log, made before anything is moved.

A withdrawn release stays where it is, but ``latest`` and the next publish pass it over: the parent of the next release
is the newest one that is not withdrawn, while its number is still higher than every number ever given.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from pathlib import Path

from pipelines.errors import USAGE, CorpusError
from pipelines.places import Place, place_of
from pipelines.publish.staging import check_store
from pipelines.publish.upkeep import (
    REMOVED,
    WRITABLE_FOLDER,
    collect,
    give_spare_room,
    mend,
    point_to_latest,
    remove_tree,
    store_lock,
)
from pipelines.release import RELEASES, ReleaseInfo, append, latest, parse_version, releases
from pipelines.release.folders import sync


def yank(store: Path, version: str, reason: str) -> bool:
    """Mark a release as withdrawn; say whether it was not so already, for this reason: another one takes its place.

    CorpusError where there is no such release.
    """
    if not reason.strip():
        raise CorpusError("a withdrawal needs a reason: say with --reason what is wrong with the release", USAGE)
    info, reason = _find(store, version), " ".join(reason.split())
    with store_lock(store):
        mend(store)
        if _find(store, version).withdrawn == reason:
            return False
        append(store, "yank", info.version, {"reason": reason})
        point_to_latest(store)
    return True


def unyank(store: Path, version: str) -> bool:
    """Take a withdrawal back; say whether there was one. CorpusError where there is no such release."""
    info = _find(store, version)
    with store_lock(store):
        mend(store)
        if _find(store, version).withdrawn is None:
            return False
        append(store, "unyank", info.version)
        point_to_latest(store)
    return True


def pin(store: Path, versions: Sequence[str], *, is_pinned: bool = True) -> list[str]:
    """Keep releases from being removed by ``prune`` (or no longer); return those for which this is new."""
    for version in versions:
        _find(store, version)
    if not versions:
        return []
    with store_lock(store):
        mend(store)
        found = {info.version for info in releases(store) if info.is_pinned != is_pinned}
        changed = [version for version in dict.fromkeys(versions) if version in found]
        for version in changed:
            append(store, "pin" if is_pinned else "unpin", version)
    return changed


def prune(store: Path, keep: int, *, dry_run: bool = False) -> list[ReleaseInfo]:
    """Remove the releases that are older than the ``keep`` newest ones, and return them, oldest first.

    Withdrawn releases do not count among the ``keep``; the latest and the pinned ones always stay. With ``dry_run``
    nothing is removed.
    """
    if keep < 1:
        raise CorpusError("--keep takes 1 or more: the latest release always stays", USAGE)
    _check_local(store)
    if dry_run or not choose_old(releases(store), keep):
        return choose_old(releases(store), keep)
    check_store(store)
    give_spare_room(store)
    with store_lock(store):
        mend(store)
        gone = choose_old(releases(store), keep)
        for info in gone:
            _remove(store, info, keep)
    return gone


def choose_old(found: Sequence[ReleaseInfo], keep: int) -> list[ReleaseInfo]:
    """Choose from the releases of a store, oldest first, those that ``prune`` removes."""
    counted = [info for info in found if info.withdrawn is None]
    if len(counted) <= keep:
        return []
    oldest_kept = found.index(counted[-keep])
    return [info for info in found[:oldest_kept] if not info.is_pinned]


def collect_garbage(store: Path) -> list[Path]:
    """Remove what dead runs left behind, and return it; staging of a live run is not touched."""
    check_store(store)
    if not store.is_dir():
        return []
    with store_lock(store):
        mend(store)
        gone = collect(store)
        if gone:
            append(store, "gc", None, {"removed": len(gone)})
    return gone


def _check_local(store: Path) -> None:
    place = place_of(store)
    if isinstance(place, Place):
        raise CorpusError(f"{place} is a URL: withdrawing, pinning and removing work on a local store only", USAGE)


def _find(store: Path, version: str) -> ReleaseInfo:
    _check_local(store)
    check_store(store)
    found = releases(store)
    for info in found:
        if info.version == version:
            return info
    known = ", ".join(info.version for info in found) or "none"
    hint = "" if parse_version(version) else " (a version is X.Y.Z)"
    raise CorpusError(f"no release {version}{hint}; {store} has: {known}", USAGE)


def _remove(store: Path, info: ReleaseInfo, keep: int) -> None:
    """Log the removal, move the release out of sight, then delete it.

    After a kill in between, the next ``prune`` finishes the one, the next writer the other.
    """
    newest = latest(store)
    append(store, "prune", info.version, {"keep": keep, "latest": newest.version if newest else None})
    (store / REMOVED).mkdir(parents=True, exist_ok=True)
    info.path.chmod(WRITABLE_FOLDER)
    hidden = store / REMOVED / f"{info.version}-{uuid.uuid4().hex}"
    info.path.rename(hidden)
    sync(store / RELEASES)
    remove_tree(hidden)
