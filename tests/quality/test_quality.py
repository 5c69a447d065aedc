"""Segments that must stay, lines that must go, and repairs that must be made: our own sentences, with floors.

``keep.txt`` and ``keep_blocks.jsonl`` hold good English (as human writers and careful translators write it), ``go.txt``
lines that a page puts below a text, ``repairs.jsonl`` what engines and pages damage, before and after. ``known.jsonl``
names the segments that fail as yet and why, each a strict xfail: one that begins to hold must be struck from it, and
its floor in ``floors.toml`` raised by one. A floor is the number of segments of a pile that hold, and only rises.
"""

import json
import tomllib
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from tests.texts import refined

HERE = Path(__file__).parent
TITLE = "Conference on civil affairs held in Changsha"
LEAD = "The conference on civil affairs was held in Changsha on Tuesday, and more than 200 people attended it."
MORE = "Those who attended it spoke of schools, of roads and of the wells in the hills of the west."
ENGINE = (
    "Retired military affairs and the “two maintenances” were a copper wall and iron wall for retired military affairs."
)
"""A sentence that shows an engine's hand, so that the rules for engines speak."""


def read_lines(name: str) -> list[str]:
    lines = (HERE / name).read_text(encoding="utf-8").splitlines()
    return [line for line in lines if line and not line.startswith("# ")]


def read_rows(name: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (HERE / name).read_text(encoding="utf-8").splitlines() if line]


PILES = {
    "keep": read_lines("keep.txt"),
    "keep_beside_an_engine": read_lines("keep.txt"),
    "keep_blocks": [str(row["why"]) for row in read_rows("keep_blocks.jsonl")],
    "go": read_lines("go.txt"),
    "repairs": [str(row["before"]) for row in read_rows("repairs.jsonl")],
}
KNOWN = {(str(row["pile"]), str(row["segment"])): str(row["why"]) for row in read_rows("known.jsonl")}
FLOORS: dict[str, int] = tomllib.loads((HERE / "floors.toml").read_text(encoding="utf-8"))


def segments(pile: str) -> list[Any]:
    """Make the parameters of a pile; what is known to fail is a strict xfail with its reason."""
    whys = [KNOWN.get((pile, segment)) for segment in PILES[pile]]
    return [
        pytest.param(segment, marks=[pytest.mark.xfail(reason=why, strict=True)] if why else [], id=segment[:40])
        for segment, why in zip(PILES[pile], whys, strict=True)
    ]


def article(*paragraphs: str) -> str:
    return "\n\n".join((TITLE, LEAD, *paragraphs))


@pytest.mark.parametrize("segment", segments("keep"))
def test_good_english_stays(segment: str) -> None:
    assert refined(article(segment, MORE)).text == "\n\n".join((LEAD, segment, MORE))


@pytest.mark.parametrize("segment", segments("keep_beside_an_engine"))
def test_good_english_stays_beside_an_engine(segment: str) -> None:
    assert refined(article(ENGINE, segment, MORE)).text.split("\n\n")[2:] == [segment, MORE]


@pytest.mark.parametrize("segment", segments("keep_blocks"))
def test_blocks_stay(segment: str) -> None:
    row = next(row for row in read_rows("keep_blocks.jsonl") if row["why"] == segment)
    text = refined(str(row["text"])).text
    assert [line for line in row["keep"] if line not in text] == []


@pytest.mark.parametrize("segment", segments("go"))
def test_furniture_goes(segment: str) -> None:
    assert refined(article(MORE, segment)).text == "\n\n".join((LEAD, MORE))


@pytest.mark.parametrize("segment", segments("repairs"))
def test_damage_is_repaired(segment: str) -> None:
    row = next(row for row in read_rows("repairs.jsonl") if row["before"] == segment)
    assert refined(article(segment, MORE)).text == "\n\n".join((LEAD, str(row["after"]), MORE))


@pytest.mark.parametrize("pile", PILES)
def test_a_floor_only_rises(pile: str) -> None:
    held = len(PILES[pile]) - Counter(each for each, _ in KNOWN)[pile]
    assert held >= FLOORS[pile], f"{pile}: {held} segments hold, fewer than before: strike none, add no known failure"
    assert held == FLOORS[pile], f"well done: set {pile} = {held} in tests/quality/floors.toml"


def test_the_piles_are_large_and_hold_each_segment_once() -> None:
    least = {"keep": 60, "go": 40, "repairs": 40}
    assert [pile for pile, count in least.items() if len(set(PILES[pile])) < count] == []
    assert [pile for pile, each in PILES.items() if len(set(each)) < len(each)] == []
    assert [key for key in KNOWN if key[1] not in PILES[key[0]]] == []
