"""The chain that a shard runs: one outcome for each input, knowledge with fingerprints, the source's own glossary."""

import json
from pathlib import Path

import pytest

from pipelines.clean.revision import Revision, revise
from pipelines.document import CleanedDocument, Document, Edit, RawText, Reject
from pipelines.refine import load_knowledge, load_source, refine_text
from tests.samples import refine
from tests.texts import KNOWLEDGE, ROOT, SEEDS

LEAD = (
    "The provincial conference on civil affairs was held in Changsha on Tuesday, and more than 200 people attended it."
)


def test_every_input_has_one_outcome(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text(LEAD)
    (tmp_path / "b.txt").write_text("")
    (tmp_path / "c.txt").write_text("Links\n\n>")
    source = load_source(tmp_path)
    documents, rejects = refine(source.inputs, source.settings, source.knowledge)
    assert [d.raw.source for d in documents] == ["a.txt"]
    assert [(r.source, r.reason) for r in rejects] == [("b.txt", "empty"), ("c.txt", "no_text")]


def test_a_rule_that_fails_rejects_one_document(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError("boom")

    monkeypatch.setattr("pipelines.refine.find_edits", fail)
    got = refine_text(RawText("a", "a.txt", LEAD, "0", 1), KNOWLEDGE)
    assert isinstance(got, Reject)
    assert got.reason == "rule_failed"
    assert "boom" in got.detail


def test_a_text_that_never_settles_is_a_reject(monkeypatch: pytest.MonkeyPatch) -> None:
    def grow(document: Document, *_: object) -> Revision:
        raw, last = document.raw, len(document.raw) - 1
        return revise(raw, [Edit(last, last + 1, "growth", "punctuation", "replace", raw[last], raw[last] * 2)])

    text = "People  of the county met ."  # not settled at once
    assert isinstance(refine_text(RawText("a", "a.txt", text, "0", 1), KNOWLEDGE), CleanedDocument)
    monkeypatch.setattr("pipelines.refine.find_edits", grow)
    got = refine_text(RawText("a", "a.txt", text, "0", 1), KNOWLEDGE)
    assert isinstance(got, Reject)
    assert (got.stage, got.reason) == ("clean", "unsettled")
    assert "growth" in got.detail


def test_the_fingerprints_are_stable_and_follow_the_source(tmp_path: Path) -> None:
    bare = load_knowledge()
    assert bare.rule_fingerprint == load_knowledge().rule_fingerprint
    row = {
        "id": "own",
        "zh": "词",
        "canonical": "own phrase",
        "domain": "governance",
        "variants": ["odd phrase"],
        "policy": "replace",
    }
    (tmp_path / "glossary.jsonl").write_text(json.dumps(row))
    own = load_knowledge(tmp_path)
    assert own.glossary_fingerprint != bare.glossary_fingerprint
    assert own.rule_fingerprint == bare.rule_fingerprint
    got = refine_text(RawText("a", "a.txt", "It is an odd phrase in the county, people say.", "0", 1), own)
    assert isinstance(got, CleanedDocument)
    assert "own phrase" in got.text


def test_a_term_of_the_source_goes_before_ours_that_claims_the_same_rendering(tmp_path: Path) -> None:
    text = "Officials spoke of two-way support in the county, and people listened."
    raw = RawText("a", "a.txt", text, "0", 1)
    ours = refine_text(raw, load_knowledge())
    assert isinstance(ours, CleanedDocument)
    assert [each.action for each in ours.edits if each.before == "two-way support"] == ["annotate"]
    row = {
        "id": "mine",
        "zh": "词",
        "canonical": "mutual help",
        "domain": "governance",
        "variants": ["two-way support"],
    }
    (tmp_path / "glossary.jsonl").write_text(json.dumps({**row, "policy": "replace"}))
    mine = refine_text(raw, load_knowledge(tmp_path))
    assert isinstance(mine, CleanedDocument)
    assert mine.text == text.replace("two-way support", "mutual help")


def test_the_seeds_all_become_documents() -> None:
    source = load_source(ROOT / "seeds")
    documents, rejects = refine(source.inputs, source.settings, source.knowledge)
    assert [d.raw.id for d in documents] == [p.stem for p in SEEDS]
    assert rejects == []
