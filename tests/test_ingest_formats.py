"""Every format, packing and encoding gives the same texts, with what the record says about itself."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from pipelines.document import RawText, Reject, Settings
from pipelines.errors import CorpusError
from pipelines.ingest import list_inputs, read_settings, records, survey
from pipelines.ingest.cards import read_configs
from pipelines.refine import load_knowledge
from tests import corpora
from tests.corpora import DOCUMENTS, ENCODINGS, MANY, ONE, PACKINGS, TEXTS
from tests.samples import refine

SETTINGS = Settings(name="t")
FULL = {"title": "title", "date": "published_date", "outlet": "outlet", "url": "url"}


def read_all(folder: Path, settings: Settings = SETTINGS) -> tuple[list[RawText], list[Reject]]:
    found = [outcome for entry in list_inputs(folder) for outcome in records(entry, settings)]
    return [r for r in found if isinstance(r, RawText)], [r for r in found if isinstance(r, Reject)]


def write(folder: Path, members: dict[str, bytes]) -> None:
    for name, data in members.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(data)


def plain(text: str) -> str:
    """The words of a text: pages have no blank lines between their paragraphs."""
    return re.sub(r"\n+", "\n\n", text.strip("\n\ufeff"))


@pytest.mark.parametrize("packing", PACKINGS)
@pytest.mark.parametrize("kind", [*MANY, *ONE])
@pytest.mark.parametrize("codec", [codec for codec in ENCODINGS if codec != "big5"])
def test_the_same_texts_come_out(tmp_path: Path, kind: str, packing: str, codec: str) -> None:
    pack = PACKINGS[packing]
    write(tmp_path, {f"{name}{packing}": pack(data) for name, data in corpora.files(kind, codec).items()})
    texts, rejects = read_all(tmp_path)
    assert rejects == []
    assert sorted(plain(raw.text) for raw in texts) == TEXTS
    assert {raw.encoding for raw in texts} == {ENCODINGS[codec]}
    assert sorted(raw.id for raw in texts) == [document["id"] for document in DOCUMENTS] or kind == "html"
    if kind != "txt":
        said = {
            name: value for raw in texts for name, value in raw.metadata if raw.text.strip().startswith(TEXTS[0][:90])
        }
        first = next(document for document in DOCUMENTS if document["text"] == TEXTS[0])
        assert said == {name: first[field] for field, name in FULL.items()}


def test_a_short_page_keeps_its_paragraphs(tmp_path: Path) -> None:
    first = "The library of the river district is open until ten in the evening from May on."
    last = "Readers had asked for it. Most of them work by day."
    page = (
        "<html><head><title>Library doubles its hours</title></head><body><nav><a href='/'>Home</a></nav><article>"
        f"<h1>Library doubles its hours</h1><p>{first}</p><p>{last}</p></article><footer>Contact</footer></body></html>"
    )
    write(tmp_path, {"page.html": page.encode()})
    (raw,), rejects = read_all(tmp_path)
    assert rejects == []
    assert raw.text.split("\n") == ["Library doubles its hours", first, last]


@pytest.mark.parametrize("packing", [*PACKINGS, ".zip", ".tar", ".tar.gz", ".tar.zst", ".zip.xz"])
@pytest.mark.parametrize("kind", ["parquet", "arrow", "stream"])
def test_tables_give_the_same_texts(tmp_path: Path, kind: str, packing: str) -> None:
    data = corpora.as_parquet() if kind == "parquet" else corpora.as_arrow(is_stream=kind == "stream")
    name = "train.parquet" if kind == "parquet" else "train.arrow"
    for step in re.findall(r"\.\w+", packing):
        data = {".zip": corpora.as_zip, ".tar": corpora.as_tar}[step]({name: data}) if step in {".zip", ".tar"} else (
            PACKINGS[step](data)
        )  # fmt: skip
    write(tmp_path, {f"news{packing}" if packing else name: data})
    texts, rejects = read_all(tmp_path)
    assert (rejects, sorted(raw.text for raw in texts)) == ([], TEXTS)
    assert {raw.row for raw in texts} == set(range(1, 21))


@pytest.mark.parametrize("kind", [*MANY, *ONE])
def test_archives_give_the_same_texts(tmp_path: Path, kind: str) -> None:
    members = {f"a/{name}": data for name, data in corpora.files(kind, "utf-8").items()}
    write(tmp_path, {"z.zip": corpora.as_zip({"b.tar": PACKINGS[".gz"](corpora.as_tar(members)), ".x/y": b"hidden"})})
    texts, rejects = read_all(tmp_path)
    assert (rejects, sorted(plain(raw.text) for raw in texts)) == ([], TEXTS)
    if kind == "txt":
        assert (texts[0].source, texts[0].id) == ("z.zip/b.tar/a/doc-00.txt", "z/b/a/doc-00")


@pytest.mark.parametrize("kind", ["jsonl", "csv", "md", "html"])
def test_what_is_published_is_the_same(tmp_path: Path, kind: str) -> None:
    write(tmp_path, corpora.files(kind, "utf-16"))
    documents, rejects = refine(list_inputs(tmp_path), SETTINGS, load_knowledge())
    write(tmp_path / "plain", corpora.files("txt", "utf-8"))
    wanted, _ = refine(list_inputs(tmp_path / "plain"), SETTINGS, load_knowledge())
    assert (rejects, sorted(d.text for d in documents)) == ([], sorted(d.text for d in wanted))


def test_a_dataset_folder_of_hugging_face_is_read_without_its_card(tmp_path: Path) -> None:
    card = b"---\nlicense: unknown\n---\n# Card\n\nThis is about the data, and no document of it."
    write(tmp_path, {
        "set/README.md": card, "set/dataset_info.json": b"{}", "set/data/train-0.parquet": corpora.as_parquet(),
        "saved/state.json": b"{}", "saved/data-0.arrow": corpora.as_arrow(is_stream=True), "notes/README.md": card,
    })  # fmt: skip
    texts, rejects = read_all(tmp_path)
    assert rejects == []
    assert {raw.source.split(":")[0] for raw in texts} == {
        "notes/README.md", "saved/data-0.arrow", "set/data/train-0.parquet"
    }  # fmt: skip


CONFIGS = """---
configs:
- config_name: extra
  data_files: extra/*.parquet
- config_name: main
  default: true
  data_files:
  - split: train
    path: "data/train-*"
  - split: test
    path: [data/test.jsonl, ./more/**]
---
# The set
"""


@pytest.mark.parametrize("folder", ["", "raw/", "raw/set/"])
def test_the_card_of_a_dataset_says_which_files_are_read(tmp_path: Path, folder: str) -> None:
    one = corpora.as_jsonl(DOCUMENTS[:1]).encode()
    write(tmp_path, {f"{folder}{name}": data for name, data in {
        "README.md": CONFIGS.encode(), "data/train-0.parquet": corpora.as_parquet(), "data/test.jsonl": one,
        "more/a/b.csv": b"text\nx\n", "extra/x.parquet": corpora.as_parquet(), "LICENSE": b"words",
        "data/val.jsonl": one,
    }.items()} | ({"raw/b.txt": b"x"} if folder == "raw/set/" else {}))  # fmt: skip
    inputs, (note,) = survey(tmp_path)
    inside = folder.removeprefix("raw/")
    wanted = [f"{inside}{name}" for name in ("data/test.jsonl", "data/train-0.parquet", "more/a/b.csv")]
    assert [entry.source for entry in inputs] == (["b.txt"] if inside else []) + wanted
    assert [entry.number for entry in inputs] == list(range(len(inputs)))
    assert note == (
        f"{inside}README.md: only the config “main” is read; 3 files are ignored: "
        f"{inside}LICENSE, {inside}data/val.jsonl, {inside}extra/x.parquet"
    )


@pytest.mark.parametrize(
    ("configs", "name", "patterns"),
    [
        ("[{config_name: b, data_files: x.csv}, {config_name: default, data_files: y.csv}]", "default", ("y.csv",)),
        ("[{config_name: b, data_dir: d}, {config_name: c, data_files: y.csv}]", "b", ("d/**",)),
        ("[{config_name: b, data_dir: d/, data_files: {train: '*.csv'}}]", "b", ("d/*.csv",)),
        ("[{data_files: [{split: train, path: /a**b}]}]", "default", ("a**b",)),
        ("[7, {config_name: b}]", "", ()),
        ("none", "", ()),
    ],
)
def test_the_configs_of_a_card(configs: str, name: str, patterns: tuple[str, ...]) -> None:
    found = read_configs(f"---\nconfigs: {configs}\n---\n# Card\n")
    assert [(c.name, c.patterns) for c in found[:1]] == ([(name, patterns)] if name else [])


def test_a_card_that_names_files_that_are_not_there_stops_the_run(tmp_path: Path) -> None:
    write(tmp_path, {"README.md": b"---\nconfigs: [{data_files: a**b}]\n---\n", "x.csv": b"text\nx\n"})
    with pytest.raises(CorpusError, match=r"README\.md: config “default” reads a\*\*b, but there is no such file"):
        survey(tmp_path)


def test_a_release_is_a_source_of_its_documents(tmp_path: Path) -> None:
    from tests.samples import make_document, make_reject, make_release

    released = make_release(tmp_path / "store", [make_document("a"), make_document("b")], [make_reject()])
    inputs, (note,) = survey(released.path)
    assert [entry.source for entry in inputs] == ["documents/train-00000-of-00001.parquet"]
    assert "the config “documents” is read" in note
    texts, rejects = read_all(released.path)
    assert ([raw.id for raw in texts], rejects) == (["a", "b"], [])


def test_authors_are_found_in_every_format(tmp_path: Path) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    names = ["Li Yang", "Smith, John"]
    page = corpora.as_page(DOCUMENTS[0])
    people = [{"@type": "Person", "name": name} for name in names]
    text = "The provincial conference on civil affairs was held in Changsha on Tuesday, and 200 people came."
    pq.write_table(pa.table({"text": [text], "authors": [names]}), tmp_path / "a.parquet")
    pq.write_table(pa.table({"text": [text], "author": [people]}), tmp_path / "b.parquet")
    write(tmp_path, {
        "c.jsonl": json.dumps({"text": text, "author": names}).encode(),
        "d.jsonl": json.dumps({"text": text, "Byline": "By Li Yang and Wang Wu"}).encode(),
        "e.csv": f'text,Reporters\n"{text}","Li Yang, Wang Wu"\n'.encode(),
        "f.md": f"---\nauthor: [Li Yang, Wang Wu]\n---\n{text}".encode(),
        "g.md": f"---\nauthor: Li Yang\n---\n{text}".encode(),
        "h.html": page.replace("</head>", '<meta name="author" content="Li Yang"></head>').encode(),
        "i.jsonl": json.dumps({"text": text, "author": 7, "reporter": None}).encode(),
    })  # fmt: skip
    documents, rejects = refine(list_inputs(tmp_path), SETTINGS, load_knowledge())
    assert rejects == []
    both = ("Li Yang", "Wang Wu")
    assert {document.raw.source[0]: document.fields.reporters for document in documents} == {
        "a": tuple(names), "b": tuple(names), "c": tuple(names), "d": both, "e": both, "f": both, "g": ("Li Yang",),
        "h": ("Li Yang",), "i": (),
    }  # fmt: skip


def test_columns_are_named_by_the_settings_or_guessed(tmp_path: Path) -> None:
    write(tmp_path, {"a.csv": b"Nr,Inhalt,Content\n7,the text,something else\n"})
    (raw,), _ = read_all(tmp_path)
    assert (raw.text, raw.id, raw.source) == ("something else", "a#2", "a.csv:2")
    (tmp_path / "dataset.toml").write_text("[fields]\ntext = 'Inhalt'\nid = 'Nr'\n")
    (raw,), _ = read_all(tmp_path, read_settings(tmp_path))
    assert (raw.text, raw.id) == ("the text", "7")


@pytest.mark.parametrize("name", ["a.csv", "a.jsonl", "a.json", "a.parquet"])
def test_columns_that_hold_no_text_are_listed(tmp_path: Path, name: str) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    written = {"a.csv": "left,right\n1,2\n", "a.jsonl": '{"left": 1, "right": 2}\n', "a.json": '[{"left":1,"right":2}]'}
    if name in written:
        write(tmp_path, {name: written[name].encode()})
    else:
        pq.write_table(pa.table({"left": [1], "right": [2]}), tmp_path / name)
    _, (got,) = read_all(tmp_path)
    assert got.reason == "columns"
    assert "left, right" in got.detail
    assert "[fields]" in got.detail


def test_the_content_overrules_the_name(tmp_path: Path) -> None:
    document = DOCUMENTS[0]
    write(tmp_path, {
        "a.txt": corpora.as_page(document).encode(), "b.txt": corpora.as_jsonl(DOCUMENTS[:1]).encode(),
        "c.dat": PACKINGS[".zst"](corpora.as_page(document).encode()), "d": corpora.as_parquet(),
        "e.php": corpora.as_page(document).encode(), "f.txt": b"[Changsha] The conference was held {on Tuesday}.",
        "g.json": corpora.as_jsonl(DOCUMENTS[:2]).encode(), "h.json": json.dumps(document, indent=1).encode(),
    })  # fmt: skip
    texts, rejects = read_all(tmp_path)
    assert rejects == []
    assert [raw.source for raw in texts] == [
        "a.txt", "b.txt:1", "c.dat", *(f"d:{n}" for n in range(1, 21)), "e.php", "f.txt", "g.json:1", "g.json:2",
        "h.json:1",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "codec", "encoding"),
    [
        (corpora.CHINESE, "gbk", "gb18030"),
        (corpora.CHINESE, "gb18030", "gb18030"),
        (corpora.CHINESE, "utf-16-le", "utf-16-le"),
        (corpora.CHINESE, "utf-32-be", "utf-32-be"),
        (corpora.TAIWAN, "big5", "big5"),
        (corpora.TAIWAN, "gb18030", "gb18030"),
        (corpora.TAIWAN, "utf-16-be", "utf-16-be"),
        ("It’s “the mayor’s” plan — 3 € for each café in the city…", "cp1252", "windows-1252"),
        ("It’s “the mayor’s” plan — for each of us in the city…", "gb18030", "gb18030"),
        ("It’s the plan.", "cp1252", "windows-1252"),
        ("Les élèves français à Changsha ont été très étonnés, déjà.", "cp1252", "windows-1252"),
        ("长沙", "gb18030", "gb18030"),
        ("The mayor (市长) said so, and the bureau (局) agreed with him.", "gb18030", "gb18030"),
    ],
)
def test_encodings_are_decided_by_evidence(tmp_path: Path, text: str, codec: str, encoding: str) -> None:
    write(tmp_path, {"a.txt": text.encode(codec)})
    (raw,), _ = read_all(tmp_path)
    assert (raw.text, raw.encoding) == (text, encoding)


@pytest.mark.parametrize(
    "data", [b"abc \xff\xfe def", bytes(range(128, 256)) * 4, "长".encode("big5hkscs", "replace") + b"\xff"]
)
def test_what_no_encoding_explains_is_a_reject(tmp_path: Path, data: bytes) -> None:
    write(tmp_path, {"a.txt": data})
    _, (got,) = read_all(tmp_path)
    assert (got.reason, got.bytes) == ("encoding", len(data))


def test_front_matter_that_is_none_stays_in_the_text(tmp_path: Path) -> None:
    texts = [
        "---\nNot: [closed\n---\nText.",
        "---\nplain words\n---\nText.",
        "---\n",
        "---\na: &a [x]\nb: *a\n---\nText.",
    ]
    write(tmp_path, {f"{number}.md": text.encode() for number, text in enumerate(texts)})
    found, _ = read_all(tmp_path)
    assert [raw.text for raw in found] == texts


def test_a_row_has_the_hash_of_what_is_used_of_it(tmp_path: Path) -> None:
    write(tmp_path, {
        "a.jsonl": b'{"id": "x", "text": "same", "seen": 1}\n{"id": "x", "text": "same", "seen": 2}\n'
        b'{"id": "x", "text": "same", "title": "new"}\n',
    })  # fmt: skip
    found, _ = read_all(tmp_path)
    first, second, third = (raw.raw_sha256 for raw in found)
    assert first == second != third
    assert [raw.place for raw in found] == [("a.jsonl", 1), ("a.jsonl", 2), ("a.jsonl", 3)]
