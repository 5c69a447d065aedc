"""The Hub: one commit, one tag, nothing overwritten or half-visible, no token anywhere; and it loads from there."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from pipelines.cli.main import main
from pipelines.errors import CorpusError
from pipelines.push import push
from pipelines.release import Release, nearby, releases, resolve, verify
from tests.hub import TOKEN, Commit, Hub, Repo, serve_hub
from tests.samples import make_document, make_release

pytest.importorskip("huggingface_hub")
pytestmark = pytest.mark.filterwarnings("ignore:Use 'content")  # how the library itself uses its HTTP client

REPOSITORY = "somebody/texts"
URL = f"hf://datasets/{REPOSITORY}"
A, B, C = (make_document(key, f"Words of {key}.") for key in "abc")


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Hub]:
    """An empty Hub on loopback; the library reads its endpoint when it is imported, so it is also set there."""
    from huggingface_hub import constants
    from huggingface_hub.hf_file_system import HfFileSystem

    with serve_hub() as served:
        for name in ("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "HF_HUB_OFFLINE"):
            monkeypatch.delenv(name, raising=False)
        monkeypatch.setenv("HF_TOKEN", TOKEN)
        monkeypatch.setenv("HF_ENDPOINT", served.url)
        monkeypatch.setenv("HF_HUB_DISABLE_XET", "1")
        monkeypatch.setattr(constants, "HF_HUB_DISABLE_XET", True)
        monkeypatch.setattr(constants, "HF_HUB_OFFLINE", False)
        monkeypatch.setattr(constants, "ENDPOINT", served.url)
        template = f"{served.url}/{{repo_id}}/resolve/{{revision}}/{{filename}}"
        monkeypatch.setattr(constants, "HUGGINGFACE_CO_URL_TEMPLATE", template)
        monkeypatch.setattr("pipelines.places.PAUSE", 0.001)
        HfFileSystem.clear_instance_cache()
        yield served
        HfFileSystem.clear_instance_cache()


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A local store with two releases, for nobody to change."""
    store = tmp_path_factory.mktemp("published") / "store"
    make_release(store, [A])
    make_release(store, [A, B])
    return store


@pytest.fixture
def store(published: Path, tmp_path: Path) -> Path:
    """A copy of it."""
    return Path(shutil.copytree(published, tmp_path / "store", symlinks=True))


def files_of(release: Release) -> dict[str, bytes]:
    paths = [path for path in release.path.rglob("*") if path.is_file()]
    return {path.relative_to(release.path).as_posix(): path.read_bytes() for path in paths}


def at(repo: Repo, revision: str) -> dict[str, bytes]:
    commit = repo.at(revision)
    assert isinstance(commit, Commit)
    return {name: data for name, data in commit.files.items() if name != ".gitattributes"}


def test_a_release_is_one_commit_and_a_tag(hub: Hub, store: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["push", "1.0.0", "--store", str(store), "--to", URL]) == 0
    assert main(["push", "--store", str(store), "--to", URL, "--json"]) == 0
    repo = hub.repos[REPOSITORY]
    assert [commit.title for commit in repo.commits] == ["initial commit", "Release 1.0.0", "Release 1.1.0"]
    assert repo.tags == {"v1.0.0": repo.commits[1].oid, "v1.1.0": repo.commits[2].oid}
    for version in ("1.0.0", "1.1.0"):
        assert at(repo, f"v{version}") == files_of(resolve(store, version))
    out = capsys.readouterr().out
    assert f"Pushed 1.0.0.\n  address {URL}@v1.0.0\n" in out
    assert json.loads(out[out.index("{") :]) == {"version": "1.1.0", "address": f"{URL}@v1.1.0", "pushed": True}


def test_pushing_again_does_nothing(hub: Hub, store: Path, capsys: pytest.CaptureFixture[str]) -> None:
    push(resolve(store), URL)
    hub.requests.clear()
    assert main(["push", "--store", str(store), "--to", f"{URL}/"]) == 0
    assert "1.1.0 is there already: nothing to do." in capsys.readouterr().out
    assert {request.split()[0] for request in hub.requests} == {"GET"}


def test_a_tag_with_other_content_is_refused(hub: Hub, store: Path, tmp_path: Path) -> None:
    push(resolve(store, "1.0.0"), URL)
    make_release(tmp_path / "other", [B])
    before = (len(hub.repos[REPOSITORY].commits), dict(hub.repos[REPOSITORY].tags))
    with pytest.raises(CorpusError, match=r"@v1\.0\.0 exists with other content, and tags never move"):
        push(resolve(tmp_path / "other"), URL)
    assert (len(hub.repos[REPOSITORY].commits), hub.repos[REPOSITORY].tags) == before


def test_a_stale_parent_is_refused_and_nothing_is_visible(hub: Hub, store: Path) -> None:
    push(resolve(store, "1.0.0"), URL)
    repo = hub.repos[REPOSITORY]
    hub.faults = [("POST .*/commit/", lambda: repo.add("meanwhile", {"other": b""}))]
    with pytest.raises(
        CorpusError, match=r"another run pushed .* meanwhile; nothing of 1\.1\.0 is visible: push again"
    ):
        push(resolve(store), URL)
    assert at(repo, "main") == {"other": b""}
    assert list(repo.tags) == ["v1.0.0"]


def test_only_newer_releases_of_the_same_history_follow(hub: Hub, store: Path, tmp_path: Path) -> None:
    push(resolve(store, "1.1.0"), URL)
    with pytest.raises(CorpusError, match=r"has 1\.1\.0, which is newer than 1\.0\.0"):
        push(resolve(store, "1.0.0"), URL)
    for documents in ([B], [B, C], [B]):
        make_release(tmp_path / "other", documents)
    with pytest.raises(CorpusError, match=r"has another 1\.1\.0 than this store"):
        push(resolve(tmp_path / "other", "1.2.0"), URL)
    assert list(hub.repos[REPOSITORY].tags) == ["v1.1.0"]


def test_files_that_are_not_ours_are_never_removed(hub: Hub, store: Path) -> None:
    hub.make(REPOSITORY).add("by hand", {"notes.txt": b"mine", "manifest.json": b"{}"})
    with pytest.raises(CorpusError, match=r"holds files that are not of a release \(manifest.json, notes.txt\)"):
        push(resolve(store), URL)
    assert at(hub.repos[REPOSITORY], "main") == {"notes.txt": b"mine", "manifest.json": b"{}"}


def test_a_commit_without_its_tag_is_found_and_tagged(hub: Hub, store: Path) -> None:
    push(resolve(store, "1.0.0"), URL)
    repo = hub.repos[REPOSITORY]
    repo.tags.clear()
    repo.add("a note", {**repo.commits[-1].files, "README.md": b"changed by hand"})
    hub.requests.clear()
    assert push(resolve(store, "1.0.0"), URL).pushed
    assert repo.tags == {"v1.0.0": repo.commits[1].oid}
    assert [request for request in hub.requests if "/commit/" in request] == []


@pytest.mark.parametrize(
    "faults",
    [
        [("GET .*/refs", 503), ("GET .*/tree/", "lost"), ("POST .*/commit/", 500), ("POST .*/tag/", 429)],
        [("GET .*/refs", "lost"), ("POST .*/preupload/", 503), ("PUT ", 503)],
        [("POST .*/commit/", "lost"), ("POST .*/tag/", "lost")],
    ],
)
def test_a_busy_hub_and_lost_answers_are_overcome(
    hub: Hub, store: Path, faults: list[tuple[str, int | str | Callable[[], object]]]
) -> None:
    hub.make(REPOSITORY)
    hub.faults = list(faults)
    assert push(resolve(store), URL).pushed
    repo = hub.repos[REPOSITORY]
    assert hub.faults == []
    assert [commit.title for commit in repo.commits] == ["initial commit", "Release 1.1.0"]
    assert repo.tags == {"v1.1.0": repo.commits[1].oid}


def test_a_hub_that_stays_away_is_one_clear_line(
    hub: Hub, store: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    hub.faults = [("GET .*/refs", 503)] * 9
    assert main(["push", "--store", str(store), "--to", URL]) == 1
    error = capsys.readouterr().err
    assert error.startswith(
        f"corpus: {REPOSITORY}: the Hub cannot be worked with (ConnectionError: the Hub answers 503)"
    )
    assert error.count("\n") == 1


def test_the_token_is_shown_nowhere(
    hub: Hub,
    store: Path,
    capsys: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    caplog.set_level("DEBUG")
    assert main(["push", "--store", str(store), "--to", URL, "--debug"]) == 0
    wrong = "hf_" + "w" * 34
    monkeypatch.setenv("HF_TOKEN", wrong)
    hub.faults = [("GET .*/refs", 403)]
    assert main(["push", "1.0.0", "--store", str(store), "--to", URL, "--debug"]) == 1
    assert main(["push", "1.0.0", "--store", str(store), "--to", "hf://datasets/somebody/new", "--debug"]) == 1
    said = capsys.readouterr()
    assert "set HF_TOKEN to a token that may write there" in said.err
    everything = said.out + said.err + caplog.text + str(hub.repos) + str(list(files_of(resolve(store)).values()))
    assert TOKEN not in everything
    assert wrong not in everything


@pytest.mark.parametrize("url", ["hf://datasets/texts", "hf://somebody/texts", f"{URL}@main", f"{URL}/data"])
def test_what_is_no_repository_is_wrong_usage(store: Path, url: str) -> None:
    with pytest.raises(CorpusError, match="give the repository as hf://datasets/OWNER/NAME") as error:
        push(resolve(store), url)
    assert error.value.exit_code == 2


def test_without_the_library_the_extra_is_named(store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "huggingface_hub", None)
    with pytest.raises(CorpusError, match=r"install the extra hub, pip install 'corpus\[hub\]'") as error:
        push(resolve(store), URL)
    assert error.value.exit_code == 2


def test_a_repository_is_read_like_a_store(hub: Hub, store: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for version in ("1.0.0", "1.1.0"):
        push(resolve(store, version), URL)
    with nearby(URL) as near:
        assert [info.version for info in releases(near.store)] == ["1.0.0", "1.1.0"]
        assert verify(near.resolve("1.0.0").path, deep=True) == []
    assert main(["releases", "--store", URL]) == 0
    assert main(["verify", f"{URL}@v1.0.0", "--deep"]) == 0
    assert main(["verify", "--store", URL]) == 0
    assert main(["explain", "b", "--store", URL]) == 0
    assert f"{URL}@v1.0.0 is sound\n{URL}@v1.1.0 is sound\n" in capsys.readouterr().out


LOAD = """
import json, sys
from datasets import load_dataset
rows = {name: load_dataset(sys.argv[1], name, revision="v1.0.0")["train"].to_list() for name in ("documents", "edits")}
print(json.dumps(rows, default=str))
"""


def test_it_loads_from_the_hub_by_its_tag(hub: Hub, store: Path, tmp_path: Path) -> None:
    for version in ("1.0.0", "1.1.0"):
        push(resolve(store, version), URL)
    environment = {
        **os.environ,
        "HF_HOME": str(tmp_path / "home"),
        "HF_HUB_DISABLE_XET": "1",
        "HF_DATASETS_OFFLINE": "0",
    }
    command = [sys.executable, "-c", LOAD, REPOSITORY]
    done = subprocess.run(command, env=environment, check=False, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    release = resolve(store, "1.0.0")
    expected = {name: release.table(name).to_pylist() for name in ("documents", "edits")}
    assert json.loads(done.stdout) == json.loads(json.dumps(expected, default=str))
