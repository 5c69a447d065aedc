"""The flow ``publish_release``: one Prefect task per stage, around the pure functions that do the work.

What passes from task to task goes in a ``Parcel``, because Prefect walks through every list, dict and dataclass that
it can see. Nothing is hashed, cached or persisted.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from prefect import flow, get_run_logger, task
from prefect.cache_policies import NO_CACHE
from prefect.context import FlowRunContext

import schemas
from pipelines import publish as publishing
from pipelines import refine as refining
from pipelines import shards as sharding
from pipelines.flows.attend import attended, keeping_rejects
from pipelines.flows.ledger import current
from pipelines.flows.progress import Telling
from pipelines.flows.retry import attempt
from pipelines.flows.server import local_store
from pipelines.ingest import check_apart, hide_secrets, source_argument
from pipelines.publish import Build, code_version, watch
from pipelines.publish.staging import check_store
from pipelines.publish.versions import AUTO
from pipelines.refine import load_knowledge
from pipelines.release import latest
from pipelines.release.folders import INTERIM
from pipelines.shards import Area, Engine, Refined

if TYPE_CHECKING:
    from pipelines.refine import Source

T = TypeVar("T")

PLAIN: dict[str, Any] = {"persist_result": False, "cache_policy": NO_CACHE}
"""A task that Prefect only runs and reports: results stay in memory, parameters are never hashed."""


class Parcel(Generic[T]):
    """A closed box round a value of any size: Prefect passes it on by reference without looking inside."""

    __slots__ = ("content",)

    def __init__(self, content: T) -> None:
        """Wrap ``content``."""
        self.content = content


Loaded = tuple["Source", "Build"]


@task(name="ingest", task_run_name="ingest", **PLAIN)
def ingest(source: str, store: Path) -> Parcel[Loaded]:
    """Read the settings, the glossary and the list of inputs of a source, and note what will make the release."""
    with current().stage("ingest"):
        place = current().source or source_argument(source)
        parent, is_current = latest(store), watch(place)  # both before the source is read
        loaded = attempt(lambda: refining.load_source(place), warn)
        return Parcel((loaded, describe_build(loaded, parent.version if parent else "", is_current)))


@task(name="refine", task_run_name="refine", **PLAIN)
def refine(loaded: Parcel[Loaded], area: Area, engine: Engine, store: Path, version: str) -> Parcel[Refined] | None:
    """Read, parse, clean and validate every input, shard by shard; what cannot become a document is a reject.

    None where the source looks as it did for the latest release: that settles the run.
    """
    with current().stage("refine"):
        source, build = loaded.content
        found = sharding.find_unchanged(source, store) if version == AUTO else None
        if found is not None:
            current().settle(replace(found, notes=build.notes))
            return None
        tell = Telling("refine", note)
        return Parcel(attempt(lambda: sharding.refine_shards(source, area, engine, on_done=tell), warn))


@task(name="merge", task_run_name="merge", **PLAIN)
def merge(loaded: Parcel[Loaded], refined: Parcel[Refined], folder: Path, store: Path, version: str) -> int | None:
    """Bring the rows of all shards together as the tables of a release; return the number of inputs.

    None where the latest release was made of the same: that settles the run.
    """
    with current().stage("merge"), publishing.writing(store):
        source, build = loaded.content
        found = sharding.find_published(refined.content, source.settings, store) if version == AUTO else None
        if found is not None:
            sharding.note_published(source, refined.content, store, found)
            current().settle(replace(found, notes=build.notes))
            return None
        return sharding.merge_shards(refined.content, folder, store)


@task(name="publish", task_run_name="publish", **PLAIN)
def publish(
    loaded: Parcel[Loaded],
    refined: Parcel[Refined],
    folder: Path,
    store: Path,
    version: str,
    *,
    input_count: int,
    is_dry_run: bool,
) -> None:
    """Complete the staged release and make it visible in one move, unless nothing has changed."""
    with current().stage("publish"), publishing.writing(store):
        source, build = loaded.content
        build = counted(build, input_count, refined.content)
        outcome = publishing.publish_staged(folder, store, source.settings, build, version, dry_run=is_dry_run)
        if not is_dry_run:
            sharding.note_published(source, refined.content, store, outcome)
        current().settle(outcome)


@flow(name="publish_release", flow_run_name="publish {source}", persist_result=False, validate_parameters=False)
def publish_release(
    source: str,
    store: str,
    version: str = "auto",
    dry_run: bool = False,  # noqa: FBT001, FBT002 (Prefect shows parameters by their names)
    workers: int | None = None,
    scheduler: str = "",
    timeout_seconds: float | None = None,
) -> dict[str, str]:
    """Publish the next release of ``source`` in ``store``; the outcome is in the ledger of the run.

    ``timeout_seconds`` counts where Prefect has started the run: its process is ended. Returns version and path.
    """
    with attended(source, store, version=version, workers=workers, timeout_seconds=timeout_seconds) as ledger:
        home = local_store(store)
        check_apart(source, home)
        loaded = ingest(source, home)
        refined = refine(loaded, area_of(home), Engine(workers, scheduler), home, version)
        with publishing.staged(home) as folder, keeping_rejects(folder, ledger):
            inputs = merge(loaded, refined, folder, home, version) if refined else None
            if refined and inputs is not None:
                publish(loaded, refined, folder, home, version, input_count=inputs, is_dry_run=dry_run)
    outcome = ledger.outcome
    return {"version": outcome.version, "path": str(outcome.path)} if outcome else {}


def note(message: str) -> None:
    """Say something in the log of the run, which the page shows."""
    get_run_logger().info(message)


def warn(message: str) -> None:
    """Say in the log of the run that something went wrong which may pass."""
    get_run_logger().warning(hide_secrets(message))


def describe_build(source: Source, parent: str, is_current: Callable[[], bool] | None) -> Build:
    """Note what makes the release, which release was the latest, and how to tell whether the source has changed."""
    context = FlowRunContext.get()
    return Build(
        rule_fingerprint=source.knowledge.rule_fingerprint,
        glossary_fingerprint=source.knowledge.glossary_fingerprint,
        parser_fingerprint=source.knowledge.parser_fingerprint,
        schema_fingerprint=schemas.fingerprint(),
        code_version=code_version(),
        input_count=len(source.inputs),
        source_name=source.settings.name,
        run_id=str(context.flow_run.id) if context and context.flow_run else "",
        parent=parent,
        notes=source.notes,
        is_current=is_current,
    )


def counted(build: Build, input_count: int, refined: Refined) -> Build:
    """Note how many inputs there were, and how many shards were refined now, of how many.

    Of a file with many records each is an input, which shows only once it is read.
    """
    return replace(build, input_count=input_count, shards=(refined.new, len(refined.results)))


def area_of(store: Path) -> Area:
    """Return the stage area of a store: a folder of its own, by its full path, which the workers of a cluster share."""
    return Area(str((store / INTERIM / "shards").absolute()))


def prepare(store: Path) -> None:
    """Do what needs no server while it starts: look at the store, read the glossary, load the libraries of validate."""
    check_store(store)
    load_knowledge()
    schemas.schema_of("documents")
