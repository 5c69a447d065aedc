"""A small double of the Hub on loopback: dataset repositories with commits, branches and tags, large files apart.

It speaks as much of the Hub's HTTP interface as pushing, listing and loading need, and fails as often as it is told to.
"""

from __future__ import annotations

import base64
import contextlib
import hashlib
import json
import re
import threading
import urllib.parse
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

TOKEN = "hf_" + "x" * 34
LARGE = (".parquet",)
"""Files that the Hub keeps apart from git (LFS)."""

WHEN = "2026-01-02T03:04:05.000Z"


@dataclass
class Commit:
    """A commit: its id, its parent, its title and all its files."""

    oid: str
    parent: str | None
    title: str
    files: dict[str, bytes]


@dataclass
class Repo:
    """A dataset repository; ``commits`` has the branch main from its first commit to its head."""

    name: str
    commits: list[Commit] = field(default_factory=list)
    tags: dict[str, str] = field(default_factory=dict)

    def add(self, title: str, files: dict[str, bytes]) -> Commit:
        """Make a commit with these files, all others gone."""
        parent = self.commits[-1].oid if self.commits else None
        oid = hashlib.sha1(json.dumps([self.name, parent, title, len(self.commits)]).encode()).hexdigest()
        self.commits.append(Commit(oid, parent, title, files))
        return self.commits[-1]

    def at(self, revision: str) -> Commit | None:
        """Find a commit by branch, tag or id."""
        oid = self.commits[-1].oid if revision in {"main", "refs/heads/main"} else self.tags.get(revision, revision)
        return next((commit for commit in self.commits if commit.oid == oid), None)


@dataclass
class Hub:
    """The state of the double, and the faults to come.

    ``faults``: for each of the next requests that match a pattern (method and path), what goes wrong: a status, "lost"
    (done, but the answer never comes) or a function that is called first.
    """

    url: str = ""
    repos: dict[str, Repo] = field(default_factory=dict)
    blobs: dict[str, bytes] = field(default_factory=dict)
    faults: list[tuple[str, int | str | Callable[[], object]]] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)

    def make(self, name: str) -> Repo:
        """Make a repository as the Hub does: with a first commit."""
        repo = self.repos.setdefault(name, Repo(name))
        if not repo.commits:
            repo.add("initial commit", {".gitattributes": b"*.parquet filter=lfs diff=lfs merge=lfs -text\n"})
        return repo


@contextlib.contextmanager
def serve_hub() -> Iterator[Hub]:
    """Serve an empty Hub on loopback."""
    hub = Hub()
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Handler", (_Handler,), {"hub": hub}))
    server.daemon_threads = True
    hub.url = f"http://127.0.0.1:{server.server_address[1]}"
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield hub
    finally:
        server.shutdown()
        server.server_close()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    hub: Hub

    def _serve(self) -> None:
        self.body = self.rfile.read(int(self.headers.get("Content-Length") or 0)) or self._chunks()
        parsed = urllib.parse.urlsplit(self.path)
        self.place = urllib.parse.unquote(parsed.path)
        self.query = dict(urllib.parse.parse_qsl(parsed.query))
        said = f"{self.command} {self.place}"
        self.hub.requests.append(said)
        fault = next((entry for entry in self.hub.faults if re.search(entry[0], said)), None)
        if fault is not None:
            self.hub.faults.remove(fault)
            if isinstance(fault[1], int):
                self._answer(fault[1], {"error": "busy"})
                return
            if callable(fault[1]):
                fault[1]()
        self.is_lost = fault is not None and fault[1] == "lost"
        for pattern, act in ROUTES:
            if found := re.fullmatch(pattern, said):
                act(self, *found.groups())
                return
        self._answer(404, {"error": f"no such page: {said}"})

    do_GET = do_HEAD = do_PUT = do_POST = do_DELETE = _serve  # noqa: N815

    def _chunks(self) -> bytes:
        """Read a body that comes in chunks."""
        data = b""
        while "chunked" in self.headers.get("Transfer-Encoding", ""):
            size = int(self.rfile.readline(), 16)
            data += self.rfile.read(size)
            self.rfile.readline()
            if not size:
                break
        return data

    def _answer(self, status: int, content: object = None, headers: dict[str, str] | None = None) -> None:
        if getattr(self, "is_lost", False):
            self.close_connection = True
            return
        data = content if isinstance(content, bytes) else json.dumps(content).encode()
        self.send_response(status)
        for name, value in {"Content-Length": str(len(data)), **(headers or {})}.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(data)

    def _repo(self, name: str) -> Repo | None:
        repo = self.hub.repos.get(name)
        if repo is None:
            self._answer(404, {"error": "Repository not found"}, {"X-Error-Code": "RepoNotFound"})
        return repo

    def _may_write(self) -> bool:
        if self.headers.get("Authorization") == f"Bearer {TOKEN}":
            return True
        self._answer(401, {"error": "Invalid username or password."})
        return False

    def _commit(self, repo: Repo, revision: str) -> Commit | None:
        commit = repo.at(revision)
        if commit is None:
            self._answer(404, {"error": "Revision not found"}, {"X-Error-Code": "RevisionNotFound"})
        return commit

    # --- reading ----------------------------------------------------------------------------------------------------

    def refs(self, name: str) -> None:
        if repo := self._repo(name):
            head = repo.commits[-1].oid
            branches = [{"name": "main", "ref": "refs/heads/main", "targetCommit": head}]
            tags = [{"name": n, "ref": f"refs/tags/{n}", "targetCommit": oid} for n, oid in repo.tags.items()]
            self._answer(200, {"branches": branches, "tags": tags, "converts": []})

    def info(self, name: str, revision: str = "main") -> None:
        if (repo := self._repo(name)) and (commit := self._commit(repo, revision)):
            files = [{"rfilename": path} for path in sorted(commit.files)]
            facts = {"id": name, "sha": commit.oid, "lastModified": WHEN, "private": True, "disabled": False}
            self._answer(200, {**facts, "gated": False, "downloads": 0, "likes": 0, "tags": [], "siblings": files})

    def tree(self, name: str, revision: str, folder: str = "") -> None:
        if (repo := self._repo(name)) and (commit := self._commit(repo, revision)):
            below = {path for path in commit.files if path.startswith(f"{folder}/" if folder else "")}
            if folder and not below:
                self._answer(404, {"error": "Entry not found"}, {"X-Error-Code": "EntryNotFound"})
                return
            depth = folder.count("/") + 2 if folder else 1
            shown = below if self.query.get("recursive", "").lower() == "true" else set()
            shown |= {"/".join(path.split("/")[:depth]) for path in below} if not shown else _folders(below)
            self._answer(200, [_entry(path, commit) for path in sorted(shown)])

    def paths_info(self, name: str, revision: str) -> None:
        if (repo := self._repo(name)) and (commit := self._commit(repo, revision)):
            if self.headers.get("Content-Type", "").startswith("application/json"):
                asked = json.loads(self.body)["paths"]
            else:
                asked = urllib.parse.parse_qs(self.body.decode())["paths"]
            known = {*commit.files, *_folders(set(commit.files))}
            self._answer(200, [_entry(path, commit) for path in asked if path in known])

    def log(self, name: str, revision: str) -> None:
        if (repo := self._repo(name)) and self._commit(repo, revision):
            listed = [
                {"id": c.oid, "title": c.title, "message": "", "date": WHEN, "authors": [{"user": "someone"}]}
                for c in reversed(repo.commits)
            ]
            self._answer(200, listed)

    def resolve(self, name: str, revision: str, path: str) -> None:
        if not (repo := self._repo(name)) or not (commit := self._commit(repo, revision)):
            return
        if path not in commit.files:
            self._answer(404, {"error": "Entry not found"}, {"X-Error-Code": "EntryNotFound"})
            return
        data = commit.files[path]
        headers = {"ETag": f'"{_hash(path, data)}"', "X-Repo-Commit": commit.oid, "Accept-Ranges": "bytes"}
        wanted = re.fullmatch(r"bytes=(\d+)-(\d*)", self.headers.get("Range", ""))
        if wanted and self.command == "GET":
            end = min(int(wanted[2] or len(data)), len(data) - 1)
            headers["Content-Range"] = f"bytes {wanted[1]}-{end}/{len(data)}"
            self._answer(206, data[int(wanted[1]) : end + 1], headers)
        else:
            self._answer(200, data, headers)

    # --- writing ----------------------------------------------------------------------------------------------------

    def create(self) -> None:
        if self._may_write():
            wanted = json.loads(self.body)
            name = f"{wanted['organization']}/{wanted['name']}"
            self.hub.make(name)
            self._answer(200, {"url": f"{self.hub.url}/datasets/{name}", "name": name})

    def validate(self) -> None:
        self._answer(200, {"errors": [], "warnings": []})

    def preupload(self, name: str, revision: str) -> None:
        if self._may_write() and (repo := self._repo(name)) and (commit := self._commit(repo, revision)):
            modes = [
                {
                    "path": file["path"],
                    "uploadMode": "lfs" if file["path"].endswith(LARGE) else "regular",
                    "shouldIgnore": False,
                    "oid": _hash(file["path"], commit.files[file["path"]]) if file["path"] in commit.files else None,
                }
                for file in json.loads(self.body)["files"]
            ]
            self._answer(200, {"files": modes})

    def batch(self, _: str) -> None:
        if self._may_write():
            objects = [
                {**each, "actions": {"upload": {"href": f"{self.hub.url}/blobs/{each['oid']}"}}}
                for each in json.loads(self.body)["objects"]
            ]
            self._answer(200, {"transfer": "basic", "objects": objects})

    def store(self, oid: str) -> None:
        self.hub.blobs[oid] = self.body
        self._answer(200 if hashlib.sha256(self.body).hexdigest() == oid else 400, {})

    def commit(self, name: str, _: str) -> None:
        if not self._may_write() or not (repo := self._repo(name)):
            return
        lines = [json.loads(line) for line in self.body.splitlines()]
        header = next(line["value"] for line in lines if line["key"] == "header")
        if header.get("parentCommit", repo.commits[-1].oid) != repo.commits[-1].oid:
            self._answer(412, {"error": "A commit has happened since. Please refresh and try again."})
            return
        files = dict(repo.commits[-1].files)
        for kind, value in ((line["key"], line["value"]) for line in lines):
            if kind == "file":
                files[value["path"]] = base64.b64decode(value["content"])
            elif kind == "lfsFile":
                files[value["path"]] = self.hub.blobs[value["oid"]]
            elif kind == "deletedFile":
                del files[value["path"]]
        made = repo.add(header["summary"], files)
        self._answer(200, {"commitUrl": f"{self.hub.url}/datasets/{name}/commit/{made.oid}", "commitOid": made.oid})

    def tag(self, name: str, revision: str) -> None:
        if self._may_write() and (repo := self._repo(name)) and (commit := self._commit(repo, revision)):
            wanted = json.loads(self.body)["tag"]
            if wanted in repo.tags:
                self._answer(409, {"error": "Tag reference exists already"})
                return
            repo.tags[wanted] = commit.oid
            self._answer(200, {})

    def log_message(self, *args: object) -> None:
        """Say nothing."""


NAME = r"([\w.-]+/[\w.-]+)"
ROUTES: tuple[tuple[str, Callable[..., None]], ...] = (
    (f"GET /api/datasets/{NAME}/refs", _Handler.refs),
    (f"GET /api/datasets/{NAME}/revision/(.+)", _Handler.info),
    (f"GET /api/datasets/{NAME}", _Handler.info),
    (f"GET /api/datasets/{NAME}/tree/([^/]+)", _Handler.tree),
    (f"GET /api/datasets/{NAME}/tree/([^/]+)/(.+)", _Handler.tree),
    (f"GET /api/datasets/{NAME}/commits/(.+)", _Handler.log),
    (f"POST /api/datasets/{NAME}/paths-info/(.+)", _Handler.paths_info),
    (f"(?:GET|HEAD) /datasets/{NAME}/resolve/([^/]+)/(.+)", _Handler.resolve),
    ("POST /api/repos/create", _Handler.create),
    ("POST /api/validate-yaml", _Handler.validate),
    (f"POST /api/datasets/{NAME}/preupload/(.+)", _Handler.preupload),
    (rf"POST /datasets/{NAME}\.git/info/lfs/objects/batch", _Handler.batch),
    (r"PUT /blobs/(\w+)", _Handler.store),
    (f"POST /api/datasets/{NAME}/commit/(.+)", _Handler.commit),
    (f"POST /api/datasets/{NAME}/tag/(.+)", _Handler.tag),
)


def _folders(paths: set[str]) -> set[str]:
    return {"/".join(path.split("/")[:end]) for path in paths for end in range(1, path.count("/") + 1)}


def _hash(path: str, data: bytes) -> str:
    return hashlib.sha256(data).hexdigest() if path.endswith(LARGE) else _blob(data)


def _blob(data: bytes) -> str:
    return hashlib.sha1(b"blob %d\0" % len(data) + data).hexdigest()


def _entry(path: str, commit: Commit) -> dict[str, Any]:
    data = commit.files.get(path)
    if data is None:
        return {"type": "directory", "oid": "0" * 40, "size": 0, "path": path}
    entry = {"type": "file", "oid": _blob(data), "size": len(data), "path": path}
    if path.endswith(LARGE):
        entry |= {"oid": "1" * 40, "lfs": {"oid": _hash(path, data), "size": len(data), "pointerSize": 127}}
    return entry
