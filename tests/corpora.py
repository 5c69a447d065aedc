"""Corpora for tests: the same twenty documents in every format, packing and encoding, and inputs that mean harm."""

from __future__ import annotations

import bz2
import csv
import gzip
import html
import io
import json
import lzma
import tarfile
import zipfile
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

Document = dict[str, str]

_PLACES = ("Changsha", "Guiyang", "Lanzhou", "Haikou", "Xining", "Harbin", "Nanning", "Hefei", "Jinan", "Kunming")
_THINGS = ("civil affairs", "water conservancy")


def _document(number: int) -> Document:
    place, thing = _PLACES[number % 10], _THINGS[number // 10]
    first = (
        f"The provincial conference on {thing} was held in {place} on Tuesday; more than {number + 2}00 people came."
    )
    second = (
        f"“We shall finish the work on {thing} before the flood season,” the mayor of {place} told the conference — "
        "and the delegates, he added, would see the results for themselves."
    )
    third = (
        f"The bureau said that {number + 11} counties met the targets of last year’s plan, which cost 37 million yuan."
    )
    return {
        "id": f"doc-{number:02}",
        "title": f"{place} holds a conference on {thing}",
        "date": f"2024-03-{number + 1:02}",
        "outlet": f"{place} Daily",
        "url": f"https://news.example/{number}",
        "text": f"{first}\n\n{second}\n\n{third}",
    }


DOCUMENTS = [_document(number) for number in range(20)]
TEXTS = sorted(document["text"] for document in DOCUMENTS)
CHINESE = (
    "全省民政工作会议星期二在长沙召开，两百多人出席会议。\n\n市长说：“我们要在汛期之前完成这项工作。”大家都很满意。\n"
)
TAIWAN = (
    "全省民政會議星期二在臺北召開，兩百多人出席。\n\n市長說：「我們要在颱風季節之前完成這項工作。」大家都很滿意。\n"
)
ENCODINGS = {
    "utf-8": "utf-8", "utf-8-sig": "utf-8", "utf-16": "utf-16-le", "utf-16-le": "utf-16-le", "utf-16-be": "utf-16-be",
    "utf-32": "utf-32-le", "utf-32-le": "utf-32-le", "utf-32-be": "utf-32-be", "gb18030": "gb18030", "big5": "big5",
    "cp1252": "windows-1252",
}  # fmt: skip
"""Codecs to write with, and the encoding that must be found."""


def as_jsonl(documents: list[Document]) -> str:
    """Write JSON Lines."""
    return "".join(json.dumps(document, ensure_ascii=False) + "\n" for document in documents)


def as_json(documents: list[Document]) -> str:
    """Write a JSON array over many lines."""
    return json.dumps(documents, ensure_ascii=False, indent=2)


def as_csv(documents: list[Document], delimiter: str = ",") -> str:
    """Write a spreadsheet's export."""
    file = io.StringIO(newline="")
    writer = csv.DictWriter(file, list(documents[0]), delimiter=delimiter)
    writer.writeheader()
    writer.writerows(documents)
    return file.getvalue()


def as_page(document: Document) -> str:
    """Write a saved page with its navigation."""
    paragraphs = "".join(f"<p>{html.escape(p, quote=False)}</p>\n" for p in document["text"].split("\n\n"))
    return (
        f"<!DOCTYPE html><html><head><title>{document['title']}</title>"
        f'<meta property="og:site_name" content="{document["outlet"]}"><link rel="canonical" href="{document["url"]}">'
        f'<meta property="article:published_time" content="{document["date"]}"></head><body>'
        '<nav><ul><li><a href="/">Home</a></li><li><a href="/n">News</a></li></ul></nav>'
        f"<article>{paragraphs}</article><footer>All rights reserved</footer></body></html>"
    )


def as_markdown(document: Document) -> str:
    """Write Markdown with front matter."""
    front = "".join(f"{key}: {json.dumps(document[key])}\n" for key in ("id", "title", "date", "outlet", "url"))
    return f"---\n{front}---\n{document['text']}"


MANY: dict[str, Callable[[list[Document]], str]] = {
    "jsonl": as_jsonl, "json": as_json, "csv": as_csv, "tsv": lambda documents: as_csv(documents, "\t"),
}  # fmt: skip
"""Formats that hold many records."""
ONE: dict[str, Callable[[Document], str]] = {
    "txt": lambda document: document["text"],
    "md": as_markdown,
    "html": as_page,
}
"""Formats of one record."""


@cache
def table() -> pa.Table:
    """Make the Arrow table of the documents."""
    return pa.Table.from_pylist(DOCUMENTS)


def as_parquet() -> bytes:
    """Write a Parquet file."""
    file = io.BytesIO()
    pq.write_table(table(), file)
    return file.getvalue()


def as_arrow(*, is_stream: bool) -> bytes:
    """Write an Arrow file, or the stream form that Hugging Face datasets keeps."""
    file = io.BytesIO()
    make = pa.ipc.new_stream if is_stream else pa.ipc.new_file
    with make(file, table().schema) as writer:
        writer.write_table(table())
    return file.getvalue()


def zst(data: bytes) -> bytes:
    """Pack with zstd."""
    packed: bytes = pa.compress(data, codec="zstd", asbytes=True)
    return packed


PACKINGS: dict[str, Callable[[bytes], bytes]] = {
    "": bytes, ".gz": gzip.compress, ".bz2": bz2.compress, ".xz": lzma.compress, ".zst": zst,
}  # fmt: skip


def as_zip(members: dict[str, bytes]) -> bytes:
    """Pack a zip archive."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return file.getvalue()


def as_tar(members: dict[str, bytes], *links: tarfile.TarInfo) -> bytes:
    """Pack a tar archive, with members that are no files at its end."""
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w") as archive:
        for name, data in members.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
        for link in links:
            archive.addfile(link)
    return file.getvalue()


def files(kind: str, codec: str) -> dict[str, bytes]:
    """Write the documents in one format and encoding: a file for all, or one for each."""
    if kind in MANY:
        return {f"news.{kind}": MANY[kind](DOCUMENTS).encode(codec)}
    return {f"{document['id']}.{kind}": ONE[kind](document).encode(codec) for document in DOCUMENTS}


def write_crawl(folder: Path, count: int = 2_000) -> None:
    """Write a crawl in which six lines are wrong, as far as it is long enough."""
    lines = [
        json.dumps({"id": str(n), "text": f"The county held its meeting number {n} on Tuesday, and all came."}).encode()
        for n in range(1, count + 1)
    ]
    bad = {
        100: b'{"id": "100", "text": "cut',
        300: lines[299].replace(b"county", b"coun\xe9ty"),
        900: b'{"id": "900", "text": 5}',
        1000: b'{"id": "1000", "text": null}',
        1500: lines[1399],
        1999: lines[1998].replace(b"county", b"raise here"),
    }
    for number, line in bad.items():
        lines[number - 1] = line
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "crawl.jsonl").write_bytes(b"\n".join(lines))
