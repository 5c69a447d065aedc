"""Proving a release: replay, undo, parent + changes, and a rebuild; what cannot be proved is said."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import schemas
from pipelines.cli import main
from pipelines.errors import CorpusError
from pipelines.proof import prove
from pipelines.publish import parquet
from pipelines.publish.keeping import prune
from pipelines.release import Release, resolve
from pipelines.release.content import REPORT
from tests.samples import publish_source

SEEDS = Path(__file__).resolve().parents[1] / "seeds"
CRAWL = "".join(
    json.dumps({"id": f"n{n}", "text": f"The {n}th meeting , it was held . Write to wang{n}@example.org today."}) + "\n"
    for n in range(30)
)


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A source and its store, for nobody to change."""
    folder = tmp_path_factory.mktemp("published")
    shutil.copytree(SEEDS, folder / "source")
    (folder / "source" / "raw" / "crawl.jsonl").write_text(CRAWL)
    publish_source(folder / "source", folder / "store")
    (folder / "source" / "raw" / "new.txt").write_text("The county opened a hall on Monday, and it was full.")
    assert publish_source(folder / "source", folder / "store").version == "1.1.0"
    return folder


@pytest.fixture
def source(published: Path, tmp_path: Path) -> Path:
    """A copy of the seeds, with a file of many records and personal data beside them, and one that came later."""
    return Path(shutil.copytree(published / "source", tmp_path / "source"))


@pytest.fixture
def store(published: Path, tmp_path: Path) -> Path:
    """A copy of the store with two releases of that source."""
    return Path(shutil.copytree(published / "store", tmp_path / "store", symlinks=True))


def tamper(release: Release, name: str, change: Callable[[pa.Table], pa.Table]) -> Release:
    """Write a table of a release anew, as ``change`` makes it, with no word about that in the records."""
    table = change(release.table(name))
    for path in [release.path / name, *(release.path / name).iterdir()]:
        path.chmod(0o755)
    pq.write_table(table, release.path / name / "train-00000-of-00001.parquet")
    return Release(release.path)


def test_a_sound_release_is_proved_whole(store: Path, source: Path) -> None:
    release = resolve(store)
    assert "redact" in release.table("edits")["action"].to_pylist()
    proof = prove(release, source)
    assert (proof.findings, proof.notes) == ([], [])


def test_a_source_that_grew_is_no_finding(store: Path, source: Path) -> None:
    proof = prove(resolve(store, "1.0.0"), source)
    assert (proof.findings, proof.notes) == ([], ["not rebuilt: the source has changed since"])
    (source / "raw" / "new.txt").write_text("Other words.")
    (source / "raw" / "crawl.jsonl").write_text(CRAWL.partition("\n")[2])
    proof = prove(resolve(store), source)
    assert proof.findings == []
    assert proof.notes == [
        "not replayed, since the source has them no longer as they were: 2 documents",
        "not rebuilt: the source has changed since",
    ]


def test_without_a_source_or_a_parent_that_is_said(store: Path) -> None:
    proof = prove(resolve(store))
    assert proof.findings == []
    assert proof.notes == ["no source was named (--source DIR): documents were not replayed, nothing was rebuilt"]
    prune(store, 1)
    assert prove(resolve(store)).notes[0] == "the parent 1.0.0 is not at hand: parent + changes was not added up"


def test_a_text_that_its_edits_do_not_lead_to_is_named(store: Path, source: Path) -> None:
    def reword(table: pa.Table) -> pa.Table:
        texts = table["text"].to_pylist()
        place = table["id"].to_pylist().index("n7")
        texts[place] += " And more."
        return table.set_column(table.column_names.index("text"), "text", pa.array(texts))

    findings = prove(tamper(resolve(store), "documents", reword), source).findings
    problems = [(finding.path, finding.problem) for finding in findings]
    assert ("edits", "n7: raw text + edits is not the published text") in problems
    assert ("edits", "n7: published text + edits is not the raw text") in problems
    assert ("changes", "1.0.0 and the changes do not add up to the documents") in problems
    assert ("documents/train-00000-of-00001.parquet", "a rebuild from the source has other bytes") in problems
    assert not any("n8" in problem for _, problem in problems)
    assert {finding.advice for finding in findings} == {REPORT}


def test_an_edit_that_is_gone_is_named(store: Path, source: Path) -> None:
    def shorten(table: pa.Table) -> pa.Table:
        return table.slice(1)

    release = resolve(store)
    lost = release.table("edits")["document_id"][0].as_py()
    findings = prove(tamper(release, "edits", shorten), source).findings
    assert any(finding.problem.startswith(lost) for finding in findings)


def test_why_nothing_was_rebuilt_is_said(store: Path, source: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        patch.setattr("pipelines.proof.rebuild.code_version", lambda: "0.0.9")
        assert prove(resolve(store), source).notes == ["not rebuilt: made with another code version of Corpus"]
    with monkeypatch.context() as patch:
        patch.setattr("pipelines.proof.rebuild._writer", lambda: "another writer")
        assert "here is another writer" in prove(resolve(store), source).notes[0]
    with monkeypatch.context() as patch:
        patch.setattr(schemas, "fingerprint", lambda: "other")
        assert "structure of another version" in prove(resolve(store), source).notes[0]
    (source / "dataset.toml").write_text('duplicates = "keep_first"\n')
    assert prove(resolve(store), source).notes == ["not rebuilt: dataset.toml has changed since"]


def test_a_writer_that_writes_otherwise_is_found(store: Path, source: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parquet, "COMPRESSION_LEVEL", 19)
    assert {finding.problem for finding in prove(resolve(store), source).findings} == {
        "a rebuild from the source has other bytes"
    }


def test_a_source_that_is_not_there_is_said(store: Path, tmp_path: Path) -> None:
    with pytest.raises(CorpusError, match="nowhere"):
        prove(resolve(store), tmp_path / "nowhere")


def test_the_command_proves_and_says_what_it_could_not(
    store: Path, source: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = ["verify", "--store", str(store), "--deep"]
    assert main.main([*arguments, "--source", str(source)]) == 0
    assert capsys.readouterr().err == ""
    assert main.main(arguments) == 0
    assert capsys.readouterr().err.startswith("note: no source was named")
    tamper(resolve(store), "documents", lambda table: table)
    assert main.main([*arguments, "--json"]) == 1
    shown = json.loads(capsys.readouterr().out)
    assert (shown["is_sound"], shown["findings"][0]["path"]) == (False, "documents/train-00000-of-00001.parquet")
    assert shown["findings"][0]["advice"].startswith("get the release again")
    assert main.main(["verify", "--store", str(store), "--source", str(source)]) == 2
