"""Making a release visible in one move.

A release is written into ``interim/staging/<unique>/`` and becomes visible by one rename into ``releases/``. Whatever
kills the run before leaves only staging behind, which the next run removes: it is stale when nobody holds its lock
(the system drops a lock with the process that held it). After the rename the release is complete; what may be missing,
its entry in the log, the write protection of its folder and the ``latest`` link, is mended by the next writer.
"""

from __future__ import annotations

import os
import uuid
from collections.abc import Collection, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from filelock import FileLock

from pipelines.errors import CorpusError
from pipelines.publish.rivals import ConflictError
from pipelines.publish.upkeep import (
    LATEST,
    READ_ONLY_FILE,
    READ_ONLY_FOLDER,
    STAGING,
    WRITABLE_FILE,
    WRITABLE_FOLDER,
    claim_path,
    collect,
    keep_spare_room,
    mend,
    point_to_latest,
    protect,
    record_release,
    remove_tree,
    store_lock,
)
from pipelines.release import LOG, RELEASES, Release, latest
from pipelines.release.folders import INTERIM, sync


def check_store(store: Path) -> None:
    """Raise CorpusError where a store could not take a release; what does not exist yet is fine."""
    for path in (store, store / RELEASES, store / INTERIM, store / LOG):
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
    home = store / STAGING
    home.mkdir(parents=True, exist_ok=True)
    folder = home / uuid.uuid4().hex
    claim = FileLock(claim_path(folder))
    with store_lock(store):
        mend(store)
        collect(store)
        keep_spare_room(store)
        claim.acquire(blocking=False)
        folder.mkdir()
    try:
        yield folder
    finally:
        remove_tree(folder)
        claim_path(folder).unlink(missing_ok=True)
        claim.release()


def promote(staged: Path, store: Path, version: str, parent: str | None, run_id: str = "") -> Path:
    """Make a staged release visible as ``version``, provided that ``parent`` is still the latest one, and log it.

    ConflictError where another run was faster, CorpusError where something lies at that place.
    """
    target = store / RELEASES / version
    seal(staged)
    with store_lock(store):
        mend(store)
        newest = latest(store)
        if (newest.version if newest else None) != parent:
            found = newest.version if newest else "no release"
            raise ConflictError(
                f"another run changed the store meanwhile (now {found}, expected {parent or 'no release'}); "
                "nothing was published: run corpus publish again"
            )
        if os.path.lexists(target):
            raise CorpusError(f"{target} is in the way: releases never change; move it elsewhere or choose a version")
        target.parent.mkdir(exist_ok=True)
        staged.rename(target)
        sync(target.parent)
        with suppress(OSError):  # the release stands; what is missing beside it is mended by the next writer
            record_release(store, Release(target), {"run_id": run_id} if run_id else {})
            protect(store)
            point_to_latest(store)
    return target


def seal(folder: Path) -> None:
    """Write everything in a folder through to the disk, and protect it against writing.

    The folder itself stays writable: the system does not move a folder that is not.
    """
    for path in sorted(folder.rglob("*")):
        path.chmod(READ_ONLY_FOLDER if path.is_dir() else READ_ONLY_FILE)
        sync(path)
    sync(folder)


def unstage(folder: Path, kept: Collection[str]) -> None:
    """Open a sealed folder again, and leave in it only the tables that are ``kept``: it is completed anew."""
    for path in folder.rglob("*"):
        path.chmod(WRITABLE_FOLDER if path.is_dir() else WRITABLE_FILE)
    for path in folder.iterdir():
        if path.is_dir() and path.name not in kept:
            remove_tree(path)
        elif path.is_file():
            path.unlink()
