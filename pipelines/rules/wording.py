"""Words that no English sentence has in that place: capitals at a segment join, doubled conjuncts, missing hyphens."""

from __future__ import annotations

import re
from collections.abc import Iterator

from pipelines.document import Edit
from pipelines.rules.rule import BODY, PROSE, Finder, Maker, Rule, View, by_pattern

_LINKS = "To|And|By|With|Through|Into|Together|That|Which|Or|Is|Are|Be"
_OPENERS = "The|In|On|For|At|As|This|These|Their|Its|It|We|Our|Under|Among|While|When|Where|Also|Then|But|So|Not"
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

_JOIN = re.compile(rf"(?:{_LINKS})(?= [a-z])")
_JOIN_OPENER = re.compile(rf"(?:{_OPENERS})(?= [a-z])")
_JOIN_COMMON = re.compile(rf"(?:{_COMMON_WORDS})(?=,? [a-z])")
_JOIN_ANY = re.compile(rf"(?:{_LINKS}|{_OPENERS}|{_COMMON_WORDS})(?=,? [a-z])")
_LOW_BEFORE = re.compile("[a-z] $")
"""What stands before a join; looked at last, since a pattern that begins with it takes three times as long."""
_COMPOUND = re.compile(
    "|".join(rf"(?<![\w-])(?i:{first}) {second}(?= (?:{noun})s?\b)" for first, second, noun in _COMPOUNDS)
)
_ENDINGS = (
    "ity",
    "ities",
    "tion",
    "tions",
    "sion",
    "sions",
    "ment",
    "ments",
    "ness",
    "ance",
    "ence",
    "ship",
    "ture",
    "logy",
    "cy",
    "ism",
)
_NOUNS = (
    "heat",
    "strength",
    "reform",
    "service",
    "services",
    "support",
    "security",
    "discipline",
    "training",
    "guidance",
    "system",
    "systems",
)
_CONJUNCT = re.compile(
    r"(?<![\w-])(?<!between )(?<!from )(?<!both )(?<!and )"
    rf"(?P<at>(?P<word>[a-z]{{2,24}}(?:{'|'.join(_ENDINGS)})|{'|'.join(_NOUNS)})(?: and (?P=word))+)"
    r"(?![\w-]| from| outsourcing)"
)
_AND = re.compile(r" and ([a-z]+)")
_IDIOMATIC = frozenset(
    {"generations", "generation", "nation", "nations", "civilization", "civilizations", "station", "institution"}
)
_TITLE_OF = re.compile(r"\b(?P<at>(?:General Secretary|President|Premier|Chairman) of Xi Jinping)\b(?! [A-Z]|['’]s)")


def _hyphenated(match: re.Match[str]) -> str:
    first, second = match.group().split(" ")
    after_word = match.start() > 1 and match.string[match.start() - 2].islower()
    return f"{first.lower() if after_word else first}-{second}"


def _joins(view: View) -> list[int]:
    """The places at which any of the three rules for joins may have something to do."""
    if not view.shows_an_engine:
        return []
    if "joins" not in view.memo:
        starts = (match.start() for match in _JOIN_ANY.finditer(view.raw))
        view.memo["joins"] = [at for at in starts if _LOW_BEFORE.search(view.raw, max(0, at - 2), at)]
    found: list[int] = view.memo["joins"]
    return found


def _may_join(view: View) -> bool:
    return bool(_joins(view))


def _lowers(rule_id: str, pattern: re.Pattern[str]) -> Finder:
    """Build the finder of a rule that lowers the capitals of some words at joins."""
    maker = Maker(rule_id, "capitalisation")

    def find(view: View) -> Iterator[Edit]:
        for start in _joins(view) if view.paragraphs(BODY) else ():
            match = pattern.match(view.raw, start)
            if match and not view.is_quoted(*match.span()):
                yield maker.replace(view.raw, *match.span(), match.group().lower())

    return find


def _find_conjuncts(view: View) -> Iterator[Edit]:
    """Look only where a word stands on both sides of an “and”: the pattern alone takes ten times as long."""
    raw, maker = view.raw, Maker("doubled-conjunct", "repetition")
    for paragraph in view.paragraphs(PROSE):
        position = paragraph.start
        for link in _AND.finditer(raw, paragraph.start, paragraph.end):
            start = link.start() - len(link[1])
            if start < position or not view.folded.startswith(link[1], start):
                continue
            match = (
                _CONJUNCT.match(view.folded, start, paragraph.end) if _may_open(raw, start, paragraph.start) else None
            )
            if match:
                position = match.end()
                if _once(match) != match["at"] and not view.is_quoted(*match.span("at")):
                    yield maker.replace(raw, *match.span("at"), raw[start] + _once(match)[1:])


def _may_open(raw: str, start: int, first: int) -> bool:
    """Tell a word from a name: it is low, or opens a sentence."""
    return raw[start].islower() or start == first or raw[start - 2 : start] in {". ", "! ", "? "}


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
        "An engine that translates a long sentence in pieces starts each piece with a capital. Human writers have "
        "titles that look alike, so the text must show an engine's hand.",
        _lowers("segment-join", _JOIN),
        (
            (
                "the “two maintenances” of retired military affairs To safeguard their rights",
                "the “Two Upholds” of retired military affairs to safeguard their rights",
            ),
            (
                "a copper wall and iron wall, unified Together with the “two maintenances”",
                "a copper wall and iron wall, unified together with the “Two Upholds”",
            ),
        ),
        ("They read To Live by Yu Hua.", "He asked: “What is To be done?”", "They met in The Hague."),
        when=_may_join,
    ),
    Rule(
        "segment-join-opener",
        "capitalisation",
        "repair",
        "The same on words that also open sentences: only where the text shows an engine's hand, since a lost stop "
        "or a glued heading looks alike.",
        _lowers("segment-join-opener", _JOIN_OPENER),
        (
            (
                "retired military affairs and the “two maintenances” strengthen the party The ability to lead",
                "retired military affairs and the “Two Upholds” strengthen the party the ability to lead",
            ),
            (
                "a copper wall and iron wall of retired military affairs In all counties of it",
                "a copper wall and iron wall of retired military affairs in all counties of it",
            ),
        ),
        (
            "It was a breakthrough The injury that he had was healed.",
            "He reads The Economist.",
            "They met in The Hague.",
        ),
        when=_may_join,
    ),
    Rule(
        "segment-join-word",
        "capitalisation",
        "repair",
        "The same on words that are never names: a closed list, since most capitals are meant.",
        _lowers("segment-join-word", _JOIN_COMMON),
        (
            (
                "retired military affairs, the party’s management of the armed forces and maintained Stability, in all",
                "retired military affairs, the party’s management of the armed forces and maintained stability, in all",
            ),
            (
                "retired military affairs: a copper wall and iron wall for the Retired military personnel",
                "retired military affairs: a copper wall and iron wall for the retired military personnel",
            ),
        ),
        ("the Ministry of Public Security", "a proposal to Implement the plan", "at the Retired Officers Club"),
        when=_may_join,
    ),
    Rule(
        "doubled-conjunct",
        "repetition",
        "repair",
        "Two near-synonyms collapse into one English word: “ability and ability”.",
        _find_conjuncts,
        (
            ("the supervision and supervision system", "the supervision system"),
            ("The ability and ability to promote it", "The ability to promote it"),
            ("Reflection and reflection has become a habit.", "Reflection has become a habit."),
        ),
        (
            "It grew stronger and stronger.",
            "for generations and generations",
            "better and better",
            "again and again",
            "the Ministry of Security and security men",
        ),
        anchors=tuple(f"{ending} and " for ending in (*_ENDINGS, *_NOUNS)),
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
