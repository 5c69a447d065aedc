"""Numbers that came to harm: blanks inside them, and ordinals whose ending is torn off or glued on."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import product
from string import digits

from pipelines.document import Edit
from pipelines.rules.rule import PROSE, Maker, Rule, View
from pipelines.rules.spacing import make_rule

_ENDINGS = {"1": "st", "2": "nd", "3": "rd"}
_ENDS = r"(?!\d|[,.]\d|, \d)"
_UNITS = (
    "tons|tonnes|yuan|mu|hectares|acres|(?:square|cubic) met(?:er|re)s|kilomet(?:er|re)s|kilowatts?|vehicles|sets|units"
    "|households|people|visitors|tourists|students"
)
_SPLIT_NUMBER = re.compile(
    r"(?=\d)(?:(?<![\d.,])(?!(?:19|20)\d\d )\d{1,3} ,[ ]?\d{3}(?![\d,.])(?! ,)|(?<=\bat )[0-2]?\d: [0-5]\d(?!\d|:\d)"
    r"|(?<![\d:])[0-2]?\d(?: : [0-5]\d|: 00)(?!\d)(?! :)(?! ,)"
    r"|(?:(?<=total of )|(?<=more than )|(?<=nearly )|(?<=exceeded ))\d{1,3}, \d{3}(?= [a-z]{3})"
    rf"|(?<![\d.,])[1-9]\d{{0,2}}(?:,\d{{3}})*, 0\d\d{_ENDS}(?! (?:and|or|to)\b)"
    rf"|(?:(?<=was )|(?<=were )|(?<=reached )|(?<=exceeded ))(?:[1-9]\d\d|\d{{1,3}}(?:,\d{{3}})+), \d{{3}}"
    rf"(?= (?:{_UNITS})\b)"
    r"|(?<![\d.,])\d{1,3}\. \d{1,2}(?: %(?![\w%])|(?=%)"
    r"|(?= (?:per ?cent|(?:kilo|centi|milli)?met(?:er|re)s?|tons|million|billion|trillion)\b)))"
)
_PERCENT = re.compile(r"(?<=\d) {1,2}(?=[%％](?![\w%]))")
_PLAIN_PERCENT = re.compile(r"\d%")
_COUNTED = re.compile(r"\b(?:was|is|were|are|of|to|by|at|than|about|reached|nearly|over|from|only|exceeded) $")
_ORDINAL = re.compile(
    r"(?P<number>[0-9](?<![\w.,].)[0-9]{0,2}) ?(?P<ending>st|nd|rd|th)"
    r"(?P<word>the|of|in|on|to|and|anniversary|century|session|plenary|national)?(?![\w-])"
)


def _ordinal(match: re.Match[str]) -> str:
    number, ending, word = match["number"], match["ending"], match["word"]
    fits = "th" if number[-2:] in {"11", "12", "13"} else _ENDINGS.get(number[-1], "th")
    return f"{number}{ending}{' ' + word if word else ''}" if ending == fits else match.group()


def _find_percent(view: View) -> Iterator[Edit]:
    maker = Maker("spaced-percent", "punctuation")
    if view.shows_an_engine or _PLAIN_PERCENT.search(view.raw):
        yield from (maker.delete(view.raw, *match.span()) for match in view.matches(_PERCENT, PROSE))


def _whole(match: re.Match[str]) -> str:
    """Join a number; a point and a blank may end a sentence, but where a word before it asks for a number."""
    before = match.string[max(0, match.start() - 12) : match.start()]
    is_open = ". " in match.group() and not _COUNTED.search(before)
    return match.group() if is_open else match.group().replace(" ", "")


NUMBERS = (
    make_rule(
        "split-number",
        "Blanks stand inside a number or a time of day.",
        _SPLIT_NUMBER,
        _whole,
        (
            ("2 , 300 people on 2 ,600 meters", "2,300 people on 2,600 meters"),
            ("a total of 4, 316 guests came", "a total of 4,316 guests came"),
            (
                "It was 212, 400 tons, 1,350, 000 sacks, up by 5. 6 %.",
                "It was 212,400 tons, 1,350,000 sacks, up by 5.6%.",
            ),
            ("at 3 : 30 a rate of 87. 5% was seen", "at 3:30 a rate of 87.5% was seen"),
        ),
        (
            "By the end of 2025, 300 counties had it.",
            "It won by nearly 5, 300 to 295.",
            "a ratio of 3 to 1",
            "rooms 10, 200 and 30",
            "In 2023, 200 more barns were built, and in May 2024, 010 was dialled.",
            "When he was 12, 300 people came.",
            "the keys 7, 008, 009",
            "Score: 3 : 0 in it",
            "in item 3. 5% of it",
        ),
        (
            " ,",
            " : ",
            "total of ",
            "more than ",
            "nearly ",
            "exceeded ",
            "reached ",
            "was ",
            "were ",
            *(f"{digit}, 0" for digit in digits),
            *(f"{digit}. " for digit in digits),
            *(f": {digit}" for digit in digits),
        ),
    ),
    Rule(
        "spaced-percent",
        "punctuation",
        "repair",
        "A blank stands before the sign of percent. Some people set it so, hence the text must show an engine's hand, "
        "or the paragraph have it without a blank too.",
        _find_percent,
        (
            (
                "Of the retired military people 12 % serve retired military affairs.",
                "Of the retired military people 12% serve retired military affairs.",
            ),
            (
                "A copper wall and iron wall of retired military affairs: 3.5 %, no less.",
                "A copper wall and iron wall of retired military affairs: 3.5%, no less.",
            ),
            ("It rose from 41% to 87 %.", "It rose from 41% to 87%."),
        ),
        ("A solution of 5 % was used; 7 % failed.", "x % y is what is left of x"),
        anchors=tuple(f"{digit} {sign}" for digit in digits for sign in ("%", " %")),
    ),
    make_rule(
        "ordinal",
        "The ending of an ordinal is torn off its number or glued to the next word.",
        _ORDINAL,
        _ordinal,
        (
            ("on the 23 rdthe hall opened", "on the 23rd the hall opened"),
            ("the 19 th session of it", "the 19th session of it"),
        ),
        ("on the 23rd the hall opened", "the 20th century", "the 100 the most"),
        tuple(map("".join, product(digits, ("", " "), ("st", "nd", "rd", "th")))),
    ),
)
