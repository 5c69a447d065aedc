"""Validated: every document is in one of the tables, whatever it holds and in whatever order it comes."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import date

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import schemas
from pipelines.document import CleanedDocument, Edit, Fields, Settings, Term
from pipelines.errors import CorpusError
from pipelines.release import row_sha256
from tests.samples import any_texts, build_tables, documents, make_document, make_reject, sha256

FIRST = Settings("s", duplicates="keep_first")


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
@settings(max_examples=15)
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
    assert groups == {"a": "a", "b": "a", "c": None}


WORDS = " ".join(f"word{n}" for n in range(60))
NEAR = WORDS.replace("word30", "other")


def test_a_group_is_named_by_its_first_by_date_then_id_with_unknown_dates_first() -> None:
    late = make_document("a", WORDS)
    early = replace(make_document("b", NEAR), fields=Fields(published_date=date(2019, 1, 1)))
    undated = replace(make_document("c", WORDS), fields=Fields())
    assert set(build_tables([late, early], []).documents["duplicate_group"].to_pylist()) == {"b"}
    assert set(build_tables([late, early, undated], []).documents["duplicate_group"].to_pylist()) == {"c"}


def test_under_keep_first_the_others_are_rejects_that_name_what_stays() -> None:
    sample = [make_document("b", WORDS), make_document("a", NEAR), make_document("c", "Other words.")]
    tables = build_tables(sample, [], FIRST)
    assert tables.documents.select(["id", "duplicate_group"]).to_pylist() == [
        {"id": "a", "duplicate_group": None},
        {"id": "c", "duplicate_group": None},
    ]
    (reject,) = tables.rejects.to_pylist()
    assert (reject["source"], reject["stage"], reject["reason"]) == ("b.txt", "validate", "duplicate")
    assert reject["detail"].startswith("says what a says, or nearly so, which stays")
    assert set(tables.edits["document_id"].to_pylist()) == set(tables.terms["document_id"].to_pylist()) == {"a", "c"}


@pytest.mark.parametrize("policy", [Settings("s"), FIRST])
def test_a_first_one_that_is_not_fit_leaves_its_place_to_the_next(policy: Settings) -> None:
    unfit = replace(make_document("a", WORDS), fields=Fields(title="\ud800", published_date=date(2020, 1, 2)))
    sample = [unfit, make_document("b", WORDS), make_document("c", NEAR), make_document("d", "Others.")]
    tables = build_tables(sample, [], policy)
    groups = dict(zip(*(tables.documents[name].to_pylist() for name in ("id", "duplicate_group")), strict=True))
    reasons = {row["source"]: row["reason"] for row in tables.rejects.to_pylist()}
    if policy.duplicates == "keep_all":
        assert groups == {"b": "b", "c": "b", "d": None}
        assert reasons == {"a.txt": "schema"}
    else:
        assert groups == {"b": None, "d": None}
        assert reasons == {"a.txt": "schema", "c.txt": "duplicate"}


def test_an_unknown_policy_is_wrong_usage() -> None:
    with pytest.raises(CorpusError, match="write keep_all or keep_first") as error:
        build_tables([], [], replace(FIRST, duplicates="keep_last"))
    assert error.value.exit_code == 2


def test_a_language_that_the_source_does_not_take_is_a_reject_that_says_what_to_do() -> None:
    french = replace(make_document("f", "Le roi est mort."), language="fr")
    unknown = replace(make_document("u", "Bonjour"), language="und")
    sample = [make_document("a"), french, unknown]
    assert build_tables(sample, []).rejects.num_rows == 0
    tables = build_tables(sample, [], Settings("s", languages=("en",)))
    assert tables.documents["id"].to_pylist() == ["a", "u"]
    (reject,) = tables.rejects.to_pylist()
    assert (reject["source"], reject["stage"], reject["reason"]) == ("f.txt", "validate", "language")
    assert "“fr”" in reject["detail"]
    assert 'add "fr" to languages in dataset.toml' in reject["detail"]


def test_rejects_and_metadata_give_no_personal_data_away() -> None:
    document = replace(make_document("a"), fields=Fields(title="Ask wang@163.com", reporters=("Li, 13800138000",)))
    reject = replace(make_reject(), detail="ValueError: wang@163.com, tel 010-65123456; report it")
    broken = replace(make_document("b"), terms=(Term("t", "", "c", "x", "wang@163.com", 1, "law"),))  # type: ignore[arg-type]
    tables = build_tables([document, broken], [reject])
    row = tables.documents.to_pylist()[0]
    assert (row["title"], row["reporters"]) == ("Ask [EMAIL]", ["Li, [PHONE]"])
    details = sorted(tables.rejects["detail"].to_pylist())
    assert details[0] == "ValueError: [EMAIL], tel [PHONE]; report it"
    assert details[1].startswith("terms.start holds what is no int32")
    assert "wang" not in str(tables)
    open_ = build_tables([document], [reject], Settings("s", redact=False))
    assert open_.documents["title"].to_pylist() == ["Ask wang@163.com"]


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
        replace(make_document("bad"), language=""),
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
@settings(max_examples=20)
def test_nothing_disappears(sample: list[CleanedDocument]) -> None:
    tables = build_tables(sample, [make_reject()])
    assert tables.documents.num_rows + tables.rejects.num_rows == len(sample) + 1
    for name, table in tables.items():
        assert table.schema.equals(schemas.arrow_schema(name))


@given(documents, st.randoms(use_true_random=False))
@settings(max_examples=10)
def test_the_order_of_arrival_does_not_matter(sample: list[CleanedDocument], chance: random.Random) -> None:
    rejects = [make_reject("x"), make_reject("y")]
    sample += [replace(d, raw=replace(d.raw, id=f"{d.raw.id} copy")) for d in sample[::2]]
    shuffled = chance.sample(sample, len(sample))
    for policy in (Settings("s"), FIRST):
        expected, again = build_tables(sample, rejects, policy), build_tables(shuffled, rejects[::-1], policy)
        for (_, table), (_, other) in zip(expected.items(), again.items(), strict=True):
            assert table.equals(other)


def test_names_that_are_no_text_are_written_with_escapes() -> None:
    table = build_tables([], [make_reject("bad\udcff.txt")]).rejects
    assert table["source"].to_pylist() == ["bad\\udcff.txt"]
    assert isinstance(table, pa.Table)
