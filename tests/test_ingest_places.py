"""Sources behind URLs: the same code, whole transfers, and no secret in any message."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import fsspec
import pytest

from pipelines.document import RawText, Reject, Settings
from pipelines.errors import USAGE, CorpusError
from pipelines.ingest import check_apart, hide_secrets, list_inputs, read_settings, records, source_argument
from pipelines.places import Place
from pipelines.refine import load_source
from tests import corpora
from tests.buckets import Proxy, serve_bucket
from tests.corpora import TEXTS, as_zip
from tests.samples import refine

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


@pytest.mark.parametrize(
    ("source", "inside", "apart"),
    [("made", "made/raw/store", "made/store"), ("bare", "bare", "store"), ("bare", "bare/a/store", "bare/.store")],
)
def test_a_store_among_the_texts_of_its_source_is_refused(source: str, inside: str, apart: str, tmp_path: Path) -> None:
    (tmp_path / "made" / "raw").mkdir(parents=True)
    (tmp_path / "bare").mkdir()
    with pytest.raises(CorpusError, match="lies among the texts") as problem:
        check_apart(tmp_path / source, tmp_path / inside)
    assert problem.value.exit_code == USAGE
    check_apart(tmp_path / source, tmp_path / apart)


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
    monkeypatch.setattr("pipelines.places.PAUSE", 0.0)
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    monkeypatch.setattr("pipelines.places.ATTEMPTS", 1)
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


@pytest.fixture
def bucket(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The files above in a bucket."""
    with serve_bucket(monkeypatch) as system:
        for name, data in FILES.items():
            system.pipe_file(f"texts/src/{name}", data)
        system.invalidate_cache()
        yield "s3://texts/src"


def test_a_source_in_a_bucket(bucket: str) -> None:
    check(bucket)


def test_a_server_that_is_busy_is_asked_again(bucket: str) -> None:
    Proxy.refusals = 2
    check(bucket)
    assert Proxy.seen == ["refused"] * 2


def test_a_transfer_that_breaks_off_is_repeated(bucket: str) -> None:
    Proxy.cuts = 2
    check(bucket)
    assert Proxy.seen == ["cut"] * 2


def test_a_transfer_that_always_breaks_off_is_a_reject_and_never_a_shorter_text(
    bucket: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pipelines.places.PAUSE", 0.0)
    monkeypatch.setattr("pipelines.places.ATTEMPTS", 2)
    entries = list_inputs(bucket)
    Proxy.cuts = 10_000
    (got,) = records(entries[0], Settings(name="t"))
    assert isinstance(got, Reject)
    assert (got.reason, "testing-secret" in got.detail) == ("unreadable", False)
