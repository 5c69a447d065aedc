"""The dataset card: the prose stands in ``card.md``, every number comes from the tables.

The front matter is what ``datasets`` and the Hub read: one config for each table, its version, and its features.
The card depends on the tables, the settings and the history alone, so a rebuilt release has the same bytes.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.compute as pc

import schemas
from pipelines.document import APPLIED, Settings
from pipelines.language import UNKNOWN
from pipelines.release import AnyTables, count_values
from schemas.classes import LANGUAGE_CLASSES

if TYPE_CHECKING:
    import jinja2

TEMPLATE = Path(__file__).with_name("card.md")

SIZES = ((10**3, "n<1K"), (10**4, "1K<n<10K"), (10**5, "10K<n<100K"), (10**6, "100K<n<1M"), (10**7, "1M<n<10M"))
LARGEST = "10M<n<100M"

LICENCES = re.compile(r"apache-2\.0|mit|odbl|odc-by|pddl|cc0-1\.0|cc-by(-nc)?(-sa|-nd)?-4\.0")
"""Licences that the Hub knows by these names; any other one is ``other``."""

SHOWN = 20
"""Rows of a table of rules, terms or outlets."""

MASKED = {
    "redact-email": "e-mail addresses",
    "redact-telephone": "telephone numbers",
    "redact-identity": "identity card numbers",
    "redact-card": "bank card numbers",
}
"""What each rule about personal data masks, in words."""

History = Sequence[tuple[str, str, str]]
"""(version, step, reason) of every release up to this one, oldest first."""


def render_card(
    tables: AnyTables, settings: Settings, history: History, *, change_count: int | None = None, source_name: str = ""
) -> str:
    """Write README.md of the release that comes last in ``history``.

    ``change_count`` is the number of rows of ``changes``, None where the release has no such table.
    """
    version = history[-1][0]
    rows = {name: tables.rows(name) for name in ("documents", "edits", "terms", "rejects")}
    if change_count is not None:
        rows["changes"] = change_count
    body = _template().render(
        title=settings.title or settings.name,
        description=settings.description or "Machine-translated texts, cleaned, with every change recorded.",
        licence=settings.licence if settings.licence != "unknown" else "",
        contact=settings.contact,
        policy=settings.version_policy,
        duplicates=settings.duplicates,
        redact=settings.redact,
        source_name=source_name or settings.name,
        version=version,
        folder=f"releases/{version}",
        history=history,
        change_count=change_count,
        tables=[_table_facts(name, count) for name, count in rows.items()],
        **_facts(tables),
    )
    languages = [name for name, _ in _ranked(tables, "documents", "language") if name != UNKNOWN]
    return f"---\n{_front_matter(settings, version, rows, languages)}---\n\n{body.rstrip()}\n"


@cache
def _template() -> jinja2.Template:
    """Compile the template, which takes longer than all else that a card needs."""
    import jinja2

    environment = jinja2.Environment(undefined=jinja2.StrictUndefined, trim_blocks=True, lstrip_blocks=True)  # noqa: S701
    environment.filters |= {"plain": _plain, "code": _code, "number": _number, "share": _share}
    return environment.from_string(TEMPLATE.read_text(encoding="utf-8"))


def _front_matter(settings: Settings, version: str, rows: dict[str, int], languages: list[str]) -> str:
    licence = settings.licence.strip().lower()
    known = LICENCES.fullmatch(licence) is not None
    name = "".join(letter if letter.isalnum() else "-" for letter in licence).strip("-")
    content: dict[str, Any] = {
        "license": licence if known else "other",
        **({} if known else {"license_name": name or "unknown"}),
        "language": list(settings.languages) or languages or ["und"],
        "pretty_name": _one_line(settings.title or settings.name),
        "size_categories": [next((label for limit, label in SIZES if rows["documents"] < limit), LARGEST)],
        "task_categories": ["text-generation", "token-classification"],
        "source_datasets": ["original"],
        "tags": ["machine-translation", "translationese", "news", "text-cleaning"],
        "configs": [_config(name, version) for name in rows],
    }
    return _yaml(content) + _dataset_info(tuple(rows))


@cache
def _dataset_info(tables: tuple[str, ...]) -> str:
    """Write the features of tables: most of the front matter, and always the same."""
    return _yaml({"dataset_info": [{"config_name": name, "features": schemas.features(name)} for name in tables]})


def _yaml(content: dict[str, Any]) -> str:
    import yaml

    text: str = yaml.safe_dump(content, sort_keys=False, allow_unicode=True, width=10_000)
    return text


def _config(name: str, version: str) -> dict[str, Any]:
    config: dict[str, Any] = {"config_name": name, "version": version}
    if name == "documents":
        config["default"] = True
    # Sizes of splits stay out: load_dataset(filters=…) would compare them with what the filter leaves.
    return config | {"data_files": [{"split": "train", "path": f"{name}/train-*.parquet"}]}


def _table_facts(name: str, rows: int) -> dict[str, Any]:
    return {
        "name": name,
        "rows": rows,
        "meaning": schemas.schema_of(name).description,
        "columns": schemas.describe(name),
    }


def _facts(tables: AnyTables) -> dict[str, Any]:
    documents = tables.rows("documents")
    actions = count_values(tables, "edits", "action")
    applied = sum(count for (action,), count in actions.items() if action in APPLIED)
    confidence = count_values(tables, "edits", "confidence")
    by_rule = count_values(tables, "edits", "rule", "action")
    masked = {rule: count for (rule, action), count in by_rule.items() if action == "redact"}
    known = tables.read("documents", "published_date", "word_count", "duplicate_group")
    dates = pc.min_max(known["published_date"]).as_py()
    outlets = [f"{name} ({_number(count)})" for name, count in _ranked(tables, "documents", "outlet") if name]
    edits, rejects = tables.rows("edits"), tables.rows("rejects")
    return {
        "counts": {
            "inputs": documents + rejects,
            "documents": documents,
            "words": pc.sum(known["word_count"]).as_py() or 0,
            "duplicates": documents - known["duplicate_group"].null_count,
            "rejects": rejects,
            "edits": edits,
            "applied": applied,
            "annotated": edits - applied,
            "redacted": sum(masked.values()),
            "doubtful": edits - confidence[("high",)],
        },
        "dates": (dates["min"], dates["max"]) if dates["min"] else None,
        "languages": [name for name, _ in _ranked(tables, "documents", "language")],
        "outlets": ", ".join(outlets[:SHOWN]),
        "missing": _missing(tables),
        "top_terms": [{"name": n, "count": count} for n, count in _ranked(tables, "terms", "canonical")[:SHOWN]],
        "rejects": [{"name": name, "count": count} for name, count in _ranked(tables, "rejects", "reason")],
        "masked": [{"name": MASKED.get(name, name), "count": count} for name, count in _by_count(masked.items())],
        "classes": _split_by_action(tables, "artefact_class"),
        "language_classes": LANGUAGE_CLASSES,
        "rules": _split_by_action(tables, "rule")[:SHOWN],
    }


def _missing(tables: AnyTables) -> list[dict[str, Any]]:
    """Count what is null or empty in the columns where that can be."""
    names = [name for name in schemas.can_be_missing("documents") if name != "duplicate_group"]
    counts = dict.fromkeys(names, 0)
    # A body is empty where it has no paragraph; texts are most of a release, and need not be read for this.
    read = ["paragraph_count" if name == "text" else name for name in names]
    for batch in tables.encoded("documents", *read):
        for name, column in zip(names, read, strict=True):
            values = batch.column(column)
            counts[name] += pc.sum(pc.equal(values, 0) if name == "text" else is_missing(values)).as_py() or 0
    total = max(1, tables.rows("documents"))
    return [{"name": name, "count": count, "share": count / total} for name, count in counts.items() if count]


def is_missing(column: pa.Array | pa.ChunkedArray) -> pa.Array | pa.ChunkedArray:
    """Tell for each value of a column whether it is null or empty."""
    if pa.types.is_dictionary(column.type):
        return is_missing(column.cast(column.type.value_type))
    if pa.types.is_list(column.type):
        return pc.fill_null(pc.equal(pc.list_value_length(column), 0), True)  # noqa: FBT003 - what a null counts as
    if pa.types.is_string(column.type):
        return pc.fill_null(pc.equal(column, ""), True)  # noqa: FBT003 - what a null counts as
    return pc.is_null(column)


def _split_by_action(tables: AnyTables, column: str) -> list[dict[str, Any]]:
    applied: Counter[str] = Counter()
    annotated: Counter[str] = Counter()
    for (name, action), count in count_values(tables, "edits", column, "action").items():
        (applied if action in APPLIED else annotated)[name] += count
    ranked = _by_count((applied + annotated).items())
    return [{"name": name, "applied": applied[name], "annotated": annotated[name]} for name, _ in ranked]


def _ranked(tables: AnyTables, name: str, column: str) -> list[tuple[str, int]]:
    counts = count_values(tables, name, column)
    return _by_count((value, count) for (value,), count in counts.items() if value is not None)


def _by_count(items: Iterable[tuple[str, int]]) -> list[tuple[str, int]]:
    return sorted(items, key=lambda item: (-item[1], item[0]))


def _one_line(text: str) -> str:
    """Put blanks for line ends and control characters, one for a run of them."""
    return re.sub(r"[\s\x00-\x1f\x7f-\x9f\u2028\u2029]+", " ", text).strip()


def _plain(text: str) -> str:
    """Escape a text so that Markdown and HTML show it as it is."""
    escaped = re.sub(r"([\\`*_\[\]<>|#~&$])", r"\\\1", _one_line(text))
    return re.sub(r"^(\d*)([-+=.)])", r"\1\\\2", escaped)


def _code(text: str) -> str:
    """Make a text fit to stand between backticks in a table."""
    return _one_line(text).replace("`", "'").replace("|", "/")


def _number(count: int) -> str:
    return f"{count:,}"


def _share(share: float) -> str:
    return f"{share:.1%}"
