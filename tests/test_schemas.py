"""The contract: what is derived from the schemas agrees with them and with the libraries that read it."""

from __future__ import annotations

import subprocess
import sys
from datetime import date

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import schemas
from pipelines.document import APPLIED, Edit, Fields, Term
from schemas import classes


def test_importing_the_package_does_not_load_pandera() -> None:
    code = "import schemas, sys; sys.exit('pandera' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


@pytest.mark.parametrize("table", schemas.TABLES)
def test_an_empty_table_satisfies_its_schema(table: str) -> None:
    empty = schemas.arrow_schema(table).empty_table()
    assert schemas.schema_of(table).validate(empty, lazy=True).num_rows == 0


@pytest.mark.parametrize("table", schemas.TABLES)
def test_the_features_are_those_that_datasets_derives(table: str) -> None:
    datasets = pytest.importorskip("datasets")
    derived = datasets.Features.from_arrow_schema(schemas.arrow_schema(table))
    assert schemas.features(table) == derived._to_yaml_list()


@pytest.mark.parametrize("table", schemas.TABLES)
def test_every_column_has_a_meaning_and_a_known_role(table: str) -> None:
    assert all(meaning and kind for _, kind, meaning in schemas.describe(table))
    names = schemas.arrow_schema(table).names
    assert sorted(schemas.stored_columns(table, "key", "category", "plain")) == sorted(names)
    assert set(schemas.sort_of(table)) <= set(names)


def test_the_columns_are_those_of_the_working_model() -> None:
    assert schemas.arrow_schema("edits").names[2:4] == ["rule", "artefact_class"]
    assert set(schemas.arrow_schema("edits").names) == {"document_id", "seq", *Edit._fields}
    assert set(schemas.arrow_schema("terms").names) == {"document_id", *Term._fields}
    assert set(Fields.__slots__) <= set(schemas.arrow_schema("documents").names)


def test_classes_and_actions_are_those_of_the_rules() -> None:
    assert set(classes.ACTIONS) == APPLIED | {"annotate"}


def test_changes_holds_every_column_of_documents_nullable() -> None:
    names = schemas.arrow_schema("documents").names
    columns = schemas.schema_of("changes").columns
    assert list(columns)[4:] == names
    assert all(columns[name].nullable for name in names)


def test_a_table_that_is_not_in_the_contract_is_an_error() -> None:
    with pytest.raises(KeyError):
        schemas.schema_of("columns")


def test_the_fingerprint_is_stable_and_hexadecimal() -> None:
    first = schemas.fingerprint()
    schemas.fingerprint.cache_clear()
    assert schemas.fingerprint() == first
    assert len(first) == 64


def test_a_wrong_value_is_refused() -> None:
    table = schemas.arrow_schema("rejects").empty_table()
    row = pa.table(
        [["a"], ["nowhere"], ["x"], [""], pa.nulls(1, pa.string()), pa.nulls(1, pa.int64())], table.column_names
    )
    with pytest.raises(Exception, match="isin"):
        schemas.schema_of("rejects").validate(row, lazy=True)


TEXTS = st.sampled_from(
    [None, "", "a", "high", "replace", "header", "ingest", "add", "0" * 64, "0" * 63, "08:30", "24:00"]
)
VALUES = {
    "string": TEXTS,
    "int32": st.sampled_from([None, -1, 0, 1]),
    "int64": st.sampled_from([None, -1, 0, 1]),
    "float": st.sampled_from([None, -0.5, 0.0, float("nan"), 1.5]),
    "date32[day]": st.sampled_from([None, date(2020, 1, 2)]),
    "list<element: string>": st.sampled_from([None, [], ["a"], [None]]),
}


@st.composite
def tables(draw: st.DrawFn) -> tuple[str, pa.Table]:
    """Make a table that satisfies its schema or nearly so: some values of a sound row are drawn at random."""
    name = draw(st.sampled_from(schemas.TABLES))
    schema = schemas.arrow_schema(name)
    count = draw(st.integers(0, 3))
    columns = {field.name: [sound(name, field, row) for row in range(count)] for field in schema}
    for _ in range(draw(st.integers(0, 2)) if count else 0):
        field = draw(st.sampled_from(list(schema)))
        columns[field.name][draw(st.integers(0, count - 1))] = draw(VALUES[str(field.type)])
    return name, pa.table(columns, schema)


def sound(table: str, field: pa.Field, row: int) -> object:
    """Make a value that a column takes, another one in each row where it must be."""
    column = schemas.schema_of(table).columns[field.name]
    if column.nullable:
        return None
    if str(field.type) != "string":
        return {"int32": row, "int64": row, "float": 0.5, "list<element: string>": []}[str(field.type)]
    for check in column.checks:
        if check.name == "isin":
            return check.statistics["allowed_values"][0]
        if check.name == "str_matches":
            return "0" * 64
    return f"id{row}" if column.unique else "x"


@given(tables())
@settings(max_examples=150)
def test_what_arrow_finds_sound_is_what_pandera_finds_sound(drawn: tuple[str, pa.Table]) -> None:
    name, table = drawn
    assert schemas.is_plainly_sound(name, table) == (not schemas.find_breaches(name, table))


@pytest.mark.parametrize("table", schemas.TABLES)
def test_every_check_of_ours_can_be_told_with_arrow_alone(table: str) -> None:
    empty = schemas.arrow_schema(table).empty_table()
    assert schemas.is_plainly_sound(table, empty)
    assert not schemas.is_plainly_sound(table, empty.select(empty.column_names[1:]))
    assert not schemas.is_plainly_sound(table, empty.rename_columns([f"{name}_" for name in empty.column_names]))
