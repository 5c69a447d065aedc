"""Small moves on folders that both the log and publishing are built on."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path

INTERIM = "interim"
"""The folder of a store for what is not finished; nothing below it is ever part of a release."""


def sync(path: Path) -> None:
    """Write a file or folder through to the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def current_time() -> datetime:
    """Return the time, UTC; SOURCE_DATE_EPOCH takes the clock's place where it is set."""
    epoch = os.environ.get("SOURCE_DATE_EPOCH", "")
    return datetime.fromtimestamp(int(epoch), UTC) if epoch.isdecimal() else datetime.now(UTC)


def format_time(moment: datetime) -> str:
    """Write a time to the second, as in 2026-01-31T09:05:00Z."""
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")
