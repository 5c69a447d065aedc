"""Flows as Prefect itself starts them: no ledger from outside, everything told on the page, no secret taken."""

from __future__ import annotations

import json
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from pipelines.errors import CorpusError
from pipelines.flows import notify, server
from pipelines.flows.notify import Notice
from pipelines.flows.server import Server
from tests.samples import make_document, make_release

TEXT = "The provincial conference on civil affairs was held in Changsha on Tuesday, and 200 people came.\n"


@pytest.fixture
def sent(embedded: Server, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[Notice]]:
    """Prefect as a worker has it, and the notices that are sent."""
    notices: list[Notice] = []
    monkeypatch.setenv("PREFECT_API_URL", embedded.url)
    monkeypatch.setenv("CORPUS_NOTIFY_COMMAND", "tell")
    monkeypatch.setattr(notify, "send", lambda notice, to: notices.append(notice))
    for name, value in server.PRIVATE.items():
        monkeypatch.setenv(name, value)
    from prefect.settings import PREFECT_API_URL, PREFECT_FLOWS_HEARTBEAT_FREQUENCY, temporary_settings

    with temporary_settings({PREFECT_API_URL: embedded.url, PREFECT_FLOWS_HEARTBEAT_FREQUENCY: None}):
        yield notices


@pytest.fixture
def source(tmp_path: Path) -> Path:
    folder = tmp_path / "news"
    (folder / "raw").mkdir(parents=True)
    (folder / "raw" / "a.txt").write_text(TEXT)
    (folder / "raw" / "empty.txt").write_bytes(b"")
    return folder


def ask(embedded: Server, path: str) -> list[dict[str, Any]]:
    request = urllib.request.Request(f"{embedded.url}/{path}", b"{}", {"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=30) as answer:
        found: list[dict[str, Any]] = json.load(answer)
    return found


def artifacts(embedded: Server) -> dict[str, Any]:
    return {each["key"]: each["data"] for each in ask(embedded, "artifacts/latest/filter")}


def test_a_run_that_prefect_starts_tells_and_returns_what_it_came_to(
    embedded: Server, sent: list[Notice], source: Path, tmp_path: Path
) -> None:
    from pipelines.flows.publish import publish_release

    result = publish_release(str(source), str(tmp_path / "store"))
    assert result == {"version": "1.0.0", "path": str(tmp_path / "store" / "releases" / "1.0.0")}
    shown = artifacts(embedded)
    assert ": published 1.0.0" in shown["summary-news"]
    assert json.loads(shown["rejects-news"])[0]["reason"] == "empty"
    (run,) = [each for each in ask(embedded, "flow_runs/filter") if str(source) in each["tags"]]
    assert "1.0.0" in run["tags"]
    assert [each.event for each in sent] == ["published"]


def test_a_run_that_fails_says_what_was_reached_and_which_inputs_to_look_at(
    embedded: Server, sent: list[Notice], source: Path, tmp_path: Path
) -> None:
    from pipelines.flows.publish import publish_release

    (source / "dataset.toml").write_text("max_reject_share = 0.0\n")
    with pytest.raises(CorpusError, match="max_reject_share"):
        publish_release(str(source), str(tmp_path / "store"))
    shown = artifacts(embedded)
    assert "It failed in: publish." in shown["summary-news"]
    assert "| empty | 1 |" in shown["summary-news"]
    assert [each.event for each in sent] == ["failed"]


def test_a_deployment_with_a_secret_in_its_url_is_refused_and_repeats_it_nowhere(
    embedded: Server, sent: list[Notice], tmp_path: Path
) -> None:
    from pipelines.flows.publish import publish_release

    with pytest.raises(CorpusError, match="take them out of the URL"):
        publish_release("memory://someone:given-away@corpus/src", str(tmp_path / "store"))
    assert all("given-away" not in str(each) for each in [*artifacts(embedded).values(), *sent])


def test_a_page_that_takes_nothing_changes_nothing(
    sent: list[Notice], source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from pipelines.flows import attend
    from pipelines.flows.publish import publish_release

    def fail(*_: object, **__: object) -> None:
        raise ConnectionError("the server is gone")

    monkeypatch.setattr(attend, "create_markdown_artifact", fail)
    assert publish_release(str(source), str(tmp_path / "store"))["version"] == "1.0.0"


def test_every_release_of_a_store_is_verified_and_damage_is_told(
    embedded: Server, sent: list[Notice], tmp_path: Path
) -> None:
    from pipelines.flows.upkeep import verify_release

    make_release(tmp_path, [make_document("a")])
    last = make_release(tmp_path, [make_document("a"), make_document("b")]).path
    assert verify_release(str(tmp_path)) == 2
    assert "all sound" in artifacts(embedded)["verify"]
    (last / "README.md").chmod(0o644)
    (last / "README.md").write_text("changed")
    with pytest.raises(CorpusError, match=r"not what was published: 1 file, first .*README\.md"):
        verify_release(str(tmp_path))
    assert [each.event for each in sent] == ["failed"]


def test_a_store_that_is_not_there_is_told_and_not_made(embedded: Server, sent: list[Notice], tmp_path: Path) -> None:
    from pipelines.flows.upkeep import prune_store, verify_release

    store = str(tmp_path / "nowhere")
    for work in (lambda: verify_release(store), lambda: prune_store(store, 3)):
        with pytest.raises(CorpusError, match=r"no store at .*nowhere: name the store in the parameters"):
            work()
    with pytest.raises(CorpusError, match="the parameter keep is 0"):
        prune_store(str(tmp_path), 0)
    assert list(tmp_path.iterdir()) == []
    assert [each.event for each in sent] == ["failed"] * 3


def test_a_url_is_refused_as_the_store_and_becomes_no_folder(
    embedded: Server, sent: list[Notice], source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from pipelines.flows.publish import publish_release
    from pipelines.flows.upkeep import prune_store, verify_release

    monkeypatch.chdir(tmp_path)
    store = "s3://someone:given-away@bucket/store"
    for work in (
        lambda: publish_release(str(source), store), lambda: verify_release(store), lambda: prune_store(store, 3),
    ):  # fmt: skip
        with pytest.raises(CorpusError, match="give a folder as the store"):
            work()
    assert {each.name for each in tmp_path.iterdir()} == {"news"}
    assert [each.event for each in sent] == ["failed"] * 3
    assert all("given-away" not in str(each) for each in sent)


def test_a_run_that_nobody_runs_any_more_is_closed(embedded: Server) -> None:
    state = {"state": {"type": "RUNNING", "name": "Running"}}
    flow = embedded._ask("flows/", {"name": "left"}, 30)
    run = embedded._ask("flow_runs/", {"flow_id": flow["id"], **state}, 30)
    embedded.close_runs("it was stopped", 30)
    (found,) = [each for each in ask(embedded, "flow_runs/filter") if each["id"] == run["id"]]
    assert (found["state_type"], found["state"]["message"]) == ("CRASHED", "it was stopped")
