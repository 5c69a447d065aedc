"""Published: complete, checksummed and never changed, whatever kills the run and whoever else publishes."""

from __future__ import annotations

import json
import os
import random
import signal
import stat
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import schemas
from pipelines.cli.publish import _as_json
from pipelines.document import CleanedDocument, Settings
from pipelines.errors import CorpusError
from pipelines.publish import Outcome, apply_changes, parquet, publish, staging
from pipelines.refine import load_source
from pipelines.release import Release, Tables, latest, releases, resolve, verify
from tests.samples import (
    SETTINGS,
    build_tables,
    documents,
    make_build,
    make_document,
    make_reject,
    make_release,
    refine,
    snapshot,
)

A, B, C = make_document("a", "First words."), make_document("b", "Second words."), make_document("c", "Third words.")


@pytest.fixture
def store(tmp_path: Path) -> Path:
    """A store that does not exist yet."""
    return tmp_path / "store"


# --- versions -------------------------------------------------------------------------------------------------------


def test_versions_follow_from_what_changed(store: Path) -> None:
    first = make_release(store, [A])
    assert (first.version, first.published, first.bump, first.reason) == ("1.0.0", True, "first", "first release")
    assert first.path == store / "releases" / "1.0.0"
    assert make_release(store, [make_document("a", "Better words.")]).version == "1.0.1"
    assert make_release(store, [A, B]).version == "1.1.0"
    assert make_release(store, [A, B], [make_reject()]).version == "1.1.1"
    assert [info.bump for info in releases(store)] == ["first", "patch", "minor", "patch"]
    assert all(verify(info.path, deep=True) == [] for info in releases(store))


def test_what_is_unchanged_is_not_published_again(store: Path) -> None:
    make_release(store, [A, B])
    before = snapshot(store)
    outcome = make_release(store, [B, A])
    assert (outcome.published, outcome.version, outcome.bump, outcome.reason) == (
        False,
        "1.0.0",
        None,
        "nothing changed",
    )
    assert snapshot(store) == before


def test_another_writer_or_clock_makes_no_new_version(store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "0")
    first = make_release(store, [A, B])
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1700000000")
    monkeypatch.setattr(parquet, "COMPRESSION_LEVEL", 19)
    assert not make_release(store, [A, B]).published
    other = make_release(store.with_name("other"), [A, B])
    one, two = (Release(outcome.path).manifest for outcome in (first, other))
    assert one["files"] != two["files"]
    assert one["tables"] == two["tables"]


def test_the_order_and_the_times_of_files_make_no_new_version(store: Path, tmp_path: Path) -> None:
    names = ["b/second.txt", "a/first.txt", "c.txt"]

    def publish_files(source: Path, order: list[str]) -> Outcome:
        for number, name in enumerate(order):
            (source / "raw" / name).parent.mkdir(parents=True, exist_ok=True)
            (source / "raw" / name).write_text(f"The meeting of {name} was held on Monday in the hall.")
            os.utime(source / "raw" / name, (number, number))
        loaded = load_source(source)
        tables = build_tables(*refine(loaded.inputs, loaded.settings, loaded.knowledge), loaded.settings)
        return publish(tables, store, replace(loaded.settings, name="same", title="Same"), make_build(tables))

    assert publish_files(tmp_path / "one", names).published
    assert not publish_files(tmp_path / "two", names[::-1]).published


def test_another_description_is_a_patch(store: Path) -> None:
    make_release(store, [A])
    outcome = make_release(store, [A], settings=replace(SETTINGS, licence="cc-by-4.0"))
    assert (outcome.version, outcome.reason) == ("1.0.1", "the description of the dataset changed")


@pytest.mark.parametrize(
    ("wanted", "problem", "code"),
    [
        ("1.0.1", r"too low: 1 document added \(minor\) calls for 1\.1\.0", 1),
        ("0.9.0", "too low", 1),
        ("1.0.0", "exists already", 1),
        ("next", r"not a version: write X\.Y\.Z or auto", 2),
    ],
)
def test_a_version_that_the_changes_forbid_is_refused(store: Path, wanted: str, problem: str, code: int) -> None:
    make_release(store, [A])
    before = snapshot(store)
    with pytest.raises(CorpusError, match=problem) as error:
        make_release(store, [A, B], version=wanted)
    assert error.value.exit_code == code
    assert snapshot(store) == before


def test_a_higher_version_is_taken(store: Path) -> None:
    make_release(store, [A])
    assert make_release(store, [A, B], version="3.0.0").version == "3.0.0"
    assert make_release(store, [A], version="auto").version == "3.1.0"


def test_the_policy_is_an_option(store: Path) -> None:
    strict = replace(SETTINGS, version_policy="frictionless")
    make_release(store, [A, B], settings=strict)
    assert make_release(store, [A], settings=strict).version == "2.0.0"


def test_a_dry_run_writes_nothing(store: Path) -> None:
    outcome = make_release(store, [A], dry_run=True)
    assert (outcome.version, outcome.published, outcome.counts["documents"]) == ("1.0.0", False, 1)
    assert not snapshot(store)


# --- what is in a release -------------------------------------------------------------------------------------------


def test_a_release_has_the_files_of_the_contract(store: Path) -> None:
    make_release(store, [A])
    make_release(store, [A, B])
    tables = {f"{name}/train-00000-of-00001.parquet" for name in schemas.TABLES}
    records = {"README.md", "CHANGES.md", "croissant.json", "manifest.json", "SHA256SUMS"}
    records |= {f"charts/{name}.svg" for name in ("timeline", "lengths", "classes", "versions")}
    assert snapshot(store / "releases" / "1.1.0").keys() == tables | records
    assert snapshot(store / "releases" / "1.0.0").keys() == (tables | records) - {
        "changes/train-00000-of-00001.parquet"
    }
    assert (store / "latest").readlink() == Path("releases/1.1.0")


def test_the_manifest_says_what_was_published(store: Path) -> None:
    make_release(store, [A], [make_reject()])
    make_release(store, [A, B], [make_reject()])
    first, second = (resolve(store, version).manifest for version in ("1.0.0", "1.1.0"))
    assert (second["parent"], second["parent_sha256"]) == ("1.0.0", first["logical_sha256"])
    assert (second["bump"], second["reason"], second["version_policy"]) == ("minor", "1 document added", "semver")
    counts = second["counts"]
    assert (counts["inputs"], counts["documents"], counts["rejects_by_reason"]) == (3, 2, {"empty": 1})
    assert (counts["edits"], counts["edits_applied"]) == (4, 2)
    assert counts["edits_by_rule"] == {"spacing": 2, "term-variant": 2}
    assert {name: entry["rows"] for name, entry in second["tables"].items()} == {
        "documents": 2,
        "edits": 4,
        "terms": 2,
        "rejects": 1,
    }


def test_the_outcome_counts_applied_edits_by_rule(store: Path) -> None:
    assert make_release(store, [A, B]).rule_counts == {"spacing": 2}


@pytest.mark.parametrize("version", ["1.0.0", "1.1.0"])
def test_a_rebuilt_release_has_the_same_bytes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, version: str) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1700000000")
    for name in ("one", "two"):
        make_release(tmp_path / name, [A, B], [make_reject()])
        make_release(tmp_path / name, [C, B])
    one, two = (snapshot(tmp_path / name / "releases" / version) for name in ("one", "two"))
    assert one == two
    assert json.loads(one["manifest.json"])["published_at"] == "2023-11-14T22:13:20Z"


def test_the_time_of_publication_is_in_no_hash(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    manifests = []
    for epoch in ("0", "1"):
        monkeypatch.setenv("SOURCE_DATE_EPOCH", epoch)
        manifests.append(Release(make_release(tmp_path / epoch, [A]).path).manifest)
    assert manifests[0].pop("published_at") != manifests[1].pop("published_at")
    assert manifests[0] == manifests[1]


def test_nothing_in_a_release_can_be_written(store: Path) -> None:
    folder = make_release(store, [A]).path
    for path in [folder, *folder.rglob("*")]:
        assert stat.S_IMODE(path.stat().st_mode) & 0o222 == 0, path


def test_parquet_is_written_as_designed(store: Path) -> None:
    path = make_release(store, [A]).path / "documents" / "train-00000-of-00001.parquet"
    metadata = pq.read_metadata(path)
    marks = {key.decode() for key in metadata.metadata}
    assert {"content_defined_chunking", "use_content_defined_chunking"} <= marks
    assert not any("pandas" in mark for mark in marks)
    columns = {metadata.row_group(0).column(i).path_in_schema: metadata.row_group(0).column(i) for i in range(23)}
    assert {column.compression for column in columns.values()} == {"ZSTD"}
    assert columns["id"].is_stats_set
    assert columns["id"].bloom_filter_length
    assert columns["source"].bloom_filter_length is None
    assert not columns["text"].is_stats_set
    assert columns["text"].has_column_index is False
    assert columns["outlet"].has_dictionary_page
    assert not columns["text"].has_dictionary_page


def test_bytes_do_not_depend_on_how_a_table_is_chunked(tmp_path: Path) -> None:
    table = build_tables([make_document(f"{i:03d}", f"Words {i}. " * 500) for i in range(200)], []).documents
    pieces = pa.concat_tables([table.slice(i, 7) for i in range(0, 200, 7)])
    (one,) = parquet.write_table(table, "documents", tmp_path / "one")
    (two,) = parquet.write_table(pieces, "documents", tmp_path / "two")
    assert one.read_bytes() == two.read_bytes()


def test_no_row_that_breaks_its_schema_is_ever_written(tmp_path: Path) -> None:
    table = build_tables([make_document("a"), make_document("b")], []).documents
    place = table.column_names.index("word_count")
    broken = table.set_column(place, table.schema.field(place), pa.array([1, -1], pa.int32()))
    with pytest.raises(CorpusError, match=r"documents\.word_count breaks .*; nothing was published"):
        parquet.write_table(broken, "documents", tmp_path / "documents")


def test_large_tables_are_cut_into_row_groups_and_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    table = build_tables([make_document(f"{i:03d}", f"Words {i}. " * 200) for i in range(100)], []).documents
    monkeypatch.setattr(parquet, "GROUP_BYTES", 20_000)
    monkeypatch.setattr(parquet, "FILE_BYTES", 90_000)
    paths = parquet.write_table(table, "documents", tmp_path / "documents")
    assert len(paths) > 2
    assert paths[1].name == f"train-00001-of-{len(paths):05d}.parquet"
    assert max(path.stat().st_size for path in paths) < 90_000
    assert pa.concat_tables([pq.ParquetFile(path).read() for path in paths]).equals(table)


@given(documents, documents)
@settings(max_examples=8)
def test_parent_and_changes_make_the_release(
    tmp_path_factory: pytest.TempPathFactory, old: list[CleanedDocument], new: list[CleanedDocument]
) -> None:
    store = tmp_path_factory.mktemp("property") / "store"
    make_release(store, old)
    outcome = make_release(store, new)
    if outcome.published:
        parent, child = resolve(store, "1.0.0"), resolve(store)
        rebuilt = apply_changes(parent.table("documents"), child.table("changes"))
        assert rebuilt.equals(child.table("documents"))
        assert verify(child.path, deep=True) == []


# --- expectations ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("strict", "problem"),
    [
        (replace(SETTINGS, min_documents=3), r"only 1 document, at least 3 .* look at bad0\.txt \(empty\)"),
        (
            replace(SETTINGS, max_reject_share=0.5),
            r"12 of 13 inputs were rejected \(92\.3%\).*bad7\.txt \(empty\) and 2 more",
        ),
        (replace(SETTINGS, max_document_loss=0.1), r"1 of 2 documents would vanish .* look at b"),
        (
            replace(SETTINGS, max_null_share=(("title", 0.0), ("outlet", 0.5))),
            r"outlet is missing in 1 of 1 documents \(100\.0%\), at most 50\.0% .* look at a\.txt",
        ),
        (replace(SETTINGS, max_null_share=(("photographers", 0.5),)), "photographers is missing in 1 of 1"),
    ],
)
def test_a_breached_expectation_publishes_nothing(store: Path, strict: Settings, problem: str) -> None:
    make_release(store, [A, B])
    before = snapshot(store)
    with pytest.raises(CorpusError, match=problem) as error:
        make_release(store, [A], [make_reject(f"bad{i}.txt") for i in range(12)], settings=strict)
    assert error.value.exit_code == 1
    assert snapshot(store) == before


def test_half_of_the_documents_may_vanish_where_the_source_says_nothing(store: Path) -> None:
    bare = replace(SETTINGS, max_document_loss=None)
    make_release(store, [A, B], settings=bare)
    assert make_release(store, [A], settings=bare).published
    c = make_document("c")
    with pytest.raises(CorpusError, match=r"1 of 1 documents would vanish \(100\.0%\), at most 50\.0%"):
        make_release(store, [c], settings=bare)


def test_a_wrong_path_does_not_empty_a_dataset(store: Path) -> None:
    bare = replace(SETTINGS, max_document_loss=None)
    others = [make_document(f"other{n}") for n in range(9)]
    make_release(store, [A, *others], settings=bare)
    before = snapshot(store)
    wrong = replace(bare, name="elsewhere")
    says = r"“elsewhere”.* from “sample”, and 1 of its 10 documents .*--to.* name = \"sample\" .*max_document_loss"
    with pytest.raises(CorpusError, match=says) as error:
        make_release(store, others, settings=wrong)
    assert error.value.exit_code == 1
    with pytest.raises(CorpusError, match="made from “sample”, and 1 of its 10"):
        make_release(store, others, settings=replace(wrong, max_document_loss=0.05))
    assert snapshot(store) == before
    assert make_release(store, others, settings=replace(wrong, max_document_loss=0.2)).published
    assert make_release(store, [*others, B], settings=bare).published, "nothing is lost: the name does not matter"


def test_what_is_missing_within_the_limits_is_published(store: Path) -> None:
    lenient = replace(SETTINGS, max_null_share=(("title", 0.0), ("outlet", 1.0)))
    assert make_release(store, [A], settings=lenient).published


def test_an_expectation_of_an_unknown_column_names_the_columns(store: Path) -> None:
    with pytest.raises(CorpusError, match=r"no column colour; known are id, source, title") as error:
        make_release(store, [A], settings=replace(SETTINGS, max_null_share=(("colour", 0.5),)))
    assert error.value.exit_code == 2
    assert not snapshot(store)


def test_an_empty_source_is_refused(store: Path) -> None:
    with pytest.raises(CorpusError, match="check that the source holds texts"):
        make_release(store, [])
    assert not snapshot(store)


def test_books_that_do_not_balance_are_an_internal_failure(store: Path) -> None:
    tables = build_tables([A], [])
    with pytest.raises(CorpusError, match="2 inputs came in") as error:
        publish(tables, store, SETTINGS, replace(make_build(tables), input_count=2))
    assert error.value.exit_code == 3


# --- accounting -----------------------------------------------------------------------------------------------------

GOOD = [
    f"The {n}th meeting was held in hall {n} of the county, and it ended at noon with a vote. " * 3 for n in range(4)
]
KINDS: dict[str, bytes | None] = {
    **{f"good{n}": text.encode() for n, text in enumerate(GOOD)},
    "near": GOOD[0].replace("noon", "night", 1).encode(),
    "french": "Le gouvernement a annoncé mardi de nouvelles mesures pour les forêts et les rivières du pays.".encode(),
    "empty": b"",
    "blank": b" \n\t\n",
    "bytes": b"\xff\xfe\xfd words \x80\x81",
    "picture": b"\x89PNG\r\n\x1a\n\x00\x00",
    "link": None,
    "personal": b"Write to wang@example.org or call 13800138000, the office of the county said on Monday.",
}


@given(
    st.lists(
        st.tuples(st.sampled_from(sorted(KINDS)), st.sampled_from([".txt", ".text", ""]), st.integers(0, 4)),
        min_size=1,
        max_size=12,
        unique_by=lambda entry: entry[1:],
    ),
    st.sampled_from(["keep_all", "keep_first"]),
)
@settings(max_examples=25)
def test_every_input_is_named_once_and_all_sums_agree(
    tmp_path_factory: pytest.TempPathFactory, mixture: list[tuple[str, str, int]], policy: str
) -> None:
    folder = tmp_path_factory.mktemp("mixture")
    (folder / "source" / "raw").mkdir(parents=True)
    for kind, ending, number in mixture:
        path, content = folder / "source" / "raw" / f"{number}{ending}", KINDS[kind]
        path.symlink_to("elsewhere") if content is None else path.write_bytes(content)
    source = load_source(folder / "source")
    wanted = replace(source.settings, duplicates=policy, languages=("en",), min_documents=0)
    tables = build_tables(*refine(source.inputs, wanted, source.knowledge), wanted)
    named = tables.documents["source"].to_pylist() + tables.rejects["source"].to_pylist()
    assert sorted(named) == sorted(f"{number}{ending}" for _, ending, number in mixture)
    build = replace(make_build(tables), input_count=len(source.inputs))
    outcome = publish(tables, folder / "store", wanted, build)
    shown = _as_json(outcome, 0.0, is_dry_run=False)["counts"]
    release = resolve(folder / "store")
    counts = release.manifest["counts"]
    assert shown == counts == outcome.counts
    assert (counts["inputs"], counts["documents"], counts["rejects"]) == (
        len(mixture),
        release.table("documents").num_rows,
        release.table("rejects").num_rows,
    )
    assert counts["documents"] + counts["rejects"] == sum(counts["rejects_by_reason"].values()) + counts["documents"]
    card = (release.path / "README.md").read_text()
    numbers = (f"{counts[name]:,}" for name in ("inputs", "documents", "rejects"))
    assert "Inputs: {}; documents: {}; rejected: {}. None disappeared.".format(*numbers) in card
    for reason, count in counts["rejects_by_reason"].items():
        assert f"| `{reason}` | {count} |" in card


# --- stores that cannot be used -------------------------------------------------------------------------------------


@pytest.mark.parametrize("place", ["", "releases", "interim"])
def test_a_linked_store_is_refused(store: Path, tmp_path: Path, place: str) -> None:
    (tmp_path / "elsewhere").mkdir()
    link = store / place if place else store
    link.parent.mkdir(exist_ok=True)
    link.symlink_to(tmp_path / "elsewhere")
    with pytest.raises(CorpusError, match="is a symbolic link: give the folder it points to"):
        make_release(store, [A])
    assert list((tmp_path / "elsewhere").iterdir()) == []


@pytest.mark.parametrize("place", ["", "releases", "interim"])
def test_a_file_in_the_place_of_a_folder_is_refused(store: Path, place: str) -> None:
    path = store / place if place else store
    path.parent.mkdir(exist_ok=True)
    path.write_text("")
    with pytest.raises(CorpusError, match="is not a folder: choose another store with --to"):
        make_release(store, [A])


def test_a_store_below_a_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(CorpusError, match="choose another store with --to"):
        make_release(tmp_path / "file" / "store", [A])


def test_a_store_that_cannot_be_written_to_is_refused(store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store.mkdir()
    monkeypatch.setattr(os, "access", lambda *_: False)
    with pytest.raises(CorpusError, match="cannot be written to: change its permissions"):
        make_release(store, [A])


def test_a_folder_in_the_place_of_the_link_is_refused(store: Path) -> None:
    (store / "latest").mkdir(parents=True)
    with pytest.raises(CorpusError, match="is in the way of the link"):
        make_release(store, [A])


@pytest.mark.parametrize("content", [None, "file"])
def test_something_in_the_place_of_the_release_is_left_alone(store: Path, content: str | None) -> None:
    target = store / "releases" / "1.0.0"
    target.mkdir(parents=True)
    if content:
        (target / content).write_text("mine")
    with pytest.raises(CorpusError, match="is in the way"):
        make_release(store, [A])
    assert [path.name for path in target.iterdir()] == ([content] if content else [])
    assert list((store / "interim" / "staging").iterdir()) == []


def test_a_damaged_parent_is_refused(store: Path) -> None:
    path = make_release(store, [A]).path / "README.md"
    path.chmod(0o644)
    path.write_text("")
    with pytest.raises(CorpusError, match=r"1\.0\.0 is damaged \(README\.md"):
        make_release(store, [A, B])


# --- crashes and rivals ---------------------------------------------------------------------------------------------


class CrashError(Exception):
    """Stands for whatever ends a run in the middle."""


@pytest.mark.parametrize("step", ["write_table", "write_records", "render_card", "_complete", "promote"])
def test_a_crash_at_any_stage_leaves_the_store_as_it_was(
    store: Path, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    make_release(store, [A])
    before = snapshot(store)
    with monkeypatch.context() as patch:
        patch.setattr(f"pipelines.publish.{step}", _crash)
        with pytest.raises(CrashError):
            make_release(store, [A, B])
    assert snapshot(store) == before
    assert list((store / "interim").rglob("*.parquet")) == []
    assert make_release(store, [A, B]).version == "1.1.0"


def test_a_full_disk_is_one_clear_line(store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fill(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("pipelines.publish.write_table", fill)
    with pytest.raises(CorpusError, match=r"No space left on device\): check permissions and free space"):
        make_release(store, [A])


def test_what_a_killed_run_left_undone_is_mended(store: Path) -> None:
    folder = make_release(store, [A]).path
    folder.chmod(0o755)
    (store / "latest").unlink()
    make_release(store, [A, B])
    (store / "latest").unlink()
    (store / "latest").symlink_to("releases/1.0.0")
    newest = make_release(store, [A, B, C])
    assert (store / "latest").readlink() == Path("releases") / newest.version


def test_stale_staging_is_removed_and_that_of_a_live_run_is_kept(store: Path) -> None:
    make_release(store, [A])
    stale = store / "interim" / "staging" / "stale"
    (stale / "documents").mkdir(parents=True)
    (stale / "documents").chmod(0o555)
    with staging.staging_area(store) as live:
        (live / "half").write_text("written")
        make_release(store, [A, B])
        assert not stale.exists()
        assert (live / "half").read_text() == "written"
    assert list((store / "interim" / "staging").iterdir()) == []


def test_a_rival_that_published_meanwhile_is_not_lost(store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make_release(store, [A])
    write = staging.seal

    def seal_late(folder: Path) -> None:
        monkeypatch.setattr(staging, "seal", write)
        make_release(store, [A, B])
        write(folder)

    monkeypatch.setattr(staging, "seal", seal_late)
    with pytest.raises(CorpusError, match=r"another run changed the store meanwhile \(now 1\.1\.0, expected 1\.0\.0\)"):
        make_release(store, [A, C])
    assert [info.version for info in releases(store)] == ["1.0.0", "1.1.0"]
    assert resolve(store).table("documents")["id"].to_pylist() == ["a", "b"]


def test_a_source_read_before_a_rival_published_is_not_published(store: Path) -> None:
    make_release(store, [A])
    tables = build_tables([A, B], [])
    for parent in ("", "0.9.0"):
        with pytest.raises(CorpusError, match="another run published meanwhile"):
            publish(tables, store, SETTINGS, make_build(tables, parent=parent))
    assert publish(tables, store, SETTINGS, make_build(tables, parent="1.0.0")).version == "1.1.0"


def test_many_publishers_at_once_never_lose_work(store: Path) -> None:
    made = [build_tables([make_document(f"run-{number}")], []) for number in range(4)]
    barrier = threading.Barrier(len(made))

    def run(tables: Tables) -> str:
        barrier.wait()
        try:
            return publish(tables, store, SETTINGS, make_build(tables)).version
        except CorpusError as error:
            return str(error)

    with ThreadPoolExecutor(len(made)) as pool:
        answers = list(pool.map(run, made))
    infos = releases(store)
    versions = [info.version for info in infos]
    assert all(answer in versions or "another run" in answer for answer in answers)
    assert sorted(set(versions) & set(answers)) == sorted(versions)
    assert all(verify(info.path) == [] for info in infos)
    assert [info.parent for info in infos] == [None, *versions[:-1]]


KILLED = """
import os, signal, sys
from pathlib import Path
from tests.samples import make_document, make_release, refine

at = int(sys.argv[2])
synced = os.fsync
count = 0

def sync(descriptor):
    global count
    count += 1
    if count == at:
        os.kill(os.getpid(), signal.SIGKILL)
    synced(descriptor)

os.fsync = sync
print("ready", flush=True)
for n in range(2, 40):
    make_release(Path(sys.argv[1]), [make_document(f"{i:04d}", f"Words {i}. " * 50) for i in range(n * 5)])
"""


@pytest.fixture
def publisher(store: Path) -> Iterator[list[subprocess.Popen[str]]]:
    """Processes that publish release after release; all are gone at the end."""
    running: list[subprocess.Popen[str]] = []
    yield running
    for process in running:
        process.kill()
        process.communicate()


def _start(store: Path, at: int) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", KILLED, str(store), str(at)]
    root = Path(__file__).parents[1]
    process = subprocess.Popen(command, cwd=root, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    return process


@pytest.mark.parametrize("at", [8, *(pytest.param(n, marks=pytest.mark.slow) for n in (1, 14, 15))])
def test_a_kill_while_writing_through_leaves_only_whole_releases(
    store: Path, publisher: list[subprocess.Popen[str]], at: int
) -> None:
    make_release(store, [A])
    publisher.append(_start(store, at))
    assert publisher[0].wait(60) == -signal.SIGKILL
    _check_survival(store)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(10))
def test_a_kill_at_any_moment_leaves_only_whole_releases(
    store: Path, publisher: list[subprocess.Popen[str]], seed: int
) -> None:
    make_release(store, [A])
    publisher.append(_start(store, -1))
    time.sleep(random.Random(seed).uniform(0.02, 2.0))
    publisher[0].kill()
    publisher[0].wait(60)
    _check_survival(store)


def _check_survival(store: Path) -> None:
    """Every visible release is sound, the first one included, and the next run works and cleans up."""
    versions = [info.version for info in releases(store)]
    assert versions[0] == "1.0.0"
    assert sorted(path.name for path in (store / "releases").iterdir()) == sorted(versions)
    assert all(verify(store / "releases" / version, deep=True) == [] for version in versions)
    make_release(store, [A, B, make_document("after")])
    newest = latest(store)
    assert newest is not None
    assert list((store / "interim" / "staging").iterdir()) == []
    assert (store / "latest").resolve() == newest.path.resolve()


def _crash(*_: object, **__: object) -> None:
    raise CrashError
