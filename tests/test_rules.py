"""Every rule does what its examples say, keeps what they say, and is linear on hostile input."""

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import islice
from pathlib import Path

import pytest

from pipelines.cli import main
from pipelines.cli.rules import excerpt, visible
from pipelines.document import Document, Paragraph
from pipelines.errors import CorpusError
from pipelines.parse import parse
from pipelines.refine import failing_examples
from pipelines.rules import RULES, Rule
from pipelines.rules.entries import read_entries
from pipelines.rules.glossary import Glossary
from pipelines.rules.rule import View, fold, quotations
from pipelines.rules.structure import STRUCTURE
from schemas import classes
from tests.pace import too_slow
from tests.texts import KNOWLEDGE, ROOT, refined

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
    "A " * 50_000 + ". So it is. So it is.",
]


@pytest.mark.parametrize("rule", ALL, ids=lambda r: r.id)
def test_the_examples_hold(rule: Rule) -> None:
    assert failing_examples(rule) == []


@pytest.mark.parametrize("rule", ALL, ids=lambda r: r.id)
def test_a_rule_shows_both_sides(rule: Rule) -> None:
    assert len(rule.changes) >= 2
    assert len(rule.keeps) >= 2
    assert rule.why.endswith((".", "”."))
    assert rule.artefact_class in classes.ARTEFACT_CLASSES


def test_ids_are_unique() -> None:
    assert len({r.id for r in ALL}) == len(ALL)
    assert len(ALL) == len(RULES) + 2


SIZE = 100_000
"""Characters of a worst case, which a rule may take LIMIT CPU seconds for."""
LIMIT = 0.5
LAYOUTS = frozenset(rule.id for rule in STRUCTURE)


def worst_cases(rule: Rule) -> Iterator[str]:
    """Yield what a rule may stumble over: its anchors, its examples, their halves and their marks, again and again."""
    texts = [before for before, _ in rule.changes] + list(rule.keeps)
    pieces = [f"{anchor}{blank}" for anchor in sorted(rule.anchors, key=len)[-8:] for blank in ("", " ")]
    for text in texts:
        pieces += [text + " ", text + "\n", text[: len(text) // 2], text[len(text) // 2 :], text.rpartition(" ")[0]]
    marks = sorted(set(re.findall(r"[^\w\s]", "".join(texts))))
    pieces += [mark + blank for mark in marks for blank in ("", " ", "a")]
    pieces += [text[:20] for text in HOSTILE]
    for piece in dict.fromkeys(filter(None, pieces)):
        yield piece * (SIZE // len(piece))


def view_of(rule: Rule, text: str) -> View:
    """Show a rule the text as one body paragraph by an engine; a layout what parsing makes of it."""
    document = parse(text) if rule.id in LAYOUTS else Document(text, (Paragraph("body", 0, len(text)),))
    hits = KNOWLEDGE.glossary.scan(fold(text))[0] if rule.id.startswith("term-") else []
    return View(document, fold(text), tuple(hits), shows_an_engine=True)


@pytest.mark.slow
@pytest.mark.parametrize("rule", ALL, ids=lambda r: r.id)
def test_a_rule_is_linear_on_its_worst_cases(rule: Rule) -> None:
    def work(text: str) -> Callable[[], object]:
        if rule.id in LAYOUTS:  # the work is in the parsing
            return lambda: list(rule.find(view_of(rule, text)))
        view = view_of(rule, text)
        return lambda: list(rule.find(replace(view)))  # a fresh one, which remembers nothing

    found = filter(None, (too_slow(rule.id, work, text, LIMIT) for text in worst_cases(rule)))
    assert list(islice(found, 3)) == []


def test_the_page_of_rules_is_current(capsys: pytest.CaptureFixture[str]) -> None:
    assert main.main(["rules", "--markdown"]) == 0
    page = (ROOT / "docs" / "RULES.md").read_text(encoding="utf-8")
    assert page == capsys.readouterr().out, "run: make docs"


def test_the_list_names_every_rule_with_an_example(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main.main(["rules", "--store", str(tmp_path)]) == 0
    head, *lines = capsys.readouterr().out.splitlines()
    assert head.split() == ["rule", "class", "policy", "edits"]
    assert [line.split()[0] for line in lines[::2]] == [rule.id for rule in ALL]
    assert all(line.startswith("  ") and line.strip() for line in lines[1::2])
    assert max(map(len, lines)) <= 80


@pytest.mark.parametrize("rule", ALL, ids=lambda r: r.id)
def test_a_rule_is_explained_with_its_examples(rule: Rule, capsys: pytest.CaptureFixture[str]) -> None:
    assert main.main(["rules", rule.id]) == 0
    said = capsys.readouterr().out
    assert " ".join(rule.why.split()) in " ".join(said.split())
    assert all(repr(text) in said for text in (*rule.keeps, *(before for before, _ in rule.changes)))


def test_an_unknown_rule_is_wrong_usage(capsys: pytest.CaptureFixture[str]) -> None:
    assert main.main(["rules", "no-such-rule"]) == 2
    assert "corpus rules" in capsys.readouterr().err


def test_an_excerpt_shows_where_two_texts_differ() -> None:
    long = "one two three four five six seven eight nine ten "
    assert excerpt(long + "a . b" + long, long + "a. b" + long) == (
        "…eight nine ten a . bone two three…",
        "…eight nine ten a. bone two three…",
    )
    assert excerpt("same", "same") == ("same", "same")
    assert visible("a\u00a0b\n\u200b") == "a⍽b⏎⟨U+200B⟩"


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
    "line",
    [
        "{",
        "[]",
        entry(policy="delete"),
        entry(variants="x"),
        entry(canonical=None),
        '{"id": "t"}',
        entry(varaints=["x"]),
    ],
)
def test_a_bad_glossary_line_is_named(line: str) -> None:
    with pytest.raises(CorpusError, match=r"glossary\.jsonl, line 2"):
        read_entries(["", line], "glossary.jsonl")


def test_the_longest_form_at_word_borders_wins() -> None:
    known = Glossary(tuple(read_entries([entry(), entry(id="u", canonical="long set phrase", variants=[])], "g")))
    text = "a long set phrase, set phrases, presets phrase, reset phrase"
    found = [t.surface for t in known.concordance(text, known.scan(text)[0])]
    assert found == ["long set phrase", "set phrases"]


def test_the_glossary_is_read_whole() -> None:
    assert len(KNOWLEDGE.entries) >= 482
    assert sum(len(e.variants) for e in KNOWLEDGE.entries) >= 5000
