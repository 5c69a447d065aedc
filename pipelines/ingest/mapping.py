"""Mapping: from the columns of a record to text, id and metadata, by ``[fields]`` or by a good guess."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import re
from collections.abc import Iterable, Mapping
from typing import Any

from pipelines.document import Settings
from pipelines.ingest.refusal import RefusedError, name_some, reject
from pipelines.ingest.rows import has_surrogate

GUESSES = {
    "text": (
        "text", "content", "body", "article", "article_text", "article_body", "articlebody", "main_text", "maintext",
        "full_text", "fulltext", "raw_text", "raw_content", "plain_text", "story", "正文", "内容", "内文", "文本",
    ),
    "id": ("id", "doc_id", "document_id", "article_id", "news_id", "record_id", "uid", "uuid", "guid", "_id"),
    "title": ("title", "headline", "heading", "标题", "標題"),
    "date": (
        "date", "published_date", "publish_date", "date_published", "datepublished", "published_at", "published",
        "pub_date", "pubdate", "publish_time", "pubtime", "datetime", "日期", "发布时间", "发布日期",
    ),
    "outlet": ("outlet", "publisher", "site_name", "sitename", "newspaper", "media", "source", "来源", "來源"),
    "reporters": (
        "author", "authors", "byline", "reporter", "reporters", "journalist", "writer", "作者", "记者", "記者",
    ),
    "url": ("url", "link", "uri", "source_url", "page_url", "article_url", "permalink", "canonical_url"),
}  # fmt: skip
NAMES = {"title": "title", "date": "published_date", "outlet": "outlet", "reporters": "reporters", "url": "url"}
"""Fields that become metadata, and what they are called there."""

LISTS = frozenset({"reporters"})
"""Fields that may hold several values."""

LONGEST_ID = 2_000

Metadata = tuple[tuple[str, str], ...]


class Mapper:
    """Finds the columns of records and takes the values out; remembers what it has found for the same columns."""

    def __init__(self, settings: Settings) -> None:
        """Go by the ``[fields]`` of the settings; what they do not name is guessed."""
        self._named = dict(settings.fields)
        self._found: dict[tuple[str, ...], dict[str, str]] = {}

    def columns(self, names: Iterable[str]) -> dict[str, str]:
        """Say which column holds what; refuses a record or table without a column of text."""
        key = tuple(names)
        if key not in self._found:
            if len(self._found) > 1_000:
                self._found.clear()
            self._found[key] = self._look(key)
        return self._found[key]

    def _look(self, names: tuple[str, ...]) -> dict[str, str]:
        folded = {re.sub(r"[\s-]+", "_", name.strip().casefold()): name for name in reversed(names)}
        found: dict[str, str] = {}
        for field, guesses in GUESSES.items():
            if field in self._named:
                if self._named[field] in names:
                    found[field] = self._named[field]
            else:
                guess = next((folded[each] for each in guesses if each in folded), None)
                if guess is not None and guess not in self._named.values():
                    found[field] = guess
        if "text" not in found:
            wanted = f"no column “{self._named['text']}”" if "text" in self._named else "no column looks like the text"
            advice = "name the right one in dataset.toml, as in: [fields] text = 'content'"
            raise reject("columns", f"{wanted}; found are: {name_some(list(names))}; {advice}")
        return found

    def take(self, record: Mapping[str, Any]) -> tuple[str, str, Metadata]:
        """Return text, id (empty: it has none) and metadata of a record; refuses a text that is none."""
        columns = self.columns(record)
        column = columns["text"]
        text = checked_text(record[column], column)
        url = _written(record.get(columns.get("url", "")))
        key = _written(record.get(columns.get("id", ""))) or url
        if len(key) > LONGEST_ID or "\x00" in key:
            raise reject("malformed", f"an id of {len(key)} characters or with NUL in it; give the record a short id")
        metadata = tuple(
            (name, value)
            for field, name in NAMES.items()
            if (value := (_listed if field in LISTS else _written)(record.get(columns.get(field, ""))))
        )
        if any(map(has_surrogate, (key, *(value for _, value in metadata)))):
            raise surrogate("the id or the metadata")
        return text, key, metadata


def checked_text(text: object, column: str) -> str:
    """Return what a column holds if it is a text that can be published."""
    if not isinstance(text, str):
        kind = {type(None): "null", bool: "true or false", list: "a list", dict: "an object"}.get(
            type(text), "a number"
        )
        raise reject("not_text", f"“{column}” is {kind}, not a text; correct the record or take it out")
    if not text.strip("\ufeff\u200b\u2060 \t\r\n\u00a0\u3000"):
        raise reject("empty", "no text, only blanks; take the record out or fetch it again")
    if "\x00" in text:
        raise reject("binary", f"character {text.index(chr(0))} is NUL, which no text holds; replace it by the text")
    if has_surrogate(text):
        raise surrogate("the text")
    return text


def surrogate(place: str) -> RefusedError:
    """Say that half a character stands somewhere."""
    return reject("surrogate", f"half of a surrogate pair in {place}: part of a character was lost; export it again")


def _written(value: object) -> str:
    """Write a value as it came; what is no single value counts as none."""
    if isinstance(value, str):
        return value.strip()
    if isinstance(value, dt.date):  # a datetime is one as well
        return value.isoformat()
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) < 10**30:
        return str(value)
    return str(value) if isinstance(value, float) else ""


def _listed(value: object) -> str:
    """Write a list of names with a semicolon after each, so that a comma inside one parts nothing."""
    if not isinstance(value, list | tuple):
        return _written(value.get("name") if isinstance(value, dict) else value)
    names = (_written(each.get("name") if isinstance(each, dict) else each) for each in value)
    return " ".join(f"{name.replace(';', ',')};" for name in names if name)


def digest(text: str, metadata: Metadata) -> str:
    """Hash a record: its text, and its metadata where it has any."""
    written = json.dumps([text, *metadata], ensure_ascii=False) if metadata else text
    return hashlib.sha256(written.encode("utf-8", "surrogatepass")).hexdigest()
