"""Compared: on pairs whose edit script is known, the difference says what the script did, and names its cause."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from pipelines.clean import Knowledge
from pipelines.compare import Engine, Side, apply_changes, as_side, build_changes, build_report, compare, plain_side
from pipelines.document import CleanedDocument, RawText
from pipelines.errors import CorpusError
from pipelines.refine import clean
from pipelines.release import Tables
from pipelines.rules.entries import Entry, read_entries
from tests.samples import build_tables, make_document, make_reject, sha256
from tests.texts import KNOWLEDGE

PHASES = (Phase.explicit, Phase.reuse, Phase.generate)
OPS = ("keep", "remove", "rewrite", "replace", "rename", "copy")
LEAD = (
    "The provincial conference on civil affairs was held in Changsha on Tuesday, and more than 200 people attended it."
)
RAW = f"Conference on civil affairs held\n\n{LEAD} The odd phrase was heard. . Many people agreed with all of it."
OWN = '{"id": "own", "zh": "词", "canonical": "own phrase", "domain": "governance", "variants": ["odd phrase"], '
OWN += '"policy": "replace"}'


def numbered(key: str, number: int, words: str = "") -> CleanedDocument:
    """Make a document whose text no other one has."""
    return make_document(key, f"Text number {number} of them {words}.", raw=f"raw {number}")


@given(st.lists(st.sampled_from(OPS), max_size=12), st.integers(0, 3))
@settings(max_examples=10, phases=PHASES)
def test_the_difference_is_the_script(script: list[str], added: int) -> None:
    old = [numbered(f"k{i:02}", i) for i in range(len(script))]
    new = [numbered(f"new{i}", 100 + i) for i in range(added)]
    for i, op in enumerate(script):
        same = old[i]
        outcomes = {
            "keep": [same],
            "remove": [],
            "rewrite": [numbered(same.raw.id, i, "rewritten")],
            "replace": [replace(same, raw=replace(same.raw, raw_sha256=sha256("other")))],
            "rename": [replace(same, raw=replace(same.raw, id=f"other{i:02}"))],
            "copy": [same, numbered(f"copy{i:02}", 200 + i)],
        }
        new += outcomes[op]
    ids = {op: [f"k{i:02}" for i, each in enumerate(script) if each == op] for op in OPS}
    before, after = build_tables(old, []), build_tables(new, [])
    difference, back = compare(before, after), compare(after, before)
    renamed = [(key, key.replace("k", "other")) for key in ids["rename"]]
    came = [
        *(f"new{i}" for i in range(added)),
        *(new for _, new in renamed),
        *(k.replace("k", "copy") for k in ids["copy"]),
    ]
    assert difference.renamed == tuple(renamed)
    assert difference.added == tuple(sorted(came)) == back.removed
    assert difference.removed == tuple(sorted([*ids["remove"], *ids["rename"]])) == back.added
    assert difference.changed == tuple(sorted([*ids["rewrite"], *ids["replace"]])) == back.changed
    fields = {change.document_id: change.fields for change in difference.changes if change.op == "modify"}
    rewritten = dict.fromkeys(ids["rewrite"], ("text",))
    assert fields == rewritten | dict.fromkeys(ids["replace"], ("raw_sha256",))
    assert compare(after, after).is_empty
    assert apply_changes(before.documents, build_changes(difference, after)).equals(after.documents)


# --- causes ---------------------------------------------------------------------------------------------------------


def side(knowledge: Knowledge, raw: str = RAW, **fingerprints: str) -> Side:
    """Clean one raw text; what made it is known by fingerprints."""
    cleaned = clean(RawText("a", "a.txt", raw, sha256(raw), len(raw)), knowledge)
    manifest = {f"{of}_fingerprint": fingerprints.get(of, "same") for of in ("rule", "glossary", "parser")}
    return Side("side", dict(build_tables([cleaned], []).items()), manifest=manifest)


def title(side: Side) -> str:
    table = side.tables["documents"]
    assert isinstance(table, pa.Table)
    return str(table["title"][0])


def causes(old: Side, new: Side) -> set[tuple[str, ...]]:
    """Return the causes that both directions name."""
    found = {change.causes for pair in ((old, new), (new, old)) for change in compare(*pair).changes}
    assert found
    return found


@pytest.fixture(scope="module")
def with_term() -> Knowledge:
    (entry,) = read_entries([OWN], "test")
    assert isinstance(entry, Entry)
    return replace(KNOWLEDGE, entries=(*KNOWLEDGE.entries, entry))


@pytest.fixture(scope="module")
def without_rule() -> Knowledge:
    return replace(KNOWLEDGE, base_rules=tuple(r for r in KNOWLEDGE.base_rules if r.id != "doubled-stop"))


def test_a_rule_is_the_cause(without_rule: Knowledge) -> None:
    assert causes(side(without_rule), side(KNOWLEDGE, rule="other")) == {("rule:doubled-stop",)}


def test_a_term_is_the_cause(with_term: Knowledge) -> None:
    assert causes(side(KNOWLEDGE), side(with_term, glossary="other")) == {("glossary:own",)}


def test_a_raw_text_is_the_cause() -> None:
    assert causes(side(KNOWLEDGE), side(KNOWLEDGE, RAW.replace("Many", "Most"))) == {("source",)}


def test_a_raw_text_is_the_cause_though_edits_came_with_it() -> None:
    assert causes(side(KNOWLEDGE), side(KNOWLEDGE, RAW + " It ended. . And that was all.")) == {("source",)}


def test_a_raw_text_and_a_term_can_be_causes_together(with_term: Knowledge) -> None:
    new = side(with_term, RAW.replace("Many", "Most"), glossary="other")
    assert causes(side(KNOWLEDGE), new) == {("glossary:own", "source")}


def test_a_step_of_the_parser_is_the_cause(monkeypatch: pytest.MonkeyPatch) -> None:
    old = side(KNOWLEDGE)
    monkeypatch.setattr(sys.modules["pipelines.parse"], "head", lambda _raw, blocks, *_: ([], blocks))
    new = side(KNOWLEDGE, parser="other")
    assert title(old) != title(new)
    assert causes(old, new) == {("parser",)}


def test_a_column_is_the_cause() -> None:
    old = side(KNOWLEDGE)
    table = old.tables["documents"]
    assert isinstance(table, pa.Table)
    position = table.column_names.index("row_sha256")
    wider = table.set_column(position, "row_sha256", pa.array(["0" * 64])).append_column("mood", pa.array(["calm"]))
    assert causes(old, replace(old, tables={**old.tables, "documents": wider})) == {("schema",)}


# --- keys -----------------------------------------------------------------------------------------------------------


def twice(tables: Tables) -> Tables:
    return replace(tables, documents=pa.concat_tables([tables.documents, tables.documents.slice(0, 1)]))


@pytest.mark.parametrize("other", [[numbered("a", 1)], [numbered("a", 2)], [numbered("z", 1)]])
def test_an_id_that_stands_twice_is_an_error(other: list[CleanedDocument]) -> None:
    double, single = twice(build_tables([numbered("a", 1), numbered("b", 3)], [])), build_tables(other, [])
    for pair in ((double, single), (single, double), (double, double)):
        with pytest.raises(CorpusError, match="the id a stands in 2 rows"):
            compare(*pair)


def test_a_row_without_an_id_is_an_error(tmp_path: Path) -> None:
    import pyarrow.parquet as pq

    pq.write_table(pa.table({"k": ["a", None], "v": [1, 2]}), tmp_path / "a.parquet")
    path = plain_side(tmp_path / "a.parquet", "k")
    with pytest.raises(CorpusError, match="1 rows have no k"):
        compare(path, path)


# --- the report -----------------------------------------------------------------------------------------------------


def report(old: Side | Tables, new: Side | Tables, budget: int = 100) -> dict[str, Any]:
    with Engine(as_side(old), as_side(new)) as engine:
        return build_report(engine, budget)[1]


def test_a_moved_share_is_notable_and_noise_is_not() -> None:
    def tables(reporters: int) -> Tables:
        made = [numbered(f"k{i:03}", i) for i in range(200)]
        bare = [replace(d, fields=replace(d.fields, reporters=())) for d in made[:reporters]]
        return build_tables([*bare, *made[reporters:]], [])

    rows = {r["value"]: r for r in report(tables(20), tables(60))["distribution"] if r["measure"] == "missing"}
    assert (rows["reporters"]["old"], rows["reporters"]["new"], rows["reporters"]["is_notable"]) == (20, 60, True)
    rows = {r["value"]: r for r in report(tables(20), tables(26))["distribution"] if r["measure"] == "missing"}
    assert not rows["reporters"]["is_notable"]


def test_rejects_years_and_words_are_measured() -> None:
    old, new = build_tables([numbered("a", 1)], []), build_tables([numbered("a", 1)], [make_reject()])
    rows = {(r["measure"], r["value"]): (r["old"], r["new"]) for r in report(old, new)["distribution"]}
    assert rows["rejects", "empty"] == (0, 1)
    assert rows["year", "2020"] == (1, 1)
    assert rows["words", "median"] == (6, 6)
    assert rows["artefacts", "punctuation"][0] > 0


def test_a_sample_has_something_of_every_cause() -> None:
    old = [numbered(f"k{i:02}", i) for i in range(40)]
    new = [numbered(d.raw.id, i, "rewritten") for i, d in enumerate(old[:38])]
    new += [replace(old[38], raw=replace(old[38].raw, raw_sha256=sha256("other"))), numbered("z", 99)]
    shown = report(build_tables(old, []), build_tables(new, []), budget=4)["documents"]
    assert len(shown) == 4
    assert {(d["op"], *d["causes"]) for d in shown} >= {("modify", "parser"), ("modify", "source"), ("add", "source")}


def test_words_carry_the_cause_of_their_change(without_rule: Knowledge, with_term: Knowledge) -> None:
    terms_too = replace(with_term, base_rules=KNOWLEDGE.base_rules)
    (document,) = report(side(without_rule), side(terms_too, rule="other", glossary="other"))["documents"]
    marked = {(piece[1].strip(), piece[2]) for piece in document["text"] if piece[0] in "+-"}
    assert ("odd", "glossary:own") in marked
    assert ("own", "glossary:own") in marked
    assert any(cause == "rule:doubled-stop" for _, cause in marked)
