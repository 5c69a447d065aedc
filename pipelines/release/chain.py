"""Checking that a release descends, parent by parent, from the first one of its store, each named by its hash."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipelines.errors import CorpusError
from pipelines.release.finding import Finding
from pipelines.release.log import check_log, read_log
from pipelines.release.store import MANIFEST, RELEASES, Release, parse_version, store_of

ADVICE = "put the release back from a copy of the store; corpus log shows what was published and removed"


@dataclass(frozen=True, slots=True)
class _Link:
    """What a release says of itself and of its parent."""

    sha256: str
    parent: str | None
    parent_sha256: str | None


def check_chain(release: Release) -> Iterator[Finding]:
    """Yield what is wrong with the log and the ancestors of a release; nothing where it does not lie in a store.

    An ancestor that ``corpus prune`` removed is known from the log, and so is a release that ``corpus push`` brought
    here: its ancestors may be elsewhere.
    """
    store = store_of(release.path)
    if store is None:
        return
    yield from check_log(store)
    entries = read_log(store)
    logged = {str(entry.version): entry.detail for entry in entries if entry.action == "publish"}
    pushed = {entry.version for entry in entries if entry.action == "push"}
    version, name = release.version, MANIFEST
    link = _link(store, version, logged)
    while link is not None and link.parent is not None:
        if (parse_version(link.parent) or (0, 0, 0)) >= (parse_version(version) or (0, 0, 0)):
            yield Finding(name, f"{version} names {link.parent} as its parent, which is not older", ADVICE)
            return
        parent = _link(store, link.parent, logged)
        if parent is None and version in pushed:
            return
        if parent is None:
            yield Finding(name, f"its ancestor {link.parent} is neither in the store nor in its log", ADVICE)
            return
        if parent.sha256 != link.parent_sha256:
            yield Finding(name, f"{version} was made from another {link.parent} than the one of the store", ADVICE)
            return
        version, name, link = link.parent, f"{RELEASES}/{link.parent}/{MANIFEST}", parent


def _link(store: Path, version: str, logged: Mapping[str, Mapping[str, Any]]) -> _Link | None:
    """Read the link of a version from its manifest, else from its entry in the log."""
    folder = store / RELEASES / version
    facts: Mapping[str, Any] = logged.get(version, {})
    if (folder / MANIFEST).is_file():
        try:
            facts = Release(folder).manifest
        except CorpusError:
            facts = {}
    try:
        return _Link(facts["logical_sha256"], facts["parent"], facts["parent_sha256"])
    except KeyError:
        return None
