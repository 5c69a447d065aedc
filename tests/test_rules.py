"""Every rule does what its examples say, keeps what they say, and is linear on hostile input."""

import pytest

from pipelines.errors import CorpusError
from pipelines.refine import failing_examples
from pipelines.rules import RULES, Rule
from pipelines.rules.glossary import Glossary, read_entries
from pipelines.rules.rule import ARTEFACT_CLASSES, fold, quotations
from schemas import edits as edits_schema
from tests.texts import KNOWLEDGE, refined

ALL = KNOWLEDGE.rules
HOSTILE = [
    ". " * 50_000,
    "(" * 100_000,
    "a " * 50_000,
    "\u00a0" * 100_000,
    '"' * 100_000,
    "The " * 25_000,
    "1" * 100_000,
    "a@" * 50_000,
    "ab.-" * 25_000,
    "General Secretary of " * 5_000,
    "ability and " * 8_000,
    "Editor: A, " * 9_000,
    "BEIJING, April " * 6_600,
    "\n" * 100_000,
    "A\n" * 50_000,
]


@pytest.mark.parametrize("rule", ALL, ids=lambda r: r.id)
def test_the_examples_hold(rule: Rule) -> None:
    assert failing_examples(rule) == []


@pytest.mark.parametrize("rule", ALL, ids=lambda r: r.id)
def test_a_rule_shows_both_sides(rule: Rule) -> None:
    assert len(rule.changes) >= 2
    assert len(rule.keeps) >= 2
    assert rule.why.endswith((".", "”."))
    assert rule.artefact_class in ARTEFACT_CLASSES


def test_ids_are_unique() -> None:
    assert len({r.id for r in ALL}) == len(ALL)
    assert len(ALL) == len(RULES) + 2


def test_the_schema_knows_the_same_classes() -> None:
    assert set(edits_schema.ARTEFACT_CLASSES) == set(ARTEFACT_CLASSES)


@pytest.mark.parametrize("text", HOSTILE, ids=lambda t: repr(t[:12]))
def test_hostile_input_does_not_stop_the_run(text: str) -> None:
    refined(text)


@pytest.mark.parametrize("text", ["İstanbul’s“x”", "A\u00a0B\tC\nD", "ß ﬁ Ǆ"])
def test_folding_keeps_every_offset(text: str) -> None:
    assert len(fold(text)) == len(text)


@pytest.mark.parametrize(
    ("text", "quoted"),
    [
        ("say “one” and “two”", ["“one”", "“two”"]),
        ('say "one" and "two', ['"one"', '"two']),
        ("the people's 'own' house", ["'own'"]),
        ("the soldiers’ house is the people’s", []),
    ],
)
def test_quotations(text: str, quoted: list[str]) -> None:
    assert [text[a:b] for a, b in quotations(text, 0, len(text))] == quoted


def entry(**more: object) -> str:
    import json

    row = {"id": "t", "zh": "词", "canonical": "set phrase", "domain": "governance", "variants": ["fixed phrase"]}
    return json.dumps({**row, **more})


@pytest.mark.parametrize(
    "line", ["{", "[]", entry(policy="delete"), entry(variants="x"), entry(canonical=None), '{"id": "t"}']
)
def test_a_bad_glossary_line_is_named(line: str) -> None:
    with pytest.raises(CorpusError, match=r"glossary\.jsonl, line 2"):
        read_entries(["", line], "glossary.jsonl")


def test_the_longest_form_at_word_borders_wins() -> None:
    known = Glossary(tuple(read_entries([entry(), entry(id="u", canonical="long set phrase", variants=[])], "g")))
    found = [t.surface for t in known.concordance("a long set phrase, set phrases, presets phrase, reset phrase")]
    assert found == ["long set phrase", "set phrases"]


def test_the_glossary_is_read_whole() -> None:
    assert len(KNOWLEDGE.entries) >= 482
    assert sum(len(e.variants) for e in KNOWLEDGE.entries) >= 5000
