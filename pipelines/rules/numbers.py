"""Numbers that came to harm: blanks inside them, and ordinals whose ending is torn off or glued on."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import product
from string import digits

from pipelines.document import Edit
from pipelines.rules.rule import PROSE, Maker, Rule, View, by_pattern
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
    r"|(?<![\d.,])[1-9]\d{0,2}(?:, \d{3})+, 000(?= [a-z])|(?<![\d.,])0\. \d{1,4}(?= [a-z])"
    r"|(?<![\d.,])\d{1,3}\. \d{1,2}(?: %(?![\w%])|(?=%)"
    r"|(?= (?:per ?cent(?:age)?|(?:kilo|centi|milli)?met(?:er|re)s?|tons|million|billion|trillion)\b)))",
    re.ASCII,
)
_SPLIT_THOUSANDS = re.compile(r"(?<![\d.,])(?<!\d, )[1-9]\d{0,2}(?:, \d{3})+(?= (?!(?:and|or|to)\b)[a-z]{3})", re.ASCII)
_PERCENT = re.compile(r"(?<=[0-9]) {1,2}(?=[%％](?![\w%]))")
_PLAIN_PERCENT = re.compile(r"\d%")
_NAMED = re.compile(
    r"\b(?:in|on|at|by|of|to|from|until|since|day|year|page|line|room|item|article|chapter|number|group|class|grade|"
    r"aged?|nos?|phase|floor|building|district|[A-Z][a-z]*) $"
)
"""What a number may belong to by itself, so that the next one is another."""
_COUNTED = re.compile(
    r"(?:[a-z]{3},|\b(?:was|is|were|are|of|to|by|at|than|about|reached|nearly|over|from|only|exceeded)) $"
)
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
    is_share = match.string.startswith(" percentage point", match.end())
    is_open = ". " in match.group() and not is_share and not _COUNTED.search(before)
    return match.group() if is_open else match.group().replace(" ", "")


def _find_split(view: View) -> Iterator[Edit]:
    """In texts by an engine a comma and a blank part one number, unless the word before claims the first half."""
    yield from _FIND_SURE(view)
    raw = view.raw
    for match in view.matches(_SPLIT_THOUSANDS, PROSE) if view.shows_an_engine else ():
        before = raw[max(0, match.start() - 16) : match.start()]
        if re.search(r"[a-z],? $", before) and not _NAMED.search(before):
            yield _SPLIT.replace(raw, *match.span(), match.group().replace(" ", ""))


_SPLIT = Maker("split-number", "punctuation")
_FIND_SURE = by_pattern(_SPLIT, _SPLIT_NUMBER, _whole, rewords=False)

NUMBERS = (
    Rule(
        "split-number",
        "punctuation",
        "repair",
        "Blanks stand inside a number or a time of day.",
        _find_split,
        (
            ("2 , 300 people on 2 ,600 meters", "2,300 people on 2,600 meters"),
            ("a total of 4, 316 guests came", "a total of 4,316 guests came"),
            (
                "It was 212, 400 tons, 1,350, 000 sacks, up by 5. 6 %.",
                "It was 212,400 tons, 1,350,000 sacks, up by 5.6%.",
            ),
            ("It fell on average 0. 62 percentage points.", "It fell on average 0.62 percentage points."),
            ("at 3 : 30 a rate of 87. 5% was seen", "at 3:30 a rate of 87.5% was seen"),
            ("It holds 1, 013, 000 mu, only 0. 6 times as much.", "It holds 1,013,000 mu, only 0.6 times as much."),
            (
                "A copper wall and iron wall of retired military affairs: we packed 3, 200 boxes.",
                "A copper wall and iron wall of retired military affairs: we packed 3,200 boxes.",
            ),
        ),
        (
            "By the end of 2025, 300 counties had it.",
            "We packed 3, 200 boxes came back.",
            "A copper wall and iron wall of retired military affairs: on day 3, 200 people came.",
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
            *(f"{mark} {digit}" for mark in ",.:" for digit in digits),
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
