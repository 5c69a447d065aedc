"""Whole pages line by line: the site goes, the text stays, and what is no page is not touched."""

from collections.abc import Callable

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from pipelines.parse import parse
from pipelines.parse.blocks import split
from pipelines.parse.density import densest
from tests.pace import too_slow

TITLE = "Old mill on the river becomes a school for bakers"
TEXT = [
    "The old mill on the river had been empty for almost thirty years when the town bought it in the spring.",
    "It will now be a school for bakers, and the first forty pupils are to begin in the autumn of next year.",
    "The ovens are the heart of it",
    "Three of the ovens were found under a layer of dust, and all of them could be used after some work was done.",
    "“We did not believe our eyes,” the mason said, and he laughed as he opened the iron door with both hands.",
    "The town has set aside money for the roof as well, which is to be finished before the first snow of the winter.",
]
MENU = [
    "Home",
    "News",
    "Sport",
    "Weather",
    "Contact Us",
    "Privacy Policy",
    "Log in",
    "Subscribe",
    "Facebook",
    "Twitter",
]
BELOW = [
    "Related articles",
    "A Bridge Nobody Wanted Is Loved Now",
    "Ten Bakers And Their Best Loaves",
    "3 comments",
    "A reader of this paper: I went there when I was a child, and I would love to see it again with my own children.",
    "Another reader: it is good that they have done it, but the road to the mill is too narrow for all of the cars.",
    "About Us",
    "Terms of Use",
    "Copyright © 2021 The Valley Paper. All rights reserved.",
]


def page(*middle: str, top: str = f"{TITLE} | The Valley Paper", text: list[str] = TEXT) -> str:
    return "\n\n".join([top, *MENU, *middle, *text, *BELOW])


def body(raw: str) -> list[str]:
    return [raw[p.start : p.end] for p in parse(raw).paragraphs if p.role == "body"]


def found(raw: str, role: str) -> list[str]:
    return [raw[p.start : p.end] for p in parse(raw).paragraphs if p.role == role]


def parts(raw: str) -> list[tuple[str, str]]:
    return [(part.field, raw[part.start : part.end]) for p in parse(raw).paragraphs for part in p.parts]


def test_a_page_keeps_its_text_and_its_lone_headings() -> None:
    raw = page(TITLE, "By Ann Miller - May 4, 2021, 10:31 am", "0")
    assert body(raw) == TEXT
    assert found(raw, "title") == [TITLE]
    assert parts(raw) == [
        ("reporters", "Ann Miller"),
        ("published_date", "May 4, 2021"),
        ("published_time", "10:31 am"),
    ]


def test_a_title_that_stands_only_once_loses_the_name_of_the_site() -> None:
    raw = page()
    assert found(raw, "title") == [TITLE]
    assert body(raw) == TEXT


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("Posted by Ann Miller on 4 May 2021 at 10:31", ["reporters", "published_date", "published_time"]),
        ("By Ann Miller and Bo Lind", ["reporters", "reporters"]),
        ("By Reuters", ["outlet"]),
        ("Updated: May 4, 2021, 7:31 PM", ["published_date", "published_time"]),
        ("05/04/2021 by Ann Miller", ["reporters"]),
    ],
)
def test_stamps_below_the_title_say_no_more_than_they_do(line: str, expected: list[str]) -> None:
    raw = page(TITLE, line)
    assert [column for column, _ in parts(raw)] == expected
    assert body(raw) == TEXT


@pytest.mark.parametrize(
    "line",
    [
        "ADVERTISEMENT",
        "Read More",
        "Sign up for our newsletter and never miss a story.",
        "The mill in the year it was bought. (Photo: Ann Miller)",
        "Ann Miller / The Valley Paper",
        "READ MORE: Ten bakers and their best loaves",
        "1 / 9",
    ],
)
def test_what_the_site_sets_between_two_paragraphs_goes(line: str) -> None:
    assert body(page(TITLE, text=[*TEXT[:4], line, *TEXT[4:]])) == TEXT


@pytest.mark.parametrize(
    "line",
    [
        "More than 3,000 people in the valley have signed up to help with the roof, the floor and the great wheel.",
        "Picture a hall of stone with six ovens in a row, and a window over each of them to let the morning in.",
        "Comments that were made at the meeting in March have since been taken into the plans of the town, he added.",
    ],
)
def test_sentences_that_share_words_with_a_site_stay(line: str) -> None:
    text = [*TEXT[:4], line, *TEXT[4:]]
    assert body(page(TITLE, text=text)) == text


def test_a_list_that_a_sentence_announces_stays() -> None:
    text = [*TEXT, "These are the days on which the doors will be open to all:", "May 4, the ovens", "May 5, the wheel"]
    assert body(page(TITLE, text=text)) == text


POEM = ["Home is the water", "and home is the stone", "the wheel goes about", "and the miller alone"] * 6
SPEECH = [TITLE, *[line for s in TEXT for line in (s, "A word on the roof")] * 3]


LISTED = [*TEXT, "Ten loaves to bake at home:", *(f"A loaf of rye number {n}" for n in range(10)), *TEXT[::-1]]


@pytest.mark.parametrize("lines", [POEM, SPEECH, TEXT * 2, LISTED, [*TEXT, *MENU[:3]], MENU * 3])
def test_what_is_no_page_is_not_touched(lines: list[str]) -> None:
    blocks = split("\n".join(lines))
    assert densest(blocks) == ([], blocks)


LINES = [
    TITLE,
    f"{TITLE} - The Valley Paper",
    *TEXT,
    *MENU,
    *BELOW,
    "May 4, 2021",
    "By Ann Miller",
    "— A friend",
    ":",
    "1",
]


@given(st.lists(st.sampled_from(LINES), max_size=60))
@example([TITLE, TEXT[0], "May 4, 2021", TITLE])
def test_what_remains_is_no_page_any_more(lines: list[str]) -> None:
    blocks = split("\n".join(lines))
    off, rest = densest(blocks)
    assert densest(rest) == ([], rest)
    assert sum(p.end - p.start for p in off) + sum(len(b.text) for b in rest) >= 0.8 * sum(len(b.text) for b in blocks)
    text = "\n\n".join(body("\n".join(lines)))
    assert body(text) == [b.text for b in split(text)]


HOSTILE = {
    "stubs": "Some words here\n" * 6000,
    "menus": "Home\nPrivacy Policy\nFacebook\nSubscribe\n" * 2500,
    "texts": ("\n".join([*MENU, *TEXT]) + "\n") * 140,
    "titles": "\n".join([f"{TITLE} - A - B - C", *MENU, *[TEXT[0], TITLE] * 600]),
    "captions": "\n".join([*MENU, *TEXT, "(image " * 14000]),
    "bylines": "\n".join([*MENU, *TEXT, *["By " + "Al Bo and " * 13] * 700]),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_time_grows_with_the_text(name: str) -> None:
    def work(text: str) -> Callable[[], object]:
        blocks = split(text)
        return lambda: densest(blocks)

    assert too_slow(name, work, HOSTILE[name], 0.5) is None
