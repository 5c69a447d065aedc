"""The kinds of column that tables are made of, each a pandera column with a description and a storage role.

The role says how Parquet stores it: ``key`` columns get statistics (readers skip row groups by them), ``category``
columns get statistics and a dictionary, ``plain`` ones neither (statistics of long texts only bloat the footer).
"""

from __future__ import annotations

from typing import Any

import pandera.pyarrow as pandera
import pyarrow as pa

SHA256 = pandera.Check.str_matches(r"^[0-9a-f]{64}$")
NOT_EMPTY = pandera.Check.str_length(min_value=1)
NOT_NEGATIVE = pandera.Check.ge(0)


def text(description: str, *checks: pandera.Check, nullable: bool = False, role: str = "plain") -> pandera.Column:
    """Describe a string column."""
    return _column(pa.string(), description, checks, nullable=nullable, role=role)


def key(description: str, *, unique: bool = False) -> pandera.Column:
    """Describe the id of a document: never empty; ``unique`` where one row is one document."""
    role = "key" if unique else "category"
    return _column(pa.string(), description, (NOT_EMPTY,), nullable=False, role=role, unique=unique)


def category(description: str, *checks: pandera.Check, nullable: bool = False) -> pandera.Column:
    """Describe a string column with few distinct values."""
    return text(description, *checks, nullable=nullable, role="category")


def texts(description: str) -> pandera.Column:
    """Describe a list of strings: empty where there is nothing, never null."""
    return _column(pa.list_(pa.string()), description, (), nullable=False)


def number(description: str, *, nullable: bool = False) -> pandera.Column:
    """Describe a count, an offset or a position: a 32-bit integer, never below zero."""
    return _column(pa.int32(), description, (NOT_NEGATIVE,), nullable=nullable, role="key")


def ratio(description: str) -> pandera.Column:
    """Describe a rate: a 32-bit float, never below zero."""
    return _column(pa.float32(), description, (NOT_NEGATIVE,), nullable=False)


def day(description: str) -> pandera.Column:
    """Describe a date that may be unknown."""
    return _column(pa.date32(), description, (), nullable=True, role="category")


def nullable(column: pandera.Column) -> pandera.Column:
    """Copy a column as one that may be null and need not be unique, its meaning and storage role kept."""
    return pandera.Column(
        column.dtype, column.checks, nullable=True, description=column.description, metadata=column.metadata
    )


def _column(
    dtype: pa.DataType,
    description: str,
    checks: tuple[pandera.Check, ...],
    *,
    nullable: bool,
    role: str = "plain",
    unique: bool = False,
) -> pandera.Column:
    metadata: dict[str, Any] = {"role": role}
    return pandera.Column(
        dtype, list(checks), nullable=nullable, unique=unique, description=description, metadata=metadata
    )
