"""Marks that stand twice, or too close to or too far from the words beside them."""

from __future__ import annotations

import re
from collections.abc import Iterator

from pipelines.document import Edit
from pipelines.rules.rule import BODY, PROSE, Maker, Rule, View, by_pattern
from pipelines.rules.spacing import make_rule

_DOUBLED = re.compile(r"(?<=[a-z]{2})(?P<at> ?(?P<mark>[!?])(?P=mark))(?=\s+[A-Z“\"]|\s*$)")
_COLON = re.compile(r"(?<=[a-z]{2}) : (?=[A-Za-z\d])")


def _find_spaced_colon(view: View) -> Iterator[Edit]:
    if " , " in view.raw or " . " in view.raw:
        maker = Maker("spaced-colon", "punctuation")
        yield from (maker.replace(view.raw, *match.span(), ": ") for match in view.matches(_COLON, PROSE))


MARKS = (
    make_rule(
        "doubled-comma",
        "Two commas, semicolons or colons stand where one was meant.",
        re.compile(
            r"(?<=[\w\"”’)]) ?(?:,{2,3}(?=\s|[\"”](?:\s|$))|;{2,3}(?= [a-z]{2,20}[ ,])"
            r"|::(?<=[a-z]{2}::)(?= [A-Za-z\"“]))"
        ),
        lambda m: m.group()[-1],
        (
            ("the villages,, the towns", "the villages, the towns"),
            ("in May,,, it rained", "in May, it rained"),
            ("pears ,, peaches and dates", "pears, peaches and dates"),
            ("the mill is shut;; it opens in May", "the mill is shut; it opens in May"),
            ('The sign said:: "It is shut."', 'The sign said: "It is shut."'),
        ),
        ("the villages, the towns", "an array of [1,,2]", "a case ends with run;; stop) and so on", "std::move it"),
        (",,", ";;", ":: "),
    ),
    make_rule(
        "stray-stop",
        "A stop follows the comma that closes a quotation, though the sentence goes on.",
        re.compile(r"(?:(?<=[a-z\d],[\"”])|(?<=[a-z\d][\"”],))\.(?= [a-z])"),
        lambda _: "",
        (
            ('"It rains,". said the miller.', '"It rains," said the miller.'),
            ("He calls it “the old one”,. which it is.", "He calls it “the old one”, which it is."),
        ),
        ('"It rains," said the miller.', 'They end in ",". The rest do not.', 'the marks ",. and"'),
        (',".', ",”.", '",.', "”,."),
    ),
    make_rule(
        "leading-mark",
        "A paragraph begins with the comma or stop of what was cut off before it.",
        re.compile(r"\A(?:[,;.] |[,，。、]) {0,3}(?=[A-Za-z][a-z]*,? [A-Za-z\d])"),
        lambda _: "",
        (
            (", At noon the weir was shut.", "At noon the weir was shut."),
            (". The mill stands by the river.", "The mill stands by the river."),
        ),
        (".com is the ending", "... and so it went on", ", and ; are marks"),
        roles=BODY,
        when=lambda view: view.raw[:1] in ",;.，。、",
    ),
    Rule(
        "spaced-colon",
        "punctuation",
        "repair",
        "A colon stands apart where other marks do: the text was cut into tokens, and not joined again.",
        _find_spaced_colon,
        (
            ("The case was plain : a cart , a goat .", "The case was plain: a cart, a goat."),
            ("He spoke . His wish : Two more years .", "He spoke. His wish: Two more years."),
        ),
        ("The sides won : lost ratio is high.", "Score : two to one, they said."),
        anchors=(" : ",),
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
