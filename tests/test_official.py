"""Official documents: their number, and the office and the day that sign them, are no part of their text."""

import pytest

from pipelines.document import CleanedDocument, RawText
from pipelines.refine import clean, load_knowledge

TITLE = "Notice of the Office of Fengqiu County on keeping its libraries open in the summer of 2023"
TEXT = (
    "All libraries of the county are to be open until ten in the evening from May to August. "
    "What is lent in these months may be kept for twice as long as in the others. It is hereby announced."
)


def read(text: str) -> CleanedDocument:
    return clean(RawText("official", "official.txt", text, "", 0), load_knowledge())


@pytest.mark.parametrize("joint", [" ", "\n", "\n\n"])
def test_number_and_signature_are_told_from_the_text(joint: str) -> None:
    parts = ("Feng Ban Fa [2023] No. 16", TEXT, "Cultural Bureau of Fengqiu County", "May 6, 2023")
    found = read(f"{TITLE}\n{joint.join(parts)}")
    assert (found.fields.title, found.text) == (TITLE, TEXT)
    assert (found.fields.outlet, str(found.fields.published_date)) == (parts[2], "2023-05-06")


@pytest.mark.parametrize(
    "last",
    [
        "He has worked for the Cultural Bureau of Fengqiu County since May 6, 2023",
        "The house was bought by the Cultural Bureau on May 6, 2023.",
        "The weather was fine. Old Fengqiu May 6, 2023",
    ],
)
def test_a_sentence_that_ends_with_a_day_is_no_signature(last: str) -> None:
    assert read(f"{TITLE}\n\n{TEXT}\n\n{last}").text == f"{TEXT}\n\n{last}"
