"""Writing a report: a folder that is complete when it appears, written in one pass over each table."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from importlib.resources import files
from pathlib import Path
from typing import Any

import pyarrow as pa

from pipelines.charts import draw_charts, gather_facts
from pipelines.errors import USAGE, CorpusError
from pipelines.release import RELEASES, Release, TableFiles, parse_version, releases
from pipelines.report import data, facts

MARK = "index.html"
DATA = "data"
NAMED = ("version", "parent", "bump", "reason", "published_at", "source", "dataset", "code_version")

Lines = Sequence[tuple[str, int, int]]
Contexts = dict[str, list[list[Any]]]


@dataclass(frozen=True, slots=True)
class Report:
    """A report that was written: where its first page is, and what it holds."""

    version: str
    page: Path
    documents: int
    files: int
    bytes: int


@dataclass(frozen=True, slots=True)
class _Counted:
    """What holds for the whole release, as the files of the report have it."""

    overview: dict[str, Any]
    charts: dict[str, str]
    rules: list[list[Any]]
    examples: list[dict[str, Any]]
    terms: dict[str, Any]
    rejects: list[list[Any]]


@dataclass(slots=True)
class _Site:
    """Writes the files of a site and counts them."""

    folder: Path
    files: int = 0
    bytes: int = 0
    made: set[Path] = field(default_factory=set)

    def write(self, name: str, content: str) -> None:
        path = self.folder / name
        if path.parent not in self.made:
            path.parent.mkdir(parents=True, exist_ok=True)
            self.made.add(path.parent)
        encoded = content.encode()
        path.write_bytes(encoded)
        self.files += 1
        self.bytes += len(encoded)

    def put(self, name: str, value: object) -> None:
        self.write(f"{DATA}/{name}.js", data.script(name, value))


def write_report(release: Release, target: Path, why: Mapping[str, str]) -> Report:
    """Write the report of a release as the folder ``target``; ``why`` has the reason of each rule.

    A report that is there is replaced. CorpusError where something else is there, or the release cannot be read.
    """
    import duckdb

    check_target(target)
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=".report-", ignore_cleanup_errors=True) as name:
        site = _Site(Path(name) / "site")
        scratch = Path(name) / "scratch"
        try:
            documents = _write(release, site, scratch, why)
        except (pa.ArrowException, OSError, duckdb.IOException, duckdb.InvalidInputException) as error:
            if getattr(error, "errno", None) is not None:  # trouble of the disk, not of the release
                raise
            raise CorpusError(f"{release.path} cannot be read ({error}); run corpus verify {release.path}") from error
        if target.exists():
            shutil.rmtree(target)
        site.folder.rename(target)
    return Report(release.version, target / MARK, documents, site.files, site.bytes)


def check_target(target: Path) -> None:
    """Raise CorpusError where a report must not be written: something lies there that is none."""
    if target.is_symlink() or (target.exists() and not target.is_dir()):
        raise CorpusError(f"{target} is not a folder: name another one with -o", USAGE)
    if target.is_dir() and any(target.iterdir()) and not (target / DATA / "overview.js").is_file():
        raise CorpusError(f"{target} is not empty and no report: name another folder with -o", USAGE)


def _write(release: Release, site: _Site, scratch: Path, why: Mapping[str, str]) -> int:
    tables = TableFiles(release.path)
    for entry in sorted(files("pipelines.report").joinpath("site").iterdir(), key=lambda each: each.name):
        site.write(entry.name, entry.read_text(encoding="utf-8"))
    with facts.opened(release.path, scratch) as connection, ThreadPoolExecutor(1) as beside:
        places = facts.choose_lines(connection)
        counting = beside.submit(_count, connection, tables, release, why)
        kinds = data.Kinds()
        edits = _write_edits(tables, site, kinds)
        lines, texts = _write_texts(tables, site, places)
        lists = _write_lists(tables, site, edits)
        counted = counting.result()
    for name, drawn in counted.charts.items():
        site.write(f"charts/{name}", drawn)
    examples = _write_packed(site, "rules", counted.examples)
    site.put("rules", {"rows": counted.rules, "files": examples})
    contexts = _write_packed(site, "terms", (lines.get(row[0], []) for row in counted.terms["rows"]))
    site.put("terms", {**counted.terms, "files": contexts})
    site.put("rejects", counted.rejects)
    release_facts = {name: release.manifest.get(name) for name in NAMED}
    cuts = {"lists": lists, "texts": texts, "rows": data.LIST_ROWS}
    site.put("overview", {"release": release_facts, **counted.overview, "kinds": kinds.rows, "files": cuts})
    return int(counted.overview["documents"])


def _count(connection: Any, tables: TableFiles, release: Release, why: Mapping[str, str]) -> _Counted:  # noqa: ANN401
    chart_facts = gather_facts(tables, _versions(release))
    rules = facts.rules(connection, why)
    examples = facts.rule_examples(connection)
    span = facts.periods(connection)
    series = facts.terms_by_time(connection, span) if span else {}
    terms = {
        "labels": span.labels if span else [],
        "words": facts.words_by_time(connection, span) if span else [],
        "rows": [[*row, series.get(row[0], [])] for row in facts.terms(connection)],
    }
    return _Counted(
        overview=facts.overview(connection, chart_facts),
        charts=draw_charts(chart_facts),
        rules=rules,
        examples=[examples[row[0]] for row in rules],
        terms=terms,
        rejects=facts.rejects(connection),
    )


def _write_edits(tables: TableFiles, site: _Site, kinds: data.Kinds) -> list[str]:
    """Write the edits by document; returns the first document of each file."""
    firsts: list[str] = []
    for rows in data.cut(tables.batches("edits", *data.EDITS), data.FILE_BYTES, "document_id"):
        site.put(f"edits/{len(firsts):04d}", data.edit_value(rows, kinds))
        firsts.append(rows["document_id"][0].as_py())
    return firsts


def _write_texts(tables: TableFiles, site: _Site, chosen: Mapping[int, Lines]) -> tuple[Contexts, list[int]]:
    """Write the documents in their order; returns the contexts of terms, and the first place in each file."""
    starts: list[int] = []
    contexts: Contexts = {}
    place = 0
    for rows in data.cut(tables.batches("documents", *data.TEXTS), data.FILE_BYTES):
        value = data.text_value(rows)
        site.put(f"texts/{len(starts):04d}", value)
        starts.append(place)
        for text, day in zip(value["text"], value["published_date"], strict=True):
            for term, start, end in chosen.get(place, ()):
                contexts.setdefault(term, []).append([*facts.show_line(text, start, end), place, day])
            place += 1
    return contexts, starts


def _write_lists(tables: TableFiles, site: _Site, firsts: list[str]) -> int:
    count = 0
    for rows in data.cut_rows(tables.batches("documents", *data.LISTED), data.LIST_ROWS):
        site.put(f"lists/{count:04d}", data.list_value(rows, firsts))
        count += 1
    return count


def _write_packed(site: _Site, name: str, values: Iterable[Any]) -> list[int]:
    """Write small values in a few files; returns the number of the first value of each file."""
    starts: list[int] = []
    first = 0
    for each in data.pack(values):
        site.put(f"{name}/{len(starts):04d}", each)
        starts.append(first)
        first += len(each)
    return starts


def _versions(release: Release) -> list[tuple[str, int]]:
    """Name the releases of the store up to this one, with their documents; of a lone folder only itself."""
    home = release.path.absolute().parent
    own = parse_version(release.version) or (0, 0, 0)
    known = releases(home.parent) if home.name == RELEASES else []
    before = [(info.version, info.documents) for info in known if (parse_version(info.version) or own) < own]
    return [*before, (release.version, release.info.documents)]
