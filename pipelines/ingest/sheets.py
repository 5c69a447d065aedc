"""Sheets: the rows of CSV and TSV files, each parsed on its own, so that a wrong quote spoils one row only."""

from __future__ import annotations

import csv
import re
from collections import deque
from collections.abc import Iterator, Sequence

from pipelines.ingest.arrays import too_long
from pipelines.ingest.encodings import Lines
from pipelines.ingest.refusal import RefusedError, name_some, reject
from pipelines.ingest.rows import Row, has_bad_byte

Line = tuple[int, str | None]


class Sheet:
    """A CSV or TSV file on its way to rows. Rows are numbered by their first line: the header is the first."""

    def __init__(self, lines: Lines, name: str) -> None:
        """Read ``lines``; ``name`` may say that tabs part the cells."""
        self._lines = lines
        self._limit = lines.limit
        self._source = iter(lines)
        self._again: deque[Line] = deque()
        self._name = name
        self._delimiter = ","
        self.header: list[str] = []
        csv.field_size_limit(max(lines.limit, 1))

    def rows(self) -> Iterator[Row]:
        """Yield the rows below the header. Refuses a file whose header cannot be read."""
        while (first := self._next()) is not None:
            number, line = first
            if line is not None and not line.strip("\r \t\ufeff,;"):
                continue
            if not self.header:
                self._delimiter = _delimiter(line or "", self._name)
            taken = [first]
            content = self._checked(self._parse(taken))
            if isinstance(content, RefusedError):
                if not self.header:
                    raise content
                if content.reason == "malformed":  # its quotes may have swallowed lines that are rows themselves
                    self._again.extendleft(reversed(taken[1:]))
                yield Row(number, content, line or "")
            elif not self.header:
                self.header = self._read_header(content)
            else:
                written = "\n".join(each or "" for _, each in taken)
                yield Row(number, dict(zip(self.header, content, strict=True)), written)

    def _next(self) -> Line | None:
        """Give the next line: one that is to be read again, else a new one."""
        return self._again.popleft() if self._again else next(self._source, None)

    def _read_header(self, cells: Sequence[str]) -> list[str]:
        header = [column.strip("\ufeff \r") for column in cells]
        if len(set(header)) != len(header):
            raise reject("malformed", f"two columns have one name; rename one of {name_some(header)}")
        return header

    def _checked(self, cells: Sequence[str] | RefusedError) -> Sequence[str] | RefusedError:
        """Hold a row against the header and the encoding."""
        if isinstance(cells, RefusedError):
            return cells
        if self.header and len(cells) != len(self.header):
            has = f"{len(cells)} cells under {len(self.header)} columns"
            return reject("malformed", f"{has}; quote the cells that hold “{self._delimiter}”, quotes or line ends")
        if any(map(has_bad_byte, cells)):
            return reject("encoding", f"bytes that are not valid {self._lines.encoding}; write the row as UTF-8")
        return cells

    def _parse(self, taken: list[Line]) -> Sequence[str] | RefusedError:
        """Parse one row, which may go on over further lines; those that it took are added to ``taken``."""

        def feed() -> Iterator[str]:
            length = 0
            line: Line | None = taken[0]
            while line is not None:
                length += len(line[1] or "") + 1
                if line[1] is None or length > self._limit + 1:
                    raise too_long(self._limit)
                yield line[1].removesuffix("\r") + "\n"
                line = self._next()
                if line is not None:
                    taken.append(line)

        try:
            return next(csv.reader(feed(), delimiter=self._delimiter, strict=True))
        except RefusedError as refused:
            return refused
        except csv.Error as error:
            if "field larger" in str(error):
                return too_long(self._limit)
            advice = "put quotes round the cell and double those inside it"
            return reject("malformed", f"not a valid row ({error}); {advice}")
        except StopIteration:
            return reject("malformed", "not a valid row; correct the line")


def _delimiter(line: str, name: str) -> str:
    """Find what parts the cells: the sign that gives the header most columns; a tab where the name says so."""
    if name.lower().endswith((".tsv", ".tab")):
        return "\t"
    bare = re.sub(r'"[^"]*"', "", line)
    return max(",\t;|", key=bare.count)
