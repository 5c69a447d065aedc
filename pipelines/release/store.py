"""Finding and reading releases. A release exists if, and only if, its manifest does."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from pipelines.errors import USAGE, CorpusError
from pipelines.prose import publish_into, store_option
from pipelines.release.log import Standing, read_log, standing
from pipelines.release.tables import Tables

MANIFEST = "manifest.json"
RELEASES = "releases"
VERSION = re.compile(r"(0|[1-9][0-9]{0,8})\.(0|[1-9][0-9]{0,8})\.(0|[1-9][0-9]{0,8})")

Version = tuple[int, int, int]


@dataclass(frozen=True, slots=True)
class ReleaseInfo:
    """What a list of releases says of each; ``published_at`` is UTC, ISO 8601.

    ``withdrawn`` is the reason of a withdrawal, None where the release stands. ``run_id`` is the flow run that
    published it, None where the log knows of none.
    """

    version: str
    path: Path
    parent: str | None
    bump: str
    reason: str
    documents: int
    rejects: int
    published_at: str
    withdrawn: str | None = None
    is_pinned: bool = False
    run_id: str | None = None


@dataclass(frozen=True)
class Release:
    """A release folder that has a manifest; reading its tables checks every page against its checksum."""

    path: Path

    @cached_property
    def manifest(self) -> dict[str, Any]:
        """The manifest; CorpusError where it cannot be read."""
        try:
            manifest = json.loads((self.path / MANIFEST).read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            raise CorpusError(
                f"{self.path}: {MANIFEST} cannot be read ({error}); run corpus verify {self.path}"
            ) from error
        if not isinstance(manifest, dict) or not isinstance(manifest.get("version"), str):
            raise CorpusError(f"{self.path}: {MANIFEST} is not a manifest of Corpus; run corpus verify {self.path}")
        return manifest

    @property
    def version(self) -> str:
        """The version that the manifest names."""
        return str(self.manifest["version"])

    @property
    def info(self) -> ReleaseInfo:
        """The line of this release in a list of releases; CorpusError where the manifest lacks what it must say."""
        manifest = self.manifest
        try:
            return ReleaseInfo(
                version=self.version,
                path=self.path,
                parent=manifest["parent"],
                bump=manifest["bump"],
                reason=manifest["reason"],
                documents=manifest["counts"]["documents"],
                rejects=manifest["counts"]["rejects"],
                published_at=manifest["published_at"],
            )
        except (KeyError, TypeError) as error:
            raise CorpusError(f"{self.path}: {MANIFEST} lacks {error}; run corpus verify {self.path}") from error

    def table(self, name: str) -> pa.Table:
        """Read one table whole; CorpusError where the release lacks it or its bytes are damaged."""
        files = sorted((self.path / name).glob("train-*.parquet"))
        if not files:
            raise CorpusError(f"release {self.version} has no table {name}")
        try:
            return pa.concat_tables(pq.ParquetFile(file, page_checksum_verification=True).read() for file in files)
        except (OSError, pa.ArrowException) as error:
            raise CorpusError(f"{self.path / name} cannot be read; run corpus verify {self.path}") from error

    def tables(self) -> Tables:
        """Read documents, edits, terms and rejects."""
        return Tables(*(self.table(name) for name in ("documents", "edits", "terms", "rejects")))


def parse_version(text: str) -> Version | None:
    """Read ``X.Y.Z``; None for anything else (no prefixes, suffixes or leading zeros)."""
    match = VERSION.fullmatch(text)
    return (int(match[1]), int(match[2]), int(match[3])) if match else None


def format_version(version: Version) -> str:
    """Write a version as ``X.Y.Z``."""
    return ".".join(map(str, version))


def releases(store: Path) -> list[ReleaseInfo]:
    """List the releases of a store, oldest version first; a store that does not exist yet has none."""
    now = read_standing(store)
    return [
        replace(
            info,
            withdrawn=now.withdrawn.get(path.name),
            is_pinned=path.name in now.pinned,
            run_id=now.runs.get(path.name),
        )
        for path in _folders(store)
        if (info := _info_of(path))
    ]


def _info_of(folder: Path) -> ReleaseInfo | None:
    """Return the line of a release, None where it was removed since the store was listed."""
    try:
        return Release(folder).info
    except CorpusError:
        if (folder / MANIFEST).exists():
            raise
        return None


def latest(store: Path) -> Release | None:
    """Return the release with the highest version of those that are not withdrawn, None where there is none."""
    withdrawn = read_standing(store).withdrawn
    standing_ones = [path for path in _folders(store) if path.name not in withdrawn]
    return Release(standing_ones[-1]) if standing_ones else None


def read_standing(store: Path) -> Standing:
    """Read from the log of a store which versions are withdrawn, pinned, removed."""
    return standing(read_log(store))


def store_of(release: Path) -> Path | None:
    """Return the store that a release folder lies in, None where it lies elsewhere."""
    home = release.resolve().parent
    return home.parent if home.name == RELEASES else None


def withdrawal(release: Release) -> str | None:
    """Return the reason why a release of a store was withdrawn, None where it stands or lies in no store."""
    store = store_of(release.path)
    return read_standing(store).withdrawn.get(release.version) if store else None


def resolve(store: Path, version: str | Path | None = None) -> Release:
    """Find a release by version, by the path of its folder, or the latest one; CorpusError where there is none."""
    name = str(version) if version is not None else "latest"
    if name == "latest":
        check_store_exists(store)
        return latest(store) or _missing(_nothing_in(store))
    path = store / RELEASES / name if parse_version(name) else Path(name)
    if (path / MANIFEST).is_file():
        return Release(path)
    if not parse_version(name) and (path.is_dir() or "/" in name):
        lacks = f"it has no {MANIFEST}" if path.is_dir() else "no such folder"
        return _missing(f"no release at {name}: {lacks}; give a version, or the path of a release folder", USAGE)
    check_store_exists(store)
    known = ", ".join(folder.name for folder in _folders(store)) or "none"
    gone = " (removed by corpus prune)" if name in read_standing(store).removed else ""
    return _missing(f"no release {name}{gone}; {store} has: {known}", USAGE)


def check_store_exists(store: Path) -> None:
    """Raise CorpusError where there is no such folder: most likely another one is meant."""
    if not store.is_dir():
        raise CorpusError(
            f"no store at {store}: name another with --store, or make it with {publish_into(store)}", USAGE
        )


def _nothing_in(store: Path) -> str:
    if _folders(store):
        return f"every release in {store} is withdrawn: name a version, or see corpus releases{store_option(store)}"
    return f"no release in {store}: make one with {publish_into(store)}"


def _missing(message: str, exit_code: int = 1) -> Release:
    raise CorpusError(message, exit_code)


def _folders(store: Path) -> list[Path]:
    """List the release folders of a store by ascending version."""
    try:
        found = [path for path in (store / RELEASES).iterdir() if (path / MANIFEST).is_file()]
    except (FileNotFoundError, NotADirectoryError):
        return []
    except OSError as error:
        raise CorpusError(f"{store / RELEASES} cannot be read: {error.strerror}") from error
    numbered = [(number, path) for path in found if (number := parse_version(path.name))]
    return [path for _, path in sorted(numbered)]
