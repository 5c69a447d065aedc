"""What ``verify`` finds beyond changed bytes: tables that should not be as they are, ancestors that are not theirs."""

from __future__ import annotations

import json
import random
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

import schemas
from pipelines.cli import main
from pipelines.document import CleanedDocument
from pipelines.publish import publish
from pipelines.publish.keeping import prune, yank
from pipelines.publish.manifest import write_records
from pipelines.release import Release, content, verify
from pipelines.release.content import _first_disorder
from tests.samples import SETTINGS, build_tables, make_build, make_document, make_reject

FLIPS = 200

A, B, C = (make_document(key, f"Words of {key}.") for key in "abc")


def make_current(store: Path, *documents: CleanedDocument) -> Path:
    """Publish documents with the fingerprint of today's schema."""
    tables = build_tables(documents, [make_reject()])
    build = replace(make_build(tables), schema_fingerprint=schemas.fingerprint())
    return publish(tables, store, SETTINGS, build).path


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store with three releases."""
    store = tmp_path_factory.mktemp("verify") / "store"
    for documents in ([A], [A, B], [A, B, C]):
        make_current(store, *documents)
    return store


@pytest.fixture
def store(made: Path, tmp_path: Path) -> Path:
    """A copy of that store that may be damaged."""
    shutil.copytree(made, tmp_path / "store", symlinks=True)
    for path in (tmp_path / "store").rglob("*"):
        if not path.is_symlink():
            path.chmod(0o755)
    return tmp_path / "store"


@pytest.fixture
def release(store: Path) -> Path:
    """The newest release of that copy."""
    return store / "releases" / "1.2.0"


def forge(folder: Path, change: Callable[[dict[str, Any]], object] = lambda _: None) -> None:
    """Make the records of a release agree with its files, and change what its manifest says."""
    manifest = json.loads((folder / "manifest.json").read_text())
    manifest.pop("files")
    (folder / "manifest.json").unlink()
    (folder / "SHA256SUMS").unlink()
    change(manifest)
    write_records(folder, manifest)


def rewrite(folder: Path, name: str, change: Callable[[pa.Table], pa.Table]) -> None:
    """Write a table anew, as ``change`` makes it, with records that agree."""
    table = change(Release(folder).table(name))
    shutil.rmtree(folder / name)
    (folder / name).mkdir()
    pq.write_table(table, folder / name / "train-00000-of-00001.parquet", write_page_checksum=True)
    forge(folder)


def problems(folder: Path, *, deep: bool = False) -> list[str]:
    return [f"{finding.path}: {finding.problem}" for finding in verify(folder, deep=deep)]


def test_a_sound_store_has_no_findings(store: Path) -> None:
    assert [problems(path, deep=True) for path in (store / "releases").iterdir()] == [[], [], []]


FILE = "train-00000-of-00001.parquet"
TAMPERED: dict[str, tuple[str, Callable[[pa.Table], pa.Table], str]] = {
    "column": ("terms", lambda t: t.drop_columns(["domain"]), f"terms/{FILE}: its columns are not those of the schema"),
    "type": (
        "edits",
        lambda t: t.set_column(1, "order", t["seq"]),
        f"edits/{FILE}: its columns are not those of the schema of edits",
    ),
    "rows": ("rejects", lambda t: t.slice(1), "rejects: 0 rows, the manifest says 1"),
    "order": (
        "documents",
        lambda t: t.take([1, 0, 2]),
        f"documents/{FILE}: row 1 is out of order (published_date, id)",
    ),
    "ids": ("documents", lambda t: t.take([0, 1, 1]), "documents: more than one document is called b"),
    "strangers": (
        "documents",
        lambda t: t.slice(0, 2),
        f"edits/{FILE}: rows of documents that are not in the release: c",
    ),
}


@pytest.mark.parametrize("kind", sorted(TAMPERED))
def test_tables_that_should_not_be_so_are_found(release: Path, kind: str) -> None:
    name, change, problem = TAMPERED[kind]
    rewrite(release, name, change)
    assert any(found.startswith(problem) for found in problems(release)), problems(release)


def test_values_are_held_against_their_hashes_and_schema(release: Path) -> None:
    def change(table: pa.Table) -> pa.Table:
        counts = pa.array([-1, *table["word_count"].to_pylist()[1:]], pa.int32())
        return table.set_column(table.column_names.index("word_count"), "word_count", counts)

    rewrite(release, "documents", change)
    assert problems(release) == []
    found = problems(release, deep=True)
    assert "documents: row_sha256 of a is wrong" in found
    assert any(each.startswith("documents: the column word_count breaks") for each in found)


def test_a_table_that_is_gone_with_all_records_of_it_is_found(release: Path) -> None:
    shutil.rmtree(release / "terms")
    forge(release)
    assert "terms: the table is missing" in problems(release)


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        (lambda m: m["counts"].update(documents=7), "manifest.json: counts 7 documents, there are 3"),
        (lambda m: m["counts"].update(inputs=9), "manifest.json: inputs are not documents + rejects"),
        (lambda m: m["tables"]["edits"].update(rows=1), "edits: 6 rows, the manifest says 1"),
        (lambda m: m.pop("counts"), "manifest.json: lacks what it must say: 'counts'"),
        (lambda m: m.update(tables=[]), "manifest.json: lacks what it must say"),
    ],
)
def test_a_manifest_that_says_something_else_is_found(
    release: Path, change: Callable[[dict[str, Any]], object], problem: str
) -> None:
    forge(release, change)
    assert any(found.startswith(problem) for found in problems(release)), problems(release)


def test_a_damaged_page_is_found_even_where_the_records_agree(release: Path) -> None:
    path = release / "documents" / FILE
    damaged = bytearray(path.read_bytes())
    damaged[60] ^= 1
    path.write_bytes(damaged)
    forge(release)
    assert any(found.startswith(f"documents/{FILE}: cannot be read") for found in problems(release))


def test_a_release_of_another_structure_is_not_held_against_ours(release: Path) -> None:
    rewrite(release, "terms", lambda table: table.drop_columns(["domain"]))
    forge(release, lambda manifest: manifest.update(schema_fingerprint="0" * 64))
    assert problems(release) == []


values = st.lists(st.tuples(st.none() | st.integers(0, 3), st.text("aé\U0001f600z", max_size=2)), max_size=9)


@given(values)
def test_order_is_that_of_the_tables(rows: list[tuple[int | None, str]]) -> None:
    keys = pa.table({"n": pa.array([n for n, _ in rows], pa.int32()), "s": pa.array([s for _, s in rows], pa.string())})
    ranked = [(n is not None, n or 0, s) for n, s in rows]
    wrong = next((i for i in range(len(ranked) - 1) if ranked[i] > ranked[i + 1]), None)
    assert _first_disorder(keys) == wrong


def test_disorder_between_batches_is_found(release: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rewrite(release, "documents", lambda table: table.take([0, 2, 1]))
    monkeypatch.setattr(content, "batch_rows", lambda name: 1)
    assert any("row 2 is out of order" in found for found in problems(release))


# --- ancestors and the log ------------------------------------------------------------------------------------------


def test_an_ancestor_that_is_gone_is_found(store: Path, release: Path) -> None:
    shutil.rmtree(store / "releases" / "1.0.0")
    assert problems(release) == []
    shutil.rmtree(store / "log")
    assert problems(release) == [
        "releases/1.1.0/manifest.json: its ancestor 1.0.0 is neither in the store nor in its log"
    ]
    assert verify(release)[0].advice.startswith("put the release back")


def test_an_ancestor_that_is_another_one_is_found(store: Path, release: Path) -> None:
    forge(store / "releases" / "1.0.0", lambda manifest: manifest.update(logical_sha256="0" * 64))
    wanted = "1.1.0 was made from another 1.0.0 than the one of the store"
    assert problems(release) == [f"releases/1.1.0/manifest.json: {wanted}"]


@pytest.mark.parametrize("parent", ["1.2.0", "9.0.0", "nonsense"])
def test_a_parent_that_is_not_older_is_found(release: Path, parent: str) -> None:
    forge(release, lambda manifest: manifest.update(parent=parent))
    assert len(problems(release)) == 1


def test_ancestors_that_were_pruned_or_withdrawn_are_no_finding(store: Path, release: Path) -> None:
    yank(store, "1.1.0", "wrong")
    assert problems(release) == []
    prune(store, 1)
    assert problems(release, deep=True) == []


def test_a_damaged_log_is_a_finding_of_every_release(store: Path, release: Path) -> None:
    (store / "log" / "00000002.json").unlink()
    assert problems(release)[0] == "log/00000002.json: missing"


def test_a_release_outside_of_a_store_has_no_ancestors_to_check(release: Path, tmp_path: Path) -> None:
    shutil.copytree(release, tmp_path / "copy")
    assert problems(tmp_path / "copy") == []


# --- bit rot --------------------------------------------------------------------------------------------------------


def test_every_flipped_bit_is_found_and_its_file_named(release: Path) -> None:
    chance = random.Random(11)
    files = sorted(path for path in release.rglob("*") if path.is_file())
    sizes = [path.stat().st_size for path in files]
    found = 0
    for path in chance.choices(files, weights=sizes, k=FLIPS):
        whole = path.read_bytes()
        damaged = bytearray(whole)
        damaged[chance.randrange(len(whole))] ^= 1 << chance.randrange(8)
        path.write_bytes(damaged)
        found += path.relative_to(release).as_posix() in {finding.path for finding in verify(release)}
        path.write_bytes(whole)
    assert found == FLIPS
    assert verify(release, deep=True) == []


def test_each_line_of_the_command_says_what_to_do(release: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (release / "README.md").write_text("")
    (release / "extra").write_text("")
    assert main.main(["verify", str(release)]) == 1
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("README.md: changed since it was published; get the release again")
    assert lines[1] == "extra: extra file; move it elsewhere"
    assert lines[2].endswith("2 findings")
