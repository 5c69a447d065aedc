"""Tables: the rows of Parquet and Arrow files, a few at a time."""

from __future__ import annotations

from collections.abc import Iterator
from typing import IO, Any

from pipelines.ingest.places import Window
from pipelines.ingest.refusal import RefusedError, name_some, reject
from pipelines.ingest.rows import Row

BATCH = 256
GROUP = 2_000_000_000
"""Largest row group of a Parquet file in bytes: it is what a reader may have to hold."""


def columns_of(file: IO[bytes], kind: str) -> list[str]:
    """Name the columns of a table; refuses what is damaged."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        file.seek(0)
        schema = pq.read_schema(file) if kind == "parquet" else _arrow_reader(file).schema
        names = list(schema.names)
    except (pa.ArrowException, OSError, EOFError, KeyError, ValueError) as error:
        raise _broken(error, kind) from error
    if len(set(names)) != len(names):
        raise reject("malformed", f"two columns have one name; rename one of {name_some(names)}")
    return names


def table_rows(file: IO[bytes], kind: str, columns: list[str], window: Window | None = None) -> Iterator[Row]:
    """Read the given columns row by row, or those of a window; rows count from 1 in the file."""
    import pyarrow as pa

    number = window.first - 1 if window else 0
    try:
        file.seek(0)
        for batch in _parquet_batches(file, columns, window) if kind == "parquet" else _arrow_batches(file, columns):
            cells = [(name, batch.column(name)) for name in columns]
            for index in range(batch.num_rows):
                number += 1
                yield Row(number, _cells(cells, index))
    except (pa.ArrowException, OSError, EOFError, MemoryError, KeyError, ValueError) as error:
        raise _broken(error, kind, number) from error


def _cells(cells: list[tuple[str, Any]], index: int) -> dict[str, Any] | RefusedError:
    try:
        values = {name: column[index].as_py() for name, column in cells}
        return {name: value.decode() if isinstance(value, bytes) else value for name, value in values.items()}
    except (UnicodeDecodeError, ValueError, OverflowError) as error:
        return reject("encoding", f"a cell that is no valid text ({type(error).__name__}); write it as UTF-8")


def _parquet_batches(file: IO[bytes], columns: list[str], window: Window | None) -> Iterator[Any]:
    import pyarrow as pa
    import pyarrow.parquet as pq

    schema = pq.read_schema(file)
    texts = [name for name in columns if schema.field(name).type in {pa.string(), pa.large_string()}]
    file.seek(0)
    with pq.ParquetFile(file, read_dictionary=texts, page_checksum_verification=True) as table:
        groups = range(*(window.groups if window and window.groups else (0, table.metadata.num_row_groups)))
        for group in groups:
            if table.metadata.row_group(group).total_byte_size > GROUP:
                raise reject("too_large", f"row group {group} is larger than {GROUP} bytes; write smaller ones")
        yield from table.iter_batches(batch_size=BATCH, row_groups=list(groups), columns=columns, use_threads=False)


def _arrow_reader(file: IO[bytes]) -> Any:  # noqa: ANN401 - pyarrow has no types
    import pyarrow as pa

    is_file = file.read(6) == b"ARROW1"
    file.seek(0)
    return pa.ipc.open_file(file) if is_file else pa.ipc.open_stream(file)


def _arrow_batches(file: IO[bytes], columns: list[str]) -> Iterator[Any]:
    import pyarrow as pa

    reader = _arrow_reader(file)
    if hasattr(reader, "num_record_batches"):
        batches: Any = (reader.get_batch(index) for index in range(reader.num_record_batches))
    else:
        batches = reader
    for batch in batches:
        chosen = batch.select(columns)
        types = {pa.string(): pa.binary(), pa.large_string(): pa.large_binary()}
        bare = [column.cast(types.get(column.type, column.type), safe=False) for column in chosen.columns]
        for column in bare:  # offsets are checked here, the bytes of each text when it is read
            column.validate(full=True)
        yield pa.record_batch(bare, names=columns)


def _broken(error: BaseException, kind: str, number: int = 0) -> RefusedError:
    after = f" after row {number}" if number else ""
    cause = " ".join(str(error).split())[:200]
    return reject("damaged", f"cut short or no valid {kind}{after} ({cause}); write or fetch the file again")
