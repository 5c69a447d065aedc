"""Releases on an object store: no locks, no renames, only "write this unless there is something".

A run first claims the store, by a file that only one run can create; it holds the manifest to be. Then it uploads the
files, then the manifest, which makes the release exist, and last the log. A run that is killed leaves files without a
manifest, which nobody reads, and its claim; a later run with the same content takes up its work, any other one has to
wait until the claim is old (``LEASE``) or is collected. The claim of a release that exists holds nobody up. The entries
of the log are created in their order, up to the first one that another run has written: so the log stays a chain.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipelines.errors import USAGE, CorpusError, PassingError
from pipelines.places import Place, place_of
from pipelines.push.target import Pushed, check_order
from pipelines.release import (
    CHECKSUMS,
    MANIFEST,
    RELEASES,
    Nearby,
    Release,
    checksum_text,
    latest,
    list_folders,
    nearby,
)
from pipelines.release.folders import INTERIM
from pipelines.release.log import LOG, append
from pipelines.release.nearby import HUB

if TYPE_CHECKING:
    from pipelines.publish import Outcome

LATEST = "latest.json"
CLAIM = f"{INTERIM}/publishing.json"
LEASE = timedelta(days=1)
"""How long an unfinished upload is left alone."""

AGAIN = "nothing was published: run it again"


def publish_to(store: Path | str, work: Callable[[Path], Outcome]) -> tuple[Outcome, str]:
    """Publish into a store: ``work`` does so for a local one; for a remote one, what it makes is uploaded.

    Returns the outcome and the address of its release. CorpusError where another run was faster: the store is as that
    run left it.
    """
    with nearby(store) as near:
        if near.far is None:
            outcome = work(near.store)
            return outcome, str(outcome.path)
        if near.far.url.startswith(HUB):
            raise CorpusError("publish into a folder or an object store, then use corpus push for the Hub", USAGE)
        near.fetch_latest()
        outcome = work(near.store)
        if outcome.published:
            _upload(near, Release(outcome.path), may_adopt=True)
        return outcome, near.address(outcome.path)


def push_to_store(release: Release, url: str) -> Pushed:
    """Copy a sound release into a store on an object store, where it must be newer than all that are there."""
    with nearby(url) as near:
        if near.far is None:
            raise CorpusError(f"{url} is no URL: give hf://datasets/OWNER/NAME or the URL of a store, as s3://…", USAGE)
        target = near.far / RELEASES / release.version
        ours = (release.path / MANIFEST).read_bytes()
        there = target.read(MANIFEST)
        if there is not None:
            _check_equal(target, release, is_same=there == ours)
            return Pushed(release.version, str(target), pushed=False)
        parent = latest(near.store)
        check_order(release, parent.manifest if parent else None, str(near.far))
        append(near.store, "push", release.version, {"parent": release.manifest["parent"]})
        _upload(near, release, may_adopt=False)
        return Pushed(release.version, str(target), pushed=True)


def collect(store: Path | str, older_than: timedelta = LEASE) -> list[str]:
    """Remove what unfinished uploads left in a remote store, and point ``latest.json`` to the latest release.

    Only what nobody has written to for ``older_than`` is removed. Returns the addresses of what is gone.
    """
    place = place_of(store)
    if isinstance(place, Path):
        raise CorpusError(f"{place} is a local store: its leftovers are collected by the next corpus publish", USAGE)
    folders = [place / INTERIM, *(f for f in list_folders(place).values() if f.read(MANIFEST) is None)]
    gone = []
    for folder in folders:
        names = folder.names()
        if names and all(_age(folder, name) >= older_than for name in names):
            for name in names:
                folder.remove(name)
            gone.append(str(folder))
    with nearby(place.url) as near:
        _point_to_latest(near, place)
    return gone


@dataclass(frozen=True)
class _Claim:
    """The claim on a store: ``content`` is its file, ``manifest`` what is to be published under it.

    ``is_own`` is False for the claim of another run that says the same, which may be dead or alive.
    """

    content: bytes
    manifest: bytes
    is_own: bool


def _upload(near: Nearby, release: Release, *, may_adopt: bool) -> None:
    """Make a release exist at ``near.far``; CorpusError where it does not.

    What fails afterwards, at the log or ``latest.json``, is left to the next run, since the release is there.
    """
    assert near.far is not None  # noqa: S101 - callers have seen to it
    store, target = near.far, near.far / RELEASES / release.version
    claim = _claim(store, (release.path / MANIFEST).read_bytes(), may_adopt=may_adopt)
    is_over = claim.is_own
    try:
        if _is_there(near, store, target, claim, may_adopt=may_adopt):
            return
        _put_files(target, _contents(release, claim.manifest))
        is_held = store.read(CLAIM) == claim.content
        if _is_there(near, store, target, claim, may_adopt=may_adopt):
            return
        if not is_held:
            raise PassingError(f"the claim of this run on {target} was taken away, since it took too long; {AGAIN}")
        if not target.create(MANIFEST, claim.manifest):
            raise PassingError(f"another run published {target} meanwhile; {AGAIN}")
        is_over = True
        with contextlib.suppress(CorpusError, OSError):
            _finish(near, store, release, claim.manifest)
    finally:
        with contextlib.suppress(CorpusError):
            if is_over and store.read(CLAIM) == claim.content:
                store.remove(CLAIM)


def _is_there(near: Nearby, store: Place, target: Place, claim: _Claim, *, may_adopt: bool) -> bool:
    """Say whether another run has published the same meanwhile; CorpusError where one did anything else."""
    has_changed = _has_changed(near, store)  # looked at first: what it sees of the same release is there by then
    there = target.read(MANIFEST)
    if there is not None and _is_same(there, claim.manifest, may_adopt=may_adopt):
        return True
    if there is not None or has_changed:
        raise PassingError(f"another run changed {store} meanwhile; {AGAIN}")
    return False


def _has_changed(near: Nearby, store: Place) -> bool:
    """Say whether a store has other releases, or another log, than when its records were copied."""
    folders = list_folders(store)
    fresh = [folder for version, folder in folders.items() if version not in near.folders]
    return (
        not near.folders.keys() <= folders.keys()
        or any(folder.read(MANIFEST) is not None for folder in fresh)
        or set((store / LOG).names()) != near.entries
    )


def _contents(release: Release, manifest: bytes) -> dict[str, bytes | Path]:
    """List the files to upload beside the manifest; the checksums cover that manifest, which may be an adopted one."""
    hashes = {name: str(entry["sha256"]) for name, entry in release.manifest["files"].items()}
    sums = checksum_text({**hashes, MANIFEST: hashlib.sha256(manifest).hexdigest()})
    return {**{name: release.path / name for name in hashes}, CHECKSUMS: sums.encode()}


def _claim(store: Place, manifest: bytes, *, may_adopt: bool) -> _Claim:
    """Claim a store for the next release, or join the claim of a run that publishes the same and may be dead."""
    own = json.dumps({"run": uuid.uuid4().hex, "manifest": manifest.decode()}, sort_keys=True).encode()
    for _ in range(2):
        if store.create(CLAIM, own):
            return _Claim(own, manifest, is_own=True)
        content = store.read(CLAIM)
        if content is None:
            continue
        other = _manifest_of(content)
        is_done = other is not None and _target_of(store, other).read(MANIFEST) == other
        if other is not None and not is_done and _is_same(other, manifest, may_adopt=may_adopt):
            return _Claim(content, other, is_own=False)
        if not is_done and _age(store, CLAIM) < LEASE:
            break
        if store.read(CLAIM) == content:
            store.remove(CLAIM)
    raise PassingError(
        f"another run is publishing into {store} just now, or was killed at it; nothing was published: run it again "
        f"later, or, if no other is at work, remove {store}/{CLAIM}"
    )


def _manifest_of(claim: bytes) -> bytes | None:
    """Read the manifest from a claim; None where there is none."""
    try:
        text: str = json.loads(claim)["manifest"]
        str(json.loads(text)["version"])
    except (ValueError, TypeError, KeyError):
        return None
    return text.encode()


def _target_of(store: Place, manifest: bytes) -> Place:
    return store / RELEASES / str(json.loads(manifest)["version"])


def _is_same(one: bytes, other: bytes, *, may_adopt: bool) -> bool:
    """Compare manifests; those of two runs with the same content differ in the time, those of two pushes in nothing."""
    return one == other or (may_adopt and _timeless(one) == _timeless(other))


def _timeless(manifest: bytes) -> dict[str, Any]:
    content: dict[str, Any] = json.loads(manifest)
    return {name: value for name, value in content.items() if name != "published_at"}


def _put_files(target: Place, contents: Mapping[str, bytes | Path]) -> None:
    """Upload the files of a release but its manifest, and look at each again; what others left is removed.

    Whoever holds the claim may do that: without a manifest nobody reads these files. Where there is a manifest, nothing
    is done.
    """
    there = target.names()
    if MANIFEST in there:
        return
    for name in there:
        if name not in contents or not target.holds(name, contents[name]):
            target.remove(name)
    for name, content in sorted(contents.items()):
        target.create(name, content)
    wrong = [name for name, content in sorted(contents.items()) if not target.holds(name, content)]
    wrong += sorted(set(target.names()) - contents.keys() - {MANIFEST})
    if wrong:
        raise CorpusError(f"{target}/{wrong[0]} is not what was uploaded; {AGAIN}")


def _finish(near: Nearby, store: Place, release: Release, manifest: bytes) -> None:
    """Do what follows from a release that now exists; a run that is killed here leaves it to the next one."""
    home = near.store / RELEASES / release.version
    if not home.exists():
        home.mkdir(parents=True)
        (home / MANIFEST).write_bytes(manifest)
    for path in sorted((near.store / LOG).glob("*.json")):
        if not store.create(f"{LOG}/{path.name}", path):
            raise CorpusError(f"another run has written {store}/{LOG}/{path.name} meanwhile")
    _point_to_latest(near, store)


def _point_to_latest(near: Nearby, store: Place) -> None:
    """Write ``latest.json``, for readers that cannot list a store; it follows from the releases, which decide."""
    newest = latest(near.store)
    if newest is not None:
        content = {"version": newest.version, "path": f"{RELEASES}/{newest.version}"}
        text = (json.dumps(content, sort_keys=True) + "\n").encode()
        if store.read(LATEST) != text:
            store.write(LATEST, text)


def _check_equal(target: Place, release: Release, *, is_same: bool) -> None:
    if not is_same:
        raise CorpusError(
            f"{target} exists with other content, and releases never change: publish a new version and push that"
        )
    wrong = [name for name in release.manifest["files"] if not target.holds(name, release.path / name)]
    if wrong:
        raise CorpusError(f"{target}/{wrong[0]} is missing or damaged: restore the folder from {release.path}")


def _age(folder: Place, name: str) -> timedelta:
    try:
        moment: datetime = folder.work(lambda system: system.modified(folder.path(name)))
    except FileNotFoundError:
        return timedelta(0)
    return datetime.now(UTC) - moment
