"""Inputs that mean harm, or that went wrong: each is a reject with its reason, and none touches its neighbours."""

from __future__ import annotations

import gzip
import io
import json
import lzma
import os
import resource
import socket
import struct
import tarfile
import time
import zipfile
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipelines.clean import find_edits
from pipelines.document import RawText, Reject, Settings
from pipelines.ingest import Input, list_inputs, records
from pipelines.refine import load_knowledge
from tests import corpora
from tests.corpora import DOCUMENTS, PACKINGS, as_tar, as_zip
from tests.pace import slowness
from tests.samples import build_tables, refine

SETTINGS = Settings(name="t")
GOOD = DOCUMENTS[0]["text"].encode()


def read(folder: Path, members: dict[str, bytes], limits: Settings = SETTINGS) -> list[RawText | Reject]:
    for name, data in members.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(data)
    return [outcome for entry in list_inputs(folder) for outcome in records(entry, limits)]


def reasons(found: list[RawText | Reject]) -> list[tuple[str, str]]:
    """Name each input with the reason of its reject, or as good."""
    assert all(";" in each.detail for each in found if isinstance(each, Reject))
    return [(each.source, each.reason if isinstance(each, Reject) else "good") for each in found]


def link(name: str, target: str = "", kind: bytes = tarfile.SYMTYPE) -> tarfile.TarInfo:
    info = tarfile.TarInfo(name)
    info.type, info.linkname = kind, target
    return info


NUL = "the text\x00 goes on"
LINES: list[tuple[bytes, str]] = [
    (b'{"text": "cut', "malformed"),
    (b'{"text": "a \xff byte"}', "encoding"),
    (b'{"text": 17}', "not_text"),
    (b'{"text": null}', "not_text"),
    (b'{"text": ["a", "b"]}', "not_text"),
    (b'{"text": "  "}', "empty"),
    (b'{"text": "half \\ud83d a smile"}', "surrogate"),
    (b'{"text": "good", "title": "half \\ude00"}', "surrogate"),
    (json.dumps({"text": NUL}).encode(), "binary"),
    (b'{"text": "one", "text": "two"}', "duplicate_key"),
    (b'{"text": "one", "more": {"a": 1, "a": 2}}', "duplicate_key"),
    (b'{"content_length": 3, "left": "x"}', "columns"),
    (b'["text", "x"]', "malformed"),
    (b"17", "malformed"),
    (b'{"text": "x", "more": ' + b"[" * 100_000 + b"]" * 100_000 + b"}", "too_deep"),
    (b'{"text": "x", "id": "' + b"i" * 3000 + b'"}', "malformed"),
    (b'{"text": "x", "n": ' + b"9" * 5000 + b"}", "malformed"),
]


@pytest.mark.parametrize(("line", "reason"), LINES)
def test_one_bad_line_spoils_no_other(tmp_path: Path, line: bytes, reason: str) -> None:
    good = b'{"text": "A good line, with \xe2\x80\x9cquotes\xe2\x80\x9d."}'
    found = reasons(read(tmp_path, {"a.jsonl": b"\n".join([good] * 5 + [line] + [good] * 5)}))
    wanted = [(f"a.jsonl:{number}", reason if number == 6 else "good") for number in range(1, 12)]
    assert found == wanted


@pytest.mark.parametrize(
    ("line", "reason"), [case for case in LINES if case[0] not in {b'{"text": "cut', b'["text", "x"]'}]
)
def test_one_bad_element_spoils_no_other(tmp_path: Path, line: bytes, reason: str) -> None:
    data = b'[{"text": "good"},\n' + line + b', {"text": "go\\"od, [}"}]'
    found = reasons(read(tmp_path, {"a.json": data}))
    assert found == [("a.json:1", "good"), ("a.json:2", reason), ("a.json:3", "good")]


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (b'"never closed,x', "malformed"),
        (b'"closed" too early,x', "malformed"),
        (b"one,two,three,four", "malformed"),
        (b"alone", "malformed"),
        (b"3,", "empty"),
        (b"3,a \x00 b", "binary"),
        (b"3,a \xff b", "encoding"),
    ],
)
def test_one_bad_row_spoils_no_other(tmp_path: Path, row: bytes, reason: str) -> None:
    rows = [b"id,text", b'1,"over two\nlines, ""quoted"""', b"2,plain", row, "4,“plain”".encode(), b"5,=cmd()", b""]
    found = reasons(read(tmp_path, {"a.csv": b"\r\n".join(rows)}))
    assert found == [(f"a.csv:{n}", reason if n == 5 else "good") for n in (2, 4, 5, 6, 7)]


def test_a_cell_beyond_the_limit_is_one_reject(tmp_path: Path) -> None:
    data = b"id,text\n1,fine\n2," + b"x" * 10_000_000 + b"\n3,fine\n"
    found = reasons(read(tmp_path, {"a.csv": data, "b.csv": data.replace(b"xxxxx", b"xx, x")}))
    assert [reason for _, reason in found] == ["good", "long_line", "good"] * 2


def test_a_line_beyond_the_limit_is_one_reject(tmp_path: Path) -> None:
    limits = Settings(name="t", max_line_length=100)
    line = b'{"text": "%s"}\n'
    found = read(tmp_path, {"a.jsonl": line % b"x" + line % (b"x" * 3_000_000) + line % b"y"}, limits)
    assert [reason for _, reason in reasons(found)] == ["good", "long_line", "good"]
    array = b"[" + line % b"x" + b"," + line % (b"x" * 3_000_000) + b"," + line % b"y" + b"]"
    found = read(tmp_path, {"a.jsonl": array}, limits)
    assert [reason for _, reason in reasons(found)] == ["good", "long_line", "good"]


@pytest.mark.parametrize("packing", [packing for packing in PACKINGS if packing])
def test_what_is_cut_short_or_damaged_is_never_a_shorter_text(tmp_path: Path, packing: str) -> None:
    packed = PACKINGS[packing](os.urandom(3000).hex().encode())
    members = {f"{cut:04}.txt{packing}": packed[:cut] for cut in range(20, len(packed), 97)}
    if packing != ".zst":  # without a checksum, as pyarrow writes it, a changed letter cannot be seen
        members |= {f"x{place}.txt{packing}": packed[:place] + b"\x55\xaa" + packed[place + 2 :] for place in (99, 900)}
    assert {reason for _, reason in reasons(read(tmp_path, members))} == {"damaged"}


@pytest.mark.parametrize("kind", ["parquet", "arrow"])
def test_a_damaged_table_is_a_reject(tmp_path: Path, kind: str) -> None:
    data = corpora.as_parquet() if kind == "parquet" else corpora.as_arrow(is_stream=False)
    found = reasons(read(tmp_path, {f"{cut}.{kind}": data[:cut] for cut in range(8, len(data), 499)}))
    assert {reason for _, reason in found} <= {"damaged", "good"}
    assert Counter(reason for _, reason in found)["damaged"] == len(range(8, len(data), 499))


def test_a_table_with_two_columns_of_one_name_is_a_reject(tmp_path: Path) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    pq.write_table(pa.table([["a"], ["b"]], names=["text", "text"]), tmp_path / "a.parquet")
    assert reasons(read(tmp_path, {"b.csv": b"text,text\na,b\n"})) == [
        ("a.parquet", "malformed"),
        ("b.csv", "malformed"),
    ]


def test_records_before_a_cut_stay(tmp_path: Path) -> None:
    packed = gzip.compress(b"".join(b'{"text": "%s"}\n' % os.urandom(200).hex().encode() for _ in range(5000)))
    found = reasons(read(tmp_path, {"a.jsonl.gz": packed[: len(packed) // 2]}))
    assert Counter(reason for _, reason in found)["good"] > 1000
    assert found[-1] == ("a.jsonl.gz", "damaged")


def test_bombs_are_rejects_in_bounded_time_and_memory(tmp_path: Path) -> None:
    zeros = bytes(60_000_000)
    nested = as_zip({f"{number}.zip": as_zip({"a.jsonl": zeros}) for number in range(3)})
    members = {
        "a.txt.gz": gzip.compress(zeros), "b.jsonl.xz": lzma.compress(zeros), "c.csv.zst": corpora.zst(zeros),
        "d.zip": as_zip({"a.jsonl": zeros}), "e.zip": nested, "f.tar.gz": gzip.compress(as_tar({"a.jsonl": zeros})),
        "g.parquet.gz": gzip.compress(b"PAR1" + zeros),
    }  # fmt: skip
    del zeros
    assert dict(reasons(read(tmp_path, members))) == dict.fromkeys(members, "bomb")


def test_unpacking_stops_at_its_limit(tmp_path: Path) -> None:
    data = os.urandom(200_000).hex().encode()
    found = read(tmp_path, {"a.jsonl.gz": gzip.compress(data)}, Settings(name="t", max_unpacked_bytes=100_000))
    assert reasons(found) == [("a.jsonl.gz", "too_large")]


def test_layers_stop_at_their_limit(tmp_path: Path) -> None:
    data = GOOD
    for _ in range(4):
        data = as_zip({"a.zip": data, "b.txt": GOOD})
    found = reasons(read(tmp_path, {"a.zip": as_zip({"a.zip": data}), "g.txt.gz": gzip.compress(gzip.compress(GOOD))}))
    assert found[0] == ("a.zip/a.zip/a.zip/a.zip/a.zip", "too_deep")
    assert Counter(reason for _, reason in found)["good"] == 4


def test_members_that_are_no_files_or_leave_the_archive_are_rejects(tmp_path: Path) -> None:
    links = [
        link("soft", "/etc/passwd"), link("hard", "ok.txt", tarfile.LNKTYPE), link("dev", kind=tarfile.CHRTYPE),
        link("pipe", kind=tarfile.FIFOTYPE),
    ]  # fmt: skip
    tar = as_tar({"../up.txt": GOOD, "/etc/x.txt": GOOD, "ok.txt": GOOD}, *links)
    packed = as_zip({"../up.txt": GOOD, "C:\\x.txt": GOOD, "ok.txt": GOOD})
    assert reasons(read(tmp_path, {"a.tar": tar, "b.zip": packed})) == [
        ("a.tar/../up.txt", "unsafe_path"), ("a.tar//etc/x.txt", "unsafe_path"), ("a.tar/ok.txt", "good"),
        ("a.tar/soft", "not_a_file"), ("a.tar/hard", "not_a_file"), ("a.tar/dev", "not_a_file"),
        ("a.tar/pipe", "not_a_file"), ("b.zip/../up.txt", "unsafe_path"), ("b.zip/C:\\x.txt", "unsafe_path"),
        ("b.zip/ok.txt", "good"),
    ]  # fmt: skip


def test_an_archive_with_too_many_files_is_a_reject(tmp_path: Path) -> None:
    found = read(tmp_path, {"a.zip": as_zip({f"{n}.txt": GOOD for n in range(5)})}, Settings(name="t", max_files=3))
    assert [reason for _, reason in reasons(found)] == ["good", "good", "good", "too_many_files"]
    members = {f"{n}.txt": GOOD for n in range(5)}
    (tmp_path / "a.zip").unlink()
    found = read(tmp_path, members, Settings(name="t", max_files=3))
    assert [reason for _, reason in reasons(found)] == ["good", "good", "good", "too_many_files", "too_many_files"]


def test_a_damaged_member_spoils_no_other(tmp_path: Path) -> None:
    data = bytearray(as_zip({f"{n}.txt": os.urandom(500).hex().encode() for n in range(3)}))
    place = data.index(b"1.txt")
    data[place + 50 : place + 60] = bytes(10)
    assert [reason for _, reason in reasons(read(tmp_path, {"a.zip": bytes(data)}))] == ["good", "damaged", "good"]


def test_a_locked_archive_says_so(tmp_path: Path) -> None:
    file = bytearray(as_zip({"a.txt": GOOD}))
    file[6] |= 1
    file[file.index(b"PK\x01\x02") + 8] |= 1
    (got,) = read(tmp_path, {"a.zip": bytes(file)})
    assert isinstance(got, Reject)
    assert "password" in got.detail


def test_links_and_special_files(tmp_path: Path) -> None:
    source = tmp_path / "source"
    (source / "sub").mkdir(parents=True)
    (tmp_path / "out.txt").write_bytes(GOOD)
    (source / "in.txt").write_bytes(GOOD)
    for name, target in {"l-in.txt": "in.txt", "l-out.txt": "../out.txt", "loop.txt": "loop.txt", "dir": "sub",
                         "up": "..", "none.txt": "missing", "null.txt": "/dev/null"}.items():  # fmt: skip
        (source / name).symlink_to(target)
    os.mkfifo(source / "pipe.txt")
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(source / "socket.txt"))
        found = dict(reasons(read(source, {})))
    assert {name for name, reason in found.items() if reason == "good"} == {"in.txt", "l-in.txt"}
    assert {reason for name, reason in found.items() if name not in {"in.txt", "l-in.txt"}} == {"not_a_file"}
    assert len(found) == 9 + 1


def test_a_page_of_nested_elements_is_a_reject(tmp_path: Path) -> None:
    page = b"<html><body>" + b"<div>\n" * 1_000_000 + b"text" + b"</div>\n" * 1_000_000
    begin = time.process_time()
    found = read(tmp_path, {"a.html": page, "b.html": b"<html>" + b"<p>" * 10_000, "c.html": b"<html></html>"})
    assert reasons(found) == [("a.html", "too_deep"), ("b.html", "no_article"), ("c.html", "no_article")]
    assert time.process_time() - begin < 20 * slowness()


def test_texts_with_nul_or_without_anything(tmp_path: Path) -> None:
    members = {
        "a.txt": GOOD + b"\x00", "b.md": b"\x00\x01\x02\x03" * 99, "c.jsonl": b"", "d.csv": b"id,text\n",
        "e.zip": as_zip({}),
        "f.tar": as_tar({}), "g.json": b"[]", "h.txt.gz": gzip.compress(b""), "i.parquet": b"", "j.docx": as_zip({}),
    }  # fmt: skip
    wanted = dict.fromkeys(members, "empty") | {"a.txt": "binary", "b.md": "binary"}
    assert dict(reasons(read(tmp_path, members))) == wanted


def test_exactly_the_bad_of_two_thousand_records_are_rejected(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def edits(document: object, *rest: object) -> object:
        if "raise here" in getattr(document, "raw", ""):
            raise RuntimeError("boom")
        return find_edits(document, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr("pipelines.refine.find_edits", edits)
    corpora.write_crawl(tmp_path)
    documents, rejects = refine(list_inputs(tmp_path), SETTINGS, load_knowledge())
    tables = build_tables(documents, rejects)
    found = {(row["source"], row["reason"]) for row in tables.rejects.to_pylist()}
    assert found == {
        ("crawl.jsonl:100", "malformed"), ("crawl.jsonl:300", "encoding"), ("crawl.jsonl:900", "not_text"),
        ("crawl.jsonl:1000", "not_text"), ("crawl.jsonl:1500", "duplicate_id"), ("crawl.jsonl:1999", "rule_failed"),
    }  # fmt: skip
    assert tables.documents.num_rows == 1994


CUTS = st.lists(st.tuples(st.integers(0, 9000), st.integers(0, 255)), max_size=5)
ENDINGS = ["txt", "md", "html", "json", "jsonl", "csv", "tsv", "parquet", "arrow", "zip", "tar", "gz", "", "xyz"]


def _mutated(data: bytes, cuts: list[tuple[int, int]]) -> bytes:
    changed = bytearray(data)
    for place, value in cuts:
        if changed:
            changed[place % len(changed)] = value
    return bytes(changed)


def _packed(kind: str, packing: str) -> bytes:
    return PACKINGS[packing](b"".join(corpora.files(kind, "utf-8").values())[:2000])


TABLES = [corpora.as_parquet(), corpora.as_arrow(is_stream=True), corpora.as_arrow(is_stream=False)]
ARCHIVES = [as_zip({"a.txt": GOOD, "b.csv": b"text\nx\n"}), as_tar({"a.txt": GOOD})]
BYTES = st.one_of(
    st.binary(max_size=300),
    st.builds(
        _mutated,
        st.builds(_packed, st.sampled_from([*corpora.MANY, *corpora.ONE]), st.sampled_from(list(PACKINGS))),
        CUTS,
    ),
    st.builds(_mutated, st.sampled_from(TABLES + ARCHIVES), CUTS),
)


@given(data=BYTES, ending=st.sampled_from(ENDINGS))
@settings(max_examples=150, suppress_health_check=list(HealthCheck))
def test_whatever_comes_has_an_outcome(tmp_path_factory: pytest.TempPathFactory, data: bytes, ending: str) -> None:
    path = tmp_path_factory.mktemp("any") / f"a.{ending}".rstrip(".")
    path.write_bytes(data)
    found = list(records(Input(path, path.name, "a"), SETTINGS))
    assert found
    for each in found:
        assert isinstance(each, RawText) or (each.reason != "reader_failed" and each.source.startswith(path.name))
        if isinstance(each, RawText):
            each.text.encode()


@pytest.mark.slow
def test_a_long_line_and_many_empty_files(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    with (tmp_path / "a" / "long.txt").open("wb") as file:
        for _ in range(200):
            file.write(b"x" * 1_000_000)
    os.link(tmp_path / "a" / "long.txt", tmp_path / "a" / "long.jsonl")
    os.link(tmp_path / "a" / "long.txt", tmp_path / "a" / "long.csv")
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    assert Counter(reason for _, reason in reasons(read(tmp_path / "a", {}))) == {"too_large": 1, "long_line": 2}
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 300_000
    (tmp_path / "b").mkdir()
    for number in range(100_000):
        (tmp_path / "b" / f"{number}.txt").touch()
    assert Counter(reason for _, reason in reasons(read(tmp_path / "b", {}))) == {"empty": 100_000}


@pytest.mark.slow
def test_memory_stays_flat_over_a_large_file(tmp_path: Path) -> None:
    line = json.dumps({"text": "x" * 2000}) + "\n"
    with gzip.open(tmp_path / "a.jsonl.gz", "wt", compresslevel=1) as file:
        for number in range(200_000):
            file.write(line.replace("xxxxx", f"{number:05}", 1))
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    limits = Settings(name="t", max_ratio=10_000)
    (entry,) = list_inputs(tmp_path)
    assert sum(isinstance(each, RawText) for each in records(entry, limits)) == 200_000
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 100_000


def test_a_zip_directory_beyond_all_measure_is_not_read(tmp_path: Path) -> None:
    end = struct.pack("<4sHHHHIIH", b"PK\x05\x06", 0, 0, 65535, 65535, 0xFFFFFFF0, 0, 0)
    found = reasons(read(tmp_path, {"a.zip": as_zip({"a.txt": GOOD})[:-22] + end}))
    assert found == [("a.zip", "too_many_files")]
    assert zipfile.is_zipfile(io.BytesIO(as_zip({})))
