"""Checking a release against its own records: any changed, missing or extra file is found.

The manifest holds the hash of every file but itself and SHA256SUMS; SHA256SUMS holds the hash of every file but
itself, the manifest included, and must be byte for byte what the files call for. So neither can change unnoticed.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from pathlib import Path

from pipelines.errors import USAGE, CorpusError
from pipelines.release.chain import check_chain
from pipelines.release.checksums import CHECKSUMS, checksum_text, file_sha256, parse_checksums
from pipelines.release.content import check_content
from pipelines.release.finding import Finding
from pipelines.release.store import MANIFEST, RELEASES, Release


def verify(path: Path, *, deep: bool = False, known: Collection[str] = ()) -> list[Finding]:
    """Return what is wrong with the release folder at ``path``, nothing if it is sound.

    Checks every file, then every table, then the ancestors of the release in its store. ``deep`` also recomputes the
    hashes of the content. Files whose SHA-256 is ``known`` were checked before: of them only what shows beside other
    files is read. CorpusError where there is no such folder.
    """
    findings = check_files(path)
    if not findings:
        release = Release(path)
        try:
            findings = [*check_content(release, deep=deep, known=known), *check_chain(release)]
        except (KeyError, TypeError, AttributeError) as error:
            findings = [Finding(MANIFEST, f"lacks what it must say: {error}")]
    return findings


def check_files(path: Path) -> list[Finding]:
    """Return which files of the release folder at ``path`` are not as they were published, missing or extra."""
    if not path.is_dir():
        raise CorpusError(f"no release folder at {path}", USAGE)
    try:
        return sorted(_check_files(path), key=lambda finding: finding.path)
    except OSError as error:
        raise CorpusError(f"{path} cannot be read: {error}") from error


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
                yield Finding(name, "extra folder", "move it elsewhere")
        elif name not in listed:
            yield Finding(name, "extra file", "move it elsewhere")
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
