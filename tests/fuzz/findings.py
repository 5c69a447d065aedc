"""What fuzzing has found so far: each input broke something once and is run by a fast test ever since."""

from __future__ import annotations

FINDINGS: dict[str, tuple[str, bytes]] = {
    "a tag name without end: a quadratic pattern took 12 s": ("a.html", b"<html><body><" + b"a" * 100_000),
    "comments before what is no page: an exponential pattern": ("a.txt", b"<!-- a -->" * 200 + b"x"),
    "brackets in front matter: the YAML library overflowed the stack": ("a.md", b"---\n" + b"[" * 30_000 + b"\n---\nx"),
    "lists in front matter, in block form": ("a.md", b"---\na:\n" + b" - " * 20_000 + b"x\n---\nx"),
    "mappings in front matter": ("a.md", b"---\n" + b"a: {" * 15_000 + b"x\n---\nx"),
    "keys in front matter": ("a.md", b"---\n" + b"? " * 20_000 + b"x\n---\nx"),
    "an array after an object: the object was lost": ("a.json", b'{"text": "x"} [{"text": "y"}]'),
    "arrays after a text: each bracket joined what came before": ("a.json", b'"x" [' + b"][" * 1_000_000),
    "a mark before a blank, again and again: composing walked the text for each edit": (
        "a.md",
        "\u00a0? ".encode() * 25_000,
    ),
    "an entity and a line separator, again and again: the same": ("a.txt", "]&amp;\u2028".encode() * 10_000),
    "days that there are not": ("a.html", b"<html><body><article><p>The text. " + b"2024-02-30" * 10_000),
    "days that there are not, in a head": ("a.html", b"<html><head>" + b"2024-02-30" * 10_000),
    "entities without end": ("a.txt", b"&amp;" * 50_000),
}
"""What it was: the name of the file and its bytes."""
