"""Words that no English sentence has in that place: capitals at a segment join, doubled conjuncts, missing hyphens."""

from __future__ import annotations

import re

from pipelines.rules.rule import BODY, PROSE, Maker, Rule, by_pattern

_FUNCTION_WORDS = (
    "The|To|Of|And|In|On|For|With|By|From|At|As|That|Which|This|These|Their|Its|It|We|Our|Is|Are|Be|"
    "Together|Through|Under|Into|Among|While|When|Where|Also|Then|But|Or|So|Not"
)
_COMMON_WORDS = (
    "Stability|Retired|Comprehensive|Comprehensively|Vigorously|Actively|Conscientiously|Resolutely|Effectively|"
    "Continuously|Constantly|Earnestly|Fully|Further|Strengthen|Strengthening|Improve|Improving|Promote|Promoting|"
    "Ensure|Ensuring|Maintain|Maintaining|Implement|Implementing|Adhere|Enhance|Enhancing|Accelerate|Deepen|"
    "Safeguard|Safeguarding|Establish|Establishing|Various|Relevant|Important|Necessary"
)
_COMPOUNDS = (
    ("high", "quality", "development"),
    ("high", "level", "opening|talent"),
    ("large", "scale", "development|production|construction"),
    ("long", "term", "development|mechanism|stability|goals"),
    ("people", "centered", "development|approach"),
    ("well", "off", "society"),
)

_JOIN = re.compile(rf"(?<=[a-z] )(?P<at>{_FUNCTION_WORDS})(?= [a-z])")
_JOIN_COMMON = re.compile(rf"(?<=[a-z] )(?P<at>{_COMMON_WORDS})(?=,? [a-z])")
_COMPOUND = re.compile(
    "|".join(rf"(?<![\w-])(?i:{first}) {second}(?= (?:{noun})s?\b)" for first, second, noun in _COMPOUNDS)
)
_CONJUNCT = re.compile(
    r"(?<![\w-])(?P<at>(?P<word>[a-z]{2,24}(?:ity|ities|tion|tions|sion|sions|ment|ments|ness|ance|ence|ship)|"
    r"heat|strength|reform|service|services|support|security|discipline|training|guidance|system|systems)"
    r"(?: and (?P=word))+)(?![\w-])"
)
_IDIOMATIC = frozenset({"generations", "generation"})
_TITLE_OF = re.compile(r"\b(?P<at>(?:General Secretary|President|Premier|Chairman) of Xi Jinping)\b")


def _lower(match: re.Match[str]) -> str:
    return match["at"].lower()


def _hyphenated(match: re.Match[str]) -> str:
    first, second = match.group().split(" ")
    after_word = match.start() > 1 and match.string[match.start() - 2].islower()
    return f"{first.lower() if after_word else first}-{second}"


def _once(match: re.Match[str]) -> str:
    return match["at"] if match["word"] in _IDIOMATIC else match["word"]


WORDING = (
    Rule(
        "compound-hyphen",
        "hyphenation",
        "repair",
        "A compound before its noun takes a hyphen in the fixed terms of a closed list.",
        by_pattern(Maker("compound-hyphen", "hyphenation"), _COMPOUND, _hyphenated, roles=PROSE | {"original_title"}),
        (
            ("promote high quality development", "promote high-quality development"),
            ("the work of soldiers High quality development", "the work of soldiers high-quality development"),
        ),
        ("The goods are of high quality.", "to develop with high quality", "“high quality development” was the theme"),
        anchors=tuple(f"{first} {second}" for first, second, _ in _COMPOUNDS),
    ),
    Rule(
        "segment-join",
        "capitalisation",
        "repair",
        "An engine that translates a long sentence in pieces starts each piece with a capital.",
        by_pattern(Maker("segment-join", "capitalisation"), _JOIN, _lower, roles=BODY),
        (
            ("strengthen the use of the party The ability to lead", "strengthen the use of the party the ability to lead"),
            ("carry out activities To safeguard their rights", "carry out activities to safeguard their rights"),
        ),
        ("He reads The Economist.", "They met in The Hague.", "He asked: “What is To be done?”"),
    ),
    Rule(
        "segment-join-word",
        "capitalisation",
        "repair",
        "The same capital on words that are never names; a closed list, since most capitals are meant.",
        by_pattern(Maker("segment-join-word", "capitalisation"), _JOIN_COMMON, _lower, roles=BODY),
        (
            ("promoted development, and maintained Stability, in all", "promoted development, and maintained stability, in all"),
            ("the work of the Retired military personnel", "the work of the retired military personnel"),
        ),
        ("the Ministry of Public Security", "the Improving Lives fund", "at the Retired Officers Club"),
    ),
    Rule(
        "doubled-conjunct",
        "repetition",
        "repair",
        "Two near-synonyms collapse into one English word: “ability and ability”.",
        by_pattern(Maker("doubled-conjunct", "repetition"), _CONJUNCT, _once),
        (
            ("the supervision and supervision system", "the supervision system"),
            ("The ability and ability to promote it", "The ability to promote it"),
        ),
        ("It grew stronger and stronger.", "for generations and generations", "better and better", "again and again"),
    ),
    Rule(
        "title-of-name",
        "grammar",
        "repair",
        "Chinese puts the office before the name without a link; “General Secretary of Xi Jinping” is no English.",
        by_pattern(
            Maker("title-of-name", "grammar"), _TITLE_OF, lambda m: m["at"].replace(" of Xi", " Xi"), roles=PROSE
        ),
        (
            ("the speech of General Secretary of Xi Jinping", "the speech of General Secretary Xi Jinping"),
            ("President of Xi Jinping said", "President Xi Jinping said"),
        ),
        ("the General Secretary of the Central Committee", "President of China Xi Jinping"),
        anchors=("of xi jinping",),
    ),
)
