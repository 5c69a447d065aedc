"""A first look at rows with Arrow alone, for the many small batches in which documents are made.

It reads the checks off the pandera schema and knows how to tell the ones that our columns have; whatever else there is
leaves a doubt, and pandera decides. A test holds that both say the same. Of what is published pandera looks at the
first row group of each file in any case.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc

if TYPE_CHECKING:
    from pandera.api.checks import Check
    from pandera.pyarrow import Column, DataFrameSchema


def holds(schema: DataFrameSchema, types: pa.Schema, rows: pa.Table) -> bool:
    """Tell whether rows plainly satisfy a schema. False where they do not, or where there is any doubt."""
    if rows.schema.remove_metadata() != types or schema.checks:
        return False
    if not all(_column_holds(column, rows[name]) for name, column in schema.columns.items()):
        return False
    return not schema.unique or rows.group_by(list(schema.unique)).aggregate([]).num_rows == rows.num_rows


def _column_holds(column: Column, values: pa.ChunkedArray) -> bool:
    if values.null_count and not column.nullable:
        return False
    if column.unique and pc.count_distinct(values).as_py() != len(values):
        return False
    return all(_check_holds(check, values) for check in column.checks)


def _check_holds(check: Check, values: pa.ChunkedArray) -> bool:
    told = check.statistics
    match check.name:
        case "isin":
            known = pa.array(told["allowed_values"], values.type)
            is_fine = pc.or_(pc.is_in(values, value_set=known), pc.is_null(values))
        case "str_matches":
            is_fine = pc.match_substring_regex(values, told["pattern"])
        case "str_length" if told["max_value"] is None and told["exact_value"] is None:
            is_fine = pc.greater_equal(pc.utf8_length(values), told["min_value"])
        case "greater_than_or_equal_to":
            is_fine = pc.greater_equal(values, told["min_value"])
        case _:
            return False
    return pc.all(is_fine, min_count=0).as_py() is True
