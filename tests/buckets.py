"""A loopback S3 server for tests, behind a proxy that fails as often as it is told to."""

from __future__ import annotations

import contextlib
import http.client
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest


class Proxy(BaseHTTPRequestHandler):
    """Passes requests on to a loopback S3 server, and fails as often as it is told to.

    ``refusals``: requests (of the methods in ``refused``) answered with 503. ``lost``: writes that are done, but whose
    answer never comes. ``cuts``: downloads of large files that break off.
    """

    protocol_version = "HTTP/1.1"
    target = ("", 0)
    refusals = 0
    lost = 0
    cuts = 0
    refused: tuple[str, ...] = ("GET",)
    seen: list[str] = []  # noqa: RUF012

    def _pass(self) -> None:
        kind = type(self)
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        if kind.refusals and self.command in kind.refused:
            kind.refusals -= 1
            kind.seen.append("refused")
            self.send_error(503, "SlowDown")
            return
        far = http.client.HTTPConnection(*kind.target)
        sent = {key: value for key, value in self.headers.items() if key.lower() not in {"expect", "connection"}}
        far.request(self.command, self.path, body, sent)
        answer = far.getresponse()
        data = answer.read()
        if kind.lost and self.command == "PUT":
            kind.lost -= 1
            kind.seen.append("lost")
            self.close_connection = True
            return
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


@contextlib.contextmanager
def serve_bucket(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """Serve the bucket ``texts`` on loopback for the time of a test; gives its file system."""
    server_module = pytest.importorskip("moto.server")
    s3fs = pytest.importorskip("s3fs")
    for key in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(key, "testing-secret")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    for key in ("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY", "AWS_PROFILE"):
        monkeypatch.delenv(key, raising=False)
    server = server_module.ThreadedMotoServer(ip_address="127.0.0.1", port=0)
    server.start()
    Proxy.target = server.get_host_and_port()
    Proxy.refusals = Proxy.cuts = Proxy.lost = 0
    Proxy.refused = ("GET",)
    Proxy.seen = []
    proxy = ThreadingHTTPServer(("127.0.0.1", 0), Proxy)
    threading.Thread(target=proxy.serve_forever, daemon=True).start()
    monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{proxy.server_address[1]}")
    s3fs.S3FileSystem.clear_instance_cache()
    system = s3fs.S3FileSystem()
    system.makedirs("texts", exist_ok=True)
    try:
        yield system
    finally:
        s3fs.S3FileSystem.clear_instance_cache()
        proxy.shutdown()
        proxy.server_close()
        server.stop()
