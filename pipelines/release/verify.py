"""Checking a release against its own records: any changed, missing or extra file is found.

The manifest holds the hash of every file but itself and SHA256SUMS; SHA256SUMS holds the hash of every file but
itself, the manifest included, and must be byte for byte what the files call for. So neither can change unnoticed.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from pipelines.errors import USAGE, CorpusError
from pipelines.release.checksums import CHECKSUMS, checksum_text, file_sha256, parse_checksums
from pipelines.release.finding import Finding
from pipelines.release.store import MANIFEST, RELEASES, Release
from pipelines.release.tables import row_sha256, table_sha256


def verify(path: Path, *, deep: bool = False) -> list[Finding]:
    """Return what is wrong with the release folder at ``path``, nothing if it is sound.

    ``deep`` also reads every table and recomputes its hashes and counts. CorpusError where there is no such folder.
    """
    if not path.is_dir():
        raise CorpusError(f"no release folder at {path}", USAGE)
    try:
        findings = sorted(_check_files(path), key=lambda finding: finding.path)
    except OSError as error:
        raise CorpusError(f"{path} cannot be read: {error}") from error
    if deep and not findings:
        findings = list(_check_content(Release(path)))
    return findings


def _check_files(folder: Path) -> Iterator[Finding]:
    recorded = _recorded(folder)
    if recorded is None:
        yield Finding(MANIFEST, "missing, or not a manifest of Corpus")
        return
    found: dict[str, str] = {}
    listed = {*recorded, MANIFEST, CHECKSUMS}
    folders = {parent.as_posix() for name in listed for parent in Path(name).parents}
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if path.is_dir() and not path.is_symlink():
            if name not in folders:
                yield Finding(name, "extra folder")
        elif name not in listed:
            yield Finding(name, "extra file")
        elif path.is_symlink() or not path.is_file():
            yield Finding(name, "not a regular file")
        else:
            found[name] = file_sha256(path)
    yield from (Finding(name, "missing") for name in sorted(listed - found.keys()))
    yield from _check_hashes(folder, recorded, found)
    yield from _check_name(folder)


def _check_hashes(folder: Path, recorded: dict[str, str], found: dict[str, str]) -> Iterator[Finding]:
    changed = {name for name in recorded if name in found and found[name] != recorded[name]}
    yield from (Finding(name, "changed since it was published") for name in changed)
    if CHECKSUMS not in found:
        return
    text = (folder / CHECKSUMS).read_bytes()
    sums = parse_checksums(text.decode("utf-8", "replace"))
    if MANIFEST in found and sums.get(MANIFEST) != found[MANIFEST]:
        yield Finding(MANIFEST, f"changed since it was published (or its line in {CHECKSUMS} was)")
    if text != checksum_text(recorded | {MANIFEST: sums.get(MANIFEST, "")}).encode():
        yield Finding(CHECKSUMS, f"changed since it was published (or {MANIFEST} was)")


def _check_name(folder: Path) -> Iterator[Finding]:
    """Hold the name of a folder in a store to the version that the manifest names."""
    home = folder.absolute()
    version = Release(folder).version
    if home.parent.name == RELEASES and home.name != version:
        yield Finding(MANIFEST, f"names version {version}, the folder is {home.name}")


def _recorded(folder: Path) -> dict[str, str] | None:
    """Read the hashes of files from the manifest; None where it is not one."""
    try:
        files = Release(folder).manifest["files"]
        return {str(name): str(entry["sha256"]) for name, entry in files.items()}
    except (CorpusError, KeyError, TypeError, AttributeError):
        return None


def _check_content(release: Release) -> Iterator[Finding]:
    for name, recorded in release.manifest["tables"].items():
        table = release.table(name)
        if table.num_rows != recorded["rows"]:
            yield Finding(name, f"{table.num_rows} rows, the manifest says {recorded['rows']}")
        if name == "documents":
            wrong = [row["id"] for batch in table.to_batches() for row in batch.to_pylist() if _is_wrong(row)]
            yield from (Finding(name, f"row_sha256 of {document_id} is wrong") for document_id in wrong)
        if name != "changes" and table_sha256(name, table) != recorded["logical_sha256"]:
            yield Finding(name, "the content is not what the manifest says")


def _is_wrong(row: dict[str, object]) -> bool:
    return row_sha256(row) != row["row_sha256"]
