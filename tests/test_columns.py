"""Columns: findings that many documents share become rows without being copied one by one."""

from __future__ import annotations

from operator import attrgetter

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.columns import Drawn, Gathered
from pipelines.document import Term
from pipelines.laid import Laid

ORDER = attrgetter("start", "end")


def term(name: str, start: int) -> Term:
    return Term(name, "目标", name, name, start, start + len(name), "politics")


PARTS = ((term("one", 0), term("two", 5)), (), (term("three", 2),))


@given(st.lists(st.lists(st.tuples(st.integers(0, 9), st.sampled_from(PARTS)), max_size=5), max_size=6))
def test_rows_are_those_of_all_findings_one_by_one(documents: list[list[tuple[int, tuple[Term, ...]]]]) -> None:
    laid = [Laid([(100 * n + by, part) for n, (by, part) in enumerate(parts)]) for parts in documents]
    mixed = [tuple(each) if number % 2 else each for number, each in enumerate(laid)]
    found = Gathered(mixed, ORDER)
    rows = [(number, place, each) for number, every in enumerate(laid) for place, each in enumerate(every)]
    assert list(found.owners) == [number for number, _, _ in rows]
    assert list(found.numbers) == [place for _, place, _ in rows]
    for name, kind in (("surface", pa.string()), ("start", pa.int32()), ("end", pa.int32())):
        drawn = found.columns([name])[name].array(kind)
        assert drawn.to_pylist() == [getattr(each, name) for _, _, each in rows]
        assert drawn.type == kind


def test_findings_that_are_not_laid_are_sorted() -> None:
    found = Gathered([(term("two", 5), term("one", 0))], ORDER)
    assert found.columns(["term"])["term"].array(pa.string()).to_pylist() == ["one", "two"]


def test_an_offset_that_no_column_can_hold_is_an_error() -> None:
    for value, by in (("x", 0), (2**31 - 1, 1)):
        with pytest.raises((pa.ArrowException, TypeError)):
            Drawn([value], np.zeros(1, np.int64), np.full(1, by, np.int64)).array(pa.int32())
