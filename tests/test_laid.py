"""Laid: the findings of the parts of a text as one sequence."""

from __future__ import annotations

from pipelines.document import Edit, Term
from pipelines.laid import Laid, parts_of
from tests.texts import SEEDS, read, refined

STOP = Edit(3, 5, "space-before-mark", "punctuation", "replace", " .", after=".")
GOAL = Term("two-goals", "两个目标", "two goals", "the two goals", 7, 20, "politics")


def test_a_sequence_of_parts_is_that_of_all_that_was_found_in_them_where_it_stands() -> None:
    laid = Laid([(0, (STOP,)), (10, ()), (40, (STOP, STOP._replace(start=9, end=11)))])
    assert [(each.start, each.end) for each in laid] == [(3, 5), (43, 45), (49, 51)]
    assert len(laid) == 3
    assert laid[-1].before == " ."
    assert laid[:2] == (STOP, STOP.at(40))
    assert laid == tuple(laid) == (*laid,)
    assert hash(laid) == hash(tuple(laid))
    assert laid != 3
    assert "start=43" in repr(laid)
    assert not Laid([])


def test_terms_are_laid_as_edits_are() -> None:
    assert list(Laid([(0, (GOAL,)), (100, (GOAL,))])) == [GOAL, GOAL._replace(start=107, end=120)]


def test_what_is_no_laid_sequence_is_one_part() -> None:
    laid = Laid([(4, (STOP,))])
    assert parts_of(laid) == [(4, (STOP,))]
    assert parts_of((STOP,)) == ((0, (STOP,)),)


def test_a_cleaned_document_keeps_each_paragraph_s_findings_once() -> None:
    first, second = refined(read(SEEDS[1]), "a"), refined("\n" + read(SEEDS[1]), "b")
    found = {id(part) for _, part in parts_of(first.terms)}
    assert found == {id(part) for _, part in parts_of(second.terms)}
    assert list(first.terms) == list(second.terms)
