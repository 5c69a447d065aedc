"""Credits: who wrote, edited, photographed; where it was first printed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from pipelines.dates import ISO_DATE, MONTH_DAY
from pipelines.document import Paragraph, Part
from pipelines.parse.blocks import Block
from pipelines.parse.lexicon import AGENCIES, SPOKEN_LABELS, SURNAMES
from pipelines.parse.outlets import OFFICE, according, is_outlet
from pipelines.parse.people import contributed, credited, kept, label_pattern, leading_person, people, persons

_ONLY_PARENTHESES = re.compile(r"(?:[(（\[【][^()（）\[\]【】]{2,240}[)）\]】]\s{0,3}){1,4}[.。]?")
LONGEST_CREDIT, _MAX_NAME_WORDS = 260, 6
_ALIASES = frozenset({"huaxia", "bianji"})


def credit_line(block: Block, *, amid: bool = False) -> Paragraph | None:
    """Recognise a line that only names people and papers behind labels, or people in parentheses.

    ``amid`` the body, where a line may as well be speech or a list, only what is in brackets behind a label counts, or
    a reporter who is called one.
    """
    if len(block.text) > LONGEST_CREDIT:
        return None
    is_bracketed = block.text[0] in "(（【["
    if amid and not is_bracketed and not any(map(block.text.__contains__, _CALLED)):
        return None
    parts = [*according(block), *contributed(block)] if is_bracketed else []
    if not parts and _ONLY_PARENTHESES.fullmatch(block.text):
        parts = list(_parenthesised(block, bare=not amid))
    elif not parts and (is_bracketed or not amid):
        parts = labelled(block.text, block.start)
    parts = parts or list(_spoken(block)) or ([] if amid else list(_unmarked(block)))
    if not parts:
        return None
    is_source = all(part.field == "outlet" for part in parts)
    layout, role = ("source-line", "outlet") if is_source else ("credit", "credit")
    return Paragraph(role, block.start, block.end, layout, kept(parts))


_FULL_NAME = r"[A-Z][a-z'’-]+(?: [A-Z][a-z'’-]+){1,3}"
_BARE_NAMES = re.compile(rf"{_FULL_NAME}(?:, {_FULL_NAME})*")
_PAIR = r"[A-Z][\w ]{1,40}/[A-Z][\w ]{1,40}"
_WIRES = r" \((?:(?:DPA|AFP|AP|Reuters|[A-Z][\w -]{2,30}(?:Agency|Agentur|Press))(?:, |(?=\)))){1,4}\)"
_ALL_NAMES = rf"(?P<names>{_FULL_NAME}(?:(?:, | and ){_FULL_NAME})*|{_PAIR})"
_BYLINE = re.compile(rf"(?:By |(?={_PAIR} \()){_ALL_NAMES}(?:{_WIRES})?")


def _parenthesised(block: Block, *, bare: bool) -> Iterator[Part]:
    """Names in parentheses: behind a label what the label says, else the reporters, where ``bare`` names may stand."""
    for match in re.finditer(r"[(（\[【]([^()（）\[\]【】]+)[)）\]】]", block.text):
        inside, offset = match[1], block.start + match.start(1)
        named = labelled(inside, offset) or _loose(inside, offset)
        if named:
            yield from named
        elif match.group()[0] in "(（" and (_BARE_NAMES.fullmatch(inside) if bare else _run_on(inside)):
            yield from (Part("reporters", offset + a, offset + b) for a, b in people(inside))


def _run_on(inside: str) -> bool:
    """Tell Chinese names in a row, without commas, from whatever else brackets hold."""
    is_bare = re.fullmatch(r"[A-Z][a-z'’]+(?:[ ,]{1,2}[A-Z][a-z'’]+)+", inside)
    return is_bare is not None and len(list(people(inside))) > inside.count(",") + 1


def _loose(inside: str, offset: int) -> list[Part]:
    """Parts behind labels without colons, as they stand in brackets: ``Reporter Li Yang; Editor Han Ting``."""
    found: list[Part] = []
    for piece in re.finditer(r"[^;；]+", inside):
        text = piece.group()
        lead = len(text) - len(text.lstrip())
        label = label_pattern().search(text, lead)
        sender = text[lead : label.start()].rstrip() if label else ""
        is_said = label is not None and (_is_spoken(label.group()) or text.startswith("/", label.end()))
        if label is None or not is_said or label.lastgroup == "outlet" or (sender and not is_outlet(sender)):
            return []
        if sender:
            found.append(Part("outlet", offset + piece.start() + lead, offset + piece.start() + lead + len(sender)))
        value = text[label.end() :]
        names = list(credited(value, str(label.lastgroup)))
        names = [n for n in names if value[n[1] : n[2]] not in AGENCIES and not OFFICE.search(value, *n[1:])] or names
        if not names or not all(_may_be_named(value[a:b], column, is_sentence=True) for column, a, b in names):
            return []
        begin = offset + piece.start() + label.end()
        found += [Part(column, begin + a, begin + b) for column, a, b in names]
    return found


def _is_spoken(label: str) -> bool:
    """Tell whether a label needs no colon."""
    label = label.rstrip(" :：丨|\u00a0").lower()
    return label in SPOKEN_LABELS or label.endswith(
        ("reporter", "reporters", "correspondent", "editor", "editors", " by")
    )


def _unmarked(block: Block) -> Iterator[Part]:
    """People behind “By”, with or without whom they work for, or a Chinese name behind a label without a colon."""
    match = _BYLINE.fullmatch(block.text)
    if match:
        offset = block.start + match.start("names")
        for a, b in people(match["names"]):
            if not OFFICE.search(match["names"], a, b):
                yield Part("outlet" if is_outlet(match["names"][a:b]) else "reporters", offset + a, offset + b)
        return
    label = label_pattern().match(block.text)
    name = re.compile(r"[A-Z][\w'’-]+ [A-Z][\w'’-]+").fullmatch(block.text, label.end()) if label else None
    if label and name and label.lastgroup != "outlet" and name.group().split()[0].lower() in SURNAMES:
        yield Part(str(label.lastgroup), block.start + name.start(), block.start + name.end())


def labelled(text: str, offset: int) -> list[Part]:
    """Parts behind labels with a colon; nothing at all unless labels and short names make up the whole text."""
    folded = text.lower()
    if not any(mark in folded for mark in _CLOSINGS):
        return []
    labels = [m for m in label_pattern().finditer(text) if _is_closed(m.group().rstrip().lower())]
    if (
        not labels
        or text[: labels[0].start()].strip(" ([（【").lower() not in _NO_WORDS
        or text.rstrip()[-1:] in "?!？！"
    ):
        return []
    found: list[Part] = []
    for label, following in zip(labels, [*labels[1:], None], strict=True):
        end = following.start() if following else len(text)
        value = text[label.end() : end]
        column = label.lastgroup or ""
        spans = [_trimmed(_ISSUE.sub("", value))] if column == "outlet" else persons(value)
        if column in {"photographers", "editors"} and all(is_outlet(value[a:b]) for a, b in spans):
            column = "other"
        is_sentence = text.rstrip().endswith(".")
        if not spans or not all(_may_be_named(value[a:b], column, is_sentence=is_sentence) for a, b in spans):
            return []
        if not _is_believed(label.group(), column, [value[a:b] for a, b in spans], is_first=not found):
            return []
        found += [Part(column, offset + label.end() + a, offset + label.end() + b) for a, b in spans if b > a]
    return found


def _is_believed(label: str, column: str, values: list[str], *, is_first: bool) -> bool:
    """Tell whether a label that other texts have too, or a bar behind one, is followed by Chinese names, or papers."""
    is_sure = column in {"editors", "reporters"} and label.rstrip(" |").lower().endswith(_OFFICES)
    if (is_sure or not label.rstrip().endswith("|")) and (column != "other" or not is_first):
        return True
    return all(value.split()[0].lower() in SURNAMES or is_outlet(value) for value in values)


_NO_WORDS = ("", "the")
_OFFICES = ("editor", "editors", "reporter", "reporters")


def _may_be_named(value: str, column: str, *, is_sentence: bool) -> bool:
    """Tell whether a value behind a label can be a name: capitalised words, few of them, and two behind a full stop.

    Some editors sign with a single word in lower case.
    """
    words = value.split()
    if not words or len(words) > _MAX_NAME_WORDS or ":" in value or "：" in value:
        return False
    if column == "outlet":
        return not value[0].islower() and not _DATED.search(value)
    is_alias = column == "editors" and len(words) == 1 and value in _ALIASES
    return is_alias or (all(not w[0].islower() for w in words) and (len(words) > 1 or not is_sentence))


_DATED = re.compile(rf"{MONTH_DAY}|{ISO_DATE}", re.IGNORECASE)
_ISSUE = re.compile(r",? (?:No\.|Issue|Vol\.|Volume) ?\d[\w ,.]*$")
"""The number of a magazine behind its name."""
_CLOSINGS = (":", "：", "丨", "|", " by", " our reporters")


def _is_closed(label: str) -> bool:
    """Tell whether a label announces names by itself: by a colon, or by its last word."""
    return label.endswith(_CLOSINGS)


def _spoken(block: Block) -> Iterator[Part]:
    """Names behind a label without a colon, when the line holds nothing else: ``Xinhua reporters Li Yang``."""
    match = _spoken_pattern().fullmatch(block.text)
    if match:
        offset = block.start + match.start("names")
        column = "photographers" if match["photo"] or match["shot"] else "reporters"
        first = leading_person(match["outlet"])
        if first:
            yield Part(column, block.start + match.start("outlet"), block.start + match.start("outlet") + first)
        outlet = match["outlet"][first:].strip(" -")
        if is_outlet(outlet):
            begin = block.start + match.start("outlet") + match["outlet"].index(outlet, first)
            yield Part("outlet", begin, begin + len(outlet))
        yield from (Part(kind, offset + a, offset + b) for kind, a, b in credited(match["names"], column))


_CALLED = ("eporter", "orrespondent", "ntern", "ournalist")
"""What those are called who are named without a colon; looked for first, since the pattern takes far longer."""


@cache
def _spoken_pattern() -> re.Pattern[str]:
    name = r"[A-Z][\w'’-]*(?: [A-Z][\w'’-]*){0,7}"
    names = rf"{name}(?:(?:,? and |, |、| ?[■●◆▲] ?){name}){{0,5}}"
    kind = r"(?:[Ss]pecial|[Ii]ntern|[Tt]rainee|[Aa]ll[- ][Mm]edia|[Ss]taff|[Cc]hief) "
    role = (
        rf"(?:[Oo]ur )?(?:{kind}|[Cc]ommentator and )?(?:[Rr]eporters?|[Cc]orrespondents?|[Ii]nterns?|[Jj]ournalists?)"
    )
    told = r"(?:(?:photo(?:graphy)?|photographic|comprehensive(?:ly)?) )?report(?:s|ed|ing|age)?"
    return re.compile(
        rf"(?:[□■●◎▲◆○☆★◇△▶►•※]\s?)?[(（【]?(?:(?P<photo>Photo by )|By )?"
        rf"(?P<outlet>(?:[A-Z][\w'’]*(?:[ -]{{1,3}}|\s?·\s?|, )){{0,8}}?)(?:(?:client|app) )?{role} "
        rf"(?P<names>{names}(?:[,;]? {role} {names}){{0,3}})"
        rf"(?: (?:{told} )?(?:from|in) [A-Z]\w+(?: [A-Z]\w+)?(?: {told})?| {told}|(?P<shot> photo\w*))?"
        rf"(?: (?:[Pp]hoto|[Pp]icture)s? (?:provided )?by (?:the )?(?:interviewees?|respondents?|unit))?[)）】]?"
    )


def _trimmed(value: str) -> tuple[int, int]:
    kept = value.strip(" \u00a0\u3000()[].,;|")
    start = value.find(kept) if kept else 0
    return start, start + len(kept)
