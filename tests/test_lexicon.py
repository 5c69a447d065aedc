"""The lists of words by which layouts are recognised, as expressions: quick, and just what the plain lists would be."""

from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from pipelines.parse.lexicon import AGENCIES, SITES, alternatives

WORDS = st.lists(st.text("aAbB '.", min_size=1, max_size=5), min_size=1, max_size=12)


def plain(words: tuple[str, ...]) -> str:
    """The same alternation with every word written out, the longest first."""
    known = sorted(set(words), key=lambda word: (-len(word), word))
    return "|".join(re.escape(word).replace("'", "['’]").replace(r"\ ", r"[ \u00a0]") for word in known)


@given(WORDS, st.text("aAbB '’.\u00a0", max_size=12), st.sampled_from([re.NOFLAG, re.IGNORECASE]))
def test_an_alternation_finds_what_a_plain_list_of_words_finds(
    words: list[str], text: str, flags: re.RegexFlag
) -> None:
    written, listed = (re.compile(rf"(?:{make(tuple(words))})", flags) for make in (alternatives, plain))
    assert [m.span() for m in written.finditer(text)] == [m.span() for m in listed.finditer(text)]


@given(WORDS, st.text("aAbB '’.\u00a0", max_size=12))
def test_it_gives_way_to_shorter_words_as_a_plain_list_does(words: list[str], text: str) -> None:
    written, listed = (re.compile(rf"({make(tuple(words))})(.*)\1", re.IGNORECASE) for make in (alternatives, plain))
    for whole in (text, text * 2):
        one, other = (expression.match(whole) for expression in (written, listed))
        assert (one and one.groups()) == (other and other.groups())


def test_known_names_are_found_whole_and_in_any_case() -> None:
    known = re.compile(alternatives(AGENCIES, SITES), re.IGNORECASE)
    for name in (*AGENCIES, *SITES):
        for text in (name, name.upper(), name.replace(" ", "\u00a0")):
            assert known.fullmatch(text), name
