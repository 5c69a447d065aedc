"""Windows: where a large file of records may be cut, so that its pieces can be read side by side.

JSON Lines in UTF-8 are cut at line ends, Parquet files between row groups. Anything else is read from its beginning:
the quotes of a CSV file, the brackets of an array and packed bytes say nothing in the middle.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from pipelines.ingest.encodings import CHUNK, decide
from pipelines.ingest.formats import format_of
from pipelines.ingest.packing import packing_of
from pipelines.ingest.places import Input, Window
from pipelines.ingest.refusal import RefusedError

HEAD = 1 << 16


@dataclass(slots=True)
class Slice:
    """The bytes of a file from where it stands now, ``left`` of them."""

    file: IO[bytes]
    left: int

    def read(self, size: int) -> bytes:
        """Read up to ``size`` bytes."""
        data = self.file.read(min(size, self.left))
        self.left -= len(data)
        return data


def windows(entry: Input, aim: int) -> Iterator[Window]:
    """Cut a local file into windows of about ``aim`` bytes; there is none where it has to be read as a whole."""
    path = Path(entry.path)
    if entry.place is not None or path.is_symlink():
        return
    with path.open("rb") as file:
        head = file.read(HEAD)
        try:
            kind = "" if packing_of(head, path.name) else format_of(head, path.name)
        except RefusedError:
            return
        file.seek(0)
        if kind == "parquet":
            yield from _groups(file, aim)
        elif kind == "jsonl" and _is_utf8(file):
            yield from _lines(file, aim)


def _is_utf8(file: IO[bytes]) -> bool:
    """Decide on the encoding as a reader of the whole file would: by its first piece that is not plain ASCII."""
    while data := file.read(CHUNK):
        if not data.isascii() or 0 in data:
            file.seek(0)
            return not data.startswith(b"\xef\xbb\xbf") and decide(data) == "utf-8"
    file.seek(0)
    return True


def _lines(file: IO[bytes], aim: int) -> Iterator[Window]:
    start, first = 0, 1
    while data := file.read(aim):
        data += file.readline()
        yield Window(start, len(data), first)
        start += len(data)
        first += data.count(b"\n")


def _groups(file: IO[bytes], aim: int) -> Iterator[Window]:
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        metadata = pq.read_metadata(file)
    except (pa.ArrowException, OSError):
        return
    form = str(metadata.schema)
    start, first, size, rows = 0, 1, 0, 0
    for number in range(metadata.num_row_groups):
        group = metadata.row_group(number)
        size += sum(group.column(place).total_compressed_size for place in range(group.num_columns))
        rows += group.num_rows
        if size >= aim or number == metadata.num_row_groups - 1:
            head = metadata.row_group(start).column(0)
            offset = head.dictionary_page_offset or head.data_page_offset
            yield Window(offset, size, first, (start, number + 1), form)
            start, first, size, rows = number + 1, first + rows, 0, 0
