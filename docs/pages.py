"""Write the reference pages anew from the product: ``make docs``. A test holds that each is as it would be written."""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence
from dataclasses import MISSING, fields
from pathlib import Path

import schemas
from pipelines.cli import rules as listing
from pipelines.cli.main import build_parser
from pipelines.compare.policy import POLICIES
from pipelines.document import NOTIFY_EVENTS, Settings
from pipelines.ingest.settings import CHOICES, FIELDS, MEANINGS, SETTINGS_FILE
from pipelines.publish.expectations import USUAL_LOSS
from pipelines.refine import load_knowledge
from schemas.changes import CAUSES
from schemas.classes import ACTIONS, LANGUAGE_CLASSES, LAYOUT_CLASSES, OTHER_CLASSES
from schemas.rejects import REASONS

FOLDER = Path(__file__).parent

KINDS = {str: "text", int: "whole number", float: "share, 0 to 1", bool: "true or false", tuple: "list of texts"}
TABLES = {
    "fields": f"table `[fields]`: {', '.join(f'`{key}`' for key in FIELDS)}",
    "max_null_share": "table `[max_null_share]`: a share for each column",
    "notify": f"table `[notify]`; `on` lists some of {', '.join(f'`{event}`' for event in NOTIFY_EVENTS)}",
}


def commands() -> Iterator[str]:
    """Describe every command with its arguments and options, as its parser knows them."""
    parser = build_parser()
    yield from _begin("The commands", "the command line")
    yield (
        f"{parser.description} `corpus COMMAND --help` says what this page does.\n\n"
        "`python -m pipelines` is the same as `corpus`. A VERSION may also be the path or URL of a release folder; "
        f"without one, the latest release is meant. {parser.epilog} Every error is one line on stderr that says what "
        "to do; `NO_COLOR` is honoured. Every command also takes `--help` and `--debug` (show the traceback of a "
        "problem); `corpus --version` prints the version of the program."
    )
    subparsers = next(each for each in parser._actions if isinstance(each, argparse._SubParsersAction))
    for name, command in subparsers.choices.items():
        arguments = [each for each in command._actions if each.dest not in {"help", "debug"}]
        positional = " ".join(_value(each) for each in arguments if not each.option_strings)
        yield f"\n## corpus {name}{' ' * bool(positional)}{positional.replace('|', ' | ')}\n\n{command.description}"
        if arguments:
            yield from _table(("argument", "meaning"), [(f"`{_name(each)}`", each.help or "") for each in arguments])


def _name(action: argparse.Action) -> str:
    names = sorted(action.option_strings, key=len, reverse=True)
    return ", ".join([f"{names[0]} {_value(action)}".rstrip(), *names[1:]]) if names else _value(action)


def _value(action: argparse.Action) -> str:
    """What stands for the value of an argument, as its usage shows it."""
    if action.nargs == 0:
        return ""
    value = str(action.metavar or "|".join(map(str, action.choices or ())))
    return {"?": f"[{value}]", "+": f"{value} …"}.get(str(action.nargs), value)


def tables() -> Iterator[str]:
    """Describe every column of every table, as the schemas know them, and what may stand in the closed ones."""
    yield from _begin("The tables of a release", "the schemas")
    yield (
        "Each table is a folder of Parquet files and a Hugging Face config of the same name, split `train`. A type "
        "that ends in `?` may be null. Offsets are 0-based, end-exclusive, in Unicode code points: those of `edits` "
        "in the raw text, those of `terms` in the cleaned one."
    )
    for table in schemas.TABLES:
        columns = schemas.describe(table)
        if table == "changes":
            columns = [
                each for each in columns if each[0] not in {name for name, _, _ in schemas.describe("documents")}
            ]
        yield f"\n## {table}\n\n{schemas.schema_of(table).description} Sorted by {_list(schemas.sort_of(table))}."
        yield from _table(
            ("column", "type", "meaning"), [(f"`{name}`", f"`{kind}`", text) for name, kind, text in columns]
        )
        yield from _VALUES.get(table, lambda: iter(()))()


def _values_of_edits() -> Iterator[str]:
    yield f"\n`action` is one of {_list(ACTIONS)}; all but `annotate` are applied."
    yield (
        f"\n`artefact_class` is one of: {_list(LAYOUT_CLASSES)} (what the web page left behind); "
        f"{_list(LANGUAGE_CLASSES)} (what translation left behind; `artefacts_per_1000_words` counts these); "
        f"{_list(OTHER_CLASSES)}. [The rules](RULES.md) have their class beside them."
    )


def _values_of_rejects() -> Iterator[str]:
    yield "\n[Every reason](REJECTS.md), with what to do."


def _values_of_changes() -> Iterator[str]:
    yield "\nAll columns of `documents` follow; they hold the row after the change, and null for `delete`."
    yield from _table(("cause", "of a document that changed"), [(f"`{cause}`", text) for cause, text in CAUSES.items()])
    yield "\nThe step of the version that each kind of change calls for, under each `version_policy`; the highest wins:"
    kinds = list(next(iter(POLICIES.values())))
    yield from _table(("", *POLICIES), [(kind, *(steps[kind] for steps in POLICIES.values())) for kind in kinds])


_VALUES = {"edits": _values_of_edits, "rejects": _values_of_rejects, "changes": _values_of_changes}


def rejects() -> Iterator[str]:
    """List every reason for which an input is turned down, and what to do."""
    yield from _begin("Rejects", "the list that the program keeps of them")
    yield (
        "An input that cannot become a document is never dropped in silence: it is a row in `rejects`, with its line "
        "or row and the reason in words. The summary of `corpus publish` shows the first ten, `--json` the first "
        "thousand (`rejects`, with `rejects_total`); `corpus explain FILE:17` says why one record would be a reject."
    )
    yield from _table(
        ("stage", "reason", "what it means", "what to do"),
        [(each.stage, f"`{reason}`", each.meaning, each.cure) for reason, each in REASONS.items()],
    )


def settings() -> Iterator[str]:
    """Describe every key of ``dataset.toml``, its type and what holds where it is not there."""
    yield from _begin("The settings of a source", "the program's own list of them")
    yield (
        f"They stand in `{SETTINGS_FILE}` of the source; all may be left out, and so may the file. Tables (`[fields]`, "
        "`[max_null_share]`, `[notify]`) go to the end of it. A key that is not known, or a value of another kind, "
        "stops the run before anything is read, with its place."
    )
    kinds = {each.name: each.default for each in fields(Settings)}
    rows = [(f"`{key}`", _kind(key, kinds[key]), _default(key, kinds[key]), text) for key, text in MEANINGS.items()]
    yield from _table(("key", "kind", "default", "meaning"), rows)


def _kind(key: str, default: object) -> str:
    if key in CHOICES:
        return f"one of {_list(CHOICES[key])}"
    if default is None:
        return KINDS[float]
    return TABLES.get(key) or KINDS[str if default is MISSING else type(default)]


def _default(key: str, default: object) -> str:
    if default is MISSING:
        return "name of the folder"
    if default is None:
        return f"`{USUAL_LOSS}` or `0`"
    if key == "title":
        return "the name"
    return f"`{str(default).lower()}`" if default not in {"", ()} else "none"


def _begin(title: str, origin: str) -> Iterator[str]:
    yield f"# {title}\n\nWritten by `make docs` from {origin}; do not edit.\n"


def _list(words: tuple[str, ...]) -> str:
    return ", ".join(f"`{word}`" for word in words)


def _table(head: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> Iterator[str]:
    """Set a table in Markdown."""
    yield f"\n| {' | '.join(head)} |\n|{'---|' * len(head)}"
    for row in rows:
        cells = " | ".join(_cell(each) for each in row)
        yield f"| {cells} |"


def _cell(text: str) -> str:
    text = text.replace("|", r"\|")
    return text if "`" in text else text.replace("<", r"\<")


def rules() -> Iterator[str]:
    """Describe every rule, with its examples, as ``corpus rules --markdown`` does."""
    yield from listing.describe(load_knowledge().rules)


PAGES = {
    "COMMANDS.md": commands,
    "REJECTS.md": rejects,
    "RULES.md": rules,
    "SETTINGS.md": settings,
    "TABLES.md": tables,
}
"""The pages of this folder that are made from the program, and what makes them."""


def render(name: str) -> str:
    """Return a page as it should stand in the folder."""
    return "\n".join([*PAGES[name]()]) + "\n"


if __name__ == "__main__":
    for each in PAGES:
        (FOLDER / each).write_text(render(each), encoding="utf-8")
