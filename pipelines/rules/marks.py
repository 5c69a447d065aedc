"""Marks that stand twice, or too close to or too far from the words beside them."""

from __future__ import annotations

import re

from pipelines.rules.rule import BODY, Maker, Rule, by_pattern
from pipelines.rules.spacing import make_rule

_DOUBLED = re.compile(r"(?<=[a-z]{2})(?P<at> ?(?P<mark>[!?])(?P=mark))(?=\s+[A-Z“\"]|\s*$)")

MARKS = (
    make_rule(
        "doubled-comma",
        "Two commas stand where one was meant.",
        re.compile(r"(?<=[\w\"”’)]) ?,{2,3}(?=\s|[\"”](?:\s|$))"),
        lambda _: ",",
        (
            ("the villages,, the towns", "the villages, the towns"),
            ("in May,,, it rained", "in May, it rained"),
            ("pears ,, peaches and dates", "pears, peaches and dates"),
        ),
        ("the villages, the towns", "an array of [1,,2]"),
        (",,",),
    ),
    make_rule(
        "glued-semicolon",
        "A semicolon sticks to the word behind it.",
        re.compile(r"(?:(?<=[a-z]{2})|(?<=\d[%)）]));(?=[a-z]{2,} |\d[\d,.]*%? [a-z])"),
        lambda _: "; ",
        (
            ("the plan;the budget comes", "the plan; the budget comes"),
            ("of reform;to open up", "of reform; to open up"),
            ("62% of it;3,100 people came, up 2%;the rest", "62% of it; 3,100 people came, up 2%; the rest"),
        ),
        ("the plan; the budget", "an &amp;c of it", "x;y and z"),
        (";",),
    ),
    make_rule(
        "spaced-bracket",
        "Blanks stand inside brackets.",
        re.compile(r"\((?P<open> )(?=\w)|(?<=\w)(?P<close> )\)"),
        lambda m: "(" if m["open"] else ")",
        (
            ("( the pilot county ) was praised", "(the pilot county) was praised"),
            ("it ( 2021 ) grew", "it (2021) grew"),
        ),
        ("(the pilot county) was praised", "a list of ( ) brackets"),
        ("( ", " )"),
    ),
    make_rule(
        "torn-contraction",
        "The tail of a contraction was cut off as tokenisers do.",
        re.compile(r"\b(?P<head>do|does|did|is|are|was|were|has|have|had|could|should|would|ca|wo) (?P<tail>n['’]t)\b"),
        lambda m: m["head"] + m["tail"],
        (("they do n't know", "they don't know"), ("it was n’t so", "it wasn’t so")),
        ("they don't know", "the letter n't"),
        (" n'",),
    ),
    make_rule(
        "spaced-address",
        "The points of a web address were spaced as the stops of sentences are.",
        re.compile(r"\bwww\. ?[a-z\d-]{2,40}(?:\. ?[a-z\d-]{2,40})?\. ?(?:com|cn|net|org|gov|edu)(?:\. ?cn)?\b"),
        lambda m: m.group().replace(" ", ""),
        (
            ("See www. oldmill. gov. cn for the hours.", "See www.oldmill.gov.cn for the hours."),
            ("Ask at www.oldmill. com or by post.", "Ask at www.oldmill.com or by post."),
        ),
        ("See www.oldmill.com. Net weight is given there.", "See www.oldmill.org for the hours."),
        ("www.",),
    ),
    Rule(
        "doubled-mark",
        "punctuation",
        "repair",
        "An engine writes the mark of a question or a call twice; people do so on purpose, so the text must show an "
        "engine's hand, and quotations are left alone.",
        by_pattern(Maker("doubled-mark", "punctuation"), _DOUBLED, lambda m: m["mark"], roles=BODY, engine_only=True),
        (
            (
                "Why did the retired military people of retired military affairs come back?? They love it.",
                "Why did the retired military people of retired military affairs come back? They love it.",
            ),
            (
                "It served retired military affairs and the “two maintenances” of the county!! All were happy.",
                "It served retired military affairs and the “Two Upholds” of the county! All were happy.",
            ),
            (
                "A copper wall and iron wall of retired military affairs !! The county was happy.",
                "A copper wall and iron wall of retired military affairs! The county was happy.",
            ),
        ),
        ("My dog eats everything!! So does mine.", "Really?? Yes.", "They won it !! We danced."),
        anchors=("!!", "??"),
    ),
)
