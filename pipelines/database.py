"""The database that sorts and joins what does not fit into memory: duckdb, which spills to disk and fetches nothing."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection


def connect(memory: str, spill: Path) -> DuckDBPyConnection:
    """Open an empty database in memory that holds at most ``memory`` (as 500MB) and puts the rest below ``spill``.

    duckdb.Error where ``memory`` is no size.
    """
    import duckdb

    settings = {
        "memory_limit": memory,
        "temp_directory": str(spill),
        "autoinstall_known_extensions": False,
        "autoload_known_extensions": False,
    }
    connection = duckdb.connect(config=settings)
    connection.execute("SET enable_progress_bar = false")  # it would be drawn on stdout, where results go
    return connection
