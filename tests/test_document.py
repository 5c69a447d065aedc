"""The laws of edits: what replay, undo and moved promise on any nest of brackets."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.document import Edit, in_order, moved, replay, undo


def edit(
    start: int, end: int, raw: str, action: str = "replace", after: str | None = "X", field: str | None = None
) -> Edit:
    return Edit(start, end, "r", "punctuation", action, raw[start:end], None if action == "move" else after, field)


@st.composite
def edited(draw: st.DrawFn) -> tuple[str, list[Edit]]:
    raw = draw(st.text(min_size=1, max_size=60))
    cuts = sorted(draw(st.sets(st.integers(0, len(raw)), max_size=12)))
    edits = []
    for start, end in zip(cuts[::2], cuts[1::2], strict=False):
        action = draw(st.sampled_from(["replace", "delete", "move"]))
        after = {"delete": "", "replace": draw(st.text(max_size=5))}.get(action)
        edits.append(edit(start, end, raw, action, after, "title" if action == "move" else None))
        if end - start > 2 and draw(st.booleans()):
            edits.append(edit(start + 1, end - 1, raw, "replace", draw(st.text(max_size=3))))
    return raw, edits


@given(edited())
def test_undo_is_the_inverse_of_replay(case: tuple[str, list[Edit]]) -> None:
    raw, edits = case
    assert undo(replay(raw, edits), edits) == raw


@given(edited())
def test_the_order_of_edits_does_not_matter(case: tuple[str, list[Edit]]) -> None:
    raw, edits = case
    assert replay(raw, reversed(edits)) == replay(raw, in_order(edits))


def test_a_moved_value_carries_the_repairs_inside_it() -> None:
    raw = "Title of high quality. Body."
    edits = [
        edit(0, 22, raw, "move", field="title"),
        edit(9, 21, raw, after="high-quality"),
        edit(22, 23, raw, "delete", ""),
    ]
    assert replay(raw, edits) == "Body."
    assert list(moved(raw, edits)) == [("title", "Title of high-quality.")]


def test_a_name_that_is_moved_out_of_a_caption_stays_in_the_caption() -> None:
    raw = "(Bridge. Photo by Tang Jun)"
    edits = [
        edit(0, 27, raw, "move", field="captions"),
        edit(0, 1, raw, "delete", ""),
        edit(18, 26, raw, "move", field="photographers"),
        edit(26, 27, raw, "delete", ""),
    ]
    assert list(moved(raw, edits)) == [("captions", "Bridge. Photo by Tang Jun"), ("photographers", "Tang Jun")]


def test_annotations_change_nothing() -> None:
    assert replay("abc", [edit(0, 2, "abc", "annotate", None)]) == "abc"


def test_edits_that_cross_are_an_error() -> None:
    with pytest.raises(ValueError, match="cross"):
        replay("abcdef", [edit(0, 3, "abcdef"), edit(2, 5, "abcdef")])
