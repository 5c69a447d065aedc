"""Formats: tell by content, and where that is silent by name, what an unpacked file holds."""

from __future__ import annotations

import codecs
import json
import re

from pipelines.ingest.places import suffix
from pipelines.ingest.refusal import reject

TEXT = frozenset({".txt", ".text", ".md", ".markdown", ""})
JSON = frozenset({".json", ".jsonl", ".ndjson", ".jsonlines"})
CSV = frozenset({".csv", ".tsv", ".tab"})
PAGES = frozenset({".html", ".htm", ".xhtml", ".shtml"})
TABLES = frozenset({".parquet", ".arrow", ".feather"})
KNOWN = TEXT | JSON | CSV | PAGES | TABLES

_BINARY = (
    b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"%PDF", b"RIFF", b"7z\xbc\xaf", b"Rar!", b"\xd0\xcf\x11\xe0", b"\x7fELF",
    b"OggS", b"ID3", b"{\\rtf", b"\x04\x22\x4d\x18", b"SQLite format 3\x00",
)  # fmt: skip
_PAGE = re.compile(
    r"\s*+(?:<\?xml[^>]*+>\s*+)?+(?:<!--(?>.*?-->)\s*+)*+<(?:!doctype\s+html|html|head|body)\b", re.I | re.S
)
_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32-le"), (codecs.BOM_UTF32_BE, "utf-32-be"), (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"), (b"\x84\x31\x95\x33", "gb18030"),
)  # fmt: skip


def marked_encoding(head: bytes) -> str:
    """Return the encoding that a byte order mark states, or nothing."""
    return next((name for mark, name in _MARKS if head.startswith(mark)), "")


def format_of(head: bytes, name: str) -> str:
    """Return text, markdown, page, jsonl, json, csv, parquet or arrow; refuses what is none of them."""
    ending = suffix(name)
    if head.startswith(b"PAR1"):
        return "parquet"
    if head.startswith((b"ARROW1", b"\xff\xff\xff\xff")):
        return "arrow"
    if head.startswith(_BINARY) and ending in KNOWN:
        raise reject("binary", "the file is no text, whatever its name says; replace it by its text")
    if ending in TABLES:
        raise reject("damaged", f"the file is no {ending[1:]}, whatever its name says; fetch it again")
    found = _text_format(_as_text(head), ending)
    if not found:
        raise reject("format", f"“{ending}” is no format that can be read; convert the file to .txt, .jsonl or .csv")
    return found


def _text_format(start: str, ending: str) -> str:
    """Tell the formats that are written in characters: pages and JSON show themselves, the rest is said by the name."""
    if _PAGE.match(start):
        return "page"
    if ending in CSV:
        return "csv"
    named = ""
    if ending in PAGES:
        named = "page" if "<" in start else "text"
    elif ending in TEXT:
        named = "markdown" if ending.startswith(".m") else "text"
    return _json_kind(start, ending) or ("jsonl" if ending in JSON else named)


def _as_text(head: bytes) -> str:
    """Read the beginning of a file well enough to see its form."""
    encoding = marked_encoding(head)
    if not encoding and b"\x00" in head[:64]:
        zeros = [head[place : place + 64 : 4].count(0) for place in range(4)]
        most = max(zeros)
        if min(zeros[2:]) == most and most:
            encoding = "utf-32-le"
        elif min(zeros[:2]) == most and most:
            encoding = "utf-32-be" if zeros[2] >= most > zeros[3] else "utf-16-be"
        else:
            encoding = "utf-16-le" if zeros[1] + zeros[3] > zeros[0] + zeros[2] else "utf-16-be"
    return head.decode(encoding or "utf-8", "replace").lstrip("\ufeff")


def _json_kind(start: str, ending: str) -> str:
    """Tell JSON Lines (one object per line), an array (or one object over many lines), or neither (empty)."""
    start = start.lstrip()
    if start.startswith("[") and (ending in JSON or re.match(r'\[\s*\{\s*"', start)):
        return "json"
    if not start.startswith("{"):
        return ""
    first, has_end, _ = start.partition("\n")
    try:
        is_line = isinstance(json.loads(first), dict)
    except (ValueError, RecursionError):
        is_line = False
    if is_line and (ending in JSON or ending in TEXT):
        return "jsonl"
    if ending == ".json" and (not has_end or first.strip() in {"{", "{\r"} or not first.rstrip().endswith("}")):
        return "json"
    return "jsonl" if ending in JSON else ""
