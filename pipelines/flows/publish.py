"""The flow ``publish_release``: one Prefect task per stage, around the pure functions that do the work.

What passes from task to task goes in a ``Parcel``, because Prefect walks through every list, dict and dataclass that
it can see. Nothing is hashed, cached or persisted.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from prefect import flow, task
from prefect.cache_policies import NO_CACHE
from prefect.context import FlowRunContext

import schemas
from pipelines import publish as publishing
from pipelines import refine as refining
from pipelines import validate as validating
from pipelines.flows.ledger import current
from pipelines.flows.progress import report
from pipelines.ingest import source_argument
from pipelines.publish import code_version, watch
from pipelines.publish.staging import check_store
from pipelines.refine import load_knowledge
from pipelines.release import latest

if TYPE_CHECKING:
    from pipelines.document import CleanedDocument, Reject
    from pipelines.publish import Build
    from pipelines.refine import Source
    from pipelines.release import Tables

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
Refined = tuple[list["CleanedDocument"], list["Reject"]]


@task(name="ingest", **PLAIN)
def ingest(source: str, store: Path) -> Parcel[Loaded]:
    """Read the settings, the glossary and the list of inputs of a source, and note what will make the release."""
    with current().stage("ingest"):
        place = current().source or source_argument(source)
        parent, is_current = latest(store), watch(place)  # both before the source is read
        loaded = refining.load_source(place)
        return Parcel((loaded, describe_build(loaded, parent.version if parent else "", is_current)))


@task(name="refine", **PLAIN)
def refine(loaded: Parcel[Loaded], workers: int | None) -> Parcel[Refined]:  # noqa: ARG001 (no pool yet)
    """Read, parse and clean every input; what cannot become a document is a reject."""
    with current().stage("refine"):
        source, _ = loaded.content
        tell = partial(report, "refine", total=len(source.inputs))
        return Parcel(refining.refine(source.inputs, source.settings, source.knowledge, on_done=tell))


@task(name="validate", **PLAIN)
def validate(refined: Parcel[Refined], loaded: Parcel[Loaded]) -> Parcel[Tables]:
    """Make tables of the documents and rejects, and hold them against the schemas."""
    with current().stage("validate"):
        return Parcel(validating.build_tables(*refined.content, loaded.content[0].settings))


@task(name="publish", **PLAIN)
def publish(
    tables: Parcel[Tables],
    refined: Parcel[Refined],
    loaded: Parcel[Loaded],
    store: Path,
    version: str,
    *,
    is_dry_run: bool,
) -> None:
    """Stage the release and make it visible in one move, unless nothing has changed."""
    with current().stage("publish"):
        source, build = loaded.content
        build = counted(build, refined.content)
        outcome = publishing.publish(tables.content, store, source.settings, build, version, dry_run=is_dry_run)
        current().settle(outcome)


@flow(name="publish_release", flow_run_name="publish {source}", persist_result=False, validate_parameters=False)
def publish_release(
    source: str,
    store: str,
    version: str = "auto",
    dry_run: bool = False,  # noqa: FBT001, FBT002 (Prefect shows parameters by their names)
    workers: int | None = None,
) -> None:
    """Publish the next release of ``source`` in ``store``; the outcome is in the ledger of the run."""
    loaded = ingest(source, Path(store))
    refined = refine(loaded, workers)
    tables = validate(refined, loaded)
    publish(tables, refined, loaded, Path(store), version, is_dry_run=dry_run)


def describe_build(source: Source, parent: str, is_current: Callable[[], bool] | None) -> Build:
    """Note what makes the release, which release was the latest, and how to tell whether the source has changed."""
    context = FlowRunContext.get()
    return publishing.Build(
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


def counted(build: Build, refined: Refined) -> Build:
    """Note how many inputs there were: of a file with many records each is one, which shows only once it is read."""
    documents, rejects = refined
    return replace(build, input_count=len(documents) + len(rejects))


def prepare(store: Path) -> None:
    """Do what needs no server while it starts: look at the store, read the glossary, load the libraries of validate."""
    check_store(store)
    load_knowledge()
    validating.build_tables([], [])
