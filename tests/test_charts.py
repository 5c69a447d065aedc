"""Charts: the same facts give the same bytes, every text in them is text, and each says in words what it shows."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.charts import Facts, count_by_time, draw_charts, gather_facts
from pipelines.release import TableFiles, verify
from tests.samples import build_tables, make_document, make_release

SVG = "{http://www.w3.org/2000/svg}"
NAMES = ["timeline.svg", "lengths.svg", "classes.svg", "versions.svg"]
FACTS = Facts((("2020", 3), ("2021", 0)), 1, (("under 100", 4),), (("punctuation", 3, 1),), (("1.0.0", 4),))


def test_a_release_has_its_charts_in_its_checksums_and_its_card(tmp_path: Path) -> None:
    folder = make_release(tmp_path / "store", [make_document("a"), make_document("b")]).path
    assert sorted(path.name for path in (folder / "charts").iterdir()) == sorted(NAMES)
    assert verify(folder, deep=True) == []
    card, sums = (folder / "README.md").read_text(), (folder / "SHA256SUMS").read_text()
    assert all(f"](charts/{name})" in card and f"charts/{name}" in sums for name in NAMES)
    drawn = draw_charts(gather_facts(TableFiles(folder), [("1.0.0", 2)]))
    assert {name: (folder / "charts" / name).read_text(encoding="utf-8") for name in NAMES} == drawn


def test_the_next_release_shows_both_versions(tmp_path: Path) -> None:
    make_release(tmp_path, [make_document("a")])
    folder = make_release(tmp_path, [make_document("a"), make_document("b")]).path
    assert "1.0.0: 1; 1.1.0: 2" in (folder / "charts" / "versions.svg").read_text(encoding="utf-8")


def test_each_chart_says_in_words_what_it_shows() -> None:
    charts = {name: ET.fromstring(text) for name, text in draw_charts(FACTS).items()}
    said = {name: picture.findtext(f"{SVG}desc") for name, picture in charts.items()}
    assert said == {
        "timeline.svg": "2020: 3; 2021: 0",
        "lengths.svg": "under 100: 4",
        "classes.svg": "punctuation: 3 changed, 1 noted",
        "versions.svg": "1.0.0: 4",
    }
    assert all(picture.findtext(f"{SVG}title") and picture.get("role") == "img" for picture in charts.values())
    assert "1 without a date" in str(charts["timeline.svg"].findtext(f"{SVG}title"))
    assert "prefers-color-scheme:dark" in str(charts["classes.svg"].findtext(f"{SVG}style"))


@pytest.mark.parametrize("name", NAMES)
def test_nothing_to_show_is_said(name: str) -> None:
    assert "nothing to show" in draw_charts(Facts((), 0, (), (), ()))[name]


@given(st.text(st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\ufffe\uffff")))
def test_text_in_a_chart_stays_text(text: str) -> None:
    facts = Facts(((text, 1),), 0, ((text, 2),), ((text, 1, 2),), ((text, 3),))
    for drawn in draw_charts(facts).values():
        picture = ET.fromstring(drawn)
        assert {element.tag for element in picture.iter()} <= {
            f"{SVG}{tag}" for tag in ("svg", "title", "desc", "style", "rect", "text", "line")
        }
        assert text.replace("_", " ") in "".join(picture.itertext()).replace("_", " ")


@given(st.dictionaries(st.dates(), st.integers(1, 9), max_size=9))
def test_every_dated_document_is_in_one_bar(days: dict[date, int]) -> None:
    bars = count_by_time(days)
    assert sum(count for _, count in bars) == sum(days.values())
    assert len(bars) <= 121
    assert len({label for label, _ in bars}) == len(bars)


def test_lengths_and_classes_are_counted() -> None:
    tables = build_tables([make_document("a", text="word " * 150), make_document("b", text="word " * 99)], [])
    facts = gather_facts(tables, [])
    assert dict(facts.lengths)["under 100"] == 1
    assert dict(facts.lengths)["100–199"] == 1
    assert facts.classes == (("punctuation", 2, 0), ("terminology", 0, 2))
