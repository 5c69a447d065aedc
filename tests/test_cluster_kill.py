"""A run that is killed at any moment leaves no process behind, and the next one does only what was not done."""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
import textwrap
import time
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from pipelines.flows.server import prefect_home
from pipelines.refine import load_source
from pipelines.release import latest, verify
from pipelines.shards import Area, Engine, merge_shards, refine_shards
from pipelines.shards import plan as planning
from tests.benchmarks.bench_clean import make_texts
from tests.test_shards import bytes_of, make, write_source

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="tells processes by /proc"),
]

ROOT = Path(__file__).parent.parent
STAGES = """
    import sys
    from pathlib import Path
    from pipelines.refine import load_source
    from pipelines.shards import Area, Engine, build, merge_shards, plan, refine_shards

    if __name__ == "__main__":
        plan.SMALLEST, build.SMALL = 600, 0
        source, area, folder = sys.argv[1:]
        refined = refine_shards(load_source(Path(source)), Area(area), Engine(2))
        merge_shards(refined, Path(folder))
"""


def run(home: Path, *arguments: str) -> tuple[subprocess.Popen[str], str]:
    """Start Python with a mark that all its children inherit."""
    mark = uuid.uuid4().hex
    environment = {k: v for k, v in os.environ.items() if not k.startswith("PREFECT_")}
    process = subprocess.Popen(
        [sys.executable, *arguments], cwd=ROOT, text=True, stdout=subprocess.PIPE, stderr=(home / "log").open("w"),
        env={**environment, "DRILL": mark, "PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    return process, mark


def marked(mark: str) -> Iterator[int]:
    """Yield the processes with a mark that still run."""
    for entry in Path("/proc").iterdir():
        try:
            if entry.name.isdecimal() and mark.encode() in (entry / "environ").read_bytes():
                yield int(entry.name)
        except OSError:
            continue


def wait_until_gone(mark: str) -> None:
    until = time.monotonic() + 20
    while (left := list(marked(mark))) and time.monotonic() < until:
        time.sleep(0.1)
    assert not left


def records(area: Path) -> int:
    return len(list(area.rglob("record.json")))


def test_a_run_killed_at_any_moment_is_completed_by_the_next(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source = write_source(tmp_path, 60)
    script = tmp_path / "stages.py"
    script.write_text(textwrap.dedent(STAGES))
    monkeypatch.setattr(planning, "SMALLEST", 600)
    _, expected = make(source, tmp_path / "undisturbed")
    begin = time.monotonic()
    (tmp_path / "whole").mkdir()
    run(tmp_path, str(script), str(source), str(tmp_path / "area0"), str(tmp_path / "whole"))[0].communicate()
    whole = time.monotonic() - begin
    total = records(tmp_path / "area0")
    assert total > 20
    chance = random.Random(5)
    for number in range(1, 6):
        home = tmp_path / f"run{number}"
        for part in ("killed", "done"):
            (home / part).mkdir(parents=True)
        process, mark = run(home, str(script), str(source), str(home / "area"), str(home / "killed"))
        time.sleep(chance.uniform(0.3, 0.95) * whole)
        process.kill()
        process.communicate()
        wait_until_gone(mark)
        there = records(home / "area")
        refined = refine_shards(load_source(source), Area(str(home / "area")), Engine(1))
        merge_shards(refined, home / "done")
        assert (refined.new, len(refined.results)) == (total - there, total)
        assert bytes_of(home / "done") == bytes_of(expected)


def test_the_command_killed_in_the_middle_goes_on_where_it_was(tmp_path: Path, warm: Callable[[Path], None]) -> None:
    raw = tmp_path / "source" / "raw"
    raw.mkdir(parents=True)
    for number, text in enumerate(make_texts(0, 1_500, own_paragraphs=False)):
        (raw / f"d{number:04}.txt").write_text(text, encoding="utf-8")
    store, area = tmp_path / "store", tmp_path / "store" / "interim" / "shards"
    warm(prefect_home(store))
    command = ["-m", "pipelines", "publish", str(tmp_path / "source"), "--to", str(store), "--workers", "2", "--json"]
    process, mark = run(tmp_path, *command)
    while process.poll() is None and not records(area):
        time.sleep(0.05)
    process.kill()
    process.communicate()
    wait_until_gone(mark)
    there = records(area)
    assert there
    assert latest(store) is None
    process, mark = run(tmp_path, *command)
    shown = json.loads(process.communicate()[0])
    wait_until_gone(mark)
    assert shown["published"]
    assert shown["shards"] == {"refined": records(area) - there, "found": there}
    assert shown["shards"]["refined"] > 0
    release = latest(store)
    assert release is not None
    assert verify(release.path, deep=True) == []
    _, expected = make(tmp_path / "source", tmp_path / "undisturbed")
    assert bytes_of(release.path) == bytes_of(expected)
