"""SHA256SUMS: one line per file of a release but itself, as ``sha256sum --check`` reads them."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path

CHECKSUMS = "SHA256SUMS"


def file_sha256(path: Path) -> str:
    """Hash the bytes of a file (hexadecimal SHA-256)."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def checksum_text(hashes: Mapping[str, str]) -> str:
    """Write the content of SHA256SUMS for the hashes of files by their path inside the release."""
    return "".join(f"{digest}  {path}\n" for path, digest in sorted(hashes.items()))


def parse_checksums(text: str) -> dict[str, str]:
    """Read SHA256SUMS; a line that is not as written stands under its own text."""
    entries = (line.partition("  ") for line in text.split("\n") if line)
    return {path or digest: digest for digest, _, path in entries}
