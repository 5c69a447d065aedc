"""The log of a store: only ever added to, whole or not there, and any damage is found."""

from __future__ import annotations

import json
import random
import re
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from pipelines.cli import main
from pipelines.errors import CorpusError
from pipelines.release import append, check_log, log, read_log, read_standing, releases
from tests.samples import make_document, make_release, snapshot

A, B = make_document("a", "First words."), make_document("b", "Second words.")


@pytest.fixture
def store(tmp_path: Path) -> Path:
    """A store that does not exist yet."""
    return tmp_path / "store"


def _entries(store: Path) -> list[tuple[int, str, str | None]]:
    return [(entry.number, entry.action, entry.version) for entry in read_log(store)]


def test_a_publish_is_logged_with_its_reason_and_counts(store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1700000000")
    make_release(store, [A])
    make_release(store, [A, B])
    first, second = read_log(store)
    assert (first.number, first.at, first.action, first.version) == (1, "2023-11-14T22:13:20Z", "publish", "1.0.0")
    assert (second.detail["parent"], second.detail["bump"]) == ("1.0.0", "minor")
    assert (second.detail["reason"], second.detail["run_id"], second.detail["source"]) == (
        "1 document added",
        "run",
        "sample",
    )
    assert second.detail["counts"] == {"inputs": 2, "documents": 2, "rejects": 0}
    assert (first.previous_sha256, second.previous_sha256) == (None, first.sha256)
    assert check_log(store) == []


def test_what_is_unchanged_or_refused_is_not_logged(store: Path) -> None:
    make_release(store, [A])
    make_release(store, [A])
    make_release(store, [A, B], dry_run=True)
    with pytest.raises(CorpusError):
        make_release(store, [A, B], version="1.0.1")
    assert _entries(store) == [(1, "publish", "1.0.0")]


def test_entries_are_files_that_cannot_be_written(store: Path) -> None:
    append(store, "gc", None, {"removed": 1})
    (path,) = (store / "log").iterdir()
    assert path.name == "00000001.json"
    assert path.stat().st_mode & 0o222 == 0
    assert json.loads(path.read_text())["detail"] == {"removed": 1}
    assert list((store / "interim").iterdir()) == []


def test_an_entry_that_was_lost_in_a_crash_is_made_up_for(store: Path) -> None:
    make_release(store, [A])
    make_release(store, [A, B])
    (store / "log" / "00000002.json").unlink()
    make_release(store, [B])
    assert _entries(store) == [(1, "publish", "1.0.0"), (2, "publish", "1.1.0"), (3, "publish", "1.2.0")]
    assert [entry.detail.get("recovered", False) for entry in read_log(store)] == [False, True, False]


def test_a_store_from_before_the_log_gets_one(store: Path) -> None:
    make_release(store, [A])
    (store / "log" / "00000001.json").unlink()
    (store / "log").rmdir()
    assert make_release(store, [A, B]).published
    assert _entries(store) == [(1, "publish", "1.0.0"), (2, "publish", "1.1.0")]


def test_a_release_whose_entry_cannot_be_written_is_published(store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fill(*_: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr("pipelines.publish.staging.record_release", fill)
        assert make_release(store, [A]).published
    assert [info.version for info in releases(store)] == ["1.0.0"]
    make_release(store, [A, B])
    assert _entries(store) == [(1, "publish", "1.0.0"), (2, "publish", "1.1.0")]


def test_writers_at_once_lose_no_entry(store: Path) -> None:
    barrier = threading.Barrier(8)

    def write(number: int) -> int:
        barrier.wait()
        return [append(store, "push", "1.0.0", {"by": number}).number for _ in range(5)][-1]

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(write, range(8)))
    entries = read_log(store)
    assert [entry.number for entry in entries] == list(range(1, 41))
    assert sorted(entry.detail["by"] for entry in entries) == sorted(list(range(8)) * 5)
    assert check_log(store) == []


def test_a_kill_between_the_files_leaves_no_half_entry(store: Path) -> None:
    code = (
        "import os, signal, sys\nfrom pathlib import Path\nfrom pipelines.release import append\n"
        "os.link = lambda *_: os.kill(os.getpid(), signal.SIGKILL)\nappend(Path(sys.argv[1]), 'gc')\n"
    )
    append(store, "gc")
    ended = subprocess.run([sys.executable, "-c", code, str(store)], cwd=Path(__file__).parents[1], check=False)
    assert ended.returncode == -9
    assert _entries(store) == [(1, "gc", None)]
    make_release(store, [A])
    assert not list((store / "interim").glob("log-*"))


def test_any_flipped_bit_of_the_log_is_found(store: Path) -> None:
    for documents in ([A], [A, B], [B]):
        make_release(store, documents)
    chance = random.Random(3)
    for path in sorted((store / "log").iterdir()):
        content = path.read_bytes()
        path.chmod(0o644)
        for _ in range(40):
            place = chance.randrange(len(content))
            flipped = bytes([content[place] ^ 1 << chance.randrange(8)])
            path.write_bytes(content[:place] + flipped + content[place + 1 :])
            assert [finding.path for finding in check_log(store)] == [f"log/{path.name}"]
        path.write_bytes(content)
    assert check_log(store) == []


def test_gaps_swaps_and_strangers_are_found(store: Path) -> None:
    for documents in ([A], [A, B], [B]):
        make_release(store, documents)
    _, second, third = sorted((store / "log").iterdir())
    (store / "log" / "notes.txt").write_text("mine")
    assert [(f.path, f.problem) for f in check_log(store)] == [("log/notes.txt", "no entry of the log")]
    second.rename(store / "elsewhere")
    assert check_log(store)[0].path == "log/00000002.json"
    third.rename(second)
    assert check_log(store)[0].path == "log/00000002.json"
    assert "move the folder log aside" in check_log(store)[0].advice


def test_nothing_is_published_upon_a_damaged_log(store: Path) -> None:
    make_release(store, [A])
    path = store / "log" / "00000001.json"
    path.chmod(0o644)
    path.write_text("{}")
    before = snapshot(store)
    with pytest.raises(CorpusError, match=r"log of .* is damaged \(log/00000001\.json: not as it was written\)"):
        make_release(store, [A, B])
    assert snapshot(store) == before
    path.rename(store / "aside")
    assert make_release(store, [A, B]).version == "1.1.0"


def test_a_log_is_summed_up(store: Path) -> None:
    for action, version in (("yank", "1.0.0"), ("pin", "1.1.0"), ("pin", "1.2.0"), ("unpin", "1.2.0")):
        append(store, action, version, {"reason": "wrong"} if action == "yank" else None)
    now = read_standing(store)
    assert (dict(now.withdrawn), set(now.pinned)) == ({"1.0.0": "wrong"}, {"1.1.0"})
    append(store, "unyank", "1.0.0")
    assert read_standing(store).withdrawn == {}
    with pytest.raises(ValueError, match="dance"):
        append(store, "dance")


def test_rivals_that_are_always_faster_are_said(store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(log, "_put", lambda *_: False)
    with pytest.raises(CorpusError, match="other runs were faster"):
        append(store, "gc")


def test_the_command_shows_the_log(store: Path, capsys: pytest.CaptureFixture[str]) -> None:
    store.mkdir()
    assert main.main(["log", "--store", str(store)]) == 0
    assert "no log in" in capsys.readouterr().out
    make_release(store, [A])
    make_release(store, [A, *(make_document(f"n{i}", "More words.", edits=i) for i in range(5))])
    assert main.main(["log", "--store", str(store)]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert re.fullmatch(r" +1  \d{4}-\d\d-\d\d \d\d:\d\d UTC  publish 1.0.0", lines[0])
    assert "first: first release; 1 document, 0 rejects, source sample" in lines[1]
    assert max(map(len, lines)) <= 80
    assert main.main(["log", "--store", str(store), "--json"]) == 0
    assert [entry["version"] for entry in json.loads(capsys.readouterr().out)] == ["1.0.0", "1.1.0"]


def test_the_command_says_that_the_log_is_damaged(store: Path, capsys: pytest.CaptureFixture[str]) -> None:
    make_release(store, [A])
    (store / "log" / "00000001.json").chmod(0o644)
    (store / "log" / "00000001.json").write_text("")
    assert main.main(["log", "--store", str(store)]) == 1
    captured = capsys.readouterr()
    assert captured.err.startswith("log/00000001.json: not as it was written; put the file back")


def test_the_run_is_named_in_the_log_alone(store: Path) -> None:
    folder = make_release(store, [A]).path
    assert b'"run_id"' not in (folder / "manifest.json").read_bytes()
    assert read_log(store)[0].detail["run_id"] == "run"
