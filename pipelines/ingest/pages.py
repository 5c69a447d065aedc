"""Pages: the main text of a saved HTML page, and what the page says about itself."""

from __future__ import annotations

import logging
import re
from copy import deepcopy
from functools import cache

from pipelines.ingest.refusal import reject

DEEPEST = 500
"""Nested elements of a page; real ones have some tens."""

_TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9]*+)[^<>]{0,5000}?(/?)>")
_CHARSET = re.compile(rb"<meta[^>]{0,200}charset\s*=\s*[\"']?\s*([A-Za-z0-9_-]{3,20})", re.IGNORECASE)
_LOOSE = frozenset({
    "area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param", "source", "track", "wbr",
    "p", "li", "td", "th", "tr", "dt", "dd", "option", "thead", "tbody",
})  # fmt: skip
"""Elements that need not be closed."""

_NAMES = {"gb2312": "gb18030", "gbk": "gb18030", "gb18030": "gb18030", "big5": "big5", "iso-8859-1": "windows-1252",
          "windows-1252": "windows-1252", "big5-hkscs": "big5"}  # fmt: skip

Metadata = tuple[tuple[str, str], ...]


def stated_encoding(data: bytes) -> str:
    """Return the encoding that a page says it has, by our names; nothing where it does not say."""
    found = _CHARSET.search(data[:4096])
    return _NAMES.get(found[1].decode("ascii").lower(), "") if found else ""


def main_text(page: str) -> tuple[str, Metadata]:
    """Take the article out of a page, with title, date, outlet, authors and address as the page's head gives them."""
    _check_depth(page)
    try:
        found = _extract(page)
    except Exception as error:
        detail = f"the page cannot be taken apart ({type(error).__name__}); save its text as .txt"
        raise reject("no_article", detail) from error
    text = (found.text or "") if found else ""
    if not found or not text.strip():
        raise reject("no_article", "no article is found in the page; check that it holds one, or save its text as .txt")
    names = {
        "title": found.title, "published_date": found.date, "outlet": found.sitename, "reporters": found.author,
        "url": found.url,
    }  # fmt: skip
    return text, tuple((name, str(value)) for name, value in names.items() if value)


def _extract(page: str):  # type: ignore[no-untyped-def]  # noqa: ANN202
    """Take a page apart; anew where it came out as one line, as short articles do, unless much were lost that way."""
    extract, briefly = _extractor()
    options = {
        "with_metadata": True,
        "include_comments": False,
        "include_tables": False,
        "favor_recall": True,
        "date_extraction_params": {"original_date": True, "extensive_search": False},
    }
    found = extract(page, **options)
    if found and found.text and "\n" not in found.text.strip():
        again = extract(page, config=briefly, **options)
        if again and again.text and "\n" in again.text.strip() and 2 * len(again.text) > len(found.text):
            return again
    return found


@cache
def _extractor():  # type: ignore[no-untyped-def]  # noqa: ANN202
    from trafilatura import bare_extraction
    from trafilatura.settings import DEFAULT_CONFIG

    for name in ("trafilatura", "htmldate", "courlan", "justext"):
        logging.getLogger(name).setLevel(logging.CRITICAL)
    briefly = deepcopy(DEFAULT_CONFIG)
    briefly["DEFAULT"]["MIN_EXTRACTED_SIZE"] = "1"
    return bare_extraction, briefly


def _check_depth(page: str) -> None:
    depth = 0
    for found in _TAG.finditer(page):
        if found[2].lower() in _LOOSE or found[3]:
            continue
        depth += -1 if found[1] else 1
        if depth > DEEPEST:
            raise reject(
                "too_deep", f"more than {DEEPEST} elements inside each other; save the text of the page as .txt"
            )
        depth = max(depth, 0)
