"""Refine: the chain from inputs to cleaned documents that one shard runs, and the knowledge that it runs with."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path

from pipelines.clean import Knowledge, apply_edits, compose, find_edits, revise
from pipelines.document import APPLIED, CleanedDocument, Correction, Edit, RawText, Reject, Settings
from pipelines.errors import USAGE, CorpusError
from pipelines.ingest import Input, glance, read_beside, read_corrections, read_settings, records, show_source, survey
from pipelines.rules import RULES, Rule
from pipelines.rules.entries import Entry, read_entries

GLOSSARY_FILE = "glossary.jsonl"
DECK = "header-deck"
"""The rule that moves headlines below the title."""
ROUNDS = 8
"""How often a text is cleaned anew at most; real texts need one round, hostile ones three or four."""


class UnsettledError(Exception):
    """A text in which the rules still find something after ``ROUNDS`` rounds; its text is the rule that does."""


@dataclass(frozen=True, slots=True)
class Own:
    """What a source knows of its own texts: its glossary as written, where that stands, and its corrections."""

    place: str = ""
    glossary: str = ""
    corrections: tuple[Correction, ...] = ()


@dataclass(frozen=True, slots=True)
class Source:
    """A source ready to be refined: its folder, its settings, what is known of its texts, its inputs, notes on them.

    ``glance`` stands for the bytes of the inputs as they were before any was read; empty where only reading them tells.
    """

    path: Path | str
    settings: Settings
    own: Own
    knowledge: Knowledge
    inputs: tuple[Input, ...]
    notes: tuple[str, ...] = ()
    glance: str = ""


def load_source(source: Path | str) -> Source:
    """Read all that a source says about itself. Raises CorpusError for what is missing or wrong."""
    settings = read_settings(source)
    own = read_own(source)
    inputs, notes = survey(source)
    knowledge = make_knowledge(own, redact=settings.redact)
    return Source(source, settings, own, knowledge, tuple(inputs), tuple(notes), glance(inputs))


def check_settings(source: Path | str) -> Settings:
    """Read the settings, the terms and the corrections of a source, so that what is wrong is told before anything
    is started; return the settings.
    """
    settings, own = read_settings(source), read_own(source)
    read_entries(own.glossary.splitlines(), own.place)
    return settings


def load_knowledge(source: Path | str | None = None, *, redact: bool = True) -> Knowledge:
    """Gather rules, glossary and corrections, with fingerprints of the code and data behind them.

    Without ``redact`` the rules that mask personal data are left out.
    """
    return make_knowledge(read_own(source) if source is not None else Own(), redact=redact)


def reasons_of_rules() -> dict[str, str]:
    """Say of each rule, by its id, why it does what it does; a correction has its own reason with it."""
    from pipelines.clean.metadata import RULE, WHY

    return {
        **{rule.id: rule.why for rule in load_knowledge().rules},
        RULE: WHY,
        "mixed-script": "A good part of the text is in another script: it may have been left untranslated.",
        "correction": "A point fix from corrections.csv of the source.",
    }


def read_own(source: Path | str) -> Own:
    """Read what a source knows of its own texts."""
    place = f"{show_source(source)}/{GLOSSARY_FILE}"
    try:
        glossary = (read_beside(source, GLOSSARY_FILE) or b"").decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise CorpusError(f"{place}: byte {error.start} is not valid UTF-8; save it as UTF-8", USAGE) from error
    # Sources without terms of their own are all alike: workers have what they need for them ready.
    return Own(place if glossary else "", glossary, read_corrections(source))


def make_knowledge(own: Own, *, redact: bool = True) -> Knowledge:
    """Put our own knowledge and that of a source together; CorpusError for a term that cannot be read."""
    extra = tuple(read_entries(own.glossary.splitlines(), own.place))
    replaced = {e.id for e in extra}
    return Knowledge(
        entries=(*extra, *(e for e in _own_glossary() if e.id not in replaced)),  # the first to claim a form has it
        corrections=own.corrections,
        base_rules=tuple(rule for rule in RULES if redact or rule.policy != "redact"),
        rule_fingerprint=_digest(
            [*_code("rules"), *_code("clean"), *_code(""), repr((own.corrections, redact)).encode()]
        ),
        glossary_fingerprint=_digest([_glossary_bytes(), own.glossary.encode()]),
        parser_fingerprint=_digest(_code("parse") + _code("ingest")),
    )


@cache
def _own_glossary() -> tuple[Entry, ...]:
    return tuple(read_entries(_glossary_bytes().decode("utf-8").splitlines(), GLOSSARY_FILE))


@cache
def _glossary_bytes() -> bytes:
    return (files("pipelines.rules") / GLOSSARY_FILE).read_bytes()


def _code(package: str) -> list[bytes]:
    folder: Traversable = files("pipelines") / package
    modules = sorted((f for f in folder.iterdir() if f.name.endswith((".py", ".ini"))), key=lambda f: f.name)
    return [f.read_bytes() for f in modules]


def _digest(parts: Iterable[bytes]) -> str:
    digest = hashlib.sha256()
    for part in parts:
        digest.update(hashlib.sha256(part).digest())
    return digest.hexdigest()


def outcomes(entry: Input, settings: Settings, knowledge: Knowledge) -> Iterator[CleanedDocument | Reject]:
    """Refine the records of one input, one at a time."""
    for record in records(entry, settings):
        yield record if isinstance(record, Reject) else refine_text(record, knowledge)


def clean(raw: RawText, knowledge: Knowledge) -> CleanedDocument:
    """Parse and clean one raw text, again and again until nothing is found; the edits of all rounds become one list.

    Raises UnsettledError where there is no end to it.
    """
    from pipelines.parse import is_prose, parse  # compiles patterns for a third of a second; nothing new, no need

    found = find_edits(parse(raw.text), knowledge, raw.id)
    for number in range(ROUNDS + 1):
        text = found.text
        paragraphs = found.paragraphs()
        passages = knowledge.passages(paragraphs)
        if is_prose(paragraphs) and knowledge.is_settled(passages):
            break
        again = [e for e in find_edits(parse(text), knowledge).edits if e.action in APPLIED]
        if not again:
            break
        if number == ROUNDS:
            raise UnsettledError(again[0].rule)
        if any(column == "title" for column, _ in found.moved):
            again = [_below_title(edit) for edit in again]
        found = revise(raw.text, compose(raw.text, text, found.edits, again))
    return apply_edits(raw, found, passages, knowledge)


def _below_title(edit: Edit) -> Edit:
    """What a later round takes for a title is a further headline, where an earlier one has found the title."""
    return edit._replace(rule=DECK, field="subtitles") if edit.field == "title" else edit


def refine_text(raw: RawText, knowledge: Knowledge) -> CleanedDocument | Reject:
    """Parse and clean one raw text; what a rule cannot cope with is a reject, never a crash of the run."""
    try:
        cleaned = clean(raw, knowledge)
    except CorpusError:
        raise
    except UnsettledError as error:
        detail = f"still changing after {ROUNDS} rounds (by {error}); look for copied or broken text, report the file"
        return Reject(raw.source, "clean", "unsettled", detail, raw.raw_sha256, raw.bytes, raw.id)
    except Exception as error:
        detail = f"{type(error).__name__}: {error}; report it with the file"
        return Reject(raw.source, "clean", "rule_failed", detail, raw.raw_sha256, raw.bytes, raw.id)
    if not cleaned.text and not cleaned.fields.captions and not cleaned.fields.title:
        detail = "nothing is left once headers and site chrome are taken off; check that the file holds an article"
        return Reject(raw.source, "parse", "no_text", detail, raw.raw_sha256, raw.bytes, raw.id)
    return cleaned


def failing_examples(rule: Rule) -> list[str]:
    """Run the examples of a rule through the whole chain; return a line for each that does not hold.

    A rule that only annotates changes nothing: its ``changes`` must make it speak, its ``keeps`` must not.
    """
    knowledge = load_knowledge()
    failures = []
    for before, after in rule.changes:
        text, spoke = _outcome(before, rule, knowledge)
        if text != after or not spoke:
            failures.append(f"{rule.id} changes {before!r} to {text!r}, not to {after!r}")
    for kept in rule.keeps:
        text, spoke = _outcome(kept, rule, knowledge)
        if spoke:
            failures.append(f"{rule.id} does not keep {kept!r}: {text!r}")
    return failures


def _outcome(raw: str, rule: Rule, knowledge: Knowledge) -> tuple[str, bool]:
    cleaned = clean(RawText("example", "example", raw, "", 0), knowledge)
    return cleaned.text, any(edit.rule == rule.id for edit in cleaned.edits)
