"""Files of tables: a change touches the files that it is in, and no other; what the latest release has is taken."""

from __future__ import annotations

import json
import shutil
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipelines.publish import parquet
from pipelines.refine import load_source
from pipelines.release import file_sha256, latest, verify
from pipelines.shards import Area, Engine, merge_shards, ranges, refine_shards
from pipelines.shards import plan as planning
from tests.test_shards import LINES, bytes_of, make, publish, write_source

NAMES = ("documents", "edits", "terms")


@pytest.fixture
def small_files(monkeypatch: pytest.MonkeyPatch) -> None:
    """Cut sources and tables as if they were large."""
    monkeypatch.setattr(planning, "SMALLEST", 600)
    monkeypatch.setattr(ranges, "NEAR", 1)


@pytest.fixture
def source(tmp_path: Path) -> Path:
    return write_source(tmp_path, 40)


@pytest.fixture
def written(monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    """Count the files of each table that are written anew."""
    counts: Counter[str] = Counter()
    write = parquet.write_files

    def counting(batches: object, name: str, *rest: object, **more: object) -> list[Path]:
        counts[name] += 1
        return write(batches, name, *rest, **more)  # type: ignore[arg-type]

    monkeypatch.setattr("pipelines.shards.build.write_files", counting)
    return counts


def hashes_of(folder: Path, name: str) -> Counter[str]:
    return Counter(map(file_sha256, (folder / name).iterdir()))


# --- borders --------------------------------------------------------------------------------------------------------

hashes = st.lists(st.integers(0, 2**64 - 1), min_size=1, max_size=120, unique=True)


@given(hashes, st.data())
def test_borders_depend_on_what_is_near(values: list[int], data: st.DataObject) -> None:
    near = 3
    place = data.draw(st.integers(0, len(values) - 1))
    kind = data.draw(st.sampled_from(["add", "remove", "change"]))
    fresh = data.draw(st.integers(0, 2**64 - 1).filter(lambda value: value not in values))
    after = [*values[:place], *([fresh] if kind != "remove" else []), *values[place + (kind != "add") :]]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ranges, "NEAR", near)
        borders = [ranges.find_borders(np.array(each, np.uint64)) for each in (values, after)]
    before, now = ({each[border] for border in found} for each, found in zip((values, after), borders, strict=True))
    nearby = {*values[max(0, place - near) : place + near + 1], fresh}
    assert before ^ now <= nearby
    for each, found in zip((values, after), borders, strict=True):
        gaps = np.diff([0, *found, len(each)])
        assert not found or min(gaps) >= near
    expected = [i for i in range(near, len(values) - near) if values[i] == min(values[i - near : i + near + 1])]
    assert borders[0] == expected


def test_a_table_of_any_size_has_some_files_and_a_small_one_has_one() -> None:
    generator = np.random.default_rng(3)
    for count in (0, 1, 300, 512):
        assert ranges.find_borders(generator.integers(0, 2**63, count).astype(np.uint64)) == []
    for count in (10_000, 33_000, 200_000):
        files = 1 + len(ranges.find_borders(generator.integers(0, 2**63, count).astype(np.uint64)))
        assert ranges.FILES // 4 < files <= ranges.FILES


# --- incremental ----------------------------------------------------------------------------------------------------


def test_one_change_makes_one_file_of_a_table_anew(
    source: Path, tmp_path: Path, small_files: None, written: Counter[str]
) -> None:
    first, _ = publish(source, tmp_path)
    total = {name: len(hashes_of(first.path, name)) for name in NAMES}
    assert min(total["documents"], total["terms"]) > 6
    path = source / "raw" / "t003.txt"
    path.write_text(path.read_text() + "\n\nOne line more was added to it,it says.\n")
    written.clear()
    second, _ = publish(source, tmp_path)
    assert {change.document_id for change in second.difference.changes} == {"t003"}
    assert max(written.values()) == 1
    for name in NAMES:
        assert (hashes_of(second.path, name) - hashes_of(first.path, name)).total() <= 1
    assert verify(second.path, deep=True) == []
    _, scratch = make(source, tmp_path / "scratch")
    assert bytes_of(scratch) == {n: data for n, data in bytes_of(second.path).items() if not n.startswith("changes")}


changes = st.lists(
    st.lists(st.tuples(st.sampled_from("acdr"), st.integers(0, 30), st.integers(2, 9)), min_size=1, max_size=4),
    min_size=1,
    max_size=4,
)


@pytest.mark.slow
@given(changes)
@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_release_made_from_what_was_there_has_the_bytes_of_one_made_from_nothing(
    tmp_path_factory: pytest.TempPathFactory, small_files: None, rounds: list[list[tuple[str, int, int]]]
) -> None:
    home = tmp_path_factory.mktemp("rounds")
    source = write_source(home, 24)
    (source / "dataset.toml").write_text("max_document_loss = 1.0\n")
    publish(source, home)
    for steps in rounds:
        for kind, number, value in steps:
            path = source / "raw" / f"t{number:03}.txt"
            if kind == "d":
                path.unlink(missing_ok=True)
            elif kind == "a" or not path.exists():
                path.write_text(
                    f"Published on {value} May 2021\n\n" + "\n\n".join(line.format(value) for line in LINES)
                )
            elif kind == "c":
                path.write_text(path.read_text() + f"\n\nThe plan of {value} counties was changed ,it says.")
            else:
                path.rename(path.with_name(f"u{number:03}{value}.txt"))
        publish(source, home)
        released = latest(home / "store")
        assert released is not None
        _, scratch = make(source, home / "scratch")
        found = {n: data for n, data in bytes_of(released.path).items() if not n.startswith("changes")}
        assert bytes_of(scratch) == found
        assert verify(released.path) == []
        shutil.rmtree(home / "scratch")


@pytest.mark.parametrize("what", ["file", "notes", "garbage", "release"])
def test_what_is_damaged_is_never_taken(
    source: Path, tmp_path: Path, small_files: None, written: Counter[str], what: str
) -> None:
    outcome, _ = publish(source, tmp_path)
    store = tmp_path / "store"
    notes = store / "interim" / "files.json"
    if what == "file":
        for path in outcome.path.glob("*/*.parquet"):
            path.chmod(0o644)
            path.write_bytes(path.read_bytes()[:-9] + b"\0" * 9)
    elif what == "notes":
        record = json.loads(notes.read_text())
        files = record["content"]
        record["content"] = dict(zip(files, reversed(files.values()), strict=True))
        notes.write_text(json.dumps(record))
    elif what == "garbage":
        notes.write_bytes(b"\xff{")
    else:
        (outcome.path / "manifest.json").chmod(0o644)
        (outcome.path / "manifest.json").write_text("[]")
    written.clear()
    (tmp_path / "tables").mkdir()
    merge_shards(
        refine_shards(load_source(source), Area(str(tmp_path / "area")), Engine(1)), tmp_path / "tables", store
    )
    _, scratch = make(source, tmp_path / "scratch")
    assert bytes_of(tmp_path / "tables") == bytes_of(scratch)
    assert min(written["documents"], written["terms"]) > 6


def test_workers_and_ranges_of_memory_make_the_same_files(
    source: Path, tmp_path: Path, small_files: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, one = make(source, tmp_path / "one")
    monkeypatch.setattr("pipelines.shards.build.SMALL", 0)
    monkeypatch.setattr("pipelines.shards.merge.SORTED_BYTES", 3_000)
    _, two = make(source, tmp_path / "two", Engine(2))
    assert bytes_of(one) == bytes_of(two)
    assert len(list((one / "documents").iterdir())) > 6
