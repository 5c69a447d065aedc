"""Validated: every document is in one of the tables, whatever it holds and in whatever order it comes."""

from __future__ import annotations

import random
from dataclasses import replace

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import schemas
from pipelines.document import CleanedDocument, Edit, Fields, Term
from pipelines.release import row_sha256
from pipelines.validate import build_tables
from tests.samples import any_texts, documents, make_document, make_reject, sha256


def test_a_row_holds_the_fields_and_what_is_counted() -> None:
    row = build_tables([make_document("a", "One two three.\n\nFour.", edits=3)], []).documents.to_pylist()[0]
    assert row["id"] == "a"
    assert row["source"] == "a.txt"
    assert row["reporters"] == ["Li Yang"]
    assert (row["paragraph_count"], row["word_count"], row["edit_count"]) == (2, 4, 3)
    assert row["artefacts_per_1000_words"] == 750.0
    assert row["text_sha256"] == sha256("One two three.\n\nFour.")
    assert row["duplicate_group"] is None


def test_layout_does_not_count_as_an_artefact_of_language() -> None:
    document = replace(make_document(), edits=(Edit(0, 1, "credit", "credit", "move", "x", field="editors"),))
    row = build_tables([document], []).documents.to_pylist()[0]
    assert (row["edit_count"], row["artefacts_per_1000_words"]) == (1, 0.0)


@pytest.mark.parametrize(
    ("before", "after", "rate"), [("\n", "\n\n", 0.0), ("\n\n", "", 0.0), ("", " ", 250.0), (".T", ". T", 250.0)]
)
def test_blanks_between_paragraphs_are_no_artefact_but_glued_sentences_are(
    before: str, after: str, rate: float
) -> None:
    edit = Edit(0, len(before), "break", "segmentation", "replace", before, after)
    row = build_tables([replace(make_document("a", "One two three four."), edits=(edit,))], []).documents.to_pylist()[0]
    assert row["artefacts_per_1000_words"] == rate


@given(documents)
@settings(max_examples=15, deadline=None)
def test_the_row_hash_can_be_recomputed_from_the_table(sample: list[CleanedDocument]) -> None:
    for row in build_tables(sample, []).documents.to_pylist():
        assert row_sha256(row) == row["row_sha256"]


def test_documents_are_sorted_by_date_then_id_with_unknown_dates_first() -> None:
    undated = replace(make_document("z"), fields=Fields(title="T"))
    table = build_tables([make_document("b"), make_document("a"), undated], []).documents
    assert table["id"].to_pylist() == ["z", "a", "b"]


def test_equal_bodies_share_a_group() -> None:
    same = [make_document("a"), make_document("b"), make_document("c", "Other words.")]
    groups = dict(
        zip("abc", build_tables(same, []).documents.sort_by("id")["duplicate_group"].to_pylist(), strict=True)
    )
    assert groups["a"] == groups["b"] is not None
    assert groups["c"] is None


def test_of_two_inputs_with_one_id_the_first_by_path_stays() -> None:
    first, second = make_document("a"), make_document("a")
    second = replace(second, raw=replace(second.raw, source="0/a.txt"))
    tables = build_tables([first, second], [])
    assert tables.documents["source"].to_pylist() == ["0/a.txt"]
    reject = tables.rejects.to_pylist()[0]
    assert (reject["source"], reject["stage"], reject["reason"]) == ("a.txt", "ingest", "duplicate_id")


@pytest.mark.parametrize(
    "broken",
    [
        replace(make_document("bad"), text=""),
        replace(make_document("bad"), text="a\ud800b"),
        replace(make_document("bad"), fields=Fields(title="x\udfff")),
        replace(make_document("bad"), edits=(Edit(0, 1, "", "punctuation", "replace", "a", "b"),)),
        replace(make_document("bad"), edits=(Edit(0, 1, "r", "no such class", "replace", "a", "b"),)),
        replace(make_document("bad"), edits=(Edit(2**40, 2**40, "r", "punctuation", "replace", "a", "b"),)),
        replace(make_document("bad"), fields=Fields(published_time="25:00")),
        replace(make_document("bad"), terms=(Term("t", "", "c", "", 0, 1, "law"),)),
    ],
)
def test_what_breaks_the_schema_becomes_a_reject_and_the_others_stay(broken: CleanedDocument) -> None:
    sound = [make_document(key) for key in "abcdefg"]
    tables = build_tables([*sound, broken], [make_reject()])
    assert tables.documents["id"].to_pylist() == list("abcdefg")
    reasons = tables.rejects.select(["source", "stage", "reason"]).to_pylist()
    assert {"source": "bad.txt", "stage": "validate", "reason": "schema"} in reasons
    assert set(tables.edits["document_id"].to_pylist()) == set("abcdefg")


@given(st.lists(st.builds(make_document, key=any_texts, text=any_texts, edits=st.integers(0, 3)), max_size=6))
@settings(max_examples=20, deadline=None)
def test_nothing_disappears(sample: list[CleanedDocument]) -> None:
    tables = build_tables(sample, [make_reject()])
    assert tables.documents.num_rows + tables.rejects.num_rows == len(sample) + 1
    for name, table in tables.items():
        assert table.schema.equals(schemas.arrow_schema(name))


@given(documents, st.randoms(use_true_random=False))
@settings(max_examples=10, deadline=None)
def test_the_order_of_arrival_does_not_matter(sample: list[CleanedDocument], chance: random.Random) -> None:
    rejects = [make_reject("x"), make_reject("y")]
    expected = build_tables(sample, rejects)
    shuffled = chance.sample(sample, len(sample))
    for (_, table), (_, other) in zip(expected.items(), build_tables(shuffled, rejects[::-1]).items(), strict=True):
        assert table.equals(other)


def test_names_that_are_no_text_are_written_with_escapes() -> None:
    table = build_tables([], [make_reject("bad\udcff.txt")]).rejects
    assert table["source"].to_pylist() == ["bad\\udcff.txt"]
    assert isinstance(table, pa.Table)
