"""Published: tables -> a staged release, made visible in one move.

Nothing is written unless there is something new, the expectations of the source hold, and parent + changes = release.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from pipelines.card import render_card
from pipelines.charts import draw_charts, gather_facts
from pipelines.compare import (
    Difference,
    Engine,
    Side,
    apply_changes,
    as_side,
    build_changes,
    build_report,
    prove_changes,
    render_changes,
)
from pipelines.document import APPLIED, Settings
from pipelines.errors import INTERNAL, CorpusError
from pipelines.prose import store_option
from pipelines.publish.expectations import check_accounting, check_expectations
from pipelines.publish.manifest import (
    MAIN,
    Build,
    build_manifest,
    code_version,
    count_stages,
    describe_dataset,
    write_records,
)
from pipelines.publish.parquet import write_table
from pipelines.publish.rivals import ATTEMPTS, ConflictError, watch
from pipelines.publish.staging import check_store, promote, staging_area, unstage
from pipelines.publish.versions import AUTO, choose_version, given_versions
from pipelines.release import (
    RELEASES,
    AnyTables,
    Release,
    ReleaseInfo,
    TableFiles,
    Tables,
    check_files,
    count_values,
    file_sha256,
    latest,
    releases,
    verify,
)

__all__ = [
    "Build", "ConflictError", "Outcome", "apply_changes", "build_changes", "code_version", "publish", "publish_staged",
    "staged", "watch", "write_table", "writing",
]  # fmt: skip

SHOWN_REJECTS = 1_000
"""Rejects that an outcome carries; the table has them all."""


NAMED = 150
"""Documents that are described for CHANGES.md."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What publishing came to.

    ``version`` and ``path`` are those of the release that now stands for the source: the new one, the one that a dry
    run would make, or, where nothing changed, the latest one. ``bump`` is major, minor, patch or first; None where
    nothing changed. ``rule_counts`` counts applied edits by rule. ``rejects`` has the first ``SHOWN_REJECTS`` rows of
    the table; ``counts`` says how many there are. ``notes`` are about the source. ``shards`` are those that were
    refined in this run, and all of them.
    """

    version: str
    path: Path
    published: bool
    bump: str | None
    reason: str
    counts: Mapping[str, Any]
    rule_counts: Counter[str]
    difference: Difference
    rejects: tuple[Mapping[str, Any], ...] = ()
    notes: tuple[str, ...] = ()
    shards: tuple[int, int] = (0, 0)


def publish(
    tables: Tables, store: Path, settings: Settings, build: Build, version: str = AUTO, *, dry_run: bool = False
) -> Outcome:
    """Publish tables that are in memory: see ``publish_staged``."""
    with staged(store) as folder:
        for name, table in tables.items():
            write_table(table, name, folder / name)
        return publish_staged(folder, store, settings, build, version, dry_run=dry_run)


@contextmanager
def staged(store: Path) -> Iterator[Path]:
    """Give a folder for the tables of the next release; it is gone in the end unless it was published.

    CorpusError where the store cannot be used or written to; then, too, the store is as it was.
    """
    check_store(store)
    with writing(store), staging_area(store) as folder:
        yield folder


@contextmanager
def writing(store: Path) -> Iterator[None]:
    """Say in one line what keeps a store from being written to."""
    try:
        yield
    except OSError as error:
        raise CorpusError(
            f"{store} cannot be written to ({error.strerror or error}): check permissions and free space, "
            "or choose another store with --to"
        ) from error


def publish_staged(
    folder: Path, store: Path, settings: Settings, build: Build, version: str = AUTO, *, dry_run: bool = False
) -> Outcome:
    """Publish the tables below a staged folder as the next release, unless they say what the latest release says.

    A run that loses a race begins again against the new parent, if the source is still as it was read.
    CorpusError where an expectation of the source is not met, the version asked for is refused, or another run
    published meanwhile. In every such case the store is as it was.
    """
    for _ in range(ATTEMPTS - 1):
        try:
            return _publish_once(folder, store, settings, build, version, dry_run=dry_run)
        except ConflictError:
            newest = latest(store)
            if build.is_current is None or not build.is_current():
                raise
            build = replace(build, parent=newest.version if newest else "")
            unstage(folder, MAIN)
    return _publish_once(folder, store, settings, build, version, dry_run=dry_run)


def _publish_once(
    folder: Path, store: Path, settings: Settings, build: Build, version: str, *, dry_run: bool
) -> Outcome:
    tables = TableFiles(folder)
    check_accounting(tables, build)
    parent = _sound_parent(store, build)
    with ThreadPoolExecutor() as pool:
        hashes = dict(zip(MAIN, pool.map(tables.sha256, MAIN), strict=True))
    difference, report = _compare_with(parent, tables, hashes, settings, build)
    _check_against(parent, tables, settings, difference)
    bump = difference.bump(settings.version_policy) if parent else "first"
    reason = difference.reason if parent else "first release"
    chosen = choose_version(version, bump, reason, given_versions(store), settings.version_policy)
    is_unchanged = parent is not None and difference.is_empty
    if not is_unchanged:
        _refuse_withdrawn(hashes, store, settings)
    outcome = Outcome(
        version=parent.version if parent and is_unchanged else chosen,
        path=parent.path if parent and is_unchanged else store / RELEASES / chosen,
        published=not (is_unchanged or dry_run),
        bump=bump,
        reason="nothing changed" if is_unchanged else reason,
        counts=count_stages(tables, build),
        rule_counts=_count_applied(tables),
        difference=difference,
        rejects=tuple(tables.read("rejects").slice(0, SHOWN_REJECTS).to_pylist()),
        notes=build.notes,
        shards=build.shards,
    )
    if outcome.published:
        manifest = build_manifest(tables, hashes, build, settings, chosen, parent=parent, difference=difference)
        if parent is not None:
            _write_changes(folder, parent, difference)
        history = [*map(_describe, releases(store)), (chosen, bump or "", reason)]
        change_count = len(difference.changes) if parent else None
        card = render_card(tables, settings, history, change_count=change_count, source_name=build.source_name)
        sizes = [*((info.version, info.documents) for info in releases(store)), (chosen, tables.rows("documents"))]
        charts = {f"charts/{name}": text for name, text in draw_charts(gather_facts(tables, sizes)).items()}
        notes = {"README.md": card, "CHANGES.md": render_changes(manifest, report), **charts}
        _complete(folder, notes, manifest, {*_file_hashes(parent).values()} if parent else ())
        promote(folder, store, manifest["version"], manifest["parent"], build.run_id)
    return outcome


def _complete(folder: Path, notes: Mapping[str, str], manifest: Mapping[str, Any], known: Collection[str]) -> None:
    """Write the notes and records of a staged release, and check that it says what the manifest does.

    Files that are ``known`` by their hashes, since the parent has them, were checked before.
    """
    for name, text in notes.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    write_records(folder, manifest)
    problems = [f"{finding.path}: {finding.problem}" for finding in verify(folder, known=known)]
    if problems:
        raise CorpusError(f"the staged release is not sound ({problems[0]}); nothing was published", INTERNAL)


def _sound_parent(store: Path, build: Build) -> Release | None:
    """Return the latest release, whose files must be as they were published: the next one is measured against it."""
    parent = latest(store)
    if build.parent is not None and build.parent != (parent.version if parent else ""):
        raise ConflictError(
            f"another run published meanwhile ({parent.version if parent else 'nothing'} instead of {build.parent}); "
            "nothing was published: run corpus publish again"
        )
    findings = check_files(parent.path) if parent else []
    if parent and findings:
        first = findings[0]
        raise CorpusError(
            f"the latest release {parent.version} is damaged ({first.path}: {first.problem}); "
            "restore it from a copy, or move its folder out of the store"
        )
    return parent


def _check_against(parent: Release | None, tables: AnyTables, settings: Settings, difference: Difference) -> None:
    name = str(parent.manifest.get("dataset", {}).get("name", "")) if parent else ""
    check_expectations(tables, settings, difference, parent.info.documents if parent else 0, name)


def _refuse_withdrawn(hashes: Mapping[str, str], store: Path, settings: Settings) -> None:
    """Raise CorpusError where the tables say what a withdrawn release said: it would come back under a new number."""
    withdrawn = [info for info in releases(store) if info.withdrawn is not None]
    for info in withdrawn:
        manifest = Release(info.path).manifest
        said = {name: entry["logical_sha256"] for name, entry in manifest["tables"].items()}
        if said == hashes and manifest["dataset"] == describe_dataset(settings):
            raise CorpusError(
                f"this is what {info.version} says, which was withdrawn ({info.withdrawn}); nothing was published: "
                f"mend the source, or take the withdrawal back with corpus yank {info.version} "
                f"--undo{store_option(store)}"
            )


def _describe(info: ReleaseInfo) -> tuple[str, str, str]:
    """Make the line of a release in the history of the card."""
    note = f" (withdrawn: {info.withdrawn})" if info.withdrawn is not None else ""
    return info.version, info.bump, info.reason + note


def _compare_with(
    parent: Release | None, tables: TableFiles, hashes: Mapping[str, str], settings: Settings, build: Build
) -> tuple[Difference, dict[str, Any] | None]:
    """Compare the tables with the parent's files; the report is for CHANGES.md, None for the first release."""
    if parent is None:
        return Difference(), None
    known = {
        "dataset": describe_dataset(settings),
        "tables": {name: {"logical_sha256": digest} for name, digest in hashes.items()},
        "rule_fingerprint": build.rule_fingerprint,
        "glossary_fingerprint": build.glossary_fingerprint,
        "parser_fingerprint": build.parser_fingerprint,
    }
    old = {parent.path / name: digest for name, digest in _file_hashes(parent).items()}
    paths = {name: tables.paths(name) for name in MAIN}
    new = {path: file_sha256(path) for files in paths.values() for path in files}
    with Engine(
        replace(as_side(parent), hashes=old), Side("the new tables", paths, manifest=known, hashes=new)
    ) as engine:
        return build_report(engine, NAMED, settings.version_policy)


def _file_hashes(release: Release) -> dict[str, str]:
    return {name: entry["sha256"] for name, entry in release.manifest["files"].items()}


def _write_changes(folder: Path, parent: Release, difference: Difference) -> None:
    """Write the table ``changes``, and prove that the parent and what was written add up to the release."""
    tables = TableFiles(folder)
    rows = build_changes(difference, tables)  # those of documents were held against their schema before
    write_table(rows, "changes", folder / "changes", in_full=False)
    prove_changes(TableFiles(parent.path), tables)


def _count_applied(tables: AnyTables) -> Counter[str]:
    counts = count_values(tables, "edits", "rule", "action")
    applied: Counter[str] = Counter()
    for (rule, action), count in counts.items():
        applied[rule] += count if action in APPLIED else 0
    return +applied
