"""What every writer of a store does: take its lock, finish and collect what killed runs left behind."""

from __future__ import annotations

import shutil
import stat
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from pipelines.errors import PassingError
from pipelines.release import LOG, RELEASES, Release, append, latest, read_log, releases
from pipelines.release.folders import INTERIM, sync
from pipelines.release.log import refuse_damage

LATEST = "latest"
STAGING = f"{INTERIM}/staging"
REMOVED = f"{INTERIM}/removed"
SPARE = f"{INTERIM}/spare"
SPARE_BYTES = 64 * 1024
LOCK_SECONDS = 60
"""How long to wait for another run: the lock is held for moments only."""

READ_ONLY_FILE, READ_ONLY_FOLDER, WRITABLE_FILE, WRITABLE_FOLDER = 0o444, 0o555, 0o644, 0o755


@contextmanager
def store_lock(store: Path) -> Iterator[None]:
    """Hold the lock of a store; the system drops it with the process that holds it."""
    (store / INTERIM).mkdir(exist_ok=True)
    try:
        with FileLock(store / INTERIM / "publish.lock", timeout=LOCK_SECONDS):
            yield
    except Timeout as error:
        raise PassingError(f"another run holds {error.lock_file} for {LOCK_SECONDS} s: wait for it to end") from error


def mend(store: Path) -> None:
    """Finish what a killed run may have left undone: log every release, protect it, point the link to the latest.

    CorpusError where the log is damaged: nothing is to be built upon it.
    """
    refuse_damage(store)
    protect(store)
    logged = {entry.version for entry in read_log(store) if entry.action == "publish"}
    missing = [info.version for info in releases(store) if info.version not in logged]
    for version in missing:
        record_release(store, Release(store / RELEASES / version), {"recovered": True})
    point_to_latest(store)


def record_release(store: Path, release: Release, more: Mapping[str, Any]) -> None:
    """Note in the log that a release was published."""
    manifest = release.manifest
    names = ("parent", "parent_sha256", "bump", "reason", "source", "logical_sha256")
    counts = {name: manifest["counts"][name] for name in ("inputs", "documents", "rejects")}
    append(store, "publish", release.version, {**{name: manifest[name] for name in names}, "counts": counts, **more})


def protect(store: Path) -> None:
    """Take the right to write away from release folders that still have it."""
    for info in releases(store):
        if stat.S_IMODE(info.path.stat().st_mode) != READ_ONLY_FOLDER:
            info.path.chmod(READ_ONLY_FOLDER)


def point_to_latest(store: Path) -> None:
    """Point the link ``latest`` to the latest release; it goes where there is none."""
    newest = latest(store)
    link = store / LATEST
    if newest is None:
        if link.is_symlink():
            link.unlink()
        return
    target = f"{RELEASES}/{newest.path.name}"
    if link.is_symlink() and link.readlink() == Path(target):
        return
    fresh = store / INTERIM / f"{LATEST}-{uuid.uuid4().hex}"
    fresh.symlink_to(target, target_is_directory=True)
    fresh.replace(link)
    sync(store)


def keep_spare_room(store: Path) -> None:
    """Hold some room on the disk, so that old releases can be removed, which the log must note, when it is full."""
    spare = store / SPARE
    if not spare.exists():
        spare.write_bytes(bytes(SPARE_BYTES))


def give_spare_room(store: Path) -> None:
    """Give that room free; the next publish takes it again."""
    (store / SPARE).unlink(missing_ok=True)


def collect(store: Path) -> list[Path]:
    """Remove what dead runs left in ``interim`` and return what it was; whatever a live run holds stays.

    To be called under the store's lock, so that no staging is just being claimed.
    """
    home = store / STAGING
    names = {path.name.removesuffix(".lock") for path in home.iterdir()} if home.is_dir() else set()
    gone = [folder for folder in sorted(home / name for name in names) if _collect_staging(folder)]
    for folder in sorted((store / REMOVED).iterdir()) if (store / REMOVED).is_dir() else ():
        remove_tree(folder)
        gone.append(folder)
    patterns = (f"{LATEST}-*", f"{LOG}-*", "*.json.*")
    for path in sorted(path for pattern in patterns for path in (store / INTERIM).glob(pattern)):
        path.unlink(missing_ok=True)
        gone.append(path)
    return gone


def _collect_staging(folder: Path) -> bool:
    """Remove a staging folder unless its run lives: nobody holds the lock of a dead one."""
    claim = FileLock(claim_path(folder))
    try:
        claim.acquire(blocking=False)
    except Timeout:
        return False
    remove_tree(folder)
    claim_path(folder).unlink(missing_ok=True)
    claim.release()
    return True


def claim_path(folder: Path) -> Path:
    """Return the lock file that the run with this staging folder holds."""
    return folder.with_name(f"{folder.name}.lock")


def remove_tree(folder: Path) -> None:
    """Remove a folder, write-protected or not."""
    if not folder.exists():
        return
    for path in [folder, *(path for path in folder.rglob("*") if path.is_dir() and not path.is_symlink())]:
        path.chmod(WRITABLE_FOLDER)
    shutil.rmtree(folder)
