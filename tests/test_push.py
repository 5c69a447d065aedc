"""Stores elsewhere: published into, pushed into, read like a local one, and never half-written."""

from __future__ import annotations

import itertools
import json
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from typing import Any

import fsspec
import pytest

from pipelines.cli.main import main
from pipelines.document import CleanedDocument
from pipelines.errors import CorpusError
from pipelines.places import Place
from pipelines.publish import Outcome
from pipelines.publish.keeping import unyank, yank
from pipelines.push import collect, objects, publish_to, push
from pipelines.release import Release, check_log, nearby, read_log, releases, resolve, verify
from tests.buckets import Proxy, serve_bucket
from tests.samples import make_document, make_release

A, B, C = (make_document(key, f"Words of {key}.") for key in "abc")
NUMBERS = itertools.count()


@pytest.fixture(autouse=True)
def _no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pipelines.places.PAUSE", 0.001)


@pytest.fixture
def memory() -> str:
    """A store in memory that nobody used before."""
    return f"memory://far-{next(NUMBERS)}/store"


@pytest.fixture
def bucket(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A store in a bucket, at a place that nobody used before: the server keeps what it has from test to test."""
    with serve_bucket(monkeypatch):
        yield f"s3://texts/store-{next(NUMBERS)}"


@pytest.fixture(params=["memory", "bucket"])
def far(request: pytest.FixtureRequest) -> str:
    """Either of them."""
    url: str = request.getfixturevalue(request.param)
    return url


def publish_far(url: str, documents: Sequence[CleanedDocument]) -> str:
    return publish_to(Path(url), lambda store: make_release(store, documents))[1]


def listed(url: str) -> list[str]:
    with nearby(url) as near:
        return [info.version for info in releases(near.store)]


def damaged(url: str, version: str) -> list[str]:
    with nearby(url) as near:
        return [finding.path for finding in verify(near.resolve(version).path, deep=True)]


# --- publishing -----------------------------------------------------------------------------------------------------


def test_a_store_elsewhere_is_published_into_and_read(far: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert publish_far(far, [A]) == f"{far}/releases/1.0.0"
    assert publish_far(far, [A, B]) == f"{far}/releases/1.1.0"
    before = Place(far).names()
    assert publish_far(far, [B, A]) == f"{far}/releases/1.1.0"
    assert Place(far).names() == before
    assert not [name for name in before if name.startswith("interim")]
    assert json.loads(Place(far).read("latest.json") or b"") == {"path": "releases/1.1.0", "version": "1.1.0"}
    for command in (["releases"], ["verify"], ["verify", "1.0.0", "--deep"], ["explain", "b"], ["releases", "--json"]):
        assert main([*command, "--store", far]) == 0
    assert main(["verify", f"{far}/releases/1.0.0"]) == 0
    out = capsys.readouterr().out
    assert "1.1.0            2" in out
    assert f"{far}/releases/1.0.0 is sound" in out
    assert f'"path": "{far}/releases/1.1.0"' in out


def test_the_files_are_those_of_a_local_release(far: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "0")
    publish_far(far, [A, B])
    local = make_release(tmp_path, [A, B]).path
    names = sorted(path.relative_to(local).as_posix() for path in local.rglob("*") if path.is_file())
    target = Place(f"{far}/releases/1.0.0")
    assert target.names() == names
    assert all(target.read(name) == (local / name).read_bytes() for name in names)


def test_what_is_not_there_is_said_with_the_address(memory: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["verify", "--store", memory]) == 1
    publish_far(memory, [A])
    assert main(["verify", "7.0.0", "--store", memory]) == 2
    assert main(["verify", f"{memory}/releases/7.0.0"]) == 1
    assert main(["explain", "nobody", "--store", memory]) == 2
    errors = capsys.readouterr().err.splitlines()
    assert errors[0] == f"corpus: no release in {memory}: make one with corpus publish SOURCE --to {memory}"
    assert errors[1] == f"corpus: no release 7.0.0; {memory} has: 1.0.0"
    assert "no manifest.json; correct the URL" in errors[2]
    assert "no such document in release 1.0.0" in errors[3]


def test_damage_elsewhere_is_found(far: str, capsys: pytest.CaptureFixture[str]) -> None:
    publish_far(far, [A])
    target = Place(f"{far}/releases/1.0.0")
    target.write("README.md", b"other")
    target.write("extra", b"")
    target.remove("edits/train-00000-of-00001.parquet")
    assert main(["verify", "--store", far]) == 1
    assert [line.partition(":")[0] for line in capsys.readouterr().out.splitlines()[:3]] == [
        "README.md",
        "edits/train-00000-of-00001.parquet",
        "extra",
    ]
    target.remove("manifest.json")
    assert listed(far) == []


def test_a_file_that_leads_out_of_its_folder_is_refused(memory: str) -> None:
    publish_far(memory, [A])
    name = f"/{memory.removeprefix('memory://')}/releases/1.0.0/../../../out"
    fsspec.filesystem("memory").store[name] = fsspec.implementations.memory.MemoryFile(None, name, b"x")
    with nearby(memory) as near, pytest.raises(CorpusError, match="leads out of it"):
        near.resolve()


# --- faults and rivals ----------------------------------------------------------------------------------------------


def test_a_busy_server_and_lost_answers_are_overcome(bucket: str) -> None:
    Proxy.refused, Proxy.refusals = ("GET", "PUT"), 3
    publish_far(bucket, [A])
    Proxy.lost = 5
    publish_far(bucket, [A, B])
    assert Proxy.seen == ["refused"] * 3 + ["lost"] * 5
    assert listed(bucket) == ["1.0.0", "1.1.0"]
    assert damaged(bucket, "1.0.0") == damaged(bucket, "1.1.0") == []


def test_no_credential_is_shown(
    bucket: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    publish_far(bucket, [A])
    shown = json.dumps([(Place(bucket).read(name) or b"").decode("latin-1") for name in Place(bucket).names()])
    Proxy.refusals = 10**6
    monkeypatch.setattr("pipelines.places.ATTEMPTS", 1)
    assert main(["releases", "--store", bucket.replace("texts", "key:testing-secret@texts"), "--debug"]) == 1
    said = capsys.readouterr()
    assert "testing-secret" not in shown + said.out + said.err


class CrashError(Exception):
    """Stands for a kill: whatever the run would still do is not done."""


def crash_at(monkeypatch: pytest.MonkeyPatch, step: int) -> Callable[[], None]:
    """Let the run die at its ``step``-th write (nothing it would do afterwards is done); returns how to end that."""
    count = itertools.count(1)
    create, remove, write = Place.create, Place.remove, Place.write
    dead = threading.Event()

    def dying(act: Callable[..., Any]) -> Callable[..., Any]:
        def step_on(self: Place, *args: object) -> object:
            if dead.is_set() or next(count) == step:
                dead.set()
                raise CrashError
            return act(self, *args)

        return step_on

    for name, act in (("create", create), ("remove", remove), ("write", write)):
        monkeypatch.setattr(Place, name, dying(act))

    def revive() -> None:
        for name, act in (("create", create), ("remove", remove), ("write", write)):
            monkeypatch.setattr(Place, name, act)

    return revive


@pytest.mark.parametrize("step", [5, *(pytest.param(n, marks=pytest.mark.slow) for n in (1, 2, 11, 12, 13))])
def test_a_kill_at_any_write_leaves_whole_releases_and_the_next_run_goes_on(
    memory: str, monkeypatch: pytest.MonkeyPatch, step: int
) -> None:
    publish_far(memory, [A])
    revive = crash_at(monkeypatch, step)
    with pytest.raises(CrashError):
        publish_far(memory, [A, B])
    revive()
    there = listed(memory)
    assert there in (["1.0.0"], ["1.0.0", "1.1.0"])
    assert [damaged(memory, version) for version in there] == [[]] * len(there)
    publish_far(memory, [A, B])
    assert listed(memory) == ["1.0.0", "1.1.0"]
    assert damaged(memory, "1.1.0") == []
    publish_far(memory, [A, B, C])
    assert listed(memory) == ["1.0.0", "1.1.0", "1.2.0"]
    assert (Place(memory).read("latest.json") or b"").startswith(b'{"path": "releases/1.2.0"')


def test_a_killed_run_with_other_content_is_waited_for_until_it_is_old(
    memory: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish_far(memory, [A])
    revive = crash_at(monkeypatch, 5)
    with pytest.raises(CrashError):
        publish_far(memory, [A, B])
    revive()
    with pytest.raises(CorpusError, match=r"or was killed at it; .*remove memory.*/interim/publishing\.json"):
        publish_far(memory, [A, C])
    assert collect(memory) == []
    monkeypatch.setattr(objects, "LEASE", timedelta(0))
    publish_far(memory, [A, C])
    assert damaged(memory, "1.1.0") == []
    with nearby(memory) as near:
        assert near.resolve().table("documents")["id"].to_pylist() == ["a", "c"]


def test_leftovers_are_collected_and_releases_are_not(memory: str, monkeypatch: pytest.MonkeyPatch) -> None:
    publish_far(memory, [A])
    revive = crash_at(monkeypatch, 5)
    with pytest.raises(CrashError):
        publish_far(memory, [A, B])
    revive()
    Place(memory).write("latest.json", b"{}")
    assert collect(memory, timedelta(0)) == [f"{memory}/interim", f"{memory}/releases/1.1.0"]
    assert (Place(memory).read("latest.json") or b"").startswith(b'{"path": "releases/1.0.0"')
    assert collect(memory, timedelta(0)) == []
    assert damaged(memory, "1.0.0") == []


def test_a_rival_that_published_meanwhile_is_not_lost(far: str) -> None:
    publish_far(far, [A])

    def late(store: Path) -> Outcome:
        outcome = make_release(store, [A, C])
        publish_far(far, [A, B])
        return outcome

    with pytest.raises(CorpusError, match=r"another run changed .* meanwhile; nothing was published: run it again"):
        publish_to(Path(far), late)
    assert listed(far) == ["1.0.0", "1.1.0"]
    assert damaged(far, "1.1.0") == []
    assert not [name for name in Place(far).names() if name.startswith("interim")]


def meanwhile(monkeypatch: pytest.MonkeyPatch, name: str, rival: Callable[[], object], *, is_after: bool) -> None:
    """Let a rival run when the step ``name`` of an upload is first reached, or done."""
    step = getattr(objects, name)

    def disturbed(*args: object) -> object:
        monkeypatch.setattr(objects, name, step)
        if not is_after:
            rival()
        result = step(*args)
        if is_after:
            rival()
        return result

    monkeypatch.setattr(objects, name, disturbed)


def log_of(url: str) -> list[str | None]:
    with nearby(url) as near:
        assert check_log(near.store) == []
        return [entry.version for entry in read_log(near.store) if entry.action == "publish"]


@pytest.mark.parametrize("is_after", [False, True])
@pytest.mark.parametrize("name", ["_contents", "_put_files"])
def test_runs_with_the_same_content_both_succeed(
    memory: str, monkeypatch: pytest.MonkeyPatch, name: str, *, is_after: bool
) -> None:
    publish_far(memory, [A])
    meanwhile(monkeypatch, name, lambda: publish_far(memory, [A, B]), is_after=is_after)
    assert publish_far(memory, [A, B]) == f"{memory}/releases/1.1.0"
    assert damaged(memory, "1.1.0") == []
    assert log_of(memory) == ["1.0.0", "1.1.0"]
    assert not [file for file in Place(memory).names() if file.startswith("interim")]


def test_what_another_run_finished_with_the_same_content_stays(memory: str) -> None:
    publish_far(memory, [A])

    def late(store: Path) -> Outcome:
        outcome = make_release(store, [A, B])
        publish_far(memory, [A, B])
        return outcome

    assert publish_to(Path(memory), late)[1] == f"{memory}/releases/1.1.0"
    assert damaged(memory, "1.1.0") == []
    assert log_of(memory) == ["1.0.0", "1.1.0"]


@pytest.mark.parametrize("at", ["before the claim", "under the claim", "after"])
def test_the_log_stays_a_chain_where_a_run_comes_between_a_manifest_and_its_entry(
    memory: str, monkeypatch: pytest.MonkeyPatch, at: str
) -> None:
    publish_far(memory, [A])
    finish: Callable[..., None] = objects._finish

    def interrupted(*args: object) -> None:  # the entry of the first run comes while the second one is at work
        def second_finish(*others: object) -> None:
            if at == "under the claim":
                finish(*args)
            finish(*others)

        def work(store: Path) -> Outcome:
            outcome = make_release(store, [A, B, C])
            if at == "before the claim":
                finish(*args)
            return outcome

        monkeypatch.setattr(objects, "_finish", second_finish)
        if at == "before the claim":
            with pytest.raises(CorpusError, match="another run changed"):
                publish_to(Path(memory), work)
        else:
            publish_to(Path(memory), work)
        monkeypatch.setattr(objects, "_finish", finish)
        if at == "after":
            finish(*args)

    monkeypatch.setattr(objects, "_finish", interrupted)
    assert publish_far(memory, [A, B]) == f"{memory}/releases/1.1.0"
    assert "1.1.0" in log_of(memory)
    publish_far(memory, [A, C])
    assert log_of(memory) == listed(memory)
    assert [damaged(memory, version) for version in listed(memory)] == [[]] * len(listed(memory))


def test_a_log_that_grew_meanwhile_is_not_written_to(memory: str) -> None:
    publish_far(memory, [A])

    def late(store: Path) -> Outcome:
        Place(memory).write("log/00000002.json", b"{}")
        return make_release(store, [A, B])

    with pytest.raises(CorpusError, match="another run changed"):
        publish_to(Path(memory), late)
    assert listed(memory) == ["1.0.0"]


@pytest.mark.parametrize("name", ["_finish", "_point_to_latest"])
def test_a_fault_after_the_manifest_does_not_take_the_release_back(
    memory: str, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    def fail(*_: object) -> None:
        raise CorpusError("the network is gone")

    publish_far(memory, [A])
    with monkeypatch.context() as broken:
        broken.setattr(objects, name, fail)
        assert publish_far(memory, [A, B]) == f"{memory}/releases/1.1.0"
    publish_far(memory, [A, B, C])
    assert log_of(memory) == listed(memory) == ["1.0.0", "1.1.0", "1.2.0"]
    assert (Place(memory).read("latest.json") or b"").startswith(b'{"path": "releases/1.2.0"')


@pytest.mark.slow
def test_many_publishers_at_once_never_lose_work(bucket: str) -> None:
    far = bucket
    publish_far(far, [A])
    barrier = threading.Barrier(3)

    def run(number: int) -> str:
        def work(store: Path) -> Outcome:
            outcome = make_release(store, [A, make_document(f"run-{number}")])
            barrier.wait(20)
            return outcome

        try:
            return publish_to(Path(far), work)[1]
        except CorpusError as error:
            return str(error)

    with ThreadPoolExecutor(3) as pool:
        answers = list(pool.map(run, range(3)))
    won = [answer for answer in answers if answer == f"{far}/releases/1.1.0"]
    assert len(won) == len(listed(far)) - 1 == 1
    assert all("another run" in answer for answer in answers if answer not in won)
    publish_far(far, [A, B, C])
    assert log_of(far) == listed(far) == ["1.0.0", "1.1.0", listed(far)[-1]]
    assert [damaged(far, version) for version in listed(far)] == [[]] * 3


# --- pushing --------------------------------------------------------------------------------------------------------


@pytest.fixture
def local(tmp_path: Path) -> Path:
    """A local store with three releases."""
    make_release(tmp_path, [A])
    make_release(tmp_path, [A, B])
    make_release(tmp_path, [A, B, C])
    return tmp_path


def test_releases_are_pushed_as_they_are(far: str, local: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["push", "1.0.0", "--store", str(local), "--to", far]) == 0
    assert main(["push", "1.0.0", "--store", str(local), "--to", far]) == 0
    assert main(["push", "--store", str(local), "--to", far, "--json"]) == 0
    out = capsys.readouterr().out
    assert "Pushed 1.0.0." in out
    assert "1.0.0 is there already: nothing to do." in out
    assert json.loads(out[out.index("{") :]) == {
        "version": "1.2.0",
        "address": f"{far}/releases/1.2.0",
        "pushed": True,
    }
    assert listed(far) == ["1.0.0", "1.2.0"]
    assert damaged(far, "1.0.0") == damaged(far, "1.2.0") == []


def test_what_is_there_is_never_overwritten(memory: str, local: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    push(resolve(local, "1.1.0"), memory)
    other = tmp_path_factory.mktemp("other")
    make_release(other, [C])
    make_release(other, [C, B])
    make_release(other, [C, B, A])
    before = Place(memory).names()
    with pytest.raises(CorpusError, match=r"1\.1\.0 exists with other content, and releases never change"):
        push(resolve(other, "1.1.0"), memory)
    with pytest.raises(CorpusError, match=r"has another 1\.1\.0 than this store"):
        push(resolve(other, "1.2.0"), memory)
    with pytest.raises(CorpusError, match=r"has 1\.1\.0, which is newer than 1\.0\.0"):
        push(resolve(local, "1.0.0"), memory)
    assert Place(memory).names() == before


def test_damage_is_not_pushed_and_not_taken_for_the_release(memory: str, local: Path) -> None:
    release = resolve(local, "1.0.0")
    push(release, memory)
    Place(f"{memory}/releases/1.0.0").write("README.md", b"")
    with pytest.raises(CorpusError, match=r"README\.md is missing or damaged: restore the folder from"):
        push(release, memory)
    (release.path / "README.md").chmod(0o644)
    (release.path / "README.md").write_text("")
    with pytest.raises(CorpusError, match=r"is damaged \(README\.md: .*; nothing was pushed"):
        push(Release(release.path), memory)


def test_a_withdrawn_release_is_not_pushed(memory: str, local: Path) -> None:
    yank(local, "1.2.0", "wrong year")
    with pytest.raises(CorpusError, match=r"1\.2\.0 was withdrawn \(wrong year\); .*corpus yank 1\.2\.0 --undo"):
        push(resolve(local, "1.2.0"), memory)
    assert listed(memory) == []
    unyank(local, "1.2.0")
    assert push(resolve(local, "1.2.0"), memory).pushed


@pytest.mark.parametrize(
    "command",
    [
        ["yank", "1.0.0", "--reason", "wrong"],
        ["yank", "1.0.0", "--undo"],
        ["prune", "--keep", "1"],
        ["prune", "--keep", "1", "--dry-run"],
        ["prune", "--pin", "1.0.0"],
        ["prune", "--unpin", "1.0.0"],
    ],
)
def test_a_store_elsewhere_is_not_kept_from_here(
    memory: str, command: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([*command, "--store", memory]) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert "--store: a URL, but this command works on a folder" in said.err
    assert said.err.count("\n") == 1


@pytest.mark.parametrize("url", ["nowhere", "hf://models/a/b", "nosuch://x"])
def test_a_place_that_cannot_be_pushed_to_is_wrong_usage(local: Path, url: str) -> None:
    with pytest.raises(CorpusError) as error:
        push(resolve(local), url)
    assert error.value.exit_code == 2
