"""Packing: gz, bz2, xz and zst streams, zip and tar archives, within a budget that bombs run out of."""

from __future__ import annotations

import bz2
import contextlib
import gzip
import io
import lzma
import struct
import tarfile
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO, cast

from pipelines.document import Settings
from pipelines.ingest.refusal import RefusedError, reject

FREE = 10_000_000
"""Bytes that any input may unpack to, whatever their ratio: short texts of one letter are no bombs."""
DIRECTORY = 64_000_000
"""Largest directory of a zip archive in bytes; it is read at once."""
STEP = 1 << 16
XZ_MEMORY = 256_000_000
BROKEN = (EOFError, OSError, zlib.error, lzma.LZMAError, zipfile.BadZipFile, tarfile.TarError, struct.error)

_COMPRESSED = {b"\x1f\x8b": "gz", b"BZh": "bz2", b"\xfd7zXZ\x00": "xz", b"\x28\xb5\x2f\xfd": "zst"}


def packing_of(head: bytes, name: str) -> str:
    """Tell by the first bytes how something is packed: gz, bz2, xz, zst, zip, tar, or not at all (empty)."""
    for magic, packing in _COMPRESSED.items():
        if head.startswith(magic):
            return packing
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return "zip"
    is_tar = head[257:262] == b"ustar" or (name.lower().endswith(".tar") and len(head) >= 512)
    return "tar" if is_tar else ""


@dataclass(slots=True)
class Budget:
    """How much one input may unpack to: a number of bytes, and a multiple of its own size."""

    packed: int
    settings: Settings
    spent: int = 0

    def spend(self, count: int) -> None:
        """Count unpacked bytes; refuses the whole input once it grows beyond all measure."""
        self.spent += count
        if self.spent > self.settings.max_unpacked_bytes:
            limit = f"max_unpacked_bytes = {self.settings.max_unpacked_bytes}"
            raise reject("too_large", f"unpacks to more than {limit}; split the file or raise the limit", is_final=True)
        if self.spent > FREE and self.spent > self.settings.max_ratio * max(self.packed, 1):
            detail = f"unpacks to more than {self.settings.max_ratio} times its size; raise max_ratio if you trust it"
            raise reject("bomb", detail, is_final=True)


class Unpacked(io.RawIOBase):
    """The unpacked bytes of a stream; what is damaged or cut short is a refusal, never a shorter text."""

    def __init__(self, inner: IO[bytes], budget: Budget | None) -> None:
        """Read from ``inner``, at the expense of ``budget``."""
        self._inner = inner
        self._budget = budget

    def readable(self) -> bool:
        """Say yes."""
        return True

    def read(self, size: int = -1) -> bytes:
        """Read up to ``size`` bytes, by small steps: what stands before a damaged place is still read."""
        try:
            data = self._inner.read(min(size, STEP) if size >= 0 else STEP)
        except RefusedError:
            raise
        except (*BROKEN, RuntimeError, NotImplementedError) as error:
            raise damaged(error) from error
        if self._budget is not None:
            self._budget.spend(len(data))
        return data


def damaged(error: Exception) -> RefusedError:
    """Say that something packed cannot be unpacked, and why."""
    if "password" in str(error):
        return reject("damaged", "the archive has a password; unpack it yourself and put the files here")
    return reject("damaged", f"cut short or damaged ({str(error) or type(error).__name__}); fetch the file again")


def unpack(file: IO[bytes], packing: str, budget: Budget) -> Unpacked:
    """Unpack one compressed stream."""
    if packing == "zst":
        import pyarrow as pa

        inner: object = pa.CompressedInputStream(pa.PythonFile(file, mode="r"), "zstd")
    elif packing == "gz":
        inner = gzip.GzipFile(fileobj=file)
    else:
        inner = bz2.BZ2File(file) if packing == "bz2" else _Xz(file)
    return Unpacked(cast("IO[bytes]", inner), budget)


class _Xz:
    """An xz stream that may not claim more memory than a reader needs."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self._unpacker = lzma.LZMADecompressor(memlimit=XZ_MEMORY)
        self._rest = b""

    def read(self, size: int) -> bytes:
        while size:
            if self._unpacker.eof:
                self._rest = (self._unpacker.unused_data or self._file.read(1 << 16)).lstrip(b"\x00")
                if not self._rest:
                    return b""
                self._unpacker = lzma.LZMADecompressor(memlimit=XZ_MEMORY)
            if self._unpacker.needs_input and not self._rest:
                self._rest = self._file.read(1 << 16)
                if not self._rest:
                    raise EOFError("the stream ends too early")
            data, self._rest = self._unpacker.decompress(self._rest, size), b""
            if data:
                return data
        return b""


@dataclass(frozen=True, slots=True)
class Member:
    """One file of an archive, or what is wrong with it; ``count`` is its place among the members."""

    name: str
    size: int
    file: IO[bytes] | None = None
    refusal: RefusedError | None = None


def members(file: IO[bytes], packing: str, budget: Budget) -> Iterator[Member]:
    """Give the files of an archive one after the other; each must be read before the next one is asked for."""
    found = _zip_members(file, budget) if packing == "zip" else _tar_members(file)
    limit = budget.settings.max_files
    count = 0
    try:
        for member in found:
            if any(part.startswith((".", "__MACOSX")) and part not in {".", ".."} for part in member.name.split("/")):
                continue
            count += 1
            if count > limit:
                detail = f"more than max_files = {limit} files; split the archive or raise the limit"
                raise reject("too_many_files", detail, is_final=True)
            yield member
    except RefusedError:
        raise
    except (*BROKEN, RuntimeError, NotImplementedError, ValueError, OverflowError) as error:
        raise damaged(error) from error


def _zip_members(file: IO[bytes], budget: Budget) -> Iterator[Member]:
    if _directory_size(file) > DIRECTORY:
        raise reject("too_many_files", "the directory of the archive is beyond all measure; split it", is_final=True)
    with zipfile.ZipFile(file) as archive:
        for info in archive.infolist():
            name = _zip_name(info)
            if info.is_dir():
                continue
            kind = info.external_attr >> 28
            refusal = _unsafe(name) or (_no_file() if kind not in {0, 8} else None)
            if refusal:
                yield Member(name, info.file_size, None, refusal)
                continue
            try:
                inner = archive.open(info)
            except (*BROKEN, RuntimeError, NotImplementedError) as error:
                yield Member(name, info.file_size, None, damaged(error))
                continue
            with inner:
                yield Member(name, info.file_size, cast("IO[bytes]", Unpacked(inner, budget)))


def _directory_size(file: IO[bytes]) -> int:
    """Return the size of a zip archive's directory, as its last record states it."""
    end = file.seek(0, io.SEEK_END)
    file.seek(max(0, end - 65_557))
    tail = file.read(65_557)
    file.seek(0)
    place = tail.rfind(b"PK\x05\x06")
    size = int.from_bytes(tail[place + 12 : place + 16], "little") if place >= 0 else 0
    return size if size < 0xFFFFFFFF else DIRECTORY + 1


def _zip_name(info: zipfile.ZipInfo) -> str:
    """Return the name of a member; old archives hold names in UTF-8 or GB18030 without saying so."""
    if info.flag_bits & 0x800 or info.filename.isascii():
        return info.filename
    for encoding in ("utf-8", "gb18030"):
        with contextlib.suppress(UnicodeError):
            return info.filename.encode("cp437").decode(encoding)
    return info.filename


def _tar_members(file: IO[bytes]) -> Iterator[Member]:
    with tarfile.open(fileobj=file, mode="r|") as archive:
        for info in archive:
            archive.members = []  # type: ignore[attr-defined]  # they would pile up
            if info.isdir():
                continue
            refusal = _unsafe(info.name) or (_no_file() if not info.isreg() or info.issparse() else None)
            inner = None if refusal else archive.extractfile(info)
            yield Member(info.name, info.size, cast("IO[bytes]", Unpacked(inner, None)) if inner else None, refusal)


def _unsafe(name: str) -> RefusedError | None:
    parts = name.replace("\\", "/").split("/")
    if ".." in parts or name.startswith(("/", "\\")) or "\x00" in name or parts[0].endswith(":"):
        return reject("unsafe_path", "the path leads out of the archive; pack the file anew under a plain name")
    return None


def _no_file() -> RefusedError:
    return reject("not_a_file", "a link, a device or a sparse file in an archive; pack the file itself")
