"""The reader: from one input, through its layers of packing, to its records; every refusal becomes a reject."""

from __future__ import annotations

import hashlib
import io
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import IO, cast

from pipelines.document import RawText, Reject, Settings
from pipelines.ingest import pages, rows, tables
from pipelines.ingest.arrays import too_long
from pipelines.ingest.encodings import Lines, decode
from pipelines.ingest.formats import format_of
from pipelines.ingest.mapping import Mapper, Metadata, checked_text, digest
from pipelines.ingest.packing import Budget, members, packing_of, unpack
from pipelines.ingest.places import Input, Window, opened, stem
from pipelines.ingest.refusal import RefusedError, reject
from pipelines.ingest.sheets import Sheet
from pipelines.ingest.texts import split_front_matter
from pipelines.ingest.windows import Slice

HEAD = 1 << 16
Outcome = RawText | Reject


@dataclass(slots=True)
class Piece:
    """A stream on its way through the layers: its names, its bytes, and how deep it lay. ``size`` may be unknown."""

    source: str
    id: str
    name: str
    file: IO[bytes]
    size: int | None
    settings: Settings
    budget: Budget
    depth: int = 0
    is_plain: bool = False
    head: bytes = b""
    data: bytes | None = field(default=None)

    def begin(self) -> None:
        """Read the first bytes, by which the format is told."""
        while len(self.head) < HEAD and (more := self.file.read(HEAD - len(self.head))):
            self.head += more

    def read(self, size: int) -> bytes:
        """Read on from the beginning: first the bytes that ``begin`` took."""
        if self.head:
            data, self.head = self.head[:size], self.head[size:]
            return data
        return self.file.read(size)

    def whole(self) -> bytes:
        """Read all of it; more than a record may have is refused."""
        limit = self.settings.max_bytes
        if self.size is not None and self.size > limit:
            raise self.too_large(f"{self.size} bytes")
        found = bytearray()
        while len(found) <= limit and (more := self.read(1 << 20)):
            found += more
        if len(found) > limit:
            raise self.too_large("more bytes")
        self.data = bytes(found)
        return self.data

    def too_large(self, size: str) -> RefusedError:
        """Say that a record is too large."""
        limit = f"max_bytes = {self.settings.max_bytes}"
        return reject("too_large", f"{size}, more than {limit}; split the file or raise max_bytes")

    def seekable(self) -> IO[bytes]:
        """Return the bytes as a file that can be read from any position, through a temporary one where need be."""
        if self.is_plain:
            self.file.seek(0)
            return self.file
        copy = cast("IO[bytes]", tempfile.TemporaryFile())  # noqa: SIM115 - closed with the last reference
        while data := self.read(1 << 20):
            copy.write(data)
        copy.seek(0)
        return copy

    def refused(self, error: RefusedError) -> Reject:
        """Write the reject for the piece as a whole."""
        size = len(self.data) if self.data is not None else self.size
        sha256 = hashlib.sha256(self.data).hexdigest() if self.data is not None else None
        return Reject(self.source, "ingest", error.reason, error.detail, sha256, size, self.id)


def records(entry: Input, settings: Settings) -> Iterator[Outcome]:
    """Read the records of one input, one at a time; each is raw text or a reject, and there is at least one."""
    seen = False
    size: int | None = None
    try:
        if entry.number >= settings.max_files:
            limit = f"max_files = {settings.max_files}"
            raise reject("too_many_files", f"more than {limit} files in the source; split it or raise the limit")
        with opened(entry, settings) as (file, size):
            budget = Budget(size, settings)
            piece = Piece(entry.source, entry.id, entry.source, file, size, settings, budget, is_plain=True)
            if entry.window is not None:
                yield from _window(piece, entry.window)
                return
            for outcome in _layers(piece):
                seen = True
                yield outcome
            if not seen:
                raise reject("empty", "the file holds no records; remove it or fetch it again")
    except RefusedError as error:
        yield Reject(entry.source, "ingest", error.reason, error.detail, None, size, entry.id)
    except OSError as error:
        detail = f"{error.strerror or type(error).__name__}; make room or make the file readable, and publish again"
        yield Reject(entry.source, "ingest", "unreadable", detail, None, size, entry.id)


def _window(piece: Piece, window: Window) -> Iterator[Outcome]:
    """Read the records of a part of a file; they have the numbers that they have in the whole."""
    if window.groups:
        yield from _table(piece, "parquet", window)
        return
    piece.file.seek(window.offset)
    piece.file = cast("IO[bytes]", Slice(piece.file, window.bytes))
    mapper = Mapper(piece.settings)
    lines = Lines(piece, piece.settings.max_line_length, known="utf-8", first=window.first)
    for row in rows.json_lines(lines):
        yield _record(piece, row, mapper, lines.encoding)


def _layers(piece: Piece) -> Iterator[Outcome]:
    """Take one layer off, or read what lies below the last one. What is refused here concerns the whole piece."""
    try:
        piece.begin()
        packing = packing_of(piece.head, piece.name)
        if packing and piece.depth >= piece.settings.max_depth:
            limit = f"max_depth = {piece.settings.max_depth}"
            raise reject("too_deep", f"packed more than {limit} times; unpack it or raise the limit")
        if packing in {"zip", "tar"}:
            yield from _archive(piece, packing)
        elif packing:
            file = cast("IO[bytes]", unpack(cast("IO[bytes]", _Joined(piece)), packing, piece.budget))
            below = replace(
                piece, file=file, size=None, depth=piece.depth + 1, is_plain=False, head=b"", name=_bare(piece.name)
            )
            yield from _layers(below)
        else:
            yield from _content(piece)
    except RefusedError as error:
        if error.is_final:
            raise
        yield piece.refused(error)
    except OSError:
        raise
    except Exception as error:
        detail = f"{type(error).__name__}: {error}; report it with the file, it is a defect of Corpus"
        yield piece.refused(reject("reader_failed", detail))


class _Joined(io.RawIOBase):
    """The bytes of a piece from its beginning, as a file."""

    def __init__(self, piece: Piece) -> None:
        self._piece = piece

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        data = self._piece.read(len(buffer))
        buffer[: len(data)] = data
        return len(data)

    def read(self, size: int = -1) -> bytes:
        return self._piece.read(size if size >= 0 else 1 << 20)


def _bare(name: str) -> str:
    """Take the ending of a packing off a name; some of them stand for a tar archive as well."""
    base, dot, ending = name.rpartition(".")
    if ending.lower() in {"tgz", "txz", "tbz", "tbz2", "tzst"}:
        return f"{base}.tar"
    return base if dot and ending.lower() in {"gz", "zst", "zstd", "xz", "bz2"} else name


def _archive(piece: Piece, packing: str) -> Iterator[Outcome]:
    """Read the members of an archive as inputs of their own; one that is refused spoils no other."""
    file = piece.seekable() if packing == "zip" else cast("IO[bytes]", _Joined(piece))
    base = piece.id.removesuffix(".tar")
    for member in members(file, packing, piece.budget):
        source = f"{piece.source}/{member.name}"
        if member.refusal or member.file is None:
            error = member.refusal or reject("damaged", "the member cannot be read; pack the archive anew")
            yield Reject(source, "ingest", error.reason, error.detail, None, member.size)
            continue
        key = f"{base}/{stem(member.name)}"
        yield from _layers(
            Piece(source, key, member.name, member.file, None, piece.settings, piece.budget, piece.depth + 1)
        )


def _content(piece: Piece) -> Iterator[Outcome]:
    """Read an unpacked file by its format."""
    small = piece.size if piece.size is not None else len(piece.head)
    if not piece.head.strip() and small < HEAD:
        piece.whole()
        raise reject("empty", "the file holds no text; remove it or fetch it again")
    try:
        kind = format_of(piece.head, piece.name)
    except RefusedError:
        if small <= piece.settings.max_bytes:
            piece.whole()
        raise
    if kind in {"text", "markdown", "page"}:
        yield _document(piece, kind)
    elif kind in {"parquet", "arrow"}:
        yield from _table(piece, kind)
    else:
        yield from _rows(piece, kind)


def _document(piece: Piece, kind: str) -> RawText:
    """Read a file that is one record."""
    data = piece.whole()
    text, encoding = decode(data, pages.stated_encoding(data) if kind == "page" else "")
    longest = piece.settings.max_line_length
    if len(text) > longest and max(map(len, text.split("\n"))) > longest:
        raise too_long(longest)
    key, metadata = piece.id, cast("Metadata", ())
    if kind == "page":
        text, metadata = pages.main_text(text)
    else:
        body, front = split_front_matter(text)
        if front:
            text = body
            _, own, metadata = Mapper(replace(piece.settings, fields=())).take({"text": "-", **_without_text(front)})
            key = own or key
    checked_text(text, "the file")
    sha256 = hashlib.sha256(data).hexdigest()
    return RawText(
        key, piece.source, text, sha256, len(data), metadata, encoding, is_fallback=kind == "page"
    )  # fmt: skip


def _without_text(front: dict[str, object]) -> dict[str, object]:
    return {key: value for key, value in front.items() if key != "text"}


def _table(piece: Piece, kind: str, window: Window | None = None) -> Iterator[Outcome]:
    """Read the rows of a Parquet or Arrow file, or of some of its row groups."""
    file = piece.seekable()
    mapper = Mapper(piece.settings)
    chosen = mapper.columns(tables.columns_of(file, kind))
    for row in tables.table_rows(file, kind, sorted(set(chosen.values())), window):
        yield _record(piece, row, mapper, "utf-8")


def _rows(piece: Piece, kind: str) -> Iterator[Outcome]:
    """Read the records of a file of lines."""
    mapper = Mapper(piece.settings)
    lines = Lines(piece, piece.settings.max_line_length)
    if kind == "csv":
        sheet = Sheet(lines, piece.name)
        for row in sheet.rows():
            mapper.columns(sheet.header)
            yield _record(piece, row, mapper, lines.encoding)
        return
    for row in rows.json_lines(lines) if kind == "jsonl" else rows.json_array(lines):
        yield _record(piece, row, mapper, lines.encoding)


def _record(piece: Piece, row: rows.Row, mapper: Mapper, encoding: str) -> Outcome:
    """Make raw text of one record, or the reject that names its line or row."""
    source = f"{piece.source}:{row.number}"
    try:
        if isinstance(row.content, RefusedError):
            raise row.content
        text, key, metadata = mapper.take(row.content)
        size = len(text.encode())
        if size > piece.settings.max_bytes:
            raise piece.too_large(f"{size} bytes")
    except RefusedError as error:
        written = row.written.encode("utf-8", "surrogatepass")
        sha256 = hashlib.sha256(written).hexdigest() if written else None
        return Reject(
            source, "ingest", error.reason, error.detail, sha256, len(written) or None, f"{piece.id}#{row.number}"
        )
    return RawText(
        key or f"{piece.id}#{row.number}", source, text, digest(text, metadata), size, metadata, encoding, row.number
    )
