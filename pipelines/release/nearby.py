"""Stores elsewhere, read as if they were here: their records are copied into a temporary folder, releases on demand.

So everything that reads a local store reads any store. The copy is as fresh as the moment it was made, and gone at the
end. A store is a folder on an object store (``s3://bucket/store``) with the layout of a local one, or a dataset
repository of the Hub (``hf://datasets/OWNER/NAME``), whose tags ``v1.3.0`` are its releases.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any

from pipelines.errors import CorpusError
from pipelines.places import Place, place_of
from pipelines.release.log import LOG
from pipelines.release.store import MANIFEST, RELEASES, Release, latest, parse_version, resolve

HUB = "hf://"
HUB_FILE = ".gitattributes"
"""What the Hub puts into every repository, beside the files of a release; it is left as it is."""

READERS = 8


@dataclass(frozen=True)
class Nearby:
    """A store at hand: ``store`` is a local one itself, or the copy of the one at ``far``.

    ``folders`` are the places of the releases of ``far`` by version, ``entries`` the names in its log, both when
    it was copied.
    """

    store: Path
    far: Place | None
    folders: dict[str, Place]
    entries: frozenset[str]
    _stack: ExitStack
    _fetched: dict[str, Release] = field(default_factory=dict)

    def resolve(self, version: str | Path | None = None) -> Release:
        """Find a release by version, by the path or URL of its folder, or the latest one, and have all its files here.

        CorpusError where there is none, or where it cannot be fetched.
        """
        place = place_of(version) if version is not None else None
        if isinstance(place, Place):
            if place.url not in self._fetched:
                self._fetched[place.url] = self._fetch(place)
            return self._fetched[place.url]
        release = resolve(self.store, version)
        folder = self.folders.get(release.path.name)
        if folder is not None and folder.url not in self._fetched:
            _copy(folder, release.path)
            self._fetched[folder.url] = release
        return release

    def fetch_latest(self) -> Release | None:
        """Have all files of the latest release here; None where there is no release."""
        newest = latest(self.store)
        return self.resolve(newest.version) if newest else None

    def address(self, path: Path | str) -> str:
        """Say where a file of the copy really lies, also within a message."""
        text = path.as_posix() if isinstance(path, Path) else path
        for url, release in self._fetched.items():
            text = text.replace(str(release.path), str(Place(url)))
        for version, folder in self.folders.items():
            text = text.replace(str(self.store / RELEASES / version), str(folder))
        return text.replace(str(self.store), str(self.far)) if self.far is not None else text

    def _fetch(self, place: Place) -> Release:
        if place.read(MANIFEST) is None:
            raise CorpusError(f"no release at {place}: it has no {MANIFEST}; correct the URL")
        folder = Path(self._stack.enter_context(tempfile.TemporaryDirectory(prefix="corpus-")))
        _copy(place, folder / "release")
        return Release(folder / "release")


@contextmanager
def nearby(store: Path | str) -> Iterator[Nearby]:
    """Have a store at hand. A CorpusError from within names the store where it is, not its copy."""
    place = place_of(store)
    with ExitStack() as stack:
        if isinstance(place, Path):
            near = Nearby(place, None, {}, frozenset(), stack)
        else:
            home = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="corpus-"))) / "store"
            folders = _copy_records(place, home)
            near = Nearby(home, place, folders, frozenset(path.name for path in (home / LOG).glob("*")), stack)
        try:
            yield near
        except CorpusError as error:
            raise type(error)(near.address(str(error)), error.exit_code) from error


def list_folders(place: Place) -> dict[str, Place]:
    """Find the folders of a remote store that are named like releases, complete or not, by version."""
    if place.url.startswith(HUB):
        return _list_tags(place)
    home = place / RELEASES

    def look(system: Any) -> list[str]:  # noqa: ANN401 - fsspec has no types
        system.invalidate_cache()
        return list(system.ls(home.opened[1], detail=False))

    try:
        names = [path.rstrip("/").rpartition("/")[2] for path in home.work(look)]
    except FileNotFoundError:
        return {}
    return {name: home / name for name in names if parse_version(name)}


def _list_tags(place: Place) -> dict[str, Place]:
    repository, _, _ = place.url.rstrip("/").partition("@")

    def look(system: Any) -> list[str]:  # noqa: ANN401 - fsspec has no types
        name = repository.removeprefix("hf://datasets/")
        return [tag.name for tag in system._api.list_repo_refs(name, repo_type="dataset").tags]

    versions = [tag[1:] for tag in place.work(look) if tag.startswith("v") and parse_version(tag[1:])]
    return {version: Place(f"{repository}@v{version}") for version in versions}


def _copy_records(place: Place, store: Path) -> dict[str, Place]:
    """Copy the manifests and the log of a remote store; return the places of its releases by version."""
    folders = list_folders(place)
    store.mkdir()
    with ThreadPoolExecutor(READERS) as pool:
        manifests = dict(zip(folders, pool.map(lambda folder: folder.read(MANIFEST), folders.values()), strict=True))
    for version, content in manifests.items():
        if content is not None:
            (store / RELEASES / version).mkdir(parents=True)
            (store / RELEASES / version / MANIFEST).write_bytes(content)
    if not place.url.startswith(HUB):
        _copy(place / LOG, store / LOG)
    return {version: folder for version, folder in folders.items() if manifests[version] is not None}


def _copy(place: Place, folder: Path) -> None:
    """Copy every file of a remote folder."""
    for name in place.names():
        if ".." in PurePosixPath(name).parts or PurePosixPath(name).is_absolute():
            raise CorpusError(f"{place} holds a file {name}, whose path leads out of it: remove it")
        if name != HUB_FILE:
            place.fetch(name, folder / name)
