"""Blanks and stops: what engines and pages do to the marks between words."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from string import ascii_lowercase, digits

from pipelines.document import Edit
from pipelines.rules.layout import joined
from pipelines.rules.rule import PROSE, Condition, Maker, Rule, View, by_pattern, is_foreign, pairs

_BLANKS = r"[ \t\u00a0\u3000\u2000-\u200a\u202f\u205f]"
_ALL_BLANKS = " \u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f"
"""The blanks that are left once a text is folded."""

_NO_BREAK = re.compile(rf"[\u00a0\u3000\u2000-\u200a\u202f\u205f]{_BLANKS}*")
_WIDE = re.compile(r"(?:[ ](?<=\S.)[ \t]+|\t(?<=\S.)[ \t]*)(?=\S)")
_BEFORE_MARK = re.compile(
    r"(?<=[a-z]{2})(?<!etc)\.(?P<quote>[\"”])[ ]{1,3}(?P<end>[.,])(?=\s|$)|(?<=[^\s.,;:!?…])[ ]{1,3}(?P<mark>[.,;!?])"
    r"(?![ ]\.)(?:(?=\s|$|[\"”’')\]])|(?<=,)(?P<glued>(?=[A-Za-z]{2})))|(?<=[a-z])[ ](?P<colon>:)(?=[ ]?[\"“])"
)
_DOUBLED = re.compile(
    r"(?<=[^\s.])\.[ ]{1,3}\.(?!\.)(?![ ]?\.)(?=\s|$)|(?<=[a-z0-9)][a-z0-9)])\.\.(?=[\"”]?\s+[A-Z“\"(]|[\"”]?\s*$)"
)
_ORPHAN = re.compile(
    rf"(?:\.(?<=[\w\"”'’)%].){_BLANKS}{{1,4}}(?P<comma>,)|,(?<=[\w\"”'’)%].){_BLANKS}{{1,4}}(?P<mark>[,.]))(?=\s|$)"
)
_GLUED = re.compile(
    r"(?<=[a-z]{3}):(?=[\"“][A-Z]|(?:the|there|it|he|she|they|we|this|that|what|how) )"
    r"|(?<=[A-Za-z][a-z]{2})\((?=[a-z]{4,} |\d{1,2}:\d\d|[a-z]{4,}, [a-z]{4,}[ ,])"
    r"|(?<=[a-z]{2}[\"”])\((?=[a-z]{3,}[ ,])|(?<=[a-z]{3})\((?=[A-Z][a-z]{3,} [a-z]{4,}\))"
    r"|(?<=[a-z]{4}):(?=[A-Z][a-z]+ [a-z]{2})"
    r"|[.!?](?=[A-Z][a-z]+[ ,]|\([A-Z])(?!.(?:Com|Net|Org|Cn|Js|Io|Edu|Gov)\b)"
    r"(?:(?<=[a-z0-9]{2}.)|(?<=[a-z0-9][)）\"”].))"
)
_GAP = re.compile(r"\t+| {3,}")
_LEAST_CELLS, _WIDEST_CELL = 3, 40
_SHORTENED = re.compile(r"(?:\b(?:Co|Inc|Ltd|Corp|al|etc|Jr|Sr|vs|No|Prof|Dr|Mr|Mrs)|(?<![A-Za-z])[A-Za-z])$")
_LOW_WORD = re.compile(
    r"(?:^|[^\w.@/])(?:[a-z]{2,30}|\d{2,6})$|(?:^|\s)[(（][^()（）]{2,28}[)）]$|[a-z] [A-Za-z]{3,20}[\"”]$"
)
_NAME = re.compile(r"[a-z,] (?:[A-Z][a-z]+ ){0,3}[A-Z][a-z]{2,}$")
_OPENER = re.compile(
    r"(?:The|He|She|It|They|We|This|These|There|In|On|At|But|And|For|From|With|After|As|Now|When|If|Last|Next|Every|Each|Some|"
    r"Many|Most|All|One|By|During|Today|Since|While|Because|However|Meanwhile) [a-z]{2}"
)
_GLUED_COMMA = re.compile(
    r",(?:(?P<word>The|In|And|It|This|With|To|Of|For)(?= [a-z\d])"
    r"|(?=[A-Z][a-z]+ [a-z\d])(?<=[a-z]{3},)|(?=[A-Za-z]{2,}[ .,;])(?<=[a-z]{2},)"
    r"|(?=[a-z]{2,} )(?:(?<=[a-z\d.!?][\"”],)|(?<=\d\d,)|(?<=[A-Z][a-z],))"
    r"|(?=a [a-z]{3})(?<=[a-z]{3},)|(?=(?:which|and|but) )(?<=[a-z]\d,)|(?=[a-z]{2,} )(?<=[\w%][)）],)"
    r"|(?=[0-9])(?<=[a-z]{3},))"
)
_TORN = re.compile(
    r"(?<=[A-Za-z]{2})(?:[ ]-(?!(?:yes|no|and|but|or|it|he|she|they|we|you|so|then|the|this|that|in|on|of|to|as)\b)"
    r"(?=[a-z]{2})"
    r"|-[ ](?!(?:and|or|to|nor|versus|through|as|but|from|by|than) )(?=[a-z]{3}))|(?<=\b[Mm]id)[ ]-[ ]?(?=[A-Z][a-z])"
    r"|(?<=\d)[ ]-(?=[ ]?(?:year|day|hour|minute|month|meter|metre|kilometer|kilometre|person|member|storey|story)\b)"
)
_APOSTROPHE = re.compile(
    r"(?<=[A-Za-z0-9])[ ](?P<tail>['’](?:s|(?<=n ['’])t(?! [A-Z])|re|ve|ll|S(?= [a-z])|[dm](?= [a-z]{2})))(?=[ .,;:?!])"
    r"|(?<=[a-z]{2})['’][ ]s(?= [a-z])"
)
_LINE = re.compile(r"(?P<hyphen>(?<=[a-z])-)?[ \t]*\r?\n[ \t]*(?=\S)")


def _lone(match: re.Match[str]) -> str:
    """Keep the second mark alone, but not where the first is the stop of an abbreviation."""
    before = match.string[max(0, match.start() - 8) : match.start()]
    return match.group() if match["comma"] and _SHORTENED.search(before) else match["comma"] or match["mark"]


def _is_row(text: str) -> bool:
    """Tell the row of a table: three cells or more, short ones that end no sentence, well apart."""
    cells = _GAP.split(text)
    return len(cells) >= _LEAST_CELLS and all(0 < len(cell) <= _WIDEST_CELL and cell[-1] not in ".!?" for cell in cells)


def _parted(match: re.Match[str]) -> str:
    """Part two sentences, unless what stands before the stop is a name or part of an address."""
    before = match.string[max(0, match.start() - 32) : match.start()]
    parted = " (" if match.group() == "(" else match.group() + " "
    is_end = _LOW_WORD.search(before) or (_NAME.search(before) and _OPENER.match(match.string, match.end()))
    return parted if match.group() in "(:" or is_end else match.group()


def _find_glued_comma(view: View) -> Iterator[Edit]:
    maker = Maker("missing-space-comma", "punctuation")
    for match in view.matches(_GLUED_COMMA, PROSE):
        word = match["word"] or ""
        kept = word if view.is_quoted(*match.span()) else word.lower()
        yield maker.replace(view.raw, *match.span(), f", {kept}")


def _find_wide_blanks(view: View) -> Iterator[Edit]:
    maker = Maker("wide-blank", "punctuation")
    if not _is_row(view.raw):
        yield from [maker.replace(view.raw, *match.span(), " ") for match in view.matches(_WIDE, PROSE)]


def make_rule(
    rule_id: str,
    why: str,
    pattern: re.Pattern[str],
    write: Callable[[re.Match[str]], str],
    changes: tuple[tuple[str, str], ...],
    keeps: tuple[str, ...],
    anchors: tuple[str, ...] = (),
    *,
    roles: frozenset[str] = PROSE,
    when: Condition | None = None,
) -> Rule:
    """Make a rule that repairs what a linear pattern finds."""
    find = by_pattern(Maker(rule_id, "punctuation"), pattern, write, roles=roles, rewords=False)
    return Rule(rule_id, "punctuation", "repair", why, find, changes, keeps, anchors, when)


_WRAPPED = (
    "The provincial government said on Tuesday that the library",
    "will open in the spring, and that more than\n200 children are to read there each day in it,\nas the plan says.",
    "will open in the spring, and that more than 200 children are to read there each day in it, as the plan says.",
)

SPACING = (
    make_rule(
        "no-break-space",
        "Pages pad with no-break and ideographic spaces; in prose they break search and tokenisers.",
        _NO_BREAK,
        lambda _: " ",
        (("a\u00a0new chapter", "a new chapter"), ("a\u3000\u3000new chapter", "a new chapter")),
        ("a new chapter", "an e-mail"),
        roles=PROSE | {"credit"},
        when=is_foreign,
    ),
    make_rule(
        "line-join",
        "A line end inside a paragraph comes from a page or mail that was wrapped at a fixed width.",
        _LINE,
        joined,
        (
            (f"{_WRAPPED[0]} of the\ncounty {_WRAPPED[1]}", f"{_WRAPPED[0]} of the county {_WRAPPED[2]}"),
            (f"{_WRAPPED[0]} of a coun-\nty {_WRAPPED[1]}", f"{_WRAPPED[0]} of a county {_WRAPPED[2]}"),
            (f"{_WRAPPED[0]} of a well-\nknown {_WRAPPED[1]}", f"{_WRAPPED[0]} of a well-known {_WRAPPED[2]}"),
        ),
        ("The first part ends.\nThe second one ends.", "One line of the poem,\nand then a second,\nand it ends."),
        when=lambda view: "\n" in view.raw,
    ),
    Rule(
        "wide-blank",
        "punctuation",
        "repair",
        "Tabs and runs of blanks inside a paragraph come from the page's layout; the rows of a table keep theirs.",
        _find_wide_blanks,
        (("It is one  two of them.", "It is one two of them."), ("It ends.\tIt starts.", "It ends. It starts.")),
        ("one two", "one, two", "Depart Kerrin    0710   0855   1120", "Monday\tTuesday\tFriday"),
        when=lambda view: "  " in view.raw or "\t" in view.raw,
    ),
    make_rule(
        "orphan-mark",
        "A stop or comma is left alone before another mark where words between them were lost.",
        _ORPHAN,
        _lone,
        (
            ("two upholds. , political awareness", "two upholds, political awareness"),
            ("in the county, . The rest", "in the county. The rest"),
        ),
        ("the U.S., which", "and so on ... he said", "Heavy Industry Co., Ltd."),
        pairs(_ALL_BLANKS, ".,"),
    ),
    make_rule(
        "space-before-mark",
        "Engines detach a stop or comma from the word before it.",
        _BEFORE_MARK,
        lambda m: m["colon"] or (m["end"] or m["mark"]) + (m["quote"] or ("" if m["glued"] is None else " ")),
        (
            ("a modernized Hunan .", "a modernized Hunan."),
            ("rich , strong and open", "rich, strong and open"),
            ("past the old mill ,and on to the weir", "past the old mill, and on to the weir"),
            ('He asked : "Who is there?"', 'He asked: "Who is there?"'),
        ),
        (
            "It grew by .5 percent.",
            "and so on ... he said",
            "use the .com domain",
            "Score: 3 : 0 after it",
            "It reads `a , b` as it is.",
        ),
        (" .", " ,", " ;", " !", " ?", " :"),
    ),
    make_rule(
        "doubled-stop",
        "An empty sentence is left where the engine lost a paragraph break.",
        _DOUBLED,
        lambda _: ".",
        (
            ("strengthened. . The meeting", "strengthened. The meeting"),
            ("It ended. .", "It ended."),
            ("It was opened on Wednesday.. The town came.", "It was opened on Wednesday. The town came."),
        ),
        ("He paused ... and went on.", "the U.S. team", "He paused .. and went on.", "He paused... Then he went on."),
        (". .", ".  .", ".."),
    ),
    make_rule(
        "missing-space",
        "Engines that translate piece by piece glue the pieces at their stops and commas.",
        _GLUED,
        _parted,
        (
            ("It stands since 2016.The school is old.", "It stands since 2016. The school is old."),
            ("in the villages.(District) schools", "in the villages. (District) schools"),
            ("She works in Old Datong.He chose the other one.", "She works in Old Datong. He chose the other one."),
            ('The baker said:"We open at six."', 'The baker said: "We open at six."'),
            ("It was odd:there was one(baker, miller, cook)", "It was odd: there was one (baker, miller, cook)"),
            ("a third kiln this year(planned for May) to fire", "a third kiln this year (planned for May) to fire"),
            ("the “two looks”(far and near) of it", "the “two looks” (far and near) of it"),
            ("It opens on Monday (9 to 12).Bring a pen.", "It opens on Monday (9 to 12). Bring a pen."),
        ),
        (
            "It grew to 1,300 and 2.5 percent.",
            "see www.example.com for it",
            "the U.S.A. team",
            "the Tomorrow.City fair",
            "the name(s) of the child(ren) and f(x)",
            "The call open(path).Read of it fails.",
        ),
        (
            *pairs(".!?", ascii_lowercase + "("),
            *pairs(":", '"“' + ascii_lowercase),
            *pairs(ascii_lowercase + '"”', "("),
        ),
    ),
    Rule(
        "missing-space-comma",
        "punctuation",
        "repair",
        "The same at a comma; the capital behind it goes with the join, but not inside quotation marks.",
        _find_glued_comma,
        (
            ("modern methods,The province", "modern methods, the province"),
            ("the old,the young and all", "the old, the young and all"),
            ('the one called "Old Bell",and the other', 'the one called "Old Bell", and the other'),
            (
                "At 7:15,but no later, Wu,and his son,a boy, came (late),but well.",
                "At 7:15, but no later, Wu, and his son, a boy, came (late), but well.",
            ),
        ),
        ("It grew to 1,300 and 2.5 percent.", "the keys a,b and c", 'the list ["a","b"]'),
        pairs(",", ascii_lowercase + digits),
    ),
    make_rule(
        "spaced-hyphen",
        "A compound is torn apart before or behind its hyphen.",
        _TORN,
        lambda _: "-",
        (
            ("the century -old party", "the century-old party"),
            ("a long- term plan, mid -May", "a long-term plan, mid-May"),
            ("a 64 -year -old herdsman", "a 64-year-old herdsman"),
        ),
        ("short- and long-term plans", "a plan - the best - was made", "minus -5 degrees"),
        (" -", "- "),
    ),
    make_rule(
        "spaced-apostrophe",
        "A blank stands before the apostrophe of a possessive or a contraction.",
        _APOSTROPHE,
        lambda m: m.group().replace(" ", "").lower(),
        (
            ("in Jiangxi Province 's villages", "in Jiangxi Province's villages"),
            ("they didn 't go, we 'd say; a child' s play", "they didn't go, we'd say; a child's play"),
        ),
        ("the 1990s and the '80s", "he said 'so it is' to them"),
        (" 's", " 't", " 're", " 've", " 'll", " 'd", " 'm", "' s "),
    ),
)
