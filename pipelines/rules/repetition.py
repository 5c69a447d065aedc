"""Words and sentences that an engine wrote once too often: it renders two near-synonyms alike, or begins anew."""

from __future__ import annotations

import re
from itertools import pairwise
from operator import eq

from pipelines.rules.rule import Maker, Rule, View, by_pattern

_MEANT = frozenset(
    re.findall(
        r"\w+",
        """
        that very much many more most really truly long good well never ever there here what same please thank thanks
        quite little hush blah knock click clap chop tick bang ding dong gone away again high deep wide slow slowly soft
        softly easy round turn work when then than this where which like just only also still boom beep drip
        """,
    )
)
"""Words that people say twice for effect, or that may end one clause and begin the next."""
_WORD = re.compile(r"(?<![\w'’-])(?P<at>(?P<word>[a-z]{4,24})(?: (?P=word))+)(?![\w'’-])")
_SENTENCE = re.compile(
    r"(?:\A|(?<=[.!?] ))(?P<said>(?!(?:I|We|You|No|Not|Never)\b)[A-Z][^.!?\n]{29,400}[.!?])"
    r"(?P<at>(?: (?P=said))+)(?= |$)"
)

_LOOP = re.compile(
    r"(?<![\w'’-])(?P<at>(?P<said>(?!(?:i|we|you|no|not|never) )"
    r"[a-z]{1,24}(?: [a-z'’-]{1,24}){2,9})(?:(?:,? (?P=said)){2,}| (?P=said)))(?![\w'’-])"
)
_SHORTEST, _DISTINCT = 12, 3
_SIZES = range(3, 11)
"""Words of a phrase that comes again and again."""
_BETWEEN = re.compile(r"[.!?] ")
_RUN = re.compile(r"[\w'’-]+")
_BLANKED = {code: " " for code in range(128) if not _RUN.match(chr(code))}
"""For ASCII the same as to look for runs, at a tenth of the cost."""


def _once(match: re.Match[str]) -> str:
    return match["at"] if match["word"] in _MEANT else match["word"]


def _said_once(match: re.Match[str]) -> str:
    """Write a phrase once, unless it is short or swings between two words, as people have it do."""
    said = match["said"]
    return said if len(said) >= _SHORTEST and len(set(said.split())) >= _DISTINCT else match["at"]


def _words(view: View) -> list[str]:
    """The words of a paragraph without the marks round them; two rules ask for them."""
    if "words" not in view.memo:
        text = view.folded
        view.memo["words"] = text.translate(_BLANKED).split() if text.isascii() else _RUN.findall(text)
    found: list[str] = view.memo["words"]
    return found


def _may_loop(view: View) -> bool:
    """Tell whether some words come twice in a row; first of all, whether pairs and threes of words come again."""
    words = _words(view)
    if len(words) - len(set(pairwise(words))) < _DISTINCT:
        return False
    if len(words) - len(set(zip(words, words[1:], words[2:], strict=False))) < _DISTINCT:
        return False
    return any(b"\1" * size in bytes(map(eq, words, words[size:])) for size in _SIZES)


def _has_a_word_twice(view: View) -> bool:
    words = _words(view)
    return any(map(eq, words, words[1:]))


def _says_a_sentence_twice(view: View) -> bool:
    text = view.folded.rstrip(".!?")
    said = _BETWEEN.split(text) if "! " in text or "? " in text else text.split(". ")
    return len(set(said)) < len(said)


REPETITION = (
    Rule(
        "doubled-noun",
        "repetition",
        "repair",
        "A word of some length stands twice in a row: two near-synonyms that the engine renders alike.",
        by_pattern(Maker("doubled-noun", "repetition", "medium"), _WORD, _once),
        (
            ("He is on duty duty and other tasks.", "He is on duty and other tasks."),
            ("There were six words on the paper paper, and a map.", "There were six words on the paper, and a map."),
            ("He is on duty duty; she is not.", "He is on duty; she is not."),
        ),
        (
            "He said that that was long, long ago.",
            "It was a long long way, and a very very hot day.",
            '"Go home home," she said.',
            "the Mystery Mystery of it",
        ),
        when=_has_a_word_twice,
    ),
    Rule(
        "phrase-loop",
        "repetition",
        "repair",
        "A phrase of three words or more stands twice in a row, or thrice with commas: the engine ran in a circle.",
        by_pattern(Maker("phrase-loop", "repetition", "medium"), _LOOP, _said_once),
        (
            (
                "They found 40 carts, some with two wheels, some with two wheels, some with two wheels. All run.",
                "They found 40 carts, some with two wheels. All run.",
            ),
            (
                "It is the work of the valley of the valley of the valley of the valley.",
                "It is the work of the valley.",
            ),
            ("They want to carry out to carry out a check.", "They want to carry out a check."),
        ),
        (
            "“We want the old bridge, we want the old bridge, we want the old bridge,” they sang.",
            "It went step by step, step by step, step by step, on and on and on and on and on and on.",
            "It is of the people, by the people, for the people.",
            "They stood side by side by side, and it was what it was what it was not.",
        ),
        when=_may_loop,
        most=0.5,
    ),
    Rule(
        "doubled-sentence",
        "repetition",
        "repair",
        "A long sentence that stands twice in a row, word for word: the engine began it anew.",
        by_pattern(Maker("doubled-sentence", "repetition", "medium"), _SENTENCE, lambda _: ""),
        (
            (
                "This year the paper lions went to the coast. This year the paper lions went to the coast. They won.",
                "This year the paper lions went to the coast. They won.",
            ),
            (
                "Who would mend the bridge before the rain? Who would mend the bridge before the rain?",
                "Who would mend the bridge before the rain?",
            ),
        ),
        (
            "I ought to have said something then. I ought to have said something then.",
            "Never again. Never again. They meant it.",
            "It rained. It rained all day.",
        ),
        when=_says_a_sentence_twice,
        most=0.5,
    ),
)
