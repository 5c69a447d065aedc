"""``corpus rules``: list every rule, explain one, or run the examples of all."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

from pipelines.cli.output import print_lines, table
from pipelines.errors import USAGE, CorpusError
from pipelines.rules.rule import Rule


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command to the command line."""
    parser = subparsers.add_parser(
        "rules",
        help="list the cleaning rules, explain one, run their examples",
        description="List every cleaning rule in the order in which it may claim a span, or explain one of them.",
    )
    parser.add_argument("rule", nargs="?", metavar="RULE", help="the id of a rule")
    parser.add_argument("--test", action="store_true", help="run the examples of all rules, or of RULE")
    parser.add_argument("--store", type=Path, default=Path("data"), metavar="STORE", help="the store (default: data)")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """List, explain or test; 1 where an example does not hold, 2 for a rule that does not exist."""
    from pipelines.refine import load_knowledge

    rules = load_knowledge().rules
    if args.rule:
        rules = tuple(r for r in rules if r.id == args.rule)
        if not rules:
            raise CorpusError(f"no rule {args.rule}; list them with: corpus rules", USAGE)
    if args.test:
        return _test(rules)
    counts = _counts(args.store)
    if args.rule:
        print_lines(_explain(rules[0], counts))
    else:
        rows = [(r.id, r.artefact_class, r.policy, f"{counts.get(r.id, 0):,}") for r in rules]
        print_lines(table([("rule", "class", "policy", "edits in the latest release"), *rows], right=frozenset({3})))
    return 0


def _counts(store: Path) -> dict[str, int]:
    """Edits by rule in the latest release, nothing where there is none."""
    from pipelines.release import latest

    release = latest(store)
    if release is None:
        return {}
    counted = release.table("edits")["rule"].value_counts().to_pylist()
    return {row["values"]: row["counts"] for row in counted}


def _explain(rule: Rule, counts: dict[str, int]) -> list[str]:
    lines = [
        f"{rule.id}: {rule.why}",
        f"class {rule.artefact_class}, policy {rule.policy}, {counts.get(rule.id, 0):,} edits in the latest release",
        "",
        "changes:",
    ]
    lines += [f"  {before!r}\n    -> {after!r}" for before, after in rule.changes]
    return [*lines, "keeps:", *(f"  {text!r}" for text in rule.keeps)]


def _test(rules: Sequence[Rule]) -> int:
    from pipelines.refine import failing_examples

    failures = [line for rule in rules for line in failing_examples(rule)]
    count = sum(len(r.changes) + len(r.keeps) for r in rules)
    print_lines([*failures, f"{count} examples of {len(rules)} rules: {len(failures)} failed"])
    return 1 if failures else 0
