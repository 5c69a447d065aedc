"""Word diffs: what they say adds up to both texts, and changes are found where they are."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from pipelines.compare.words import Hunk, diff_words

words = st.lists(
    st.sampled_from(["the", "quick", "fox", ",", ".", " ", "  ", "\n\n", "“said”", "狐", "don’t"]), max_size=40
)


@given(words, words, st.booleans())
def test_the_pieces_add_up_to_both_texts(old: list[str], new: list[str], is_spaced: bool) -> None:
    before, after = ((" " if is_spaced else "").join(side) for side in (old, new))
    hunks = diff_words(before, after, context=-1)
    assert "".join(h.text for h in hunks if h.op in "=-") == before
    assert "".join(h.text for h in hunks if h.op in "=+") == after
    assert all(h.text for h in hunks)
    assert (before == after) == all(h.op == "=" for h in hunks)


@given(st.text(max_size=30), st.text(max_size=30))
def test_any_texts_add_up(old: str, new: str) -> None:
    hunks = diff_words(old, new, context=-1)
    assert "".join(h.text for h in hunks if h.op in "=-") == old
    assert "".join(h.text for h in hunks if h.op in "=+") == new


def test_a_word_that_changed_is_shown_between_its_neighbours() -> None:
    hunks = diff_words("The quick fox jumps.", "The slow fox jumps.")
    assert hunks == [Hunk("=", "The "), Hunk("-", "quick"), Hunk("+", "slow"), Hunk("=", " fox jumps.")]


def test_long_equal_runs_are_cut_and_counted() -> None:
    old = " ".join(f"w{i}" for i in range(100))
    hunks = diff_words(old, old.replace("w50 ", "other "))
    assert [hunk.op for hunk in hunks] == ["~", "=", "-", "+", "=", "~"]
    kept = sum(len(h.text.split()) for h in hunks if h.op == "=")
    assert kept + sum(int(h.text) for h in hunks if h.op == "~") == 99
    counted = (sum(len(hunk.text.split()) for hunk in hunks if hunk.op == op) for op in "-+")
    assert tuple(counted) == (1, 1)


def test_texts_without_anything_in_common_are_replaced_as_a_whole() -> None:
    old, new = " ".join(f"a{i}" for i in range(15_000)), " ".join(f"b{i}" for i in range(15_000))
    assert [hunk.op for hunk in diff_words(old, new)] == ["-", "+"]
