"""What is fuzzed with: the seeds and small files of every format, packing and encoding, and what is done to them."""

from __future__ import annotations

from functools import cache

from hypothesis import strategies as st

from tests import corpora
from tests.corpora import DOCUMENTS, MANY, ONE
from tests.fuzz.findings import FINDINGS
from tests.texts import SEEDS, raw_texts

File = tuple[str, bytes]

ENDINGS = (
    "txt", "md", "html", "json", "jsonl", "csv", "tsv", "parquet", "arrow", "zip", "tar", "gz", "tar.gz", "zst", "xz",
    "bz2", "jsonl.gz", "csv.zst", "", "xyz", "docx",
)  # fmt: skip
TOKENS = (
    b'"', b"'", b"[", b"]", b"{", b"}", b",", b":", b"\\", b"\\u", b"\\ud83d", b"\n", b"\r\n", b"\r", b"\t", b" ",
    b"<", b">", b"<!--", b"-->", b"<div>", b"<p>", b"</p>", b"<html>", b"<![CDATA[", b"&#", b"&amp;", b"---\n", b"- ",
    b"? ", b"a: ", b"|", b";", b"=cmd()", b"\x00", b"\xff", b"\xfe", b"\xff\xfe", b"\xef\xbb\xbf",
    b"\x84\x31\x95\x33", b"\xed\xa0\x80", b"\x1f\x8b", b"PK\x03\x04", b"PK\x05\x06", b"BZh9", b"PAR1", b"ARROW1",
    b"0000-00-00", b"9999-99-99", b"2024-02-30", b"(Xinhua)", b"(", b")", b".", b". ", b"-", b"1", b"00000000000",
    b"@", b"a@b.cn", b"www.", b"http://", b"tel:", b"Editor:", b"Reporter ", b"\xe2\x80\x9c", b"\xe2\x80\x9d",
    b"\xe2\x80\x99", b"\xe2\x80\x94", b"\xc2\xa0", b"\xe3\x80\x80", b"\xe4\xb8\xad", b"A", b"a", b"Mr. ",
    b"\xe2\x80\xa8", b"\xcc\x81",
)  # fmt: skip


@cache
def plain_files() -> list[File]:
    """Small files, not packed."""
    files: list[File] = [(path.name, path.read_bytes()[:20_000]) for path in SEEDS]
    for kind in (*MANY, *ONE):
        for codec in corpora.ENCODINGS:
            text = MANY[kind](DOCUMENTS[:3]) if kind in MANY else ONE[kind](DOCUMENTS[0])
            files.append((f"a.{kind}", text.encode(codec, "replace")))
    for codec, text in (("gb18030", corpora.CHINESE), ("utf-16", corpora.CHINESE), ("big5", corpora.TAIWAN)):
        files.append(("a.txt", text.encode(codec)))
    files += [("a.parquet", corpora.as_parquet())]
    files += [("a.arrow", corpora.as_arrow(is_stream=is_stream)) for is_stream in (True, False)]
    files += [(name, data[:5_000]) for name, data in FINDINGS.values()]
    return files


@cache
def files() -> list[File]:
    """All of them: plain, packed, and in archives."""
    plain = plain_files()
    packed = [
        (f"{name}{packing}", pack(data))
        for name, data in plain[:: max(1, len(plain) // 12)]
        for packing, pack in corpora.PACKINGS.items()
        if packing
    ]
    members = dict(plain[:8]) | {"in/b.csv": b"text\nx\n", "c.zip": corpora.as_zip({"a.txt": b"The text."})}
    archives = [("a.zip", corpora.as_zip(members)), ("a.tar", corpora.as_tar(members))]
    archives += [("a.tar.gz", corpora.PACKINGS[".gz"](corpora.as_tar(members)))]
    return [*plain, *packed, *archives]


Change = tuple[int, int, int, int]
changes: st.SearchStrategy[list[Change]] = st.lists(
    st.tuples(
        st.integers(0, 6),
        st.integers(0, 30_000),
        st.integers(0, 255),
        st.one_of(st.integers(1, 4), st.integers(1, 300), st.integers(1, 20_000)),
    ),
    max_size=6,
)


def changed(data: bytes, made: list[Change]) -> bytes:
    """Change bytes at a place: write over, insert or repeat a token, cut, repeat or reverse a piece, truncate."""
    for kind, where, value, size in made:
        place = where % (len(data) + 1)
        piece = data[place : place + size]
        token = TOKENS[value % len(TOKENS)]
        if kind == 0:
            data = data[:place] + bytes([value]) + data[place + 1 :]
        elif kind == 1:
            data = data[:place] + token + data[place:]
        elif kind == 2:
            data = data[:place] + token * size + data[place:]
        elif kind == 3:
            data = data[:place] + data[place + size :]
        elif kind == 4:
            data = data[:place] + piece * (1 + min(value, 20_000 // max(len(piece), 1))) + data[place:]
        elif kind == 5:
            data = data[:place] + piece[::-1] + data[place + size :]
        elif value > 200:
            data = data[:place]
    return data[:300_000]


def _packed(file: File, packing: str) -> File:
    return f"{file[0]}{packing}", corpora.PACKINGS[packing](file[1])


def _renamed(file: File, ending: str | None) -> File:
    return file if ending is None else (f"a.{ending}".rstrip("."), file[1])


def _mixed(one: File, other: File, made: list[Change]) -> File:
    return one[0], changed(one[1] + other[1], made)


def _archive(members: list[File], made: list[Change], *, is_tar: bool) -> File:
    pack = corpora.as_tar if is_tar else corpora.as_zip
    found = {f"{number}/{name}": data for number, (name, data) in enumerate(members)}
    return "a.tar" if is_tar else "a.zip", changed(pack(found), made)


_names = st.sampled_from([f"a.{ending}".rstrip(".") for ending in ENDINGS])
_mutated: st.SearchStrategy[File] = st.deferred(
    lambda: st.builds(lambda file, made: (file[0], changed(file[1], made)), st.sampled_from(files()), changes)
)
_plain: st.SearchStrategy[File] = st.deferred(
    lambda: st.builds(lambda file, made: (file[0], changed(file[1], made)), st.sampled_from(plain_files()), changes)
)
_texts: st.SearchStrategy[File] = st.builds(
    lambda text, made: ("a.txt", changed(text.encode("utf-8", "replace"), made)), raw_texts, changes
)
_begins = st.sampled_from([
    ("a.txt", b"The meeting was held.\n"), ("a.md", b"---\ntitle: "), ("a.html", b"<html><body><article><p>The text."),
    ("a.html", b"<html><head>"), ("a.jsonl", b'{"text": "'), ("a.csv", b"id,text\n1,"), ("a.json", b'[{"text": "'),
    ("a.txt", b""), ("a.json", b""),
])  # fmt: skip
_repeated: st.SearchStrategy[File] = st.builds(
    lambda begin, unit, size: (begin[0], begin[1] + unit * (1_000 * size // len(unit))),
    _begins,
    st.lists(st.sampled_from(TOKENS), min_size=1, max_size=3).map(b"".join),
    st.integers(20, 100),
)
"""What a pattern that looks twice at each place takes for ever on."""
inputs: st.SearchStrategy[File] = st.one_of(
    st.tuples(_names, st.binary(max_size=2_000)),
    st.tuples(_names, st.builds(changed, st.just(b""), changes)),
    st.builds(_renamed, _mutated, st.one_of(st.none(), st.sampled_from(ENDINGS))),
    _plain,
    _texts,
    _repeated,
    st.builds(_packed, _plain, st.sampled_from(list(corpora.PACKINGS))),
    st.builds(_mixed, _plain, _plain, changes),
    st.builds(_archive, st.lists(_plain, max_size=4), changes, is_tar=st.booleans()),
)
