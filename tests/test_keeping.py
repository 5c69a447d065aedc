"""Withdrawn, pinned and removed releases: the log decides, data are only ever moved away whole."""

from __future__ import annotations

import json
import os
import re
import shutil
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from pipelines.cli import main
from pipelines.errors import CorpusError
from pipelines.publish import keeping, staging
from pipelines.publish.keeping import collect_garbage, pin, prune, unyank, yank
from pipelines.release import latest, read_log, read_standing, releases, resolve, verify
from tests.samples import make_document, make_release, snapshot

A, B, C, D = (make_document(key, f"Words of {key}.") for key in "abcd")


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store with the releases 1.0.0, 1.1.0 and 1.2.0, for nobody to change."""
    store = tmp_path_factory.mktemp("published") / "store"
    for documents in ([A], [A, B], [A, B, C]):
        make_release(store, documents)
    return store


@pytest.fixture
def store(published: Path, tmp_path: Path) -> Path:
    """A copy of it."""
    return Path(shutil.copytree(published, tmp_path / "store", symlinks=True))


def _versions(store: Path) -> list[str]:
    return [info.version for info in releases(store)]


def _latest(store: Path) -> tuple[str | None, str | None]:
    """Return the latest version as the code and as the link say."""
    newest, link = latest(store), store / "latest"
    return newest.version if newest else None, link.readlink().name if link.is_symlink() else None


# --- withdrawing ----------------------------------------------------------------------------------------------------


def test_a_withdrawn_release_stays_and_is_not_the_latest(store: Path) -> None:
    before = snapshot(store / "releases")
    assert yank(store, "1.2.0", "wrong\ndates")
    assert snapshot(store / "releases") == before
    assert _latest(store) == ("1.1.0", "1.1.0")
    assert [info.withdrawn for info in releases(store)] == [None, None, "wrong dates"]
    assert resolve(store).version == "1.1.0"
    assert resolve(store, "1.2.0").version == "1.2.0"
    assert verify(resolve(store, "1.2.0").path, deep=True) == []


def test_a_withdrawal_can_be_taken_back_and_given_twice(store: Path) -> None:
    assert [yank(store, "1.2.0", "wrong"), yank(store, "1.2.0", "wrong")] == [True, False]
    assert yank(store, "1.2.0", "wrong dates")
    assert read_standing(store).withdrawn == {"1.2.0": "wrong dates"}
    assert [unyank(store, "1.2.0"), unyank(store, "1.2.0")] == [True, False]
    assert _latest(store) == ("1.2.0", "1.2.0")
    assert [entry.action for entry in read_log(store)] == ["publish"] * 3 + ["yank", "yank", "unyank"]


def test_the_next_release_is_measured_against_what_stands_and_has_a_new_number(store: Path) -> None:
    yank(store, "1.2.0", "wrong")
    outcome = make_release(store, [A, B, D])
    assert (outcome.version, outcome.reason) == ("1.3.0", "1 document added")
    release = resolve(store)
    assert release.manifest["parent"] == "1.1.0"
    assert release.table("changes")["document_id"].to_pylist() == ["d"]
    assert verify(release.path, deep=True) == []
    assert "(withdrawn: wrong)" in (release.path / "README.md").read_text()


def test_what_was_withdrawn_is_not_published_again_under_a_new_number(store: Path) -> None:
    yank(store, "1.2.0", "wrong")
    before = snapshot(store)
    with pytest.raises(CorpusError, match=r"what 1\.2\.0 says, which was withdrawn \(wrong\).*yank 1\.2\.0 --undo"):
        make_release(store, [A, B, C])
    assert snapshot(store) == before
    assert not make_release(store, [A, B]).published


def test_where_all_is_withdrawn_there_is_no_latest_and_the_next_is_a_first_one(store: Path) -> None:
    for version in _versions(store):
        yank(store, version, "wrong")
    assert _latest(store) == (None, None)
    with pytest.raises(CorpusError, match=r"every release in .* is withdrawn"):
        resolve(store)
    outcome = make_release(store, [D])
    assert (outcome.version, outcome.bump) == ("2.0.0", "first")
    assert _latest(store) == ("2.0.0", "2.0.0")
    assert resolve(store).manifest["parent"] is None


@pytest.mark.parametrize(("version", "reason"), [("9.9.9", "wrong"), ("first", "wrong"), ("1.0.0", "  ")])
def test_what_cannot_be_withdrawn_is_said(store: Path, version: str, reason: str) -> None:
    with pytest.raises(CorpusError) as error:
        yank(store, version, reason)
    assert error.value.exit_code == 2
    assert len(read_log(store)) == 3


def test_a_kill_after_the_entry_is_mended(store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def end(_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(keeping, "point_to_latest", end)
        with pytest.raises(KeyboardInterrupt):
            yank(store, "1.2.0", "wrong")
    assert _latest(store) == ("1.1.0", "1.2.0")
    collect_garbage(store)
    assert _latest(store) == ("1.1.0", "1.1.0")


# --- removing -------------------------------------------------------------------------------------------------------


def test_prune_keeps_the_newest_and_the_pinned(store: Path) -> None:
    make_release(store, [A, B, C, D])
    assert pin(store, ["1.0.0"]) == ["1.0.0"]
    assert [info.version for info in prune(store, 2)] == ["1.1.0"]
    assert _versions(store) == ["1.0.0", "1.2.0", "1.3.0"]
    assert [info.is_pinned for info in releases(store)] == [True, False, False]
    assert pin(store, ["1.0.0"], is_pinned=False) == ["1.0.0"]
    assert [info.version for info in prune(store, 1)] == ["1.0.0", "1.2.0"]
    assert _latest(store) == ("1.3.0", "1.3.0")
    assert list((store / "interim" / "removed").iterdir()) == []
    assert [(e.action, e.version) for e in read_log(store)[4:]] == [
        ("pin", "1.0.0"),
        ("prune", "1.1.0"),
        ("unpin", "1.0.0"),
        ("prune", "1.0.0"),
        ("prune", "1.2.0"),
    ]


def test_a_dry_run_removes_nothing(store: Path) -> None:
    before = snapshot(store)
    assert [info.version for info in prune(store, 1, dry_run=True)] == ["1.0.0", "1.1.0"]
    assert snapshot(store) == before


def test_withdrawn_releases_do_not_count_and_go_when_they_are_old(store: Path) -> None:
    yank(store, "1.2.0", "wrong")
    assert prune(store, 2) == []
    assert [info.version for info in prune(store, 1)] == ["1.0.0"]
    assert _versions(store) == ["1.1.0", "1.2.0"]
    make_release(store, [A, B, D])
    assert [info.version for info in prune(store, 1)] == ["1.1.0", "1.2.0"]
    assert _versions(store) == ["1.3.0"]


def test_a_number_is_never_given_twice(store: Path) -> None:
    yank(store, "1.2.0", "wrong")
    make_release(store, [A, B, D])
    prune(store, 1)
    yank(store, "1.3.0", "wrong too")
    assert make_release(store, [A]).version == "2.0.0"
    with pytest.raises(CorpusError, match="removed by corpus prune"):
        resolve(store, "1.1.0")


def test_what_stays_is_sound_without_its_parent(store: Path) -> None:
    prune(store, 1)
    assert verify(resolve(store).path, deep=True) == []
    assert make_release(store, [A, B, C, D]).version == "1.3.0"
    assert verify(resolve(store).path, deep=True) == []


def test_a_kill_between_entry_and_removal_is_made_good(store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rename = Path.rename

    def end(path: Path, target: Path) -> Path:
        if path.parent.name == "releases":
            raise KeyboardInterrupt
        return rename(path, target)

    with monkeypatch.context() as patch:
        patch.setattr(Path, "rename", end)
        with pytest.raises(KeyboardInterrupt):
            prune(store, 1)
    assert _versions(store) == ["1.0.0", "1.1.0", "1.2.0"]
    assert [info.version for info in prune(store, 1)] == ["1.0.0", "1.1.0"]
    assert _versions(store) == ["1.2.0"]


def test_a_kill_while_deleting_is_collected(store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def end(_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(keeping, "remove_tree", end)
        with pytest.raises(KeyboardInterrupt):
            prune(store, 2)
    assert _versions(store) == ["1.1.0", "1.2.0"]
    assert [path.name.partition("-")[0] for path in collect_garbage(store)] == ["1.0.0"]


def test_old_releases_can_be_removed_from_a_full_disk(store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write = Path.write_text

    def fill(path: Path, *given: str, **more: str) -> int:
        if (store / "interim" / "spare").exists():
            raise OSError(28, "No space left on device")
        return write(path, *given, **more)

    monkeypatch.setattr(Path, "write_text", fill)
    with pytest.raises(OSError, match="No space left"):
        yank(store, "1.0.0", "wrong")
    assert [info.version for info in prune(store, 1)] == ["1.0.0", "1.1.0"]
    monkeypatch.undo()
    make_release(store, [A, D])
    assert (store / "interim" / "spare").stat().st_size > 0


def test_fewer_than_one_cannot_be_kept(store: Path) -> None:
    with pytest.raises(CorpusError, match="1 or more"):
        prune(store, 0)


# --- collecting -----------------------------------------------------------------------------------------------------


def test_what_dead_runs_left_is_collected_and_live_runs_are_not_touched(store: Path, tmp_path: Path) -> None:
    stale = store / "interim" / "staging" / "stale" / "documents"
    stale.mkdir(parents=True)
    stale.chmod(0o555)
    (store / "interim" / "log-1234").write_text("half")
    with staging.staging_area(store) as live:
        assert not stale.exists()
        stale.mkdir(parents=True)
        assert [path.name for path in collect_garbage(store)] == ["stale"]
        assert live.is_dir()
    assert collect_garbage(store) == []
    assert collect_garbage(tmp_path / "nowhere") == []
    assert [entry.action for entry in read_log(store)] == ["publish"] * 3 + ["gc"]


# --- the commands ---------------------------------------------------------------------------------------------------


def _run(*arguments: str) -> int:
    return main.main(list(arguments))


def test_the_command_withdraws_and_lists(store: Path, capsys: pytest.CaptureFixture[str]) -> None:
    place = ("--store", str(store))
    assert _run("yank", "1.2.0", "--reason", "wrong dates", *place) == 0
    assert capsys.readouterr().out == "1.2.0 is withdrawn; the latest release is 1.1.0\n"
    assert _run("releases", *place) == 0
    shown = capsys.readouterr().out
    assert "withdrawn: wrong dates" in shown
    assert re.search(r" \d{4}-\d\d-\d\d \d\d:\d\d UTC ", shown)
    assert max(map(len, shown.splitlines())) <= 80
    assert _run("releases", "--json", *place) == 0
    listed = json.loads(capsys.readouterr().out)
    assert [each["withdrawn"] for each in listed] == [None, None, "wrong dates"]
    assert all(datetime.fromisoformat(each["published_at"]).utcoffset() == timedelta(0) for each in listed)
    assert _run("verify", "1.2.0", *place) == 0
    assert capsys.readouterr().err == "note: 1.2.0 was withdrawn: wrong dates\n"
    assert _run("verify", *place) == 0
    assert capsys.readouterr().err == ""
    assert _run("yank", "1.2.0", "--undo", "--json", *place) == 0
    assert json.loads(capsys.readouterr().out) == {
        "version": "1.2.0",
        "withdrawn": False,
        "changed": True,
        "latest": "1.2.0",
    }


@pytest.mark.parametrize(
    "arguments",
    [
        ["yank", "1.2.0"],
        ["yank", "1.2.0", "--undo", "--reason", "x"],
        ["prune"],
        ["prune", "--keep", "0"],
        ["prune", "--pin", "1.0.0", "--dry-run", "--keep", "1"],
    ],
)
def test_wrong_usage_is_said(store: Path, arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert _run(*arguments, "--store", str(store)) == 2
    assert capsys.readouterr().err.count("\n") == 1


def test_the_command_prunes_and_pins(store: Path, capsys: pytest.CaptureFixture[str]) -> None:
    place = ("--store", str(store))
    assert _run("prune", "--keep", "1", "--dry-run", *place) == 0
    assert capsys.readouterr().out == "would remove 1.0.0\nwould remove 1.1.0\n"
    assert _run("prune", "--keep", "1", "--pin", "1.1.0", "--json", *place) == 0
    assert json.loads(capsys.readouterr().out) == {
        "pinned": ["1.1.0"],
        "unpinned": [],
        "removed": ["1.0.0"],
        "dry_run": False,
    }
    assert _run("prune", "--keep", "1", *place) == 0
    assert capsys.readouterr().out == "nothing to remove\n"
    assert _run("prune", "--pin", "1.1.0", *place) == 0
    assert capsys.readouterr().out == "nothing to change\n"


def test_the_command_collects(store: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (store / "interim" / "staging" / "stale").mkdir()
    assert _run("gc", "--store", str(store)) == 0
    assert capsys.readouterr().out.count(os.sep + "stale") == 1
    assert _run("gc", "--store", str(store), "--json") == 0
    assert json.loads(capsys.readouterr().out) == {"removed": []}
