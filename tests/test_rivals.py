"""Runs that publish at the same time: the one that loses works its release out anew, or says that it cannot."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from pipelines.publish import ConflictError, publish, rivals, watch
from pipelines.release import latest, read_log, releases, resolve, verify
from tests.samples import SETTINGS, build_tables, make_build, make_document, make_release, snapshot

ROOT = Path(__file__).resolve().parents[1]
A, B, C = (make_document(key, f"Words of {key}.") for key in "abc")


@pytest.fixture(autouse=True)
def exact_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    """Files made a moment ago count as old."""
    monkeypatch.setattr(rivals, "MARGIN_NS", 0)


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """A source with one file in a folder."""
    (tmp_path / "source" / "raw" / "deep").mkdir(parents=True)
    (tmp_path / "source" / "raw" / "deep" / "a.txt").write_text("Words.")
    time.sleep(0.05)
    return tmp_path / "source"


def test_the_loser_of_a_race_begins_again_where_its_source_is_unchanged(tmp_path: Path) -> None:
    make_release(tmp_path, [A])
    tables = build_tables([A, B, C], [])
    build = replace(make_build(tables, parent="1.0.0"), is_current=lambda: True)
    make_release(tmp_path, [A, B])
    outcome = publish(tables, tmp_path, SETTINGS, build)
    assert (outcome.version, outcome.difference.added) == ("1.2.0", ("c",))
    assert resolve(tmp_path).manifest["parent"] == "1.1.0"


def test_the_loser_of_a_race_publishes_nothing_where_the_rival_said_the_same(tmp_path: Path) -> None:
    make_release(tmp_path, [A])
    tables = build_tables([A, B], [])
    build = replace(make_build(tables, parent="1.0.0"), is_current=lambda: True)
    make_release(tmp_path, [A, B])
    assert not publish(tables, tmp_path, SETTINGS, build).published


@pytest.mark.parametrize("is_current", [None, lambda: False])
def test_the_loser_of_a_race_says_so_where_its_source_has_changed(
    tmp_path: Path, is_current: Callable[[], bool] | None
) -> None:
    make_release(tmp_path, [A])
    tables = build_tables([A, C], [])
    build = replace(make_build(tables, parent="1.0.0"), is_current=is_current)
    make_release(tmp_path, [A, B])
    before = snapshot(tmp_path)
    with pytest.raises(ConflictError, match="run corpus publish again"):
        publish(tables, tmp_path, SETTINGS, build)
    assert snapshot(tmp_path) == before


def test_a_run_gives_way_in_the_end(tmp_path: Path) -> None:
    tables = build_tables([A], [])
    rival = iter(range(99))

    def is_current() -> bool:
        make_release(tmp_path, [make_document("r", f"Words {next(rival)}.")])
        return True

    with pytest.raises(ConflictError):
        publish(tables, tmp_path, SETTINGS, replace(make_build(tables, parent="9.0.0"), is_current=is_current))
    assert len(releases(tmp_path)) == rivals.ATTEMPTS - 1


def test_a_source_that_was_left_alone_is_current(source: Path) -> None:
    for place in (source, source / "raw" / "deep" / "a.txt"):
        is_current = watch(place)
        assert is_current is not None
        (place if place.is_file() else source / "raw" / "deep" / "a.txt").read_text()
        assert is_current()


@pytest.mark.parametrize("change", ["write", "add", "remove", "rename", "touch", "all"])
def test_a_source_that_was_changed_is_not(source: Path, change: str) -> None:
    is_current = watch(source)
    assert is_current is not None
    time.sleep(0.05)
    path = source / "raw" / "deep" / "a.txt"
    changes = {
        "write": lambda: path.write_text("Wards."),
        "add": lambda: (path.parent / "b.txt").write_text("Words."),
        "remove": path.unlink,
        "rename": lambda: path.rename(path.with_name("b.txt")),
        "touch": lambda: os.utime(path, (0, 0)),
        "all": lambda: source.rename(source.with_name("elsewhere")),
    }
    changes[change]()  # type: ignore[operator]
    assert not is_current()


def test_a_remote_source_cannot_be_watched() -> None:
    assert watch("s3://bucket/folder") is None


RUN = """
import sys
from dataclasses import replace
from pathlib import Path
from pipelines.publish import ConflictError, publish, rivals, watch
from pipelines.release import latest
from tests.samples import SETTINGS, build_tables, make_build, make_document

rivals.MARGIN_NS = 0
store, source, name = Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3]
is_current = watch(source)
newest = latest(store)
print("ready", flush=True)
sys.stdin.readline()
tables = build_tables([make_document(name, f"Words of {name}.")], [])
build = replace(make_build(tables, parent=newest.version), is_current=is_current)
print(publish(tables, store, SETTINGS, build).version, flush=True)
"""


def test_two_processes_that_read_at_once_both_publish(source: Path, tmp_path: Path) -> None:
    store = tmp_path / "store"
    make_release(store, [A])
    time.sleep(0.05)
    runs = [
        subprocess.Popen(
            [sys.executable, "-c", RUN, str(store), str(source), name],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for name in ("one", "two")
    ]
    for run in runs:
        assert run.stdout is not None
        assert run.stdout.readline() == "ready\n"
    for run in runs:
        assert run.stdin is not None
        run.stdin.write("\n")
        run.stdin.flush()
    answers = sorted(run.communicate(timeout=120)[0].strip() for run in runs)
    assert answers == ["1.1.0", "1.2.0"]
    assert [info.parent for info in releases(store)] == [None, "1.0.0", "1.1.0"]
    assert [entry.version for entry in read_log(store)] == ["1.0.0", "1.1.0", "1.2.0"]
    newest = latest(store)
    assert newest is not None
    assert verify(newest.path, deep=True) == []
