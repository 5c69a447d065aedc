"""Blanks and stops: what engines and pages do to the marks between words."""

from __future__ import annotations

import re

from pipelines.rules.rule import PROSE, Maker, Rule, by_pattern

_WITH_CREDITS = PROSE | {"credit"}


def _rule(
    rule_id: str,
    why: str,
    pattern: str,
    write: str,
    changes: tuple[tuple[str, str], ...],
    keeps: tuple[str, ...],
    anchors: tuple[str, ...],
    roles: frozenset[str] = PROSE,
) -> Rule:
    find = by_pattern(
        Maker(rule_id, "punctuation"), re.compile(pattern), lambda m: m.expand(write), roles=roles, rewords=False
    )
    return Rule(rule_id, "punctuation", "repair", why, find, changes, keeps, anchors)


SPACING = (
    _rule(
        "no-break-space",
        "Pages pad with no-break and ideographic spaces; in prose they break search and tokenisers.",
        r"[\u00a0\u3000\u2000-\u200a\u202f\u205f](?:[ \t\u00a0\u3000\u2000-\u200a\u202f\u205f]*)",
        " ",
        (("a\u00a0new chapter", "a new chapter"), ("a\u3000\u3000new chapter", "a new chapter")),
        ("a new chapter", "an e-mail"),
        (),
        _WITH_CREDITS,
    ),
    _rule(
        "wide-blank",
        "Tabs and runs of blanks inside a paragraph come from the page's layout.",
        r"(?<=\S)(?: {2,}|[ ]*\t[ \t]*)(?=\S)",
        " ",
        (("one  two", "one two"), ("one\ttwo", "one two")),
        ("one two", "one, two"),
        (),
    ),
    _rule(
        "space-before-mark",
        "Engines detach a stop or comma from the word before it.",
        r"(?<=[^\s.,;:!?…])[ ]{1,3}(?P<mark>[.,;!?])(?=\s|$|[\"”’')\]])",
        r"\g<mark>",
        (("a modernized Hunan .", "a modernized Hunan."), ("rich , strong and open", "rich, strong and open")),
        ("It grew by .5 percent.", "and so on ... he said", "use the .com domain"),
        (" .", " ,", " ;", " !", " ?"),
    ),
    _rule(
        "doubled-stop",
        "An empty sentence is left where the engine lost a paragraph break.",
        r"(?<=[^\s.])(?P<at>\.(?:[ ]{1,3}\.(?!\.))+)(?=\s|$)",
        ".",
        (("strengthened. . The meeting", "strengthened. The meeting"), ("It ended. .", "It ended.")),
        ("He paused ... and went on.", "the U.S. team"),
        (". .",),
    ),
)
