"""``corpus explain``: show a document with every edit in its place, the rule that made it, and why."""

from __future__ import annotations

import argparse
import re
from pathlib import Path

from pipelines.cli.output import add_store, find_release
from pipelines.document import CleanedDocument, Edit, RawText, Reject, Settings, undo
from pipelines.errors import DATA, USAGE, CorpusError


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command to the command line."""
    parser = subparsers.add_parser(
        "explain",
        help="show what was changed in a document, where and why",
        description="Show a document with every edit in its place. A path explains the raw file as it would be cleaned "
        "now;\nan id explains the document as it stands in a release.",
    )
    parser.add_argument(
        "document",
        metavar="DOCUMENT|FILE",
        help="a document's id, or the path of a raw file; FILE:17 and FILE#id pick a record of it",
    )
    add_store(parser)
    parser.add_argument(
        "--version", metavar="V", help="a version, or the path or URL of a release folder (default: the latest)"
    )
    parser.add_argument("--html", type=Path, metavar="FILE", help="write a page instead of printing")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Explain one document; 1 where it was rejected or is not there."""
    from pipelines.cli.explanation import explain_html, print_explanation
    from pipelines.refine import reasons_of_rules

    if args.version is None and Path(args.document).is_dir():
        raise CorpusError(f"{args.document} is a folder{_first_in(Path(args.document))}", USAGE)
    path, wanted = _split(args.document)
    if path is not None:
        name, raw, edits = _from_file(path, wanted)
    else:
        name, raw, edits = _from_release(args.store, args.version, args.document)
    why = reasons_of_rules()
    reasons = {edit.rule: why.get(edit.rule, "a rule of another version of Corpus") for edit in edits}
    if args.html and not args.html.parent.is_dir():
        raise CorpusError(f"{args.html}: no folder {args.html.parent}; make it, or name another file", USAGE)
    if args.html:
        args.html.write_text(explain_html(name, raw, edits, reasons), encoding="utf-8")
    else:
        print_explanation(name, raw, edits, reasons)
    return 0


def _first_in(folder: Path) -> str:
    """Name a file of a folder, the first one of its raw texts where it is a source."""
    raw = folder / "raw" if (folder / "raw").is_dir() else folder
    first = min((each for each in raw.rglob("*") if each.is_file() and not each.name.startswith(".")), default=None)
    return f": name a file in it, as in corpus explain {first}" if first else " without files: name a file"


def _split(document: str) -> tuple[Path | None, str]:
    """Tell a file from an id: FILE, FILE:17 (line or row) or FILE#id; the file may have such signs in its name."""
    if Path(document).is_file():
        return Path(document), ""
    for found in re.finditer(r":(?=\d+$)|#", document):
        if Path(document[: found.start()]).is_file():
            return Path(document[: found.start()]), document[found.start() :]
    return None, ""


def _from_file(path: Path, wanted: str) -> tuple[str, str, tuple[Edit, ...]]:
    """Refine one record of a file as its source would: the nearest folder above with a dataset.toml is the source."""
    from pipelines.ingest import SETTINGS_FILE, file_input, read_settings, records
    from pipelines.refine import load_knowledge, refine_text

    source = next((p for p in path.resolve().parents if (p / SETTINGS_FILE).is_file()), None)
    root = path.resolve().parent if source is None else source / "raw"
    settings = read_settings(source or path.resolve().parent)
    entry = file_input(path, path.resolve().relative_to(root) if path.resolve().is_relative_to(root) else path.name)
    ends = (wanted[1:], f"{entry.id}{wanted}")
    raw = next((r for r in records(entry, settings) if not wanted or r.source.endswith(wanted) or r.id in ends), None)
    if raw is None:
        raise CorpusError(f"{path}: no record {wanted[1:]}; give the line (FILE:17) or the id (FILE#id)", USAGE)
    outcome: RawText | Reject | CleanedDocument = raw
    if isinstance(raw, RawText):
        outcome = refine_text(raw, load_knowledge(source, redact=settings.redact))
    if isinstance(outcome, CleanedDocument):
        outcome = _validated(outcome, settings)
    if isinstance(outcome, Reject):
        name = f"{path}{wanted}"
        raise CorpusError(f"{name}: rejected at {outcome.stage}, {outcome.reason}: {outcome.detail}", DATA)
    assert isinstance(outcome, CleanedDocument)  # noqa: S101 - tells mypy what the lines above ensure
    return outcome.raw.source, outcome.raw.text, tuple(outcome.edits)


def _validated(document: CleanedDocument, settings: Settings) -> CleanedDocument | Reject:
    """Return the reject that validation would make of a document; its libraries load slowly, so it is seldom asked."""
    from pipelines.language import is_wanted

    names = (document.raw.id, document.raw.source, document.fields.title, document.text)
    is_fit = all(name == name.encode("utf-8", "replace").decode() for name in names)
    if is_fit and is_wanted(document.text, document.language, settings.languages):
        return document
    from pipelines.validate import validate_documents

    refused = validate_documents([document], settings)[1]
    return refused[0] if refused else document


def _from_release(store: Path | str, version: str | None, document_id: str) -> tuple[str, str, tuple[Edit, ...]]:
    import pyarrow as pa

    from pipelines.release import TableFiles, nearby
    from pipelines.release.lookup import RowsByDocument, find_document

    with nearby(store) as near:
        try:
            release = find_release(near, version)
        except CorpusError as error:
            if version is None:
                raise CorpusError(f"{document_id}: no such file, and {error}", USAGE) from error
            raise
        tables = TableFiles(release.path)
        try:
            row = find_document(tables, document_id)
            if row is None:
                near_by = _near(tables.read("documents", "id")["id"].to_pylist(), document_id)
                raise CorpusError(
                    f"{document_id}: no such file, and no such document in release {release.version}{near_by}", USAGE
                )
            edits = tuple(Edit(**each) for each in RowsByDocument(tables, "edits", *Edit._fields).of(document_id))
        except (OSError, pa.ArrowException) as error:
            raise CorpusError(f"{release.path} cannot be read; run corpus verify on the release") from error
    return f"{document_id} in release {release.version}", undo(row["text"], edits), edits


def _near(ids: list[str], document_id: str) -> str:
    from rapidfuzz import process

    best = process.extractOne(document_id, ids)
    return f"; did you mean {best[0]}?" if best and best[1] > 60 else ""
