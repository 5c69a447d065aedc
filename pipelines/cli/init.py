"""``corpus init``: make a new source folder, ready for texts."""

from __future__ import annotations

import argparse
import json
import re
from pathlib import Path

from pipelines.cli.output import print_lines
from pipelines.errors import USAGE, CorpusError

HEADER = "id,before,after,reason\n"

SETTINGS = """\
# What this source is. Every value has a default; the ones that matter are the first five.
name = {name}
title = {title}
description = ""
licence = "unknown"      # of the texts, not of the program; "unknown" claims nothing
contact = ""             # who answers questions about the texts
languages = ["en"]

# Expectations: a run that does not meet them publishes nothing.
min_documents = 1        # fewest documents that a release may have
max_reject_share = 1.0   # largest share of inputs that may be rejected, 0 to 1
max_document_loss = 0.1  # largest share of the last release's documents that may be missing from the next, 0 to 1
max_bytes = 20000000     # largest single record, in bytes; larger ones are rejects

# What more there is; take the sign off a line to use it.
# duplicates = "keep_first"   # of texts that are equal, or nearly so, publish the first by path (else: all)
# version_policy = "calver"   # how versions are counted: semver (else), frictionless, croissant, calver

# Tables come last.
# [fields]                    # which column of a table or JSON record holds what, where its name does not say so
# text = "content"
# id = "article_no"

# [max_null_share]            # largest share of documents in which a column may be empty, 0 to 1
# published_date = 0.1

# [notify]                    # who is told of a run
# email = "desk@example.org"
# on = ["published", "failed"]
"""

TERM = {
    "id": "wells",
    "zh": "水井",
    "canonical": "village wells",
    "domain": "governance",
    "variants": ["water wells of the village"],
    "policy": "annotate",
}

README = """\
# {title}

A source for Corpus: put texts into `raw/` (any depth), then run `corpus publish {folder}`.

| file | what it is |
|---|---|
| `dataset.toml` | name, title, licence, contact; what a run must meet before it publishes |
| `raw/` | the texts as they came, in any format that Corpus reads; append, never edit: ids come from the paths |
| `glossary.jsonl` | terms of your own, one a line, where you have any: `{example}` |
| `corrections.csv` | point fixes, `id,before,after,reason`; `before` must occur exactly once in that document |
"""


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command to the command line."""
    parser = subparsers.add_parser(
        "init",
        help="make a new source folder",
        description="Make a source folder: dataset.toml, raw/, corrections.csv, README.md. Nothing is overwritten.",
    )
    parser.add_argument("folder", type=Path, metavar="DIR", help="the folder; it may exist already")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Make the folder and say what comes next; raises CorpusError where a source already is."""
    folder: Path = args.folder
    settings = folder / "dataset.toml"
    if folder.exists() and not folder.is_dir():
        raise CorpusError(f"{folder} is a file; name a folder that is new or empty", USAGE)
    if settings.exists() and settings.stat().st_size:
        raise CorpusError(f"{folder} is a source already ({settings} exists); publish it or choose another", USAGE)
    title = folder.resolve().name or "texts"
    name = re.sub(r"[^a-z0-9]+", "-", title.lower()).strip("-") or "texts"
    title = title.encode("utf-8", "replace").decode()
    (folder / "raw").mkdir(parents=True, exist_ok=True)
    settings.write_text(SETTINGS.format(name=json.dumps(name), title=json.dumps(title)), encoding="utf-8")
    _write_new(folder / "corrections.csv", HEADER)
    _write_new(folder / "README.md", _readme(title, folder.name or "."))
    print_lines([f"{folder} is ready: put texts into {folder / 'raw'}, then run: corpus publish {folder}"])
    return 0


def _readme(title: str, folder: str) -> str:
    return README.format(title=title, folder=folder, example=json.dumps(TERM, ensure_ascii=False))


def _write_new(path: Path, text: str) -> None:
    if not path.exists():
        path.write_text(text, encoding="utf-8")
