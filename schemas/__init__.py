"""The contract: one module per table, each a pandera schema; everything else about columns is derived from them.

Importing this package does not load pandera (0.8 s); the first call that needs a schema does.

Derived here: the Arrow schema, the features that Hugging Face reads, the data dictionary, how Parquet stores each
column, and the fingerprint that changes whenever a column or a check does.
"""

from __future__ import annotations

import hashlib
import json
import threading
from functools import cache
from importlib import import_module
from importlib.resources import files
from types import ModuleType
from typing import TYPE_CHECKING

import pyarrow as pa

from schemas.quick import holds

if TYPE_CHECKING:
    from pandera.pyarrow import DataFrameSchema

_ONE_AT_A_TIME = threading.Lock()

TABLES = ("documents", "edits", "terms", "rejects", "changes")
"""The tables of a release, in the order in which people meet them; ``changes`` exists from the second release on."""


def schema_of(table: str) -> DataFrameSchema:
    """Return the pandera schema of a table; KeyError for a name that is not in TABLES."""
    schema: DataFrameSchema = _module(table).SCHEMA
    return schema


def is_plainly_sound(table: str, rows: pa.Table) -> bool:
    """Tell with Arrow alone whether rows satisfy the schema of a table; False where there is any doubt.

    For small batches: pandera takes some 30 ms whatever the number of rows.
    """
    return holds(schema_of(table), arrow_schema(table), rows)


def find_breaches(table: str, rows: pa.Table) -> list[tuple[str, str]]:
    """Hold rows against the schema of a table; return each column at fault and the check that it breaks.

    The column is empty where the table as a whole is at fault. One thread at a time: pandera loads its backends at the
    first use, which two threads must not do together.
    """
    from pandera.errors import SchemaError, SchemaErrors

    try:
        with _ONE_AT_A_TIME:
            schema_of(table).validate(rows, lazy=True)
    except SchemaErrors as error:
        cases = error.failure_cases.select(["column", "check"]).to_pylist()
        return sorted({(str(case["column"]), str(case["check"])) for case in cases})
    except SchemaError:
        return [("", "its schema")]
    return []


def sort_of(table: str) -> tuple[str, ...]:
    """Return the columns by which a table is sorted."""
    order: tuple[str, ...] = _module(table).SORT
    return order


@cache
def arrow_schema(table: str) -> pa.Schema:
    """Derive the Arrow schema of a table."""
    columns = schema_of(table).columns
    return pa.schema(pa.field(name, _arrow_type(column.dtype)) for name, column in columns.items())


def features(table: str) -> list[dict[str, str]]:
    """Derive the features of a table as the front matter of a dataset card lists them."""
    return [_feature(name, kind) for name, kind in _types(table).items()]


def stored_columns(table: str, *roles: str) -> list[str]:
    """Name the columns of a table whose storage role is one of ``roles`` (key, category, plain)."""
    columns = schema_of(table).columns
    return [name for name, column in columns.items() if column.metadata["role"] in roles]


def can_be_missing(table: str) -> list[str]:
    """Name the columns of a table whose values may be null, or empty texts or lists."""
    columns = schema_of(table).columns
    kinds = {name for name, kind in _types(table).items() if pa.types.is_nested(kind) or pa.types.is_string(kind)}
    return [name for name, column in columns.items() if column.nullable or (name in kinds and not column.checks)]


def describe(table: str) -> list[tuple[str, str, str]]:
    """Derive the data dictionary of a table: (column, type, meaning); a type that may be null ends in ``?``."""
    columns, types = schema_of(table).columns, _types(table)
    return [
        (name, _plain_name(types[name]) + "?" * column.nullable, column.description) for name, column in columns.items()
    ]


@cache
def fingerprint() -> str:
    """Hash names, types, nullability, uniqueness and checks of all columns of all tables (hexadecimal SHA-256)."""
    rows = [
        [table, name, str(_types(table)[name]), column.nullable, column.unique, sorted(map(str, column.checks))]
        for table in TABLES
        for name, column in schema_of(table).columns.items()
    ]
    return hashlib.sha256(json.dumps(rows).encode()).hexdigest()


@cache
def code_sha256() -> str:
    """Hash the code of this package (hexadecimal): tells at little cost, without pandera, that nothing has changed."""
    modules = sorted(module.name for module in files("schemas").iterdir() if module.name.endswith(".py"))
    return hashlib.sha256(b"".join((files("schemas") / name).read_bytes() for name in modules)).hexdigest()


def _module(table: str) -> ModuleType:
    if table not in TABLES:
        raise KeyError(table)
    return import_module(f"schemas.{table}")


def _types(table: str) -> dict[str, pa.DataType]:
    return {field.name: field.type for field in arrow_schema(table)}


def _arrow_type(dtype: object) -> pa.DataType:
    """Turn pandera's view of a type back into the Arrow type that it was made from."""
    kinds = {
        "String": pa.string(),
        "Int32": pa.int32(),
        "Int64": pa.int64(),
        "Float32": pa.float32(),
        "Date": pa.date32(),
        "List(String)": pa.list_(pa.field("element", pa.string())),
    }
    return kinds[str(dtype)]


def _plain_name(kind: pa.DataType) -> str:
    names = {"float": "float32", "date32[day]": "date32", "list<element: string>": "list<string>"}
    return names.get(str(kind), str(kind))


def _feature(name: str, kind: pa.DataType) -> dict[str, str]:
    plain = _plain_name(kind)
    return {"name": name, "list": "string"} if plain == "list<string>" else {"name": name, "dtype": plain}
