"""A release on the Hub: one commit, made on the head that was looked at, then the tag ``v1.3.0`` on that commit.

The tag is the release, and it is never moved. What a killed run left, a commit without its tag, is found by the hashes
of its files and tagged. The token is the one of the environment or of ``hf auth login``, and is shown nowhere;
HF_ENDPOINT names another Hub.
"""

from __future__ import annotations

import hashlib
import json
import logging
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

from pipelines.errors import USAGE, CorpusError, PassingError
from pipelines.places import Place, attempt
from pipelines.push.target import Pushed, check_order
from pipelines.release import CHECKSUMS, MANIFEST, Release, file_sha256
from pipelines.release.nearby import HUB, HUB_FILE
from pipelines.urls import hide_secrets

if TYPE_CHECKING:
    from huggingface_hub import HfApi

T = TypeVar("T")

BRANCH = "main"

HARMLESS = {HUB_FILE, "README.md"}
"""What may stand in a repository that has no release yet: the Hub makes these itself."""

CONFLICT = {409, 412}
PASSING = {408, 429}
"""HTTP statuses beside 5xx after which another attempt may work."""


class _RefusalError(Exception):
    """An answer of the Hub that another attempt would not change."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


def push_to_hub(release: Release, url: str) -> Pushed:
    """Push a sound release to ``hf://datasets/OWNER/NAME``; a repository that is not there is made, and private.

    CorpusError where the tag exists with other content, the repository holds what is not ours or a newer release,
    another run pushed meanwhile, or the Hub refuses.
    """
    found = re.fullmatch(r"hf://datasets/([\w.-]+/[\w.-]+?)/*", url)
    if not found:
        raise CorpusError(f"{hide_secrets(url)}: give the repository as hf://datasets/OWNER/NAME", USAGE)
    repository = Repository(found[1], _open_hub())
    tag = f"v{release.version}"
    address = f"{HUB}datasets/{found[1]}@{tag}"
    head, tags = repository.refs()
    if tag in tags:
        if not repository.holds(release, tags[tag]):
            raise CorpusError(f"{address} exists with other content, and tags never move: publish a new version")
        return Pushed(release.version, address, pushed=False)
    commit = repository.find(release, head) or repository.commit(release, head)
    repository.tag(release, tag, commit)
    return Pushed(release.version, address, pushed=True)


@dataclass(frozen=True)
class Repository:
    """A dataset repository of the Hub; each call is repeated while its error may pass."""

    name: str
    api: HfApi

    def refs(self) -> tuple[str | None, dict[str, str]]:
        """Return the commit at the head of the branch (None: no commit yet), and the commits of all tags by name."""
        try:
            refs = self._call(lambda: self.api.list_repo_refs(self.name, repo_type="dataset"))
        except _RefusalError as error:
            if error.status not in {401, 404}:
                raise self._problem(error) from None
            self._ask(lambda: self.api.create_repo(self.name, repo_type="dataset", private=True, exist_ok=True))
            refs = self._ask(lambda: self.api.list_repo_refs(self.name, repo_type="dataset"))
        heads = {branch.name: branch.target_commit for branch in refs.branches}
        return heads.get(BRANCH), {tag.name: tag.target_commit for tag in refs.tags}

    def holds(self, release: Release, commit: str) -> bool:
        """Say whether a commit has the files of a release, no more and no less, by their hashes."""
        files = self._files(commit)
        if files.keys() - {HUB_FILE} != _names(release):
            return False
        return all(_is_file(entry, release, name) for name, entry in files.items() if name != HUB_FILE)

    def find(self, release: Release, head: str | None) -> str | None:
        """Find the commit of a run that was killed before it set its tag."""
        if head is None:
            return None
        commits = self._ask(lambda: self.api.list_repo_commits(self.name, repo_type="dataset", revision=BRANCH))
        own = [entry.commit_id for entry in commits if entry.title == _title(release)]
        return next((commit for commit in own if self.holds(release, commit)), None)

    def commit(self, release: Release, head: str | None) -> str:
        """Make the one commit of a release on ``head``; CorpusError, and no commit, where that is the head no more."""
        gone = self._superfluous(release, head) if head else []
        tries = 0

        def once() -> str:
            nonlocal tries
            tries += 1
            made = self.find(release, head) if tries > 1 else None  # the answer of an attempt before may be lost
            return made or self._commit(release, head, gone)

        try:
            commit = self._call(once)
        except _RefusalError as error:
            if error.status in CONFLICT:
                raise PassingError(
                    f"another run pushed to {self.name} meanwhile; nothing of {release.version} is visible: push again"
                ) from None
            raise self._problem(error) from None
        if not self.holds(release, commit):
            raise CorpusError(
                f"{self.name}: commit {commit} has not the files that were sent; it got no tag: push again"
            )
        return commit

    def tag(self, release: Release, tag: str, commit: str) -> None:
        """Set the tag on a commit, and see that it stands there: an existing one is never moved."""
        try:
            self._call(lambda: self.api.create_tag(self.name, tag=tag, revision=commit, repo_type="dataset"))
        except _RefusalError as error:
            if error.status not in CONFLICT:
                raise self._problem(error) from None
        set_on = self.refs()[1].get(tag)
        if set_on is None or (set_on != commit and not self.holds(release, set_on)):
            raise CorpusError(f"{self.name}: the tag {tag} stands on {set_on}, not on {commit}: publish a new version")

    def _commit(self, release: Release, head: str | None, gone: list[str]) -> str:
        from huggingface_hub import CommitOperationAdd, CommitOperationDelete

        made = self.api.create_commit(
            self.name,
            repo_type="dataset",
            revision=BRANCH,
            parent_commit=head,
            commit_message=_title(release),
            commit_description=str(release.manifest["reason"]),
            operations=[
                *(CommitOperationAdd(name, str(release.path / name)) for name in sorted(_names(release))),
                *(CommitOperationDelete(name, is_folder=False) for name in gone),
            ],
        )
        return str(made.oid)

    def _superfluous(self, release: Release, head: str) -> list[str]:
        """List what a commit must remove: the files of the release before; what is not ours is never removed."""
        there = self._files(head).keys()
        manifest = self._manifest(head) if {MANIFEST, CHECKSUMS} <= there else None
        if manifest is None and there - HARMLESS:
            names = ", ".join(sorted(there - HARMLESS)[:3])
            raise CorpusError(
                f"{self.name} holds files that are not of a release ({names}): choose an empty repository"
            )
        check_order(release, manifest, self.name)
        return sorted(there - _names(release) - {HUB_FILE}) if manifest else []

    def _manifest(self, commit: str) -> dict[str, Any] | None:
        content = Place(f"{HUB}datasets/{self.name}@{commit}").read(MANIFEST)
        try:
            manifest: dict[str, Any] = json.loads(content or b"")
        except ValueError:
            return None
        return manifest if {"version", "logical_sha256"} <= manifest.keys() else None

    def _files(self, commit: str) -> dict[str, Any]:
        def look() -> dict[str, Any]:
            tree = self.api.list_repo_tree(self.name, repo_type="dataset", revision=commit, recursive=True)
            return {entry.path: entry for entry in tree if hasattr(entry, "blob_id")}

        return self._ask(look)

    def _ask(self, act: Callable[[], T]) -> T:
        try:
            return self._call(act)
        except _RefusalError as error:
            raise self._problem(error) from None

    def _call(self, act: Callable[[], T]) -> T:
        """Call the Hub, again while its error may pass; _RefusalError for an answer that would stay the same."""
        from huggingface_hub.errors import HfHubHTTPError

        def once() -> T:
            try:
                return act()
            except HfHubHTTPError as error:
                status = error.response.status_code
                if status >= 500 or status in PASSING:
                    raise ConnectionError(f"the Hub answers {status}") from None
                raise _RefusalError(status, self._hide(str(error))) from None

        try:
            return attempt(None, once, _RefusalError)
        except (_RefusalError, CorpusError):
            raise
        except Exception as error:
            cause = self._hide(f"{type(error).__name__}: {error}")
            message = (
                f"{self.name}: the Hub cannot be worked with ({cause}): push again later, what was sent is taken up"
            )
            raise CorpusError(message) from None

    def _problem(self, error: _RefusalError) -> CorpusError:
        advice = "correct the name"
        if error.status in {401, 403}:
            advice = "set HF_TOKEN to a token that may write there"
        return CorpusError(f"{self.name}: the Hub refuses ({error.status}: {error}): {advice}")

    def _hide(self, text: str) -> str:
        from huggingface_hub import get_token

        token = get_token()
        return " ".join(hide_secrets(text.replace(token, "…") if token else text).split())


def _open_hub() -> HfApi:
    try:
        from huggingface_hub import HfApi
        from huggingface_hub.utils.tqdm import disable_progress_bars
    except ImportError:
        raise CorpusError(
            "the Hub needs huggingface_hub: install the extra hub, pip install 'corpus[hub]'", USAGE
        ) from None
    logging.getLogger("huggingface_hub").setLevel(logging.ERROR)
    disable_progress_bars()
    return HfApi()


def _names(release: Release) -> set[str]:
    return {*release.manifest["files"], MANIFEST, CHECKSUMS}


def _title(release: Release) -> str:
    return f"Release {release.version}"


def _is_file(entry: Any, release: Release, name: str) -> bool:  # noqa: ANN401 - the library's RepoFile
    """Compare a file of the Hub with one here: large files have a SHA-256, others the hash that git gives a blob."""
    path = release.path / name
    if entry.lfs is not None:
        return bool(entry.lfs.sha256 == file_sha256(path))
    content = path.read_bytes()
    blob = hashlib.sha1(b"blob %d\0" % len(content) + content, usedforsecurity=False)
    return bool(entry.blob_id == blob.hexdigest())
