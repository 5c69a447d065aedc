"""``corpus rules``: list every rule, explain one, run their examples, or write the page that describes them all."""

from __future__ import annotations

import argparse
import textwrap
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from pipelines.cli.output import WIDTH, add_store, check_store, nearest, print_lines, shorten, table
from pipelines.errors import USAGE, CorpusError
from pipelines.prose import DEFAULT_STORE, plural
from pipelines.rules.rule import Rule

CONTEXT = 24
"""Characters that an excerpt shows on either side of what changes."""

_SHOWN = {"\n": "⏎", "\r": "␍", "\t": "⇥", "\u00a0": "⍽", "\u3000": "⍽"}
"""What stands for the blanks that cannot be seen."""

_INTRODUCTION = """\
# The rules

Written by `make docs` from the rules themselves; do not edit. `corpus rules RULE` shows one of them with its count in
the latest release, `corpus rules --test` runs every example on this page.

The order is the order in which rules may claim a span: the first keeps it. The policies: **move** puts the span into a
column, **delete** takes it off, **repair** writes something else, **redact** masks it, **annotate** leaves the text as
it is and points at the place. In the examples ⏎ is a line end, ␍ a carriage return, ⇥ a tab, ⍽ a wide blank.
"""


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command to the command line."""
    parser = subparsers.add_parser(
        "rules",
        help="list the cleaning rules, explain one, run their examples",
        description="List every cleaning rule in the order in which it may claim a span, or explain one of them.",
    )
    parser.add_argument("rule", nargs="?", metavar="RULE", help="the id of a rule")
    parser.add_argument("--test", action="store_true", help="run the examples of all rules, or of RULE")
    parser.add_argument("--markdown", action="store_true", help="print the rules as a page in Markdown")
    add_store(parser)
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """List, explain, test or describe; 1 where an example does not hold, 2 for a rule that does not exist."""
    from pipelines.refine import load_knowledge

    rules = load_knowledge().rules
    if args.rule:
        known = [r.id for r in rules]
        rules = tuple(r for r in rules if r.id == args.rule)
        if not rules:
            raise CorpusError(f"no rule {args.rule}{nearest(args.rule, known)}; list them with: corpus rules", USAGE)
    if args.test:
        return _test(rules)
    if args.markdown:
        print_lines(describe(rules))
    elif args.rule:
        print_lines(explain(rules[0], _counts(args.store)))
    else:
        print_lines(list_rules(rules, _counts(args.store)))
    return 0


def _counts(store: Path | str) -> dict[str, int]:
    """Edits by rule in the latest release, nothing where there is none; a store that was named must be there."""
    from pipelines.release import TableFiles, count_values, nearby

    if store != Path(DEFAULT_STORE):
        check_store(store)
    with nearby(store) as near:
        release = near.fetch_latest()
        if release is None:
            return {}
        return {rule: count for (rule,), count in count_values(TableFiles(release.path), "edits", "rule").items()}


def list_rules(rules: Sequence[Rule], counts: Mapping[str, int]) -> Iterator[str]:
    """Yield two lines for each rule: what it is and how often it acted in the latest release, then an example."""
    rows = [(r.id, r.artefact_class, r.policy, f"{counts.get(r.id, 0):,}") for r in rules]
    head, *lines = table([("rule", "class", "policy", "edits"), *rows], right=frozenset({3}))
    yield head
    for rule, line in zip(rules, lines, strict=True):
        yield line
        yield f"  {shorten(_example(rule), WIDTH - 2)}"


def _example(rule: Rule) -> str:
    """The shortest example of a rule, on one line."""
    before, after = min((excerpt(*pair) for pair in rule.changes), key=lambda pair: len(pair[0] + pair[1]))
    half = WIDTH // 2 - 3
    return before if before == after else f"{shorten(before, half)} → {shorten(after or 'nothing', half)}"


def excerpt(before: str, after: str) -> tuple[str, str]:
    """Cut both to the place where they differ, with some words round it, and make their blanks visible."""
    if before == after:
        return (visible(before),) * 2
    start, shorter = 0, min(len(before), len(after))
    while start < shorter and before[start] == after[start]:
        start += 1
    end = 0
    while end < shorter - start and before[-1 - end] == after[-1 - end]:
        end += 1
    left, right = _word_border(before, start), len(before) - _word_border(before[::-1], end)
    cut = len(before) - right
    return _cut(before, left, cut), _cut(after, left, cut)


def _word_border(text: str, place: int) -> int:
    """A place before ``place`` from which to show the text: its start, or the start of a word nearby."""
    if place <= CONTEXT:
        return 0
    blank = text.rfind(" ", 0, place - CONTEXT // 2)
    return blank + 1 if blank >= place - 2 * CONTEXT else place - CONTEXT


def _cut(text: str, left: int, right: int) -> str:
    shown = visible(text[left : len(text) - right])
    return ("…" if left else "") + shown + ("…" if right else "")


def visible(text: str) -> str:
    """Write blanks and signs that cannot be seen as signs that can."""
    signs = (_SHOWN.get(c, c if c == " " or c.isprintable() else f"⟨U+{ord(c):04X}⟩") for c in text)
    return "".join(signs)


def explain(rule: Rule, counts: Mapping[str, int]) -> list[str]:
    """Say all about one rule: why it is there, what it may do, how often it did, and its examples in full."""
    made = f", {plural(counts.get(rule.id, 0), 'edit')} in the latest release" if counts else ""
    return [
        *textwrap.wrap(f"{rule.id}: {rule.why}", WIDTH),
        f"class {rule.artefact_class}, policy {rule.policy}{made}",
        _reach(rule),
        "",
        "points at:" if rule.policy == "annotate" else "changes:",
        *(f"  {b!r}" if b == a else f"  {b!r}\n    -> {a!r}" for b, a in rule.changes),
        "keeps:",
        *(f"  {text!r}" for text in rule.keeps),
    ]


def _reach(rule: Rule) -> str:
    asked = (
        f"asked where one of {plural(len(rule.anchors), 'anchor')} occurs" if rule.anchors else "asked of every text"
    )
    return asked + (f"; may take at most {rule.most:.0%} of a text" if rule.most < 1 else "")


def describe(rules: Sequence[Rule]) -> Iterator[str]:
    """Yield the lines of the page that describes the rules; it depends on nothing but them."""
    yield _INTRODUCTION
    yield "| rule | class | policy | why |\n|---|---|---|---|"
    for rule in rules:
        why = rule.why.replace("|", r"\|")
        yield f"| [{rule.id}](#{rule.id}) | {rule.artefact_class} | {rule.policy} | {why} |"
    for rule in rules:
        yield f"\n## {rule.id}\n\n{rule.why}\n"
        yield f"Class {rule.artefact_class}, policy {rule.policy}; {_reach(rule)}.\n"
        for before, after in (excerpt(*pair) for pair in rule.changes):
            yield f"- points at {_code(before)}" if before == after else f"- {_code(before)} → {_code(after)}"
        yield from (f"- keeps {_code(visible(text))}" for text in rule.keeps)


def _code(text: str) -> str:
    """Set a text as code in Markdown, whatever backticks it holds."""
    if not text:
        return "nothing"
    fence = "``" if "`" in text else "`"
    pad = " " if text[0] == "`" or text[-1] == "`" or (text[0] == text[-1] == " " and text.strip()) else ""
    return f"{fence}{pad}{text}{pad}{fence}"


def _test(rules: Sequence[Rule]) -> int:
    from pipelines.refine import failing_examples

    failures = [line for rule in rules for line in failing_examples(rule)]
    count = sum(len(r.changes) + len(r.keeps) for r in rules)
    print_lines([*failures, f"{plural(count, 'example')} of {plural(len(rules), 'rule')}: {len(failures)} failed"])
    return 1 if failures else 0
