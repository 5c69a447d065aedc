"""Characters that came to harm on the way: mojibake, entities, control characters, full-width forms, lost Chinese."""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache

from pipelines.document import Edit
from pipelines.rules.rule import PROSE, Condition, Maker, Rule, View, by_pattern, is_foreign

_MOJIBAKE = re.compile(r"[ÂÃâ][€\x80-\xbf‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ]")
_WIDEST = 40
"""So many characters round a sign of mojibake are read together: enough for a word."""
_ENTITY = re.compile(
    r"&(?:amp|lt|gt|quot|apos|nbsp|hellip|mdash|ndash|middot|lsquo|rsquo|ldquo|rdquo|#\d{2,6}|#[xX][0-9a-fA-F]{2,5});"
)
_CONTROL = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\u00ad\u200b\u200c\u200e\u200f\u202a-\u202e\u2060-\u2064\ufeff]+"
)
_CHINESE = re.compile(r"[\u4e00-\u9fff\u3400-\u4dbf]+(?:[\u3000-\u303f\uff00-\uffef·]*[\u4e00-\u9fff\u3400-\u4dbf]+)*")
_STOPS = {"，": ", ", "。": ". ", "；": "; ", "：": ": ", "！": "! ", "？": "? ", "、": ", ", "．": ". "}
_WIDE_STOP = re.compile(
    r"(?:(?<=[A-Za-z0-9\"”’')%])\s?(?P<mark>[，。；：！？、])\s?(?=[A-Za-z0-9\"“‘'(”’]|\s|$)"
    r"|(?<=[A-Za-z\d])(?P<point>．)\s?(?=[A-Za-z\"“]|\s|$)|(?<=[A-Za-z]\.)\s?(?P<again>。)(?=\s|$))"
)
_WIDE = re.compile(r"[\uff10-\uff19\uff21-\uff3a\uff41-\uff5a\uff05\uff08\uff09](?![\u4e00-\u9fff])")

_ESCAPE = re.compile(
    r"(?<=[.!?:;,”\"'\w)\]])\s?(?P<line>(?:\\r)?\\n(?:(?:\\r)?\\n|\s)*)(?=[A-Z“\"\\(\d]|$)"
    r"|\\(?P<quote>\")|\\u(?P<code>[0-9a-fA-F]{4})"
)
_SENTENCE = re.compile(r"[A-Z][a-z]+ [a-z]{2}")
_MANY = 4
"""So many escapes of one kind, or two kinds of them, come from a program; fewer may be what a text speaks of."""
_LIGATURE = re.compile("[\ufb00-\ufb06]")


@lru_cache(maxsize=4096)
def _unbroken(text: str) -> str:
    import ftfy

    return ftfy.fix_encoding(text)


def _find_mojibake(view: View) -> Iterator[Edit]:
    maker, position = Maker("mojibake", "encoding"), 0
    for sign in view.matches(_MOJIBAKE, PROSE):
        if sign.start() < position:
            continue
        start = max(position, sign.start() - len(_word_before(view.raw[max(0, sign.start() - _WIDEST) : sign.start()])))
        word = view.raw[start : sign.end() + _WIDEST].split()[0]
        position = start + len(word)
        if _unbroken(word) != word:
            yield maker.replace(view.raw, start, position, _unbroken(word))


def _word_before(text: str) -> str:
    return "" if text[-1:].isspace() else (text.split() or [""])[-1]


def _unescaped(match: re.Match[str]) -> str:
    return html.unescape(match.group())


def _decoded(match: re.Match[str]) -> str:
    if match["line"]:
        return "\n\n"
    character = match["quote"] or chr(int(match["code"], 16))
    return character if character.isprintable() else match.group()


def _find_escapes(view: View) -> Iterator[Edit]:
    maker = Maker("literal-escape", "encoding")
    found = list(view.matches(_ESCAPE, PROSE))
    is_serialised = len(found) >= _MANY or len({match.lastgroup for match in found}) > 1
    for match in found:
        if (is_serialised or _parts_sentences(match)) and _decoded(match) != match.group():
            yield maker.replace(view.raw, *match.span(), _decoded(match))


def _parts_sentences(match: re.Match[str]) -> bool:
    """Tell whether a line end stands between two sentences that it glues."""
    before = match.string[max(0, match.start() - 3) : match.start("line")] if match["line"] else ""
    return re.search(r"[a-z][.!?]$", before) is not None and _SENTENCE.match(match.string, match.end()) is not None


def _half(match: re.Match[str]) -> str:
    half = chr(ord(match.group()) - 0xFEE0)
    return " (" if half == "(" and match.string[match.start() - 1 : match.start()].isalpha() else half


def _stop(match: re.Match[str]) -> str:
    if match["again"]:
        return ""
    written = _STOPS[match["mark"] or match["point"]]
    following = match.string[match.end() : match.end() + 1]
    return written.rstrip() if not following or following.isspace() or following in "”’" else written


def _is_unprintable(view: View) -> bool:
    return not view.raw.isprintable()


def _find_chinese(view: View) -> Iterator[Edit]:
    maker = Maker("chinese-left", "omission", "medium")
    for paragraph in view.paragraphs(PROSE):
        runs = list(_CHINESE.finditer(view.raw, paragraph.start, paragraph.end))
        if 2 * sum(len(m.group()) for m in runs) < paragraph.end - paragraph.start:
            yield from (maker.annotate(view.raw, m.start(), m.end(), None, source_term=m.group()) for m in runs)


def _rule(
    rule_id: str,
    why: str,
    find: object,
    changes: tuple[tuple[str, str], ...],
    keeps: tuple[str, ...],
    anchors: tuple[str, ...] = (),
    when: Condition | None = None,
) -> Rule:
    return Rule(rule_id, "encoding", "repair", why, find, changes, keeps, anchors, when)  # type: ignore[arg-type]


ENCODING = (
    _rule(
        "mojibake",
        "UTF-8 that was read as another encoding, where it can be read back without doubt.",
        _find_mojibake,
        (("the partyâ€™s work", "the party’s work"), ("a cafÃ© in Paris", "a café in Paris")),
        ("a café in Paris", "the château of São Paulo", "Ânia and Ângela"),
        anchors=("â", "ã"),
    ),
    _rule(
        "html-entity",
        "An entity that the page wrote for a character stayed undecoded.",
        by_pattern(Maker("html-entity", "encoding"), _ENTITY, _unescaped, rewords=False),
        (("B&amp;R countries", "B&R countries"), ("he said &quot;yes&quot; to it", 'he said "yes" to it')),
        ("AT&T and R&D", "Q&A; it was long", "cats & dogs"),
        anchors=("&",),
    ),
    _rule(
        "literal-escape",
        "Line ends, quotation marks and characters that a program wrote as escapes were never read back.",
        _find_escapes,
        (
            (
                r"It opened in May.\n\n\"We go by boat,\" she said. It\u2019s far.",
                'It opened in May.\n\n"We go by boat," she said. It’s far.',
            ),
            (r"It opened in May.\nThe boat goes there.", "It opened in May.\n\nThe boat goes there."),
            (r"The tide is \"high\" \u2014 or was.", 'The tide is "high" — or was.'),
        ),
        (r"Save it as C:\new\notes on the disk.", r"The escape \n ends a line.", r"Write \nabla and \nu in it."),
        anchors=("\\",),
    ),
    _rule(
        "ligature",
        "Letters that a printed page set as one sign are letters of their own to search and tokenisers.",
        by_pattern(Maker("ligature", "encoding"), _LIGATURE, lambda m: unicodedata.normalize("NFKC", m.group())),
        (
            ("the o\ufb03ce on the \ufb01rst \ufb02oor", "the office on the first floor"),
            ("a di\ufb00erent key", "a different key"),
        ),
        ("the office on the first floor", "a different key"),
        when=is_foreign,
    ),
    _rule(
        "control-character",
        "Control and invisible characters break search and sorting.",
        by_pattern(Maker("control-character", "encoding"), _CONTROL, lambda _: "", rewords=False),
        (("civil\u200b affairs", "civil affairs"), ("co\u00adoperation of all", "cooperation of all")),
        ("civil affairs", "a family 👨‍👩‍👧 of three"),
        when=_is_unprintable,
    ),
    _rule(
        "full-width-stop",
        "Chinese stops between English words take half-width form and a space.",
        by_pattern(Maker("full-width-stop", "encoding"), _WIDE_STOP, _stop, rewords=False),
        (
            ("reform，opening up and more", "reform, opening up and more"),
            ("It ended。The rest left", "It ended. The rest left"),
            ("1．Ferries stay in port", "1. Ferries stay in port"),
            ("as the rules say.。", "as the rules say."),
            ("It is “our best，” he said.", "It is “our best,” he said."),
        ),
        ("reform, opening up", "the word “改革，开放” in Chinese"),
        anchors=tuple(_STOPS),
    ),
    _rule(
        "full-width-form",
        "Full-width letters, digits and brackets in English text take their usual form.",
        by_pattern(Maker("full-width-form", "encoding"), _WIDE, _half, rewords=False),
        (
            ("in ２０２４ it grew", "in 2024 it grew"),
            ("the Ｇ20 summit", "the G20 summit"),
            ("the ponds（all six） froze", "the ponds (all six) froze"),
        ),
        ("in 2024 it grew", "the G20 summit"),
        when=is_foreign,
    ),
    Rule(
        "chinese-left",
        "omission",
        "annotate",
        "Chinese characters between English words were not translated; they are kept, for a person to render.",
        _find_chinese,
        (("the 双拥 work of the county", "the 双拥 work of the county"), ("Li 李京勋 won it", "Li 李京勋 won it")),
        ("the work of the county", "Li won it"),
        when=is_foreign,
    ),
)
