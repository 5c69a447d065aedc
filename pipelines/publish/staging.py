"""Making a release visible in one move.

A release is written into ``interim/staging/<unique>/`` and becomes visible by one rename into ``releases/``. Whatever
kills the run before leaves only staging behind, which the next run removes: it is stale when nobody holds its lock
(the system drops a lock with the process that held it). After the rename the release is complete; what may be missing,
the write protection of its folder and the ``latest`` link, is mended by the next run.
"""

from __future__ import annotations

import os
import shutil
import stat
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from pipelines.errors import CorpusError
from pipelines.release import RELEASES, latest

INTERIM = "interim"
LATEST = "latest"
LOCK_SECONDS = 60
"""How long to wait for another run: the lock is held for moments only."""

READ_ONLY_FILE, READ_ONLY_FOLDER, WRITABLE_FOLDER = 0o444, 0o555, 0o755


def check_store(store: Path) -> None:
    """Raise CorpusError where a store could not take a release; what does not exist yet is fine."""
    for path in (store, store / RELEASES, store / INTERIM):
        if path.is_symlink():
            raise CorpusError(f"{path} is a symbolic link: give the folder it points to as the store (--to)")
        if path.exists() and not path.is_dir():
            raise CorpusError(f"{path} is not a folder: choose another store with --to")
        if path.is_dir() and not os.access(path, os.W_OK | os.X_OK):
            raise CorpusError(f"{path} cannot be written to: change its permissions, or choose another store with --to")
    link = store / LATEST
    if link.exists() and not link.is_symlink():
        raise CorpusError(f"{link} is in the way of the link to the latest release: move it elsewhere")


@contextmanager
def staging_area(store: Path) -> Iterator[Path]:
    """Give a new folder to stage a release in; it is removed at the end unless it was promoted."""
    home = store / INTERIM / "staging"
    home.mkdir(parents=True, exist_ok=True)
    folder = home / uuid.uuid4().hex
    claim = FileLock(_claim_path(folder))
    with _store_lock(store):
        _mend(store)
        _remove_stale(home)
        claim.acquire(blocking=False)
        folder.mkdir()
    try:
        yield folder
    finally:
        _remove_tree(folder)
        _claim_path(folder).unlink(missing_ok=True)
        claim.release()


def promote(staged: Path, store: Path, version: str, parent: str | None) -> Path:
    """Make a staged release visible as ``version``, provided that ``parent`` is still the latest one.

    CorpusError where another run was faster, or where something lies at that place.
    """
    target = store / RELEASES / version
    seal(staged)
    with _store_lock(store):
        newest = latest(store)
        if (newest.version if newest else None) != parent:
            found = newest.version if newest else "no release"
            raise CorpusError(
                f"another run changed the store meanwhile (now {found}, expected {parent or 'no release'}); "
                "nothing was published: run corpus publish again"
            )
        if os.path.lexists(target):
            raise CorpusError(f"{target} is in the way: releases never change; move it elsewhere or choose a version")
        target.parent.mkdir(exist_ok=True)
        staged.rename(target)
        _sync(target.parent)
        _mend(store)
    return target


def seal(folder: Path) -> None:
    """Write everything in a folder through to the disk, and protect it against writing.

    The folder itself stays writable: the system does not move a folder that is not.
    """
    for path in sorted(folder.rglob("*")):
        path.chmod(READ_ONLY_FOLDER if path.is_dir() else READ_ONLY_FILE)
        _sync(path)
    _sync(folder)


def _mend(store: Path) -> None:
    """Finish what a killed run may have left undone: protect the newest release, point the link to it."""
    newest = latest(store)
    if newest is None:
        return
    if stat.S_IMODE(newest.path.stat().st_mode) != READ_ONLY_FOLDER:
        newest.path.chmod(READ_ONLY_FOLDER)
    link, target = store / LATEST, f"{RELEASES}/{newest.path.name}"
    if link.is_symlink() and link.readlink() == Path(target):
        return
    fresh = store / INTERIM / f"{LATEST}-{uuid.uuid4().hex}"
    fresh.symlink_to(target, target_is_directory=True)
    fresh.replace(link)
    _sync(store)


@contextmanager
def _store_lock(store: Path) -> Iterator[None]:
    try:
        with FileLock(store / INTERIM / "publish.lock", timeout=LOCK_SECONDS):
            yield
    except Timeout as error:
        raise CorpusError(f"another run holds {error.lock_file} for {LOCK_SECONDS} s: wait for it to end") from error


def _remove_stale(home: Path) -> None:
    """Remove staging folders whose run is gone; called under the store's lock, so that none is just being claimed."""
    names = {path.name.removesuffix(".lock") for path in home.iterdir()}
    for folder in sorted(home / name for name in names):
        claim = FileLock(_claim_path(folder))
        try:
            claim.acquire(blocking=False)
        except Timeout:
            continue
        _remove_tree(folder)
        _claim_path(folder).unlink(missing_ok=True)
        claim.release()
    for link in home.parent.glob(f"{LATEST}-*"):
        link.unlink(missing_ok=True)


def _claim_path(folder: Path) -> Path:
    return folder.with_name(f"{folder.name}.lock")


def _remove_tree(folder: Path) -> None:
    if not folder.exists():
        return
    for path in [folder, *(path for path in folder.rglob("*") if path.is_dir() and not path.is_symlink())]:
        path.chmod(WRITABLE_FOLDER)
    shutil.rmtree(folder)


def _sync(path: Path) -> None:
    """Write a file or folder through to the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
