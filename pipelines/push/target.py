"""What all targets of a push have in common: what came of it, and what is refused before anything is sent."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pipelines.errors import CorpusError
from pipelines.prose import store_option
from pipelines.release import Release, parse_version, store_of, verify, withdrawal


@dataclass(frozen=True, slots=True)
class Pushed:
    """What pushing came to: ``pushed`` is False where the release was there already."""

    version: str
    address: str
    pushed: bool


def check_sound(release: Release) -> None:
    """Raise CorpusError unless the release is what was published, and stands."""
    reason = withdrawal(release)
    if reason is not None:
        raise CorpusError(
            f"{release.version} was withdrawn ({reason}); nothing was pushed: push another release, or take the "
            f"withdrawal back with corpus yank {release.version} --undo{store_option(store_of(release.path))}"
        )
    for finding in verify(release.path):
        raise CorpusError(f"{release.path} is damaged ({finding.path}: {finding.problem}); nothing was pushed")


def check_order(release: Release, newest: Mapping[str, Any] | None, where: str) -> None:
    """Refuse a release that would not be the newest there, or that follows another history.

    ``newest`` is the manifest of the newest release at the target, None where there is none.
    """
    if newest is None:
        return
    version, manifest = str(newest["version"]), release.manifest
    if (parse_version(version) or ()) > (parse_version(release.version) or ()):
        raise CorpusError(
            f"{where} has {version}, which is newer than {release.version}: releases are pushed in their order"
        )
    is_parent = manifest["parent"] == version
    if version == release.version or (is_parent and manifest["parent_sha256"] != newest["logical_sha256"]):
        raise CorpusError(
            f"{where} has another {version} than this store: push to another place, or publish from the one that has it"
        )
