"""The working model of a document, and the laws that its edits obey.

Edits are spans of the raw text and nest like brackets: an edit lies inside another, or beside it, never across its
border. The outermost ones decide what becomes of the body; those inside a ``move`` shape the moved value; those inside
a ``delete`` only mark what was there (a redacted address in a removed footer). Hence three laws, held by property
tests: ``replay(raw, edits)`` is the published text, ``undo(text, edits)`` is the raw text, and ``moved(raw, edits)``
is what went into the fields.

What a text has by the dozen is a NamedTuple: one is made in a quarter of the time that a frozen dataclass takes.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from operator import attrgetter
from typing import NamedTuple

APPLIED = frozenset({"replace", "delete", "move", "redact"})
"""Actions that change the text; ``annotate`` is the one that does not."""

PARAGRAPH_BREAK = "\n\n"


@dataclass(frozen=True, slots=True)
class RawText:
    """One record as it came: of a text file ``text`` is the decoded file to the last character (line ends and all).

    ``metadata`` is what the record says about itself beside its text (``title``, ``published_date``, ``outlet``,
    ``reporters``, ``url``), as it came; of a page (``is_fallback``) it only stands in for what the text lacks. ``row``
    is the line or row in a file of many records, else 0. ``raw_sha256`` is that of the file, of a row that of its text
    and metadata.
    """

    id: str
    source: str
    text: str
    raw_sha256: str
    bytes: int
    metadata: tuple[tuple[str, str], ...] = ()
    encoding: str = "utf-8"
    row: int = 0
    is_fallback: bool = False

    @property
    def place(self) -> tuple[str, int]:
        """Order records as they stand in their source: by file, then by row."""
        return (self.source.removesuffix(f":{self.row}"), self.row) if self.row else (self.source, 0)


@dataclass(frozen=True, slots=True)
class Reject:
    """An input that did not become a document: which file and row, which stage, what is wrong, what to do."""

    source: str
    stage: str
    reason: str
    detail: str
    raw_sha256: str | None = None
    bytes: int | None = None
    id: str = ""


class Part(NamedTuple):
    """A piece of metadata inside a paragraph: the column it belongs to, and its span in the raw text."""

    field: str
    start: int
    end: int


class Paragraph(NamedTuple):
    """One block of a document with its role, its raw span, the layout that recognised it and its metadata parts."""

    role: str
    start: int
    end: int
    layout: str = ""
    parts: tuple[Part, ...] = ()
    cuts: tuple[tuple[int, int], ...] = ()


def shifted(paragraph: Paragraph, by: int) -> Paragraph:
    """Lay a paragraph so many characters further on; made of its values at half the cost of naming them."""
    role, first, last, layout, parts, cuts = paragraph
    if parts:
        parts = tuple([tuple.__new__(Part, (column, start + by, end + by)) for column, start, end in parts])
    if cuts:
        cuts = tuple([(start + by, end + by) for start, end in cuts])
    return tuple.__new__(Paragraph, (role, first + by, last + by, layout, parts, cuts))


@dataclass(frozen=True)
class Document:
    """A parsed document: the raw text and its labelled paragraphs in order, without overlap.

    ``words`` are those of paragraphs that are body and nothing else, by their starts: the very strings that are
    remembered, so that no copy must be made and compared with them. ``labelled`` are the others.
    """

    raw: str
    labelled: tuple[Paragraph, ...]
    words: Mapping[int, str] = field(default_factory=dict)

    @cached_property
    def paragraphs(self) -> tuple[Paragraph, ...]:
        """All of them, made where somebody looks at them."""
        bodies = [Paragraph("body", start, start + len(text)) for start, text in self.words.items()]
        return tuple(sorted([*self.labelled, *bodies], key=_START)) if bodies else self.labelled


class Edit(NamedTuple):
    """One change (or, for ``annotate``, one finding) that one rule made at one place of the raw text."""

    start: int
    end: int
    rule: str
    artefact_class: str
    action: str
    before: str
    after: str | None = None
    field: str | None = None
    suggestion: str | None = None
    source_term: str | None = None
    confidence: str = "high"

    def at(self, by: int) -> Edit:
        """Return the same edit, so many characters further on."""
        return Edit._make((self[0] + by, self[1] + by, *self[2:])) if by else self


class Term(NamedTuple):
    """One occurrence of a set phrase in the cleaned text; ``start`` and ``end`` are offsets there."""

    term: str
    source_term: str
    canonical: str
    surface: str
    start: int
    end: int
    domain: str

    def at(self, by: int) -> Term:
        """Return the same term, so many characters further on."""
        return Term._make((*self[:4], self[4] + by, self[5] + by, self[6])) if by else self


@dataclass(frozen=True, slots=True)
class Fields:
    """The metadata that the text itself gives. What it does not say is None or empty: nothing is invented."""

    title: str = ""
    subtitles: tuple[str, ...] = ()
    published_date: date | None = None
    published_time: str | None = None
    dateline_place: str | None = None
    dateline_date: date | None = None
    outlet: str | None = None
    reporters: tuple[str, ...] = ()
    editors: tuple[str, ...] = ()
    photographers: tuple[str, ...] = ()
    captions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class CleanedDocument:
    """A document after cleaning: its fields, its text, and every edit that led there from the raw text."""

    raw: RawText
    fields: Fields
    text: str
    edits: Sequence[Edit]
    terms: Sequence[Term] = ()
    language: str = "en"


NOTIFY_EVENTS = ("published", "unchanged", "failed")
"""What a run may come to, as notifications name it."""


@dataclass(frozen=True, slots=True)
class Settings:
    """What ``dataset.toml`` says about a source; every value has a default so that a bare folder works.

    The meaning of each stands in ``ingest.settings.MEANINGS``. Shares lie between 0 and 1. ``fields``,
    ``max_null_share`` and ``notify`` hold the tables of these names as sorted pairs.
    """

    name: str
    title: str = ""
    description: str = ""
    licence: str = "unknown"
    contact: str = ""
    languages: tuple[str, ...] = ()
    min_documents: int = 1
    max_reject_share: float = 1.0
    max_document_loss: float | None = None
    max_bytes: int = 20_000_000
    version_policy: str = "semver"
    duplicates: str = "keep_all"
    redact: bool = True
    max_null_share: tuple[tuple[str, float], ...] = ()
    fields: tuple[tuple[str, str], ...] = ()
    max_line_length: int = 5_000_000
    max_unpacked_bytes: int = 8_000_000_000
    max_ratio: int = 250
    max_depth: int = 4
    max_files: int = 1_000_000
    notify: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Correction:
    """A point fix from ``corrections.csv``: in document ``id``, ``before`` (found exactly once) becomes ``after``."""

    id: str
    before: str
    after: str
    reason: str


def in_order(edits: Iterable[Edit]) -> list[Edit]:
    """Sort edits as the ``edits`` table does: by start, then end; of two on one span the outer one keeps its place."""
    return sorted(sorted(edits, key=_END), key=_START)  # twice by a number: no pair must be made for each


_START, _END = attrgetter("start"), attrgetter("end")


def nest(edits: Iterable[Edit]) -> list[Edit]:
    """The applied edits, each before those inside it; raises ValueError where two of them cross."""
    applied = [edit for edit in edits if edit.action in APPLIED]
    applied.sort(key=_END, reverse=True)
    applied.sort(key=_START)
    around: list[Edit] = []
    for edit in applied:
        while around and edit.start >= around[-1].end:
            around.pop()
        if around and edit.end > around[-1].end:
            raise ValueError(f"edits cross at {edit.start}: {around[-1].rule} and {edit.rule}")
        around.append(edit)
    return applied


def _render(raw: str, start: int, end: int, edits: Iterable[Edit], *, keep_moved: bool) -> str:
    """Write ``raw[start:end]`` with the edits there; what is moved stays in the value around it when ``keep_moved``."""
    out: list[str] = []
    position = start
    for edit in edits:
        if edit.start < position or (keep_moved and edit.action == "move"):
            continue
        out.append(raw[position : edit.start])
        if edit.after:
            out.append(edit.after)
        position = edit.end
    out.append(raw[position:end])
    return "".join(out)


def replay(raw: str, edits: Iterable[Edit]) -> str:
    """Apply the edits to the raw text: what comes out is the published body text."""
    return _render(raw, 0, len(raw), nest(edits), keep_moved=False)


def moved(raw: str, edits: Iterable[Edit]) -> Iterator[tuple[str, str]]:
    """Yield (field, value) of every moved span in raw order, each value with the edits inside it applied."""
    nested = nest(edits)
    for place, edit in enumerate(nested):
        if edit.action == "move" and edit.field:
            inside = nested[place + 1 : bisect_left(nested, edit.end, place + 1, key=_START)]
            yield edit.field, _render(raw, edit.start, edit.end, inside, keep_moved=True)


def undo(text: str, edits: Iterable[Edit]) -> str:
    """Rebuild the raw text from the published text and the edits alone.

    Redacted spans come back masked, in their full length: the tables never hold what stood there, only the raw file.
    """
    out: list[str] = []
    position = 0
    raw_position = 0
    for edit in nest(edits):
        if edit.start < raw_position:
            continue
        kept = edit.start - raw_position
        out.append(text[position : position + kept])
        out.append(edit.before)
        position += kept + len(edit.after or "")
        raw_position = edit.end
    out.append(text[position:])
    return "".join(out)
