"""Who is told of a run, what the page shows of it, and what is tried again: none of it may change the run."""

from __future__ import annotations

import errno
import http.server
import json
import socketserver
import sys
import threading
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from pipelines.cli.main import main
from pipelines.compare import Change, Difference
from pipelines.document import Settings
from pipelines.errors import USAGE, CorpusError
from pipelines.flows import notify
from pipelines.flows.account import headline, reject_rows, rule_rows, summarize_failure, summarize_outcome
from pipelines.flows.notify import Channels, Notice, announcing, channels, notice_of, send
from pipelines.flows.retry import attempt, is_passing
from pipelines.ingest import read_settings
from pipelines.publish import Outcome
from tests.ports import free_port
from tests.samples import make_document, make_release

REJECT = {"source": "a|b.txt", "stage": "ingest", "reason": "empty", "detail": "no *text*", "bytes": 0}
OUTCOME = Outcome(
    version="1.1.0", path=Path("data/releases/1.1.0"), published=True, bump="minor", reason="1 document added",
    counts={"documents": 1200, "rejects": 1, "rejects_by_reason": {"empty": 1}, "edits": 9, "terms": 3},
    rule_counts=Counter({"caption": 2, "credit": 5}),
    difference=Difference(changes=(Change("add", "new_one", (), ("source",)),)), rejects=(REJECT,),
)  # fmt: skip
NOTICE = Notice("published", "news", "data", "Corpus published 1.1.0 of news: 1 document added", "1.1.0")


@pytest.fixture(autouse=True)
def _no_channels(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("WEBHOOK", "EMAIL", "COMMAND", "ON"):
        monkeypatch.delenv(f"CORPUS_NOTIFY_{name}", raising=False)


# Receivers


@pytest.fixture
def webhook() -> Iterator[tuple[str, list[Any]]]:
    """A receiver of webhooks on loopback: its address and what it was sent; ``/broken`` answers with an error."""
    received: list[Any] = []

    class Receiver(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            received.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(500 if self.path == "/broken" else 204)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Receiver) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}", received
        server.shutdown()


@pytest.fixture
def post_office() -> Iterator[tuple[str, list[str]]]:
    """As much of a mail server as is needed, on loopback: its host and port, and the mails that it was given."""
    mails: list[str] = []

    class Receiver(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            self.say("220 ready")
            while line := self.rfile.readline().decode().strip():
                if line.upper().startswith("EHLO"):
                    self.say("250 here")
                elif line.upper() == "DATA":
                    self.say("354 go on")
                    text = []
                    while (part := self.rfile.readline().decode()) not in {".\r\n", ""}:
                        text.append(part)
                    mails.append("".join(text))
                    self.say("250 taken")
                elif line.upper() == "QUIT":
                    self.say("221 bye")
                    return
                else:
                    self.say("250 fine")

        def say(self, line: str) -> None:
            self.wfile.write(f"{line}\r\n".encode())

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Receiver) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"127.0.0.1:{server.server_address[1]}", mails
        server.shutdown()


def test_a_webhook_gets_the_notice_as_json(webhook: tuple[str, list[Any]]) -> None:
    url, received = webhook
    assert send(notice_of(OUTCOME, "s3://key:secret@bucket/news", Path("data")), Channels(webhook=url)) == []
    (notice,) = received
    assert notice["event"] == "published"
    assert notice["text"] == "Corpus published 1.1.0 of s3://bucket/news: 1 document added (data/releases/1.1.0)"
    assert notice["counts"] == {"documents": 1200, "rejects": 1, "edits": 9, "terms": 3}


def test_a_mail_says_it_in_its_subject_and_counts_in_its_body(
    post_office: tuple[str, list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    host, mails = post_office
    monkeypatch.setenv("CORPUS_SMTP_HOST", host)
    monkeypatch.setenv("CORPUS_SMTP_FROM", "corpus@example.org")
    assert send(notice_of(OUTCOME, "news", Path("data")), Channels(email="desk@example.org")) == []
    assert "Subject: Corpus published 1.1.0 of news\n" in mails[0].replace("\r\n", "\n")
    assert "documents: 1,200" in mails[0]


def test_no_password_goes_to_a_mail_server_without_tls(
    post_office: tuple[str, list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    host, mails = post_office
    for name, value in (("HOST", host), ("FROM", "a@example.org"), ("USER", "me"), ("PASSWORD", "fake")):
        monkeypatch.setenv(f"CORPUS_SMTP_{name}", value)
    (problem,) = send(NOTICE, Channels(email="desk@example.org"))
    assert "no TLS" in problem
    assert mails == []


def test_a_command_gets_the_notice_on_its_standard_input(tmp_path: Path) -> None:
    program = tmp_path / "tell.py"
    program.write_text(f"import sys, pathlib; pathlib.Path({str(tmp_path / 'told')!r}).write_text(sys.stdin.read())")
    assert send(NOTICE, Channels(command=f"'{sys.executable}' '{program}'")) == []
    assert json.loads((tmp_path / "told").read_text())["version"] == "1.1.0"


def test_what_cannot_be_told_is_logged_and_nothing_else(
    webhook: tuple[str, list[Any]], caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("CORPUS_SMTP_HOST", raising=False)
    broken = Channels(webhook=f"{webhook[0]}/broken", email="desk@example.org", command="/nowhere/at/all")
    problems = send(NOTICE, broken)
    assert [each.partition(":")[0] for each in problems] == ["webhook", "e-mail", "command"]
    assert all(each in caplog.text for each in problems)
    assert send(NOTICE, Channels(webhook="ftp://example.org")) == [
        "webhook: the address must begin with http:// or https://"
    ]


@pytest.mark.parametrize(
    "address", ["http://127.0.0.1:1/hooks/fake secret", "http://127.0.0.1:port/fake-secret", "fake:/"]
)
def test_no_part_of_the_address_of_a_webhook_is_logged(address: str, caplog: pytest.LogCaptureFixture) -> None:
    (problem,) = send(NOTICE, Channels(webhook=address))
    assert "fake" not in problem + caplog.text


def test_a_webhook_that_refuses_is_told_by_its_status(webhook: tuple[str, list[Any]]) -> None:
    assert send(NOTICE, Channels(webhook=f"{webhook[0]}/broken")) == ["webhook: HTTPError, HTTP status 500"]
    (problem,) = send(NOTICE, Channels(webhook=f"http://127.0.0.1:{free_port()}/hook"))
    assert problem == f"webhook: ConnectionRefusedError, errno {errno.ECONNREFUSED}"


# Who is told of what


def settings(tmp_path: Path, text: str) -> Settings:
    (tmp_path / "dataset.toml").write_text(text)
    return read_settings(tmp_path)


def test_the_environment_goes_before_the_source(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    own = settings(tmp_path, '[notify]\nwebhook = "http://a"\nemail = "b@example.org"\non = ["failed"]')
    assert channels(own) == Channels("http://a", "b@example.org", "", ("failed",))
    assert channels(None) == Channels()
    monkeypatch.setenv("CORPUS_NOTIFY_WEBHOOK", "http://c")
    monkeypatch.setenv("CORPUS_NOTIFY_COMMAND", "tell")
    monkeypatch.setenv("CORPUS_NOTIFY_ON", "published,unchanged")
    assert channels(own) == Channels("http://c", "b@example.org", "tell", ("published", "unchanged"))


def test_an_unknown_event_is_told_with_the_place_that_names_it(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    channels(Settings("news", notify=(("on", "always"),)))
    assert "dataset.toml: always is none of" in caplog.text
    assert "CORPUS_NOTIFY_ON" not in caplog.text
    monkeypatch.setenv("CORPUS_NOTIFY_ON", "never")
    channels(None)
    assert "CORPUS_NOTIFY_ON: never is none of" in caplog.text


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('notify = "desk"', r"\[notify\] may have webhook, email"),
        ('[notify]\nslack = "x"', r"\[notify\] may have webhook, email"),
        ("[notify]\nwebhook = 3", r"\[notify\] may have webhook, email"),
        ('[notify]\non = ["always"]', "must be a list of published, unchanged, failed"),
        ('[notify]\ncommand = "rm"', "CORPUS_NOTIFY_COMMAND"),
    ],
)
def test_a_wrong_table_of_notifications_is_refused(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(CorpusError, match=said) as caught:
        settings(tmp_path, text)
    assert caught.value.exit_code == USAGE


def test_a_run_is_told_once_whatever_it_comes_to(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sent: list[Notice] = []
    monkeypatch.setattr(notify, "send", lambda notice, to: sent.append(notice))
    monkeypatch.setenv("CORPUS_NOTIFY_COMMAND", "tell")
    with announcing("news", tmp_path, lambda: Settings("news")) as tell:
        tell(OUTCOME, "data/releases/1.1.0")
    with pytest.raises(CorpusError, match="mend it"), announcing("news", tmp_path, lambda: Settings("news")):
        raise CorpusError("mend it: s3://key:secret@bucket")
    with announcing("news", tmp_path, lambda: Settings("news")):
        pass
    assert [(each.event, each.text) for each in sent] == [
        ("published", "Corpus published 1.1.0 of news: 1 document added (data/releases/1.1.0)"),
        ("failed", "Corpus published nothing of news: mend it: s3://bucket"),
    ]


def test_a_release_elsewhere_is_told_once_it_is_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sent: list[Notice] = []
    store = "memory://told-elsewhere/store"
    monkeypatch.setattr(notify, "send", lambda notice, to: sent.append(notice))
    monkeypatch.setenv("CORPUS_NOTIFY_COMMAND", "tell")
    names = ["a"]

    def publish(_: object, home: Path, **__: object) -> Outcome:
        return make_release(home, [make_document(name) for name in names])

    monkeypatch.setattr("pipelines.flows.run_publish", publish)
    assert main(["publish", str(tmp_path), "--to", store]) == 0
    (notice,) = sent
    assert (notice.event, notice.store, notice.path) == ("published", store, f"{store}/releases/1.0.0")
    assert f"({store}/releases/1.0.0)" in notice.text

    def fail(*_: object, **__: object) -> None:
        raise CorpusError("the upload broke off: run it again")

    names.append("b")
    monkeypatch.setattr("pipelines.push.objects._upload", fail)
    assert main(["publish", str(tmp_path), "--to", store, "--dry-run"]) == 1
    assert len(sent) == 1, "a dry run tells nobody"
    assert main(["publish", str(tmp_path), "--to", store]) == 1
    assert [each.event for each in sent] == ["published", "failed"]
    assert "the upload broke off" in sent[1].text


# What the page shows


def test_the_summary_says_what_a_person_asks() -> None:
    text = summarize_outcome("news", OUTCOME, {"ingest": 0.25, "refine": 12.0})
    for part in (
        "# news: published 1.1.0", "`data/releases/1.1.0`", "| documents | 1,200 |", "| edits | 7 |",
        "| findings left in the text | 2 |", "| empty | 1 |", "1 added, 0 removed, 0 changed.",
        "| added | new_one |  | source |", "| refine | 12.0 |",
    ):  # fmt: skip
        assert part in text


def test_the_summary_of_a_failure_says_what_was_reached() -> None:
    text = summarize_failure("news", "1 of 2 | inputs", {"ingest": 1.0, "merge": 2.0}, [REJECT])
    for part in ("nothing was published", "**1 of 2 \\| inputs**", "failed in: merge", "| empty | 1 |"):
        assert part in text


def test_the_tables_are_short_and_the_busiest_rule_comes_first() -> None:
    assert rule_rows(OUTCOME.rule_counts) == [{"rule": "credit", "edits": 5}, {"rule": "caption", "edits": 2}]
    assert list(reject_rows([REJECT])[0]) == ["source", "stage", "reason", "detail"]
    assert len(reject_rows([REJECT] * 999)) == 200
    assert headline(OUTCOME) == "published 1.1.0"


# Once more


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (ConnectionResetError("gone"), True),
        (TimeoutError("late"), True),
        (OSError(errno.ESTALE, "stale"), True),
        (OSError(errno.ENOSPC, "full"), False),
        (FileNotFoundError(errno.ENOENT, "none"), False),
        (CorpusError("mend the data"), False),
        (ValueError("wrong"), False),
    ],
)
def test_only_storage_and_networks_are_tried_again(error: Exception, expected: bool) -> None:
    assert is_passing(error) is expected


def test_the_cause_counts_also_where_the_message_is_written_anew() -> None:
    def fail() -> None:
        try:
            raise ConnectionResetError("secret")
        except OSError:
            raise CorpusError("the place does not answer") from None

    with pytest.raises(CorpusError) as caught:
        fail()
    assert is_passing(caught.value)


def test_what_passes_is_tried_again_and_told() -> None:
    answers: list[Exception | str] = [ConnectionResetError("gone"), ConnectionResetError("gone"), "done"]
    told: list[str] = []

    def work() -> str:
        answer = answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    assert attempt(work, told.append, (0.0, 0.0, 0.0)) == "done"
    assert told == ["gone; tried again in 0 seconds"] * 2
    answers[:] = [CorpusError("mend it"), "done"]
    with pytest.raises(CorpusError):
        attempt(work, told.append, (0.0,))
    assert answers == ["done"]
