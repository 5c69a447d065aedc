"""Nothing is lost: every record is a document or a reject with its line, and every count that is shown agrees."""

from __future__ import annotations

import json
import random
import re
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pyarrow.parquet as pq
import pytest

import schemas
from pipelines.clean import find_edits
from pipelines.cli.output import plain
from pipelines.cli.publish import _as_json, summarize
from pipelines.document import Settings
from pipelines.errors import CorpusError
from pipelines.flows import run_publish
from pipelines.flows.server import Server
from pipelines.ingest import list_inputs
from pipelines.publish import Build, Outcome, publish
from pipelines.refine import load_knowledge, load_source
from pipelines.release import latest
from tests import corpora
from tests.corpora import MANY, ONE
from tests.samples import build_tables, refine

COUNT = 2_000
WRONG = {
    100: "malformed", 300: "encoding", 900: "not_text", 1000: "not_text", 1500: "duplicate_id", 1999: "rule_failed",
}  # fmt: skip
"""The lines that are wrong, each with the reason of its reject."""


@pytest.fixture
def raising_rule(monkeypatch: pytest.MonkeyPatch) -> None:
    """A rule that cannot cope with one text."""

    def edits(document: object, *rest: object) -> object:
        if "raise here" in getattr(document, "raw", ""):
            raise RuntimeError("boom")
        return find_edits(document, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr("pipelines.refine.find_edits", edits)


def publish_stages(folder: Path, store: Path) -> Outcome:
    """Publish a source by its stages, as the flow does, without a server."""
    source = load_source(folder)
    documents, rejects = refine(source.inputs, source.settings, source.knowledge)
    tables = build_tables(documents, rejects, source.settings)
    known = source.knowledge
    build = Build(
        known.rule_fingerprint, known.glossary_fingerprint, known.parser_fingerprint, schemas.fingerprint(), "0.1.0",
        len(documents) + len(rejects), source.settings.name, parent="",
    )  # fmt: skip
    return publish(tables, store, source.settings, build)


def check_crawl(outcome: Outcome, store: Path) -> None:
    """Hold the release of ``write_crawl`` against what was written: tables, manifest, card, summary and JSON."""
    release = latest(store)
    assert release is not None
    rows = release.table("rejects").to_pylist()
    assert {(row["source"], row["reason"]) for row in rows} == {
        (f"crawl.jsonl:{number}", reason) for number, reason in WRONG.items()
    }
    assert len(rows) == len(WRONG)
    assert all(row["detail"] for row in rows)
    assert {row["source"]: row["stage"] for row in rows}["crawl.jsonl:1999"] == "clean"
    ids = release.table("documents").column("id").to_pylist()
    assert sorted(ids, key=int) == [str(n) for n in range(1, COUNT + 1) if n not in WRONG]
    assert len(ids) == 1994

    manifest = json.loads((release.path / "manifest.json").read_text(encoding="utf-8"))
    by_reason = dict(Counter(WRONG.values()))
    written = json.loads(json.dumps(plain(_as_json(outcome, 1.0, is_dry_run=False))))
    assert (written["rejects"], written["rejects_total"]) == (rows, 6)
    for counts in (manifest["counts"], outcome.counts, _as_json(outcome, 1.0, is_dry_run=False)["counts"]):
        assert isinstance(counts, dict)
        assert (counts["inputs"], counts["documents"], counts["rejects"]) == (2000, 1994, 6)
        assert counts["rejects_by_reason"] == by_reason

    card = (release.path / "README.md").read_text(encoding="utf-8")
    assert re.search(r"\| `documents` \| 1,994 \|", card)
    assert re.search(r"\| `rejects` \| 6 \|", card)
    for reason in by_reason:
        assert reason in card

    said = [" ".join(line.split()) for line in summarize(outcome, 1.0)]
    assert {"documents 1,994", "rejects 6"} <= set(said)
    assert {f"{reason} {count}" for reason, count in by_reason.items()} <= set(said)
    for number, reason in WRONG.items():
        assert any(line.startswith(f"crawl.jsonl:{number} {reason} ") for line in said)


def test_six_wrong_records_of_two_thousand_are_told_everywhere(tmp_path: Path, raising_rule: None) -> None:
    corpora.write_crawl(tmp_path / "crawl")
    check_crawl(publish_stages(tmp_path / "crawl", tmp_path / "store"), tmp_path / "store")


@pytest.mark.slow
def test_the_flow_tells_the_same(
    tmp_path: Path, raising_rule: None, embedded: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PREFECT_API_URL", embedded.url)
    corpora.write_crawl(tmp_path / "crawl")
    outcome = run_publish(tmp_path / "crawl", tmp_path / "store")
    check_crawl(outcome, tmp_path / "store")


def test_the_list_of_rejects_is_capped(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a.jsonl").write_text('{"text": "The county held its meeting on Tuesday."}\n' + "{}\n" * 1_100)
    outcome = publish_stages(tmp_path / "in", tmp_path / "store")
    written = _as_json(outcome, 1.0, is_dry_run=False)
    assert (len(outcome.rejects), written["rejects_total"]) == (1_000, 1_100)
    assert "the first 10 of 1,100 rejects" in " ".join(summarize(outcome, 1.0))


def test_too_many_rejects_publish_nothing(tmp_path: Path, raising_rule: None) -> None:
    corpora.write_crawl(tmp_path / "crawl")
    (tmp_path / "crawl" / "dataset.toml").write_text('name = "crawl"\nmax_reject_share = 0.002\n')
    with pytest.raises(CorpusError) as caught:
        publish_stages(tmp_path / "crawl", tmp_path / "store")
    assert caught.value.exit_code == 1
    assert "crawl.jsonl:" in str(caught.value)
    assert latest(tmp_path / "store") is None


CODECS = [codec for codec in corpora.ENCODINGS if codec != "big5"]
"""Big5 has no sign for what these documents hold."""

ARCHIVES = {".zip": corpora.as_zip, ".tar": corpora.as_tar}

MATRIX = [
    *((kind, packing, codec) for kind in (*MANY, *ONE) for packing in corpora.PACKINGS for codec in CODECS),
    *((kind, packing, "utf-8") for kind in (*MANY, *ONE) for packing in ARCHIVES),
    *((kind, packing, "") for kind in ("parquet", "arrow", "stream") for packing in (*corpora.PACKINGS, *ARCHIVES)),
]
"""Every format, packing and encoding; tables have an encoding of their own."""


def written(kind: str, packing: str, codec: str) -> dict[str, bytes]:
    """Write the twenty documents in one format, packing and encoding."""
    tables = {
        "parquet": ("parquet", corpora.as_parquet), "arrow": ("arrow", lambda: corpora.as_arrow(is_stream=False)),
        "stream": ("arrow", lambda: corpora.as_arrow(is_stream=True)),
    }  # fmt: skip
    if kind in tables:
        ending, make = tables[kind]
        members = {f"news.{ending}": make()}
    else:
        members = corpora.files(kind, codec)
    if packing in ARCHIVES:
        return {f"all{packing}": ARCHIVES[packing](members)}
    return {f"{name}{packing}": corpora.PACKINGS[packing](data) for name, data in members.items()}


def check_matrix(cases: list[tuple[str, str, str]], folder: Path) -> None:
    """Hold the text hashes that each case publishes against those of plain UTF-8 texts.

    The tables of all cases are built at once, which is most of the work; only the ids say which case a row is of.
    """
    knowledge = load_knowledge()
    documents, lost = [], []
    for number, case in enumerate([("txt", "", "utf-8"), *cases]):
        place = folder / str(number)
        place.mkdir()
        for name, data in written(*case).items():
            (place / name).write_bytes(data)
        found, rejects = refine(list_inputs(place), Settings("matrix"), knowledge)
        documents += [replace(each, raw=replace(each.raw, id=f"{number}:{each.raw.id}")) for each in found]
        lost += [(case, each) for each in rejects]
    tables = build_tables(documents, [])
    assert (lost, tables.rejects.to_pylist()) == ([], [])
    hashes: dict[str, list[str]] = {}
    for row in tables.documents.select(["id", "text_sha256"]).to_pylist():
        hashes.setdefault(row["id"].partition(":")[0], []).append(row["text_sha256"])
    wanted = sorted(hashes["0"])
    assert len(set(wanted)) == 20
    for number, case in enumerate(cases, 1):
        assert sorted(hashes[str(number)]) == wanted, case


def test_a_sample_of_formats_packings_and_encodings_publishes_the_same_texts(tmp_path: Path) -> None:
    sample = random.Random(3).sample(MATRIX, 12)
    check_matrix(sample, tmp_path)


@pytest.mark.slow
def test_every_format_packing_and_encoding_publishes_the_same_texts(tmp_path: Path) -> None:
    assert len(MATRIX) == 7 * 5 * 10 + 7 * 2 + 3 * 7
    check_matrix(MATRIX, tmp_path)


def test_the_same_documents_are_published_from_every_format(tmp_path: Path) -> None:
    for number, text in enumerate(document["text"] for document in corpora.DOCUMENTS):
        (tmp_path / "txt").mkdir(exist_ok=True)
        (tmp_path / "txt" / f"{number:02}.txt").write_text(text, encoding="utf-8")
    members = {
        "jsonl": ("a.jsonl.gz", corpora.PACKINGS[".gz"](corpora.as_jsonl(corpora.DOCUMENTS).encode("utf-16"))),
        "csv": ("a.csv", corpora.as_csv(corpora.DOCUMENTS).encode("gb18030")),
        "parquet": ("a.parquet", corpora.as_parquet()),
    }
    for kind, (name, data) in members.items():
        (tmp_path / kind).mkdir()
        (tmp_path / kind / name).write_bytes(data)
    published = {}
    for kind in ("txt", *members):
        outcome = publish_stages(tmp_path / kind, tmp_path / "store" / kind)
        assert (outcome.counts["documents"], outcome.counts["rejects"]) == (20, 0), kind
        (file,) = sorted((outcome.path / "documents").glob("*.parquet"))
        published[kind] = sorted(pq.read_table(file, columns=["text_sha256"]).column(0).to_pylist())
    assert len(set(published["txt"])) == 20
    assert published == dict.fromkeys(published, published["txt"])
