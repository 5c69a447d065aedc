"""The contract: what is derived from the schemas agrees with them and with the libraries that read it."""

from __future__ import annotations

import subprocess
import sys

import pyarrow as pa
import pytest

import schemas
from pipelines.document import APPLIED, Edit, Fields, Term
from pipelines.rules.rule import ARTEFACT_CLASSES
from schemas import edits


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
    assert edits.ARTEFACT_CLASSES == ARTEFACT_CLASSES
    assert set(edits.ACTIONS) == APPLIED | {"annotate"}


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
