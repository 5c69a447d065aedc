"""Copies are found whole and nearly whole, nothing else is, and no order of arrival changes that."""

from __future__ import annotations

import random
import re
from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.duplicates import SURE, jaccard
from pipelines.shingles import BANDS, SHORTEST, hash_shingles
from tests.samples import group_sketches, group_texts, sketch
from tests.texts import SEEDS, read, refined

TEXTS = [refined(read(path)).text for path in SEEDS]
PASSAGES = [p for text in TEXTS for p in text.split("\n\n") if len(p.split()) >= 3 * SHORTEST]
VOCABULARY = [word for text in TEXTS for word in text.split()]


def likeness(one: str, other: str) -> float:
    return jaccard(*hash_shingles([one, other]))


def change(text: str, share: float, chance: random.Random, way: str = "swap") -> str:
    pieces = re.split(r"(\s+)", text)
    for place in chance.sample(range(0, len(pieces), 2), round(share * (len(pieces) // 2 + 1))):
        other = chance.choice(VOCABULARY)
        pieces[place] = {"swap": other, "drop": "", "add": f"{pieces[place]} {other}"}[way]
    return "".join(pieces)


@pytest.mark.parametrize("way", ["swap", "drop", "add"])
@pytest.mark.parametrize("share", [0.0, 0.02, 0.05, 0.1, 0.2, 0.4])
def test_copies_are_found_and_nothing_else(way: str, share: float) -> None:
    chance = random.Random(f"{way} {share}")
    originals = TEXTS + PASSAGES
    originals = [
        text for n, (text, root) in enumerate(zip(originals, group_texts(originals), strict=True)) if root == n
    ]
    copies = [change(text, share, chance, way) for _ in range(3) for text in originals]
    roots = group_texts(originals + copies)
    owners = {n: n % len(originals) for n in range(len(roots))}
    assert all(owners[root] == owners[n] for n, root in enumerate(roots)), "precision is 100 %"
    found = sum(roots[len(originals) + n] == n % len(originals) for n in range(len(copies)))
    if share <= 0.1:
        assert found >= 0.99 * len(copies)


def made_pages(count: int) -> list[str]:
    """Make raw texts as sites write them: title, stamp, byline, paragraphs out of the seeds' sentences, credit."""
    chance = random.Random(5)
    sentences = [s.strip() + "." for p in PASSAGES for s in p.rstrip(".").split(". ") if len(s.split()) > 5]
    pages = []
    for number in range(count):
        body = ["  ".join(chance.sample(sentences, 4)) for _ in range(3)]
        title = " ".join(chance.sample(VOCABULARY, 7)).title()
        pages.append(f"{title}\n\n2024-05-{number % 28 + 1:02} 08:30\n\n" + "\n\n".join(body) + "\n\n(Editor: Li Yang)")
    return pages


@pytest.mark.slow
@pytest.mark.parametrize("way", ["swap", "drop", "add"])
def test_copies_of_raw_texts_are_found_after_cleaning(way: str) -> None:
    chance = random.Random(way)
    raws = [read(path) for path in SEEDS] + made_pages(60)
    originals = [refined(raw).text for raw in raws]
    for share in (0.02, 0.05, 0.1):
        copies = [refined(change(raw, share, chance, way)).text for raw in raws]
        roots = group_texts(originals + copies)
        assert all(root % len(raws) == n % len(raws) for n, root in enumerate(roots)), "precision is 100 %"
        found = sum(root == n for n, root in enumerate(roots[len(raws) :]))
        assert found >= 0.99 * len(raws), share


def test_case_layout_and_punctuation_make_no_difference() -> None:
    text = "The meeting, held on Monday, ended.\n\nIt was “long”."
    assert group_texts([text, "the MEETING held\non monday ended it was long", text + " Not."]) == [0, 0, 2]
    assert group_texts(["ＡＢＣ １２", "abc 12"]) == [0, 0]


def test_texts_without_words_are_equal_only_to_themselves() -> None:
    assert group_texts(["", "", "?!", "?!", "…"]) == [0, 1, 2, 2, 4]


def test_a_short_text_with_another_word_is_another_text() -> None:
    words = "The meeting was held in the hall on Monday and it ended at noon."
    assert group_texts([words, words.replace("Monday", "Tuesday")]) == [0, 1]


def test_a_text_said_twice_is_not_the_text_said_once() -> None:
    words = " ".join(f"w{n}" for n in range(40))
    assert likeness(words, f"{words} {words} {words}") < 0.5
    assert likeness(words, words) == 1.0


def test_chinese_is_compared_sign_by_sign() -> None:
    text = "会议在北京召开，与会代表就今年的工作作了说明，并对明年的安排提出了意见。"
    assert group_texts(
        [
            text,
            text.replace("北京", "上海"),
            "完全不同的另一篇文章，讲的是别的事情，与上文没有任何关系，也不是同一天写的。",
        ]
    ) == [0, 0, 2]


def test_a_chain_is_one_group_named_by_its_first() -> None:
    words = [f"w{n}" for n in range(100)]
    chain = [" ".join([*words[: 100 - 20 * n], *(f"x{n}" for n in range(20 * n))]) for n in range(4)]
    assert likeness(chain[0], chain[3]) < 0.5
    assert group_texts(chain) == [0, 0, 0, 0]


def test_what_looks_alike_in_a_band_is_compared_in_full() -> None:
    bands = np.random.default_rng(1).integers(0, 2**32, (300, BANDS), np.uint32)
    bands[:, 5] = 0
    asked: list[int] = []

    def texts_of(indices: Sequence[int]) -> list[str]:
        asked.extend(indices)
        return [" ".join(f"{index // 2}w{n}" for n in range(30)) for index in indices]

    assert group_sketches(bands, texts_of).tolist() == [n - n % 2 for n in range(300)]
    assert len(asked) <= 300, "each text is prepared once"


def test_what_agrees_in_nearly_all_bands_is_alike_without_a_look_at_the_texts() -> None:
    bands = np.random.default_rng(2).integers(0, 2**32, (4, BANDS), np.uint32)
    bands[1, :SURE] = bands[0, :SURE]
    bands[3, : SURE - 1] = bands[2, : SURE - 1]
    asked: list[int] = []

    def texts_of(indices: Sequence[int]) -> list[str]:
        asked.extend(indices)
        return [" ".join(f"{index}w{n}" for n in range(30)) for index in indices]

    assert group_sketches(bands, texts_of).tolist() == [0, 0, 2, 3]
    assert sorted(asked) == [2, 3]


@pytest.mark.parametrize("words", [SHORTEST, 2 * SHORTEST, 200])
def test_texts_that_are_not_alike_agree_in_far_fewer_bands_than_make_sure(words: int) -> None:
    chance = random.Random(words)
    texts = [" ".join(f"w{chance.random()}" for _ in range(words)) for _ in range(200)]
    cut = words * 6 // 10
    others = [" ".join([*text.split()[:cut], *(f"x{chance.random()}" for _ in range(words - cut))]) for text in texts]
    assert all(likeness(one, other) < 0.5 for one, other in zip(texts, others, strict=True))
    agreeing = np.count_nonzero(sketch(texts) == sketch(others), axis=1)
    assert agreeing.max() < SURE - 8


@given(st.lists(st.sampled_from(PASSAGES[:6]), max_size=12), st.randoms(use_true_random=False))
@settings(max_examples=25)
def test_the_groups_do_not_depend_on_order(sample: list[str], chance: random.Random) -> None:
    texts = [change(text, chance.choice([0.0, 0.03, 0.1, 0.3]), chance) for text in sample]
    order = chance.sample(range(len(texts)), len(texts))
    one, other = group_texts(texts), group_texts([texts[n] for n in order])
    together = {frozenset(n for n, root in enumerate(one) if root == first) for first in set(one)}
    again = {frozenset(order[n] for n, root in enumerate(other) if root == first) for first in set(other)}
    assert together == again
    assert all(root == min(n for n, r in enumerate(one) if r == root) for root in one)
