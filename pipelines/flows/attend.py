"""A flow run, well told: its artifacts, its tags, and what a run that Prefect has started itself needs besides.

Artifacts are written when our own work is done. What goes wrong with them is logged and never changes a run.
"""

from __future__ import annotations

import contextlib
import logging
import os
import re
import signal
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

from prefect.artifacts import create_markdown_artifact, create_table_artifact
from prefect.client.orchestration import get_client
from prefect.context import FlowRunContext

from pipelines.errors import USAGE, CorpusError
from pipelines.flows.account import headline, reject_rows, rule_rows, summarize_failure, summarize_outcome
from pipelines.flows.ledger import Ledger, given, keeping
from pipelines.flows.notify import announcing
from pipelines.flows.server import local_store
from pipelines.ingest import hide_secrets, read_settings, show_source, source_argument
from pipelines.publish.versions import AUTO
from pipelines.release import TableFiles, parse_version
from pipelines.urls import remember_secrets

logger = logging.getLogger("prefect.corpus")

LAST_GRACE = 30.0
"""Seconds that a run which took too long may take to end when it is told to."""


@contextlib.contextmanager
def attended(
    source: str, store: str, *, version: str = AUTO, workers: int | None = None, timeout_seconds: float | None = None
) -> Iterator[Ledger]:
    """Tell what becomes of the run inside; give it a ledger and check its source where Prefect has started it."""
    if (ledger := given()) is not None:
        with telling(ledger, source):
            yield ledger
        return
    ledger = Ledger(source_argument(source))
    announced = announcing(source, store, lambda: read_settings(source_argument(source)))
    with telling(ledger, source), keeping(ledger), limited(timeout_seconds), announced as tell:
        check_parameters(source, store, version, workers)
        yield ledger
        if ledger.outcome is not None:
            tell(ledger.outcome, str(ledger.outcome.path))


def check_parameters(source: str, store: str, version: str, workers: int | None) -> None:
    """Raise CorpusError where a parameter of a deployment is wrong, or holds secrets: Prefect keeps parameters and
    shows them to everybody.
    """
    local_store(store)
    if version != AUTO and not parse_version(version):
        raise CorpusError(f"the parameter version is {version!r}: give X.Y.Z or auto", USAGE)
    if workers is not None and (not isinstance(workers, int) or workers < 1):
        raise CorpusError(f"the parameter workers is {workers!r}: give a whole number from 1, or none", USAGE)
    remember_secrets(source)
    if hide_secrets(source) != source:
        raise CorpusError(
            f"the source {show_source(source)} of this deployment has credentials in its URL, where Prefect keeps and "
            "shows them: renew them, take them out of the URL, and set them in the environment of the worker",
            USAGE,
        )


@contextlib.contextmanager
def telling(ledger: Ledger, source: str) -> Iterator[None]:
    """Write the artifacts of the run inside, whether it goes well or not."""
    name = show_source(source)
    try:
        yield
    except Exception as error:
        problem = hide_secrets(str(error) or type(error).__name__)
        quietly(lambda: show_failure(name, problem, ledger))
        raise
    quietly(lambda: show_outcome(name, ledger))


def show_outcome(name: str, ledger: Ledger) -> None:
    """Write the artifacts and the tags of a run that went well."""
    outcome = ledger.outcome
    if outcome is None or FlowRunContext.get() is None:
        return
    _markdown(f"summary-{_slug(name)}", summarize_outcome(name, outcome, ledger.seconds), headline(outcome))
    if outcome.rejects:
        _table(f"rejects-{_slug(name)}", reject_rows(outcome.rejects), "inputs that did not become documents")
    if outcome.rule_counts:
        _table(f"rules-{_slug(name)}", rule_rows(outcome.rule_counts), "applied edits by rule")
    _tag(name, outcome.version)


def show_failure(name: str, problem: str, ledger: Ledger) -> None:
    """Write what was reached and what was in the way."""
    if FlowRunContext.get() is None:
        return
    text = summarize_failure(name, problem, ledger.seconds, ledger.rejects)
    _markdown(f"summary-{_slug(name)}", text, "nothing was published")
    if ledger.rejects:
        _table(f"rejects-{_slug(name)}", reject_rows(ledger.rejects), "inputs that did not become documents")
    _tag(name, "failed")


@contextlib.contextmanager
def keeping_rejects(folder: Path, ledger: Ledger) -> Iterator[None]:
    """Where the work inside fails, keep the staged rejects for the summary: the folder is gone a moment later."""
    try:
        yield
    except Exception:
        with contextlib.suppress(Exception):
            ledger.rejects = TableFiles(folder).read("rejects").slice(0, 1000).to_pylist()
        raise


@contextlib.contextmanager
def limited(seconds: float | None) -> Iterator[None]:
    """End the process where the work inside takes longer: no thread of Python's can be broken off from outside."""
    if not seconds:
        yield
        return

    def give_up() -> None:
        logger.error("the run took more than %g seconds and is ended; nothing is half-written", seconds)
        last = threading.Timer(LAST_GRACE, os._exit, (1,))
        last.daemon = True
        last.start()
        os.kill(os.getpid(), signal.SIGTERM)

    timer = threading.Timer(seconds, give_up)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


def _markdown(key: str, text: str, description: str) -> None:
    create_markdown_artifact(text, key=key, description=description)


def _table(key: str, rows: list[dict[str, object]], description: str) -> None:
    create_table_artifact(rows, key=key, description=description)


def _tag(name: str, version: str) -> None:
    """Add the source and the version to the tags of the run."""
    context = FlowRunContext.get()
    if context is None or context.flow_run is None:
        return
    tags = sorted({*context.flow_run.tags, name, version})
    with get_client(sync_client=True) as client:
        client.update_flow_run(context.flow_run.id, tags=tags)


def _slug(name: str) -> str:
    """Return a name as the key of an artifact may be."""
    return re.sub(r"[^a-z0-9]+", "-", name.rstrip("/").rpartition("/")[2].lower()).strip("-") or "source"


def quietly(work: Callable[[], object]) -> None:
    """Do what is of use to the page alone; its failure is logged."""
    try:
        work()
    except Exception as error:
        logger.warning("Prefect did not take what the page shows of this run: %s", hide_secrets(str(error)))
