"""Pages that came line by line: read as the flattened ones are, and never over the end of a line."""

import pytest

from pipelines.document import CleanedDocument, RawText
from pipelines.refine import clean, load_knowledge

TITLE = "Village library brings new life to mountain county"
TEXT = (
    "The county opened its fortieth village library on Monday, and more than 200 readers came on the first day.",
    '"I used to walk for two hours to borrow a book," said Li Guang, a teacher in the village, who now runs it.',
    "By the end of the year, all villages of the county will have one, according to the bureau of culture.",
    "The books come from donations, and the shelves were built from old doors. A reader may keep a book for a month.",
)
ABOVE = (
    f"{TITLE} - Nanling Daily Network",
    "Front page",
    "County news",
    "Government affairs",
    "Digital newspaper",
    "Current location: Home > News > County news",
    TITLE,
    "Source: Nanling Daily",
    "Author: Chen Yu",
    "Release time: 2024-05-06 08:30",
    "[Font size: large medium small]",
)
BELOW = (
    "Responsible editor: Wang Hao",
    "[Print this page]",
    "Previous article: Bridge opens to traffic",
    "Next article: New school year begins",
    "About us | Contact us | Site map",
    "Copyright Nanling Daily Network All rights reserved",
)


def read(*lines: str, by: str = "\n") -> CleanedDocument:
    return clean(RawText("page", "page.txt", by.join(lines), "", 0), load_knowledge())


@pytest.mark.parametrize("by", ["\n", "\n\n", "\r\n"])
def test_a_page_of_lines_gives_its_text_and_its_fields(by: str) -> None:
    got = read(*ABOVE, *TEXT, *BELOW, by=by)
    assert got.text.split("\n\n") == list(TEXT)
    fields = got.fields
    assert (fields.title, str(fields.published_date), fields.published_time) == (TITLE, "2024-05-06", "08:30")
    assert (fields.outlet, fields.reporters, fields.editors) == ("Nanling Daily", ("Chen Yu",), ("Wang Hao",))


def test_it_says_what_the_same_page_says_on_one_line() -> None:
    assert read(*ABOVE, *TEXT, *BELOW).fields == read(*ABOVE, *TEXT, *BELOW, by=" ").fields


def test_no_value_runs_over_the_end_of_a_line() -> None:
    above = [*ABOVE[:7], "Source: Nanling", "Daily news of the county", *ABOVE[8:]]
    got = read(*above, *TEXT, *BELOW)
    values = [got.fields.title, got.fields.outlet or "", *got.fields.reporters, *got.fields.subtitles]
    assert not any("\n" in value for value in values)


def test_a_title_that_stands_once_below_the_way_to_the_page_is_found() -> None:
    site = ("Culture Bureau of Nanling County", "Culture for the people", *ABOVE[1:6])
    got = read(*site, "The eleventh shelf", *ABOVE[8:], *TEXT, *BELOW)
    assert got.fields.title == "The eleventh shelf"
    assert got.text.split("\n\n") == list(TEXT)


def test_a_day_in_the_menu_makes_no_sentence_of_it() -> None:
    menu = "Today is April 1, 2024 Monday Local stations: Linhe Kerrin Nanling Homepage Services Interaction"
    stamp = "Release date: March 28, 2024 | Source: Nanling Daily | Text: [Large Medium Small] | Share to:"
    way = "Home &gt; News information &gt; Local news"
    got = read(f"Nanling Culture Bureau Local news {TITLE}", menu, way, TITLE, stamp, *TEXT, *BELOW, by=" ")
    assert (got.fields.title, str(got.fields.published_date)) == (TITLE, "2024-03-28")
    assert got.text == " ".join(TEXT)


def test_a_photographer_may_stand_before_the_slash() -> None:
    shown = "Children read in the yard of the village library."
    got = read(*ABOVE, f"{shown} Li Yang/Photo", *TEXT, *BELOW, by=" ")
    assert (got.fields.captions, got.fields.photographers) == ((shown,), ("Li Yang",))
    assert got.text == " ".join(TEXT)


def test_the_line_of_an_app_gives_the_day_and_leaves_the_title() -> None:
    day = "2024-05-06 18:42 · Published in Hunan · Official account of Nanling County Media Center"
    above = (
        "Headlines of Today",
        "Download the app to read more",
        "Open APP",
        TITLE,
        "Nanling Release",
        day,
        "+ Follow",
    )
    got = read(
        *above, *TEXT, "(Editor: Wang Hao)", "Like 86", "Comment 9", "You may also like", "Bridge opens to traffic"
    )
    assert (got.fields.title, got.fields.outlet, got.fields.published_time) == (TITLE, "Nanling Release", "18:42")
    assert got.text.split("\n\n") == list(TEXT)


def test_a_line_behind_a_dash_is_no_title_and_an_issue_no_part_of_a_paper() -> None:
    stamp = "2024-05-06 | Author: Chen Yu | Source: Nanling Culture Monthly, Issue 11, 2024 | Font size A A A"
    above = ("Nanling Culture Monthly | Books | People | Places | Subscribe", "Home page > Books", TITLE)
    got = read(*above, "—— A survey of forty villages", stamp, *TEXT)
    assert (got.fields.title, got.fields.outlet) == (TITLE, "Nanling Culture Monthly")


def test_an_account_signs_between_its_title_and_the_day() -> None:
    above = (TITLE, "Original", "Old Chen", "Nanling Reading Room", "2024-05-06 08:30", "Published in Hunan")
    got = read(*above, *TEXT, "— END —", "Editor | Wang Hao", "Past highlights", "A bridge for the village")
    fields = got.fields
    assert (fields.title, fields.reporters, fields.outlet) == (TITLE, ("Old Chen",), "Nanling Reading Room")
    assert fields.editors == ("Wang Hao",)
    assert got.text.split("\n\n") == list(TEXT)


@pytest.mark.parametrize(
    "lines",
    [
        ("The tide came in", "The tide went out", "And nobody", "Not even the moon", "Had asked it", "Or said", *TEXT),
        ("Minutes", "Monday, May 6, 2024", "Present: Chen Yu", "Agenda", "Books", "Shelves", *TEXT),
    ],
)
def test_short_lines_above_a_text_make_no_page_of_it(lines: tuple[str, ...]) -> None:
    kept = read(*lines).text
    assert all(sentence in kept for sentence in TEXT)
