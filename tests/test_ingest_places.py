"""Sources behind URLs: the same code, whole transfers, and no secret in any message."""

from __future__ import annotations

import http.client
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import fsspec
import pytest

from pipelines.document import RawText, Reject, Settings
from pipelines.errors import CorpusError
from pipelines.ingest import hide_secrets, list_inputs, read_settings, records, source_argument
from pipelines.ingest.places import Place
from pipelines.refine import load_source, refine
from tests import corpora
from tests.corpora import TEXTS, as_zip

FILES = {
    "dataset.toml": b'name = "far"\nmin_documents = 3\n',
    "corrections.csv": b"id,before,after,reason\ndoc-00,37 million,38 million,the printed edition\n",
    "raw/a/news.jsonl": corpora.as_jsonl(corpora.DOCUMENTS).encode(),
    "raw/page.txt.gz": corpora.PACKINGS[".gz"](b"A short text of its own, about nothing but a county."),
    "raw/.hidden": b"x",
}


def read_all(source: str | Path) -> list[RawText | Reject]:
    return [each for entry in list_inputs(source) for each in records(entry, Settings(name="t"))]


def check(source: str) -> None:
    """Hold a source against the files above."""
    loaded = load_source(source)
    assert (loaded.settings.name, loaded.settings.min_documents) == ("far", 3)
    assert [entry.source for entry in loaded.inputs] == ["a/news.jsonl", "page.txt.gz"]
    documents, rejects = refine(loaded.inputs, loaded.settings, loaded.knowledge)
    assert (len(documents), rejects) == (21, [])
    assert sorted(d.raw.text for d in documents)[1:] == TEXTS
    assert "38 million" in next(d.text for d in documents if d.raw.id == "doc-00")


@pytest.fixture
def memory() -> Iterator[str]:
    system = fsspec.filesystem("memory")
    for name, data in FILES.items():
        system.pipe_file(f"/src/{name}", data)
    yield "memory://src"
    system.rm("/src", recursive=True)


def test_a_source_in_memory(memory: str) -> None:
    check(memory)
    check(str(Path(memory)))
    assert read_settings("memory://src/raw").name == "raw"


def test_a_source_in_an_archive(tmp_path: Path) -> None:
    (tmp_path / "a.zip").write_bytes(as_zip(FILES))
    check(f"zip://::{tmp_path / 'a.zip'}")


def test_a_single_file_is_a_source(tmp_path: Path) -> None:
    path = tmp_path / "news.jsonl.gz"
    path.write_bytes(corpora.PACKINGS[".gz"](FILES["raw/a/news.jsonl"]))
    assert read_settings(path).name == "news"
    assert sorted(each.text for each in read_all(path) if isinstance(each, RawText)) == TEXTS


@pytest.mark.parametrize("url", ["memory://no/such/place", "nosuch://u:pw@x", "s3://u:pw@b/x?token=T"])
def test_a_place_that_is_not_there_is_one_clear_line(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pipelines.ingest.places.PAUSE", 0.0)
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    monkeypatch.setattr("pipelines.ingest.places.ATTEMPTS", 1)
    monkeypatch.setattr(Place, "opened", property(_refuse), raising=False) if url.startswith("s3") else None
    with pytest.raises(CorpusError) as caught:
        read_settings(url)
    assert "pw" not in str(caught.value)
    assert "\n" not in str(caught.value)


def _refuse(place: Place) -> None:
    raise OSError(f"cannot reach {place.url}")


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("s3://key:secret@bucket/a?X-Signature=1 is gone", "s3://bucket/a is gone"),
        ("https://u@h.example/x#t", "https://h.example/x"),
        ("zip://a.txt::https://u:p@h.example/x.zip?token=1", "zip://a.txt::https://h.example/x.zip"),
        ("no url at all: a@b", "no url at all: a@b"),
        ("C:/users/me@home/a?b and why? Because: a/b@c", "C:/users/me@home/a?b and why? Because: a/b@c"),
        ("s3:/key:secret@bucket/a", "s3:/bucket/a"),  # as pathlib writes it
        ("s3://AKIA:pass/word+x@bucket/a/b", "s3://bucket/a/b"),
        ("ftp://u:what?#@h.example:21/x", "ftp://h.example:21/x"),
        ("http://h.example:8080/a@b/c", "http://h.example:8080/a@b/c"),
        ("source zip://n.zip::s3://k:s@b/n.zip?v=1: no such folder", "source zip://n.zip::s3://b/n.zip no such folder"),
    ],
)
def test_secrets_are_taken_out_of_urls(text: str, shown: str) -> None:
    assert hide_secrets(text) == shown


def test_known_secrets_are_hidden_wherever_they_stand() -> None:
    Place("memory://AKIAFAKE:fake%2Fpassword@host/x?X-Signature=fakesignature&v=1")
    said = hide_secrets("GET /x?X-Signature=fakesignature&v=1 with fake/password, fake%2Fpassword or fakesignature")
    assert said == "GET /x with ***, *** or ***"
    assert hide_secrets("a" * 200_000 + "://") == "a" * 200_000 + "://"


def test_a_url_on_the_command_line_keeps_its_strokes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for url in ("zip://::https://news.example/a.zip?to=//b", "s3://bucket//a", "zip::memory://a.zip"):
        assert source_argument(url) == url
    monkeypatch.chdir(tmp_path)
    (tmp_path / "odd:").mkdir()
    (tmp_path / "odd:" / "a").mkdir()
    assert [source_argument(name) for name in ("seeds", "odd:/a")] == [Path("seeds"), Path("odd:/a")]


def test_a_file_that_vanishes_is_a_reject_without_secrets(memory: str) -> None:
    entries = list_inputs(memory)
    fsspec.filesystem("memory").rm("/src/raw/page.txt.gz")
    (got,) = records(entries[1], Settings(name="t"))
    assert isinstance(got, Reject)
    assert got.reason == "unreadable"


class _Proxy(BaseHTTPRequestHandler):
    """Passes requests on to a loopback S3 server, and fails as often as it is told to."""

    protocol_version = "HTTP/1.1"
    target = ("", 0)
    refusals = 0
    cuts = 0
    seen: list[str] = []  # noqa: RUF012

    def _pass(self) -> None:
        kind = type(self)
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        if kind.refusals and self.command == "GET":
            kind.refusals -= 1
            kind.seen.append("refused")
            self.send_error(503, "SlowDown")
            return
        far = http.client.HTTPConnection(*kind.target)
        sent = {key: value for key, value in self.headers.items() if key.lower() not in {"expect", "connection"}}
        far.request(self.command, self.path, body, sent)
        answer = far.getresponse()
        data = answer.read()
        self.send_response(answer.status)
        for key, value in answer.getheaders():
            if key.lower() not in {"transfer-encoding", "connection", "content-length"}:
                self.send_header(key, value)
        self.send_header("Content-Length", answer.headers.get("Content-Length", str(len(data))))
        self.send_header("Connection", "close")
        self.end_headers()
        if kind.cuts and self.command == "GET" and "news.jsonl" in self.path and len(data) > 1000:
            kind.cuts -= 1
            kind.seen.append("cut")
            data = data[: len(data) // 2]
        self.wfile.write(data if self.command != "HEAD" else b"")
        self.close_connection = True

    do_GET = do_HEAD = do_PUT = do_POST = do_DELETE = _pass  # noqa: N815

    def log_message(self, *args: object) -> None:
        """Say nothing."""


@pytest.fixture
def bucket(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    server_module = pytest.importorskip("moto.server")
    s3fs = pytest.importorskip("s3fs")
    for key in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(key, "testing-secret")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    for key in ("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY", "AWS_PROFILE"):
        monkeypatch.delenv(key, raising=False)
    server = server_module.ThreadedMotoServer(ip_address="127.0.0.1", port=0)
    server.start()
    _Proxy.target = server.get_host_and_port()
    _Proxy.refusals = _Proxy.cuts = 0
    _Proxy.seen = []
    proxy = ThreadingHTTPServer(("127.0.0.1", 0), _Proxy)
    threading.Thread(target=proxy.serve_forever, daemon=True).start()
    monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{proxy.server_address[1]}")
    s3fs.S3FileSystem.clear_instance_cache()
    system = s3fs.S3FileSystem()
    system.makedirs("texts", exist_ok=True)
    for name, data in FILES.items():
        system.pipe_file(f"texts/src/{name}", data)
    system.invalidate_cache()
    yield "s3://texts/src"
    s3fs.S3FileSystem.clear_instance_cache()
    proxy.shutdown()
    proxy.server_close()
    server.stop()


def test_a_source_in_a_bucket(bucket: str) -> None:
    check(bucket)


def test_a_server_that_is_busy_is_asked_again(bucket: str) -> None:
    _Proxy.refusals = 2
    check(bucket)
    assert _Proxy.seen == ["refused"] * 2


def test_a_transfer_that_breaks_off_is_repeated(bucket: str) -> None:
    _Proxy.cuts = 2
    check(bucket)
    assert _Proxy.seen == ["cut"] * 2


def test_a_transfer_that_always_breaks_off_is_a_reject_and_never_a_shorter_text(
    bucket: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pipelines.ingest.places.PAUSE", 0.0)
    monkeypatch.setattr("pipelines.ingest.places.ATTEMPTS", 2)
    entries = list_inputs(bucket)
    _Proxy.cuts = 10_000
    (got,) = records(entries[0], Settings(name="t"))
    assert isinstance(got, Reject)
    assert (got.reason, "testing-secret" in got.detail) == ("unreadable", False)
