"""Small parts of sentences that several messages share."""

from __future__ import annotations

import shlex

DEFAULT_STORE = "data"


def plural(count: int, noun: str, nouns: str = "") -> str:
    """Write a count with its noun: 1 document, 1,214 documents, 2 copies (where ``nouns`` says so)."""
    return f"{count:,} {noun if count == 1 else nouns or noun + 's'}"


def store_option(store: object, option: str = "--store") -> str:
    """Return what a command needs to find this store again, with a blank before it; nothing for the usual one."""
    name = str(store)
    return "" if name == DEFAULT_STORE else f" {option} {shlex.quote(name)}"


def publish_into(store: object) -> str:
    """Return the command that publishes into this store."""
    option = store_option(store, "--to")
    return f"corpus publish SOURCE{option}" if option else "corpus publish"
