"""Shards: neither the cut, nor the order, nor the number of workers shows; what was made once is not made again."""

from __future__ import annotations

import json
import os
import shutil
import signal
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.document import RawText, Reject
from pipelines.errors import CorpusError
from pipelines.ingest import Input, list_inputs, records, windows
from pipelines.publish import Build, Outcome, publish_staged, staged
from pipelines.publish.parquet import write_batches, write_table
from pipelines.refine import load_source
from pipelines.release import TableFiles
from pipelines.shards import (
    Area,
    Engine,
    Refined,
    find_published,
    find_unchanged,
    merge_shards,
    note_published,
    refine_shards,
)  # fmt: skip
from pipelines.shards import plan as planning
from pipelines.shards.local import run_in_processes
from pipelines.shards.plan import Shard, plan
from tests.benchmarks.bench_clean import make_texts
from tests.corpora import CHINESE, as_jsonl
from tests.samples import SETTINGS, build_tables, refine, snapshot
from tests.texts import SEEDS

LINES = [
    "The provincial conference on civil affairs was held in Changsha on Tuesday, and more than {} people attended it.",
    "The bureau said that {} counties met the targets of last year's plan, which cost 37 million yuan in all.",
    "“We shall finish the work before the flood season,” the mayor said to {} delegates of the conference.",
]


def write_source(folder: Path, count: int = 12) -> Path:
    """Write the seeds, some short texts, copies of them, two files with one id, and inputs that are refused."""
    raw = folder / "source" / "raw"
    raw.mkdir(parents=True)
    for seed in SEEDS:
        shutil.copy(seed, raw)
    for number in range(count):
        (raw / f"t{number:03}.txt").write_text("\n\n".join(line.format(number % 9 + 2) for line in LINES))
    (raw / "empty.txt").write_text("")
    (raw / "same.txt").write_text(LINES[0].format(3))
    (raw / "same.md").write_text(LINES[1].format(4))
    rows = [{"id": f"r{n}", "text": " ".join(line.format(n + 40) for line in LINES)} for n in range(6)]
    (raw / "rows.jsonl").write_text("\n".join(json.dumps(row) for row in [*rows, {"id": "bad", "text": 5}]))
    return folder / "source"


@pytest.fixture
def source(tmp_path: Path) -> Path:
    return write_source(tmp_path)


@pytest.fixture
def small_shards(monkeypatch: pytest.MonkeyPatch) -> None:
    """Cut sources as if they were large."""
    monkeypatch.setattr(planning, "SMALLEST", 600)


def make(source: Path, home: Path, engine: Engine = Engine(1)) -> tuple[Refined, Path]:  # noqa: B008 - frozen
    """Refine and merge a source with the area ``home/area``; return what was refined and the folder of the tables."""
    refined = refine_shards(load_source(source), Area(str(home / "area")), engine)
    folder = home / "tables"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    merge_shards(refined, folder)
    return refined, folder


def bytes_of(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in sorted(folder.rglob("*.parquet"))}


# --- one result, however it was made --------------------------------------------------------------------------------


def test_many_shards_make_the_bytes_that_one_makes(source: Path, tmp_path: Path, small_shards: None) -> None:
    refined, folder = make(source, tmp_path / "many")
    assert len(refined.results) > 5
    loaded = load_source(source)
    whole = build_tables(*refine(loaded.inputs, loaded.settings, loaded.knowledge), loaded.settings)
    for name, table in whole.items():
        write_table(table, name, tmp_path / name)
        assert bytes_of(folder / name) == bytes_of(tmp_path / name), name
    assert whole.rejects.num_rows == 3
    assert whole.documents["duplicate_group"].null_count < whole.documents.num_rows


def test_a_merge_in_many_ranges_makes_the_bytes_that_one_makes(
    source: Path, tmp_path: Path, small_shards: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    (source / "raw" / "it's.txt").write_text(LINES[0].format(99))
    _, whole = make(source, tmp_path / "whole")
    monkeypatch.setattr("pipelines.shards.merge.SORTED_BYTES", 3_000)
    _, ranges = make(source, tmp_path / "ranges")
    assert bytes_of(ranges) == bytes_of(whole)


def test_two_processes_make_the_bytes_that_one_makes(
    source: Path, tmp_path: Path, small_shards: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pipelines.shards.build.SMALL", 0)
    _, alone = make(source, tmp_path / "one")
    refined, together = make(source, tmp_path / "two", Engine(2))
    assert refined.new == len(refined.results) > 5
    assert bytes_of(alone) == bytes_of(together)


def test_one_file_of_records_makes_what_many_files_make(tmp_path: Path, small_shards: None) -> None:
    for name in ("files", "rows"):
        (tmp_path / name / "source" / "raw").mkdir(parents=True)
    rows = []
    for number, text in enumerate(make_texts(0, 25, own_paragraphs=False)):
        (tmp_path / "files" / "source" / "raw" / f"d{number:02}.txt").write_bytes(text.encode())
        rows.append({"id": f"d{number:02}", "text": text})
    (tmp_path / "rows" / "source" / "raw" / "all.jsonl").write_text(as_jsonl(rows))
    tables = {}
    for name in ("files", "rows"):
        refined, folder = make(tmp_path / name / "source", tmp_path / name)
        assert len(refined.results) > 5
        tables[name] = TableFiles(folder)
    for name in ("edits", "terms"):
        assert tables["files"].sha256(name) == tables["rows"].sha256(name)
    one, other = (each.read("documents").drop_columns(["source", "row_sha256"]) for each in tables.values())
    assert one.to_pylist() == other.to_pylist()


def test_a_correction_of_no_document_stops_the_run(source: Path, tmp_path: Path) -> None:
    (source / "corrections.csv").write_text("id,before,after,reason\nnobody,a,b,why\n")
    with pytest.raises(CorpusError, match="there is no document “nobody”"):
        make(source, tmp_path)


def test_a_source_without_inputs_makes_empty_tables(tmp_path: Path) -> None:
    (tmp_path / "source" / "raw").mkdir(parents=True)
    _, folder = make(tmp_path / "source", tmp_path)
    assert [TableFiles(folder).rows(name) for name in ("documents", "edits", "terms", "rejects")] == [0] * 4


@given(st.lists(st.integers(1, 400), max_size=30), st.integers(1, 50))
def test_row_groups_depend_on_the_rows_alone(
    tmp_path_factory: pytest.TempPathFactory, sizes: list[int], step: int
) -> None:
    home = tmp_path_factory.mktemp("rows")
    schema = pa.schema([("source", pa.string()), ("stage", pa.string()), ("reason", pa.string()),
                        ("detail", pa.string()), ("raw_sha256", pa.string()), ("bytes", pa.int64())])  # fmt: skip
    rows = [{"source": f"s{n}", "stage": "ingest", "reason": "empty", "detail": "x" * size, "bytes": size}
            for n, size in enumerate(sizes)]  # fmt: skip
    table = pa.Table.from_pylist(rows, schema)
    write_table(table, "rejects", home / "whole")
    write_batches(table.to_batches(max_chunksize=step), "rejects", home / "pieces")
    assert bytes_of(home / "whole") == bytes_of(home / "pieces")


def test_large_tables_are_cut_into_files_of_whole_row_groups(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pipelines.publish.parquet.OTHER_GROUP_ROWS", 10)
    monkeypatch.setattr("pipelines.publish.parquet.FILE_BYTES", 6_000)
    rows = [{"source": f"s{n:03}", "stage": "ingest", "reason": "empty", "detail": "x" * 100} for n in range(95)]
    schema = pq.read_schema(write_table(build_tables([], []).rejects, "rejects", tmp_path / "none")[0])
    table = pa.Table.from_pylist(rows, schema.remove_metadata())
    paths = write_table(table, "rejects", tmp_path / "rejects")
    assert [path.name for path in paths] == [f"train-{n:05}-of-00003.parquet" for n in range(3)]
    assert TableFiles(tmp_path).read("rejects").to_pylist() == table.to_pylist()
    assert {pq.read_metadata(path).row_group(0).num_rows for path in paths} == {10}


# --- the plan -------------------------------------------------------------------------------------------------------

named = st.lists(
    st.tuples(st.text("abcdefgh", min_size=1, max_size=6), st.integers(0, 2_000)), max_size=60, unique=True
)


def inputs_of(files: list[tuple[str, int]]) -> list[Input]:
    return [Input(Path(name), name, name, number=number) for number, (name, _) in enumerate(sorted(files))]


@given(named, st.data())
def test_every_input_is_in_one_shard_and_a_new_one_touches_few(
    files: list[tuple[str, int]], data: st.DataObject
) -> None:
    sizes = dict(files)

    def shards_of(names: dict[str, int]) -> list[tuple[str, ...]]:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(planning, "SMALLEST", 1_000)
            patch.setattr(planning, "size_of", lambda entry: names[entry.source])
            patch.setattr(planning, "windows", lambda entry, aim: iter(()))
            return [tuple(i.source for i in shard.inputs) for shard in plan(inputs_of(list(names.items())))]

    before = shards_of(sizes)
    assert [name for shard in before for name in shard] == sorted(sizes)
    assert all(len(shard) == 1 or sum(sizes[n] for n in shard) < 4_000 for shard in before)
    added = data.draw(st.text("ijkl", min_size=1, max_size=6))
    after = shards_of(sizes | {added: 500})
    assert after[-1][-1] == added
    assert after[: len(before) - 1] == before[:-1]


# --- windows --------------------------------------------------------------------------------------------------------

row_texts = st.one_of(
    st.builds(lambda key, text: json.dumps({"id": key, "text": text}), st.text(max_size=4), st.text(max_size=40)),
    st.sampled_from(["", "  ", "{", '{"text": 5}', "[1]", '{"text": "a", "text": "b"}', '{"text": "é\u2028x"}\r']),
)


@given(st.lists(row_texts, min_size=1, max_size=20), st.integers(1, 90), st.booleans())
@settings(max_examples=60)
def test_the_windows_of_a_file_hold_its_records(
    tmp_path_factory: pytest.TempPathFactory, rows: list[str], aim: int, ends: bool
) -> None:
    path = tmp_path_factory.mktemp("rows") / "rows.jsonl"
    path.write_bytes("\n".join(['{"text": "first"}', *rows]).encode("utf-8", "replace") + b"\n" * ends)
    assert read_cut(path, aim) == read_whole(path)


@given(st.integers(1, 40), st.integers(1, 9), st.integers(1, 2_000))
@settings(max_examples=30)
def test_the_windows_of_a_table_hold_its_rows(
    tmp_path_factory: pytest.TempPathFactory, count: int, group: int, aim: int
) -> None:
    path = tmp_path_factory.mktemp("rows") / "rows.parquet"
    table = pa.table({"id": [f"r{n}" for n in range(count)], "text": [f"Text number {n}." for n in range(count)]})
    pq.write_table(table, path, row_group_size=group)
    assert read_cut(path, aim) == read_whole(path)


def test_what_cannot_be_cut_has_no_window(tmp_path: Path) -> None:
    for name, content in {
        "a.csv": b"text\nx\n" * 50, "b.json": b'[{"text": "x"}]',
        "c.jsonl": as_jsonl([{"text": CHINESE}] * 9).encode("gb18030"),
        "d.txt": b"words " * 99, "e.jsonl": b"\xef\xbb\xbf" + b'{"text": "x"}\n' * 50,
    }.items():  # fmt: skip
        (tmp_path / name).write_bytes(content)
    assert [list(windows(entry, 10)) for entry in list_inputs(tmp_path)] == [[]] * 5


def read_whole(path: Path) -> list[RawText | Reject]:
    (entry,) = list_inputs(path)
    return list(records(entry, SETTINGS))


def read_cut(path: Path, aim: int) -> list[RawText | Reject]:
    (entry,) = list_inputs(path)
    cut = [replace(entry, window=window) for window in windows(entry, aim)]
    return [record for each in cut or [entry] for record in records(each, SETTINGS)]


# --- what was made before -------------------------------------------------------------------------------------------


def test_nothing_new_makes_nothing_anew(source: Path, tmp_path: Path, small_shards: None) -> None:
    first, _ = make(source, tmp_path)
    again, _ = make(source, tmp_path)
    assert (first.new, again.new) == (len(first.results), 0)


def test_one_changed_file_is_one_shard(source: Path, tmp_path: Path, small_shards: None) -> None:
    make(source, tmp_path)
    (source / "raw" / "t003.txt").write_text(LINES[0].format(77))
    again, folder = make(source, tmp_path)
    assert again.new == 1
    fresh, expected = make(source, tmp_path / "fresh")
    assert fresh.new == len(fresh.results)
    assert bytes_of(folder) == bytes_of(expected)


TERM = {
    "id": "own", "zh": "词", "canonical": "own phrase", "domain": "governance", "variants": ["odd phrase"],
    "policy": "replace",
}  # fmt: skip


@pytest.mark.parametrize("name", ["dataset.toml", "glossary.jsonl", "corrections.csv"])
def test_what_decides_about_texts_makes_all_of_them_anew(source: Path, tmp_path: Path, name: str) -> None:
    make(source, tmp_path)
    content = {
        "dataset.toml": "redact = false",
        "glossary.jsonl": json.dumps(TERM),
        "corrections.csv": "id,before,after,reason\nt003,The bureau said,The office said,checked\n",
    }
    (source / name).write_text(content[name])
    again, _ = make(source, tmp_path)
    assert again.new == len(again.results)


def test_a_new_title_makes_nothing_anew(source: Path, tmp_path: Path) -> None:
    make(source, tmp_path)
    (source / "dataset.toml").write_text('title = "Another title"\nduplicates = "keep_first"')
    assert make(source, tmp_path)[0].new == 0


@pytest.mark.parametrize("harm", ["flip", "cut", "remove", "record"])
def test_a_damaged_result_is_made_anew(source: Path, tmp_path: Path, harm: str) -> None:
    _, folder = make(source, tmp_path)
    expected = bytes_of(folder)
    (path,) = (tmp_path / "area").rglob("record.json" if harm == "record" else "*-documents.parquet")
    content = path.read_bytes()
    if harm == "remove":
        path.unlink()
    else:
        place = len(content) // 2
        flipped = content[:place] + bytes([content[place] ^ 1]) + content[place + 1 :]
        path.write_bytes({"flip": flipped, "cut": content[:place], "record": b"{}"}[harm])
    again, folder = make(source, tmp_path)
    assert again.new == 1
    assert bytes_of(folder) == expected


def test_a_source_that_never_rests_is_an_error(source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    numbers = iter(range(10**6))
    monkeypatch.setattr("pipelines.shards.work.identity_of", lambda entry: str(next(numbers)))
    with pytest.raises(CorpusError, match="changed while it was read"):
        make(source, tmp_path)
    assert not list((tmp_path / "area").rglob("record.json"))


def test_the_area_is_kept_within_bounds_but_for_what_was_just_used(source: Path, tmp_path: Path) -> None:
    area = Area(str(tmp_path / "area"))
    make(source, tmp_path)
    area.prune(0)
    assert len(list((tmp_path / "area").rglob("record.json"))) == 1
    for path in (tmp_path / "area").rglob("*"):
        os.utime(path, (0, 0))
    area.prune(10**9)
    assert len(list((tmp_path / "area").rglob("record.json"))) == 1
    area.prune(0)
    assert not snapshot(tmp_path / "area")


# --- nothing new ----------------------------------------------------------------------------------------------------


def publish(source: Path, home: Path) -> tuple[Outcome, bool]:
    """Publish as the flow does; return the outcome and whether it was found without making tables."""
    loaded, store = load_source(source), home / "store"
    seen = find_unchanged(loaded, store)
    if seen is not None:
        return seen, True
    refined = refine_shards(loaded, Area(str(home / "area")), Engine(1))
    found = find_published(refined, loaded.settings, store)
    if found is not None:
        note_published(loaded, refined, store, found)
        return found, True
    with staged(store) as folder:
        count = merge_shards(refined, folder, store)
        build = Build("a" * 64, "b" * 64, "c" * 64, "d" * 64, "0.1.0", count, "sample")
        outcome = publish_staged(folder, store, loaded.settings, build)
    note_published(loaded, refined, store, outcome)
    return outcome, False


def test_a_source_with_nothing_new_makes_no_tables_and_says_the_same(source: Path, tmp_path: Path) -> None:
    first, _ = publish(source, tmp_path)
    again, is_found = publish(source, tmp_path)
    assert is_found
    (tmp_path / "store" / "interim" / "published.json").unlink()
    in_full, is_found = publish(source, tmp_path)
    assert not is_found
    assert (again.published, again.bump, again.version) == (False, None, first.version)
    assert replace(again, shards=(0, 0)) == replace(in_full, shards=(0, 0), difference=again.difference)
    assert in_full.difference.is_empty
    assert publish(source, tmp_path)[1]


@pytest.mark.parametrize("what", ["text", "title", "memo", "release"])
def test_a_memo_counts_only_for_what_it_was_made_of(source: Path, tmp_path: Path, what: str) -> None:
    publish(source, tmp_path)
    memo = tmp_path / "store" / "interim" / "published.json"
    if what == "text":
        (source / "raw" / "t003.txt").write_text(LINES[0].format(77))
    elif what == "title":
        (source / "dataset.toml").write_text('title = "Another title"')
    elif what == "memo":
        memo.write_text(memo.read_text().replace('"documents": ', '"documents": 1'))
    else:
        card = tmp_path / "store" / "releases" / "1.0.0" / "README.md"
        card.chmod(0o644)
        card.write_text("changed")
        with pytest.raises(CorpusError, match="is damaged"):
            publish(source, tmp_path)
        return
    outcome, is_found = publish(source, tmp_path)
    assert not is_found
    assert outcome.published == (what != "memo")


def aged(source: Path) -> Path:
    """Wait until the files of a source are old enough to be known by their times."""
    while not load_source(source).glance:
        time.sleep(0.05)
    return source


def read_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Fail from now on where a shard is asked for."""
    monkeypatch.setattr("pipelines.shards.work.identity_of", lambda _: pytest.fail("an input was read"))


def test_what_looks_the_same_is_not_even_read(source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first, _ = publish(aged(source), tmp_path)
    read_nothing(monkeypatch)
    again, is_found = publish(source, tmp_path)
    assert is_found
    assert (again.version, again.published, again.counts) == (first.version, False, first.counts)
    assert again.shards == (0, 1)


def test_files_written_just_now_are_read_until_they_are_older(
    source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = source / "raw" / "t003.txt"
    text.write_text(text.read_text())
    assert not load_source(source).glance
    publish(source, tmp_path)
    assert publish(aged(source), tmp_path)[1]  # read once more, and noted
    read_nothing(monkeypatch)
    assert publish(source, tmp_path)[1]


@pytest.mark.parametrize("what", ["same size and time", "renamed", "removed", "added", "replaced by its like"])
def test_no_change_of_the_bytes_passes_for_none_at_a_glance(source: Path, tmp_path: Path, what: str) -> None:
    text = source / "raw" / "t003.txt"
    publish(aged(source), tmp_path)
    before = text.stat()
    if what == "same size and time":
        text.write_text(text.read_text().replace("e", "o"))
        os.utime(text, ns=(before.st_atime_ns, before.st_mtime_ns))
        assert text.stat().st_size == before.st_size
        assert text.stat().st_mtime_ns == before.st_mtime_ns
    elif what == "renamed":
        text.rename(text.with_name("t999.txt"))
    elif what == "removed":
        text.unlink()
    elif what == "added":
        shutil.copy2(text, text.with_name("t998.txt"))
    else:
        fresh = source / "fresh"
        fresh.write_text(text.read_text().replace("e", "o"))
        shutil.copystat(text, fresh)
        fresh.replace(text)
    outcome, _ = publish(source, tmp_path)
    assert outcome.published


def test_a_glance_tells_nothing_of_links_and_of_places_elsewhere(source: Path, tmp_path: Path) -> None:
    aged(source)
    (source / "raw" / "link.txt").symlink_to("t003.txt")
    assert not load_source(source).glance


# --- workers that die -----------------------------------------------------------------------------------------------


def die_or_fail(shard: Shard) -> Any:  # noqa: ANN401 - it stands for work that gives a Result
    """Stand for the work: one shard kills its worker each time, another one the first time."""
    name = shard.inputs[0].source
    mark = Path(shard.inputs[0].path)
    if name == "deadly" or (name == "unlucky" and not mark.exists()):
        mark.touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return name


def shards_named(folder: Path, *names: str) -> list[Shard]:
    return [Shard((Input(folder / name, name, name),), 1) for name in names]


def test_a_worker_that_is_killed_costs_nothing_but_time(tmp_path: Path) -> None:
    shards = shards_named(tmp_path, "a", "unlucky", "b", "c", "d", "e")
    results = run_in_processes(die_or_fail, shards, 2)
    done = {shard.inputs[0].source: str(result) for shard, result in results}
    assert done == {name: name for name in ("a", "unlucky", "b", "c", "d", "e")}


def test_a_shard_that_kills_its_worker_is_named_when_all_else_is_done(tmp_path: Path) -> None:
    shards = shards_named(tmp_path, "a", "deadly", "b", "c")
    seen: list[str] = []
    with pytest.raises(CorpusError, match="deadly: a worker was killed twice over it"):
        seen.extend(str(result) for _, result in run_in_processes(die_or_fail, shards, 2))
    assert sorted(seen) == ["a", "b", "c"]


def test_a_pool_that_breaks_while_its_results_are_looked_at_loses_no_shard(tmp_path: Path) -> None:
    shards = shards_named(tmp_path, "a", "unlucky", *"bcdefgh")
    seen = []
    for _, result in run_in_processes(die_or_fail, shards, 1):
        seen.append(str(result))
        time.sleep(0.2)  # the pool goes on, and breaks, meanwhile
    assert sorted(seen) == sorted(["a", "unlucky", *"bcdefgh"])


def test_what_killed_attempts_left_goes_in_time_and_what_a_run_needs_stays(source: Path, tmp_path: Path) -> None:
    refined, _ = make(source, tmp_path)
    area = Area(str(tmp_path / "area"))
    orphan = tmp_path / "area" / "ab" / ("ab" + "0" * 62)
    orphan.mkdir(parents=True)
    (orphan / "half-documents.parquet").write_text("half")
    for path in (tmp_path / "area").rglob("*"):
        os.utime(path, (0, 0))
    area.prune(0, {result.key for result in refined.results})
    assert not orphan.exists()
    assert len(list((tmp_path / "area").rglob("record.json"))) == len(refined.results)


def test_an_expectation_makes_nothing_anew(source: Path, tmp_path: Path) -> None:
    make(source, tmp_path)
    (source / "dataset.toml").write_text("min_documents = 2\nmax_reject_share = 0.9\n")
    assert make(source, tmp_path)[0].new == 0
