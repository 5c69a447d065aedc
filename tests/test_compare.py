"""Compared: what differs, why, and the version step that this calls for."""

from __future__ import annotations

from dataclasses import replace

import pyarrow as pa
import pytest
from hypothesis import Phase, given, settings

from pipelines.compare import POLICIES, Change, Difference, SchemaChange, compare, compare_keys
from pipelines.document import CleanedDocument, Edit, Fields
from pipelines.errors import CorpusError
from pipelines.ingest.settings import CHOICES
from pipelines.release import Tables
from tests.samples import build_tables, documents, make_document, make_reject


def tables(*sample: CleanedDocument) -> Tables:
    """Build the tables of some documents."""
    return build_tables(sample, [])


PHASES = (Phase.explicit, Phase.reuse, Phase.generate)
"""Without shrinking: each example takes a comparison or two, and small ones are drawn anyway."""

A, B = make_document("a", "First words."), make_document("b", "Second words.")


def test_nothing_differs_from_itself() -> None:
    difference = compare(tables(A, B), tables(B, A))
    assert difference.is_empty
    assert difference.bump() is None
    assert difference.reason == ""


def test_added_and_removed_documents_call_for_a_minor_step() -> None:
    difference = compare(tables(A), tables(B))
    assert (difference.added, difference.removed, difference.changed) == (("b",), ("a",), ())
    assert difference.bump() == "minor"
    assert difference.reason == "1 document added; 1 document removed"


def test_another_raw_text_is_a_change_of_the_source() -> None:
    changed = make_document("a", "Other words.")
    difference = compare(tables(A), tables(changed))
    assert difference.changes == (Change("modify", "a", ("raw_sha256", "text"), ("source",)),)
    assert difference.bump() == "patch"
    assert difference.reason == "1 document changed (source in 1)"


def test_another_edit_of_the_same_raw_text_names_its_rule() -> None:
    edit = Edit(0, 1, "widths", "punctuation", "replace", "F", "f")
    changed = replace(A, edits=(*A.edits, edit), text="first words.")
    (change,) = compare(tables(A), tables(changed)).changes
    assert change.causes == ("rule:widths",)
    assert change.fields == ("artefacts_per_1000_words", "edit_count", "text")


def test_another_finding_of_a_term_names_the_term() -> None:
    changed = make_document("a", "First words.", edits=1)
    (change,) = compare(tables(A), tables(changed)).changes
    assert change.causes == ("glossary:two-goals",)


def test_another_reading_of_the_same_raw_text_is_the_parser() -> None:
    changed = replace(A, fields=Fields(title="Another title"))
    (change,) = compare(tables(A), tables(changed)).changes
    assert (change.fields, change.causes) == (("published_date", "reporters", "title"), ("parser",))


def test_a_twin_that_came_or_went_is_a_change_of_the_source() -> None:
    twin = make_document("c", "First words.")
    changes = {change.document_id: change for change in compare(tables(A), tables(A, twin)).changes}
    assert (changes["a"].fields, changes["a"].causes) == (("duplicate_group",), ("source",))


def test_a_document_that_was_rejected_before_came_through_the_parser() -> None:
    rejected = replace(make_reject("a.txt"), stage="parse", raw_sha256=A.raw.raw_sha256)
    assert compare(build_tables([], [rejected]), tables(A)).changes[0].causes == ("parser",)
    assert compare(tables(A), build_tables([], [rejected])).changes[0].causes == ("parser",)


def test_a_change_of_findings_alone_calls_for_a_patch() -> None:
    changed = replace(A, edits=(A.edits[0], A.edits[1]._replace(suggestion="the two goals")))
    difference = compare(tables(A), tables(changed))
    assert difference.changes == ()
    assert difference.tables == ("edits",)
    assert (difference.bump(), difference.reason) == ("patch", "edits changed, documents did not")


def test_columns_that_come_go_or_change_are_found() -> None:
    old = tables(A)
    extra = old.documents.append_column("mood", pa.array(["calm"]))
    added = compare(old, replace(old, documents=extra))
    assert added.schema == (SchemaChange("documents", "mood", "added", "", "string"),)
    assert compare(replace(old, documents=extra), old).bump() == "major"
    wide = old.terms.set_column(5, "start", old.terms["start"].cast(pa.int64()))
    retyped = compare(old, replace(old, terms=wide))
    assert retyped.schema == (SchemaChange("terms", "start", "retyped", "int32", "int64"),)
    assert (retyped.bump(), "column terms.start retyped" in retyped.reason) == ("major", True)


def test_changed_columns_of_documents_are_a_cause() -> None:
    old = tables(A)
    hashes = pa.array(["0" * 64])
    extra = old.documents.append_column("mood", pa.array(["calm"]))
    extra = extra.set_column(extra.column_names.index("row_sha256"), "row_sha256", hashes)
    (change,) = compare(old, replace(old, documents=extra)).changes
    assert (change.fields, change.causes) == (("mood",), ("schema",))


def test_policies_differ_and_an_unknown_one_is_an_error() -> None:
    difference = compare(tables(A, B), tables(B))
    assert difference.bump("semver") == "minor"
    assert difference.bump("frictionless") == "major"
    with pytest.raises(CorpusError, match="semver, frictionless"):
        difference.bump("whim")


def test_every_policy_knows_every_kind_of_change() -> None:
    change = SchemaChange("documents", "x", "added", "", "string")
    everything = Difference(
        changes=tuple(Change(op, op, ("text",) if op == "modify" else (), ()) for op in ("add", "delete", "modify")),
        schema=tuple(replace(change, kind=kind) for kind in ("added", "removed", "retyped")),
        is_relabelled=True,
    )
    assert all(policy.keys() == everything.kinds for policy in POLICIES.values())


def test_settings_know_every_policy() -> None:
    assert CHOICES["version_policy"] == tuple(POLICIES)


def test_croissant_tells_data_that_were_changed_from_data_that_were_added() -> None:
    other = make_document("a", "Other words.")
    extra = tables(A).documents.append_column("mood", pa.array(["calm"]))
    extra = extra.set_column(extra.column_names.index("row_sha256"), "row_sha256", pa.array(["0" * 64]))
    assert compare(tables(A), tables(A, B)).bump("croissant") == "minor"
    assert compare(tables(A), replace(tables(A), documents=extra)).bump("croissant") == "minor"
    assert compare(tables(A), tables(other)).bump("croissant") == "major"
    assert compare(tables(A, B), tables(A)).bump("croissant") == "major"
    assert Difference(is_relabelled=True).bump("croissant") == "patch"


@given(documents, documents)
@settings(max_examples=15, phases=PHASES)
def test_forth_and_back_are_mirror_images(old: list[CleanedDocument], new: list[CleanedDocument]) -> None:
    before, after = tables(*old), tables(*new)
    forth, back = compare(before, after), compare(after, before)
    assert (forth.added, forth.removed, forth.changed) == (back.removed, back.added, back.changed)
    assert forth.is_empty == back.is_empty == all(t.equals(getattr(after, n)) for n, t in before.items())
    keys = compare_keys(before, after)
    assert (keys.added, keys.removed, keys.changed) == (forth.added, forth.removed, forth.changed)
