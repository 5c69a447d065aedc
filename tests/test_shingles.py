"""Words, shingles and sketches: what becomes of a text depends on that text alone."""

from __future__ import annotations

import unicodedata

import numpy as np
import pytest

from pipelines import shingles
from pipelines.shingles import BANDS, SHORTEST, hash_shingles
from tests.samples import sketch
from tests.texts import SEEDS, read, refined

TEXTS = [refined(read(path)).text for path in SEEDS]
PASSAGES = [passage for text in TEXTS for passage in text.split("\n\n")]
LONG = [passage for passage in PASSAGES if len(passage.split()) >= 2 * SHORTEST]


def test_a_sketch_depends_on_its_text_alone() -> None:
    together = sketch(LONG)
    for start in (0, 3):
        parts = [sketch(LONG[n : n + 4]) for n in range(start, len(LONG), 4)]
        assert np.array_equal(np.concatenate(parts), together[start:])
    assert sketch([]).shape == (0, BANDS)


def test_words_are_what_they_were_found_to_be_one_by_one() -> None:
    odd = [
        "It’s “5,000” yuan… that is\u00a0all—",
        "naïve Ünïcode ﬁx",
        "x_y\ttab\x1fsep",
        "a\ud800b",
        "",
        " — ",
        "北京 ok",
    ]
    words = shingles._split([*odd, *TEXTS]).to_pylist()
    for text, found in zip([*odd, *TEXTS], words, strict=True):
        folded = unicodedata.normalize("NFKC", text).casefold()
        assert found == shingles._WORD.findall(folded)


def test_a_run_that_comes_again_is_another_one() -> None:
    hashed = hash_shingles(["a b c a b c a b c d", "a b c", "a b", "", "x y z x y z"])
    assert [len(each) for each in hashed] == [8, 1, 2, 0, 4]
    assert all(len(set(each.tolist())) == len(each) for each in hashed)
    assert hashed[1][0] in hashed[0], "the first occurrence is the same wherever it stands"


@pytest.mark.parametrize("size", [21, 60, 399])
def test_of_texts_that_share_half_of_their_shingles_nearly_all_are_proposed(size: int) -> None:
    chance = np.random.default_rng(size)
    parts: list[np.ndarray] = []
    for _ in range(300):
        drawn = chance.integers(0, 2**64 - 1, 4 * size // 3, dtype=np.uint64)
        parts += [np.sort(drawn[:size]), np.sort(drawn[size // 3 :])]
    bands = shingles._sketched(np.concatenate(parts), np.arange(601) * size)
    assert (bands[::2] == bands[1::2]).any(axis=1).mean() > 0.96
