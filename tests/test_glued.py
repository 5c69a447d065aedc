"""Headlines that were glued to their stamp, or to the dateline of a paper: they end there, and no prose does."""

import pytest

from pipelines.document import CleanedDocument, RawText
from pipelines.refine import clean, load_knowledge

TITLE = "The county opens a library for all of its villages"
TEXT = (
    "On Monday the county library of Fengqiu opened its doors to all villagers who had waited for an hour. "
    "It has 20,000 books and 40 seats. Since the trial operation it has received 71,300 readers."
)


def read(text: str) -> CleanedDocument:
    return clean(RawText("glued", "glued.txt", text, "", 0), load_knowledge())


@pytest.mark.parametrize("joint", [" ", "\n"])
@pytest.mark.parametrize(
    ("stamp", "outlet", "time"),
    [
        ("Source: Guinan News Network 2022-03-18 17:25", "Guinan News Network", "17:25"),
        ("2022-03-18 17:25 Source: Guinan News Network", "Guinan News Network", "17:25"),
        ("- Guinan News Network 2022-03-18 17:25", "Guinan News Network", "17:25"),
        ("March 18, 2022 17:25 Guinan News Network", "Guinan News Network", "17:25"),
        ("Guinan News Network March 18, 2022 Page 4", "Guinan News Network", None),
        ("Release time: 2022-03-18 17:25", None, "17:25"),
    ],
)
def test_a_stamp_ends_the_headline_that_it_is_glued_to(
    stamp: str, outlet: str | None, time: str | None, joint: str
) -> None:
    found = read(f"{TITLE} {stamp}{joint}{TEXT}")
    assert (found.fields.title, found.text) == (TITLE, TEXT)
    assert (str(found.fields.published_date), found.fields.outlet) == ("2022-03-18", outlet)
    assert found.fields.published_time == time


def test_the_dateline_of_an_unknown_paper_ends_the_headline_that_it_is_glued_to() -> None:
    found = read(f"{TITLE} Guinan News Network Fengqiu, March 18 (Reporter Wang Lihong) {TEXT}")
    assert (found.fields.title, found.text) == (TITLE, TEXT)
    assert (found.fields.outlet, found.fields.dateline_place) == ("Guinan News Network", "Fengqiu")
    assert found.fields.reporters == ("Wang Lihong",)


@pytest.mark.parametrize(
    "prose",
    [
        "The members of the board met again on May 3, 2021 at 10:30 in the town hall. " + TEXT,
        "The two sides have not spoken since January 5, 2001, Reuters says. " + TEXT,
        "The members of the board chose May 3, 2021 at 10:30 for it. " + TEXT,
        "The bells of the old town rang 2021-05-03 10:30 and nobody came. " + TEXT,
        "The meeting of the board: May 3, 2021, 10:30, town hall. " + TEXT,
    ],
)
def test_a_sentence_that_names_a_day_is_no_headline(prose: str) -> None:
    assert read(prose).text == prose
