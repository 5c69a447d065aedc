"""Flows that look after a store: check every release to the last byte, and take old ones away."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from prefect import flow
from prefect.artifacts import create_markdown_artifact, create_table_artifact

from pipelines.errors import USAGE, CorpusError
from pipelines.flows.attend import limited, quietly
from pipelines.flows.notify import notice_of_failure, tell
from pipelines.flows.server import local_store
from pipelines.prose import plural
from pipelines.publish.keeping import prune
from pipelines.release import Release, releases, resolve, verify

PLAIN: dict[str, Any] = {"persist_result": False}


@flow(name="verify_release", flow_run_name="verify {version} of {store}", **PLAIN)
def verify_release(
    store: str,
    version: str = "all",
    deep: bool = True,  # noqa: FBT001, FBT002 (Prefect shows parameters by their names)
    timeout_seconds: float | None = None,
) -> int:
    """Check releases (``all``, ``latest`` or X.Y.Z), with ``deep`` every row of their tables; return how many.

    CorpusError names the first one that is not what was published; people are told as of a failed run.
    """
    with told(store), limited(timeout_seconds):
        home = _home(store)
        chosen = [Release(each.path) for each in releases(home)] if version == "all" else [resolve(home, version)]
        if not chosen:
            raise CorpusError(f"no release in {store}: name the store in the parameters of the deployment", USAGE)
        rows = [
            {"release": each.version, "file": finding.path, "problem": finding.problem}
            for each in chosen
            for finding in verify(each.path, deep=deep)
        ]
        quietly(lambda: _show_findings([each.version for each in chosen], rows))
        if rows:
            first = rows[0]
            raise CorpusError(
                f"{_differing(rows)}, first {first['release']}/{first['file']} "
                f"({first['problem']}): restore the release from a copy"
            )
    return len(chosen)


@flow(name="prune_store", flow_run_name="prune {store}", **PLAIN)
def prune_store(
    store: str,
    keep: int,
    dry_run: bool = False,  # noqa: FBT001, FBT002 (Prefect shows parameters by their names)
    timeout_seconds: float | None = None,
) -> list[str]:
    """Take all but the last ``keep`` releases away, as ``corpus prune`` does; return their versions."""
    with told(store), limited(timeout_seconds):
        if keep < 1:
            raise CorpusError(f"the parameter keep is {keep}: give a whole number from 1", USAGE)
        gone = [each.version for each in prune(_home(store), keep, dry_run=dry_run)]
        said = f"{plural(len(gone), 'old release')} {'to be removed' if dry_run else 'removed'}"
        text = f"# {store}: {said}\n\n" + "\n".join(f"- {version}" for version in gone)
        quietly(lambda: create_markdown_artifact(text, key="prune", description=said))
    return gone


def _home(store: str) -> Path:
    home = local_store(store)
    if not home.is_dir():
        raise CorpusError(f"no store at {store}: name the store in the parameters of the deployment", USAGE)
    return home


@contextmanager
def told(store: str) -> Iterator[None]:
    """Tell people of a failure, where the environment says so: a store has no settings."""
    try:
        yield
    except Exception as error:
        problem = str(error)
        tell(lambda: notice_of_failure(store, store, problem), None)
        raise


def _differing(rows: list[dict[str, str]]) -> str:
    return f"not what was published: {plural(len(rows), 'file')}"


def _show_findings(versions: list[str], rows: list[dict[str, str]]) -> None:
    state = _differing(rows) if rows else "all sound"
    lines = [f"# {plural(len(versions), 'release')}: {state}", "", *(f"- {version}" for version in versions)]
    create_markdown_artifact("\n".join(lines), key="verify", description=state)
    if rows:
        create_table_artifact(rows, key="verify-findings", description=state)
