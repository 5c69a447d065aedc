"""Small words that stand twice in a row."""

from __future__ import annotations

import re

from pipelines.rules.rule import Rule, View
from pipelines.rules.spacing import make_rule

_SMALL_WORDS = (
    "the", "a", "an", "of", "and", "with", "its", "their", "our", "his", "by", "at", "from", "percent", "and its",
    "of the",
)  # fmt: skip
_SMALL = re.compile(
    rf"(?<![\w'’-])(?P<at>(?P<word>{'|'.join(_SMALL_WORDS)})"
    r"(?:(?: (?P=word))+|(?: (?=[A-Z])(?i:(?P=word)))+(?= [a-z\"“]))"
    r"|(?P<first>The|It|In|This) (?i:(?P=first))(?= [a-z]))(?![\w'’-])"
)
_TWICE = tuple(f"{word} {word}" for word in (*_SMALL_WORDS, "it", "in", "this"))


def _once(match: re.Match[str]) -> str:
    """Write a small word once, but not where nothing else is quoted: there somebody speaks of the words."""
    around = match.string[max(0, match.start() - 1) : match.start()] + match.string[match.end() : match.end() + 1]
    return match.group() if any(mark in around for mark in "\"“”‘’'") else match["word"] or match["first"]


def _stands_twice(view: View) -> bool:
    """Tell whether any small word stands twice and begins one: “a a” stands in every “a and” behind an a."""
    for twice in _TWICE:
        place = view.folded.find(twice)
        while place >= 0:
            before = view.raw[place - 1] if place else " "
            if not (before.isalnum() or before in "_'’-"):
                return True
            place = view.folded.find(twice, place + 1)
    return False


DOUBLING: tuple[Rule, ...] = (
    make_rule(
        "doubled-word",
        "A small word stands twice where English has it once.",
        _SMALL,
        _once,
        (
            ("in the the county", "in the county"),
            ("the work of of the office. The the rest", "the work of the office. The rest"),
            ("one of the The largest farms", "one of the largest farms"),
            ('"Find the cause of the the trouble," he said.', '"Find the cause of the trouble," he said.'),
        ),
        (
            'the "the the" of the draft',
            "the The Hague office",
            "He had had enough.",
            "that that is, is",
            "What it is is clear.",
            "vitamin A a day",
        ),
        _TWICE,
        when=_stands_twice,
    ),
)
