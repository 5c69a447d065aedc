"""URLs: user names, passwords and query strings (signatures, tokens) stand in no message, name or record."""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import unquote

_URL = re.compile(r"(?<![a-z0-9+.-])([a-z][a-z0-9+.-]++:/{1,3})(?=[^/])([^\s'\"<>|]*)", re.IGNORECASE)
_LOGIN = re.compile(r"[^/:@]*:(?!\d{1,5}(?:/|\Z))[^@]*@|[^/@]*@")
"""User name and password; a key may hold a stroke, which the standard forbids and people type nevertheless."""

SHORTEST = 6
"""Characters of a password or token that is hidden wherever it stands; shorter ones only in their URL."""

_known: dict[str, str] = {}
"""What has been a secret of a source in this process, and what is written in its place."""


def is_url(source: Path | str) -> bool:
    """Tell a URL, single or chained, from a local path."""
    return bool(re.match(r"[a-z][a-z0-9+.-]+(?::/|::)", str(source), re.IGNORECASE))


def source_argument(text: str) -> Path | str:
    """Read the name of a source from the command line; a URL stays as it is, since a path would lose strokes of it."""
    return text if is_url(text) and not Path(text).exists() else Path(text)


def remember_secrets(url: str) -> None:
    """Note the secrets of a URL: libraries repeat them in messages of their own, without the URL."""
    for found in _URL.finditer(url.replace("::", " ")):
        login = _LOGIN.match(found[2])
        query = re.search(r"[?#].*", found[2][login.end() if login else 0 :])
        _note("", [part[0] for part in (login, query) if part])
        values = [pair.partition("=")[2] for pair in re.split("[?&#]", query[0])] if query else []
        _note("***", [*values, login[0][:-1].partition(":")[2] if login else ""])


def _note(shown: str, secrets: list[str]) -> None:
    for secret in secrets:
        _known.update({each: shown for each in (secret, unquote(secret)) if len(each) >= SHORTEST})


def hide_secrets(text: str) -> str:
    """Take user names, passwords and query strings out of every URL in a text, and what is known as a secret of one."""
    for secret in sorted(_known, key=len, reverse=True):
        text = text.replace(secret, _known[secret])

    def bare(found: re.Match[str]) -> str:
        place, *rest = found[2].split("::", 1)
        place = re.sub(r"[?#].*", "", _LOGIN.sub("", place, count=1) if _LOGIN.match(place) else place)
        return f"{found[1]}{place}" + "".join(f"::{hide_secrets(part)}" for part in rest)

    return _URL.sub(bare, text)


def show_source(source: Path | str) -> str:
    """Name a source in a message."""
    return hide_secrets(str(source)).rstrip("/")
