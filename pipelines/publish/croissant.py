"""``croissant.json``: what a release holds, in the vocabulary Croissant 1.1 that search engines and loaders read.

It follows from the schemas and the manifest alone. It names no date of publication: two builds of one release have the
same bytes. Files are named by their path inside the release, so it holds wherever the folder is put.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

import schemas

CROISSANT = "croissant.json"
CONFORMS_TO = "http://mlcommons.org/croissant/1.1"
PARQUET = "application/x-parquet"

TYPES = {"string": "sc:Text", "int32": "cr:Int32", "int64": "cr:Int64", "float32": "cr:Float32", "date32": "sc:Date"}
"""Croissant's names for the types of our columns; a list has the type of its values."""

TERMS = (
    "arrayShape citeAs column containedIn equivalentProperty extract field fileProperty fileObject fileSet format "
    "includes isArray isLiveDataset jsonPath key md5 parentField path recordSet references regex repeated replace "
    "samplingRate separator source subField transform"
)
CONTEXT: dict[str, Any] = {
    "@language": "en",
    "@vocab": "https://schema.org/",
    "sc": "https://schema.org/",
    "cr": "http://mlcommons.org/croissant/",
    "rai": "http://mlcommons.org/croissant/RAI/",
    "dct": "http://purl.org/dc/terms/",
    "conformsTo": "dct:conformsTo",
    "data": {"@id": "cr:data", "@type": "@json"},
    "dataType": {"@id": "cr:dataType", "@type": "@vocab"},
    "examples": {"@id": "cr:examples", "@type": "@json"},
    "description": {"@container": "@language"},
    "name": {"@container": "@language"},
    **{term: f"cr:{term}" for term in TERMS.split()},
}
"""The context that the standard prescribes, whole: readers warn of any other."""


def render_croissant(manifest: Mapping[str, Any], files: Mapping[str, Mapping[str, Any]]) -> str:
    """Write croissant.json from a manifest and the files (``bytes``, ``sha256``) of its release.

    No licence is named unless ``dataset.toml`` does, and none is claimed for texts that are not ours.
    """
    dataset = manifest["dataset"]
    title = dataset["title"] or dataset["name"]
    tables = [name for name in schemas.TABLES if any(_is_of(path, name) for path in files)]
    content: dict[str, Any] = {
        "@context": CONTEXT,
        "@type": "sc:Dataset",
        "conformsTo": CONFORMS_TO,
        "name": title,
        "description": dataset["description"] or "Machine-translated texts, cleaned, with every change recorded.",
        "version": manifest["version"],
        "distribution": [*_file_objects(files), *map(_file_set, tables)],
        "recordSet": [_record_set(name) for name in tables],
    }
    if dataset["licence"] not in {"", "unknown"}:
        content["license"] = dataset["licence"]
    if dataset["languages"]:
        content["inLanguage"] = dataset["languages"]
    return json.dumps(content, indent=2, sort_keys=True, ensure_ascii=False) + "\n"


def _file_objects(files: Mapping[str, Mapping[str, Any]]) -> Iterator[dict[str, Any]]:
    for path, facts in sorted(files.items()):
        if path.endswith(".parquet"):
            yield {
                "@type": "cr:FileObject",
                "@id": path,
                "name": path,
                "contentUrl": path,
                "contentSize": f"{facts['bytes']} B",
                "encodingFormat": PARQUET,
                "sha256": facts["sha256"],
            }


def _file_set(table: str) -> dict[str, Any]:
    return {
        "@type": "cr:FileSet",
        "@id": f"{table}-files",
        "name": f"{table}-files",
        "description": f"The Parquet files of the table {table}",
        "encodingFormat": PARQUET,
        "includes": f"{table}/train-*.parquet",
    }


def _record_set(table: str) -> dict[str, Any]:
    record_set: dict[str, Any] = {
        "@type": "cr:RecordSet",
        "@id": table,
        "name": table,
        "description": schemas.schema_of(table).description,
        "field": [_field(table, *column) for column in schemas.describe(table)],
    }
    if table == "documents":
        record_set["key"] = {"@id": "documents/id"}
    return record_set


def _field(table: str, name: str, kind: str, meaning: str) -> dict[str, Any]:
    plain = kind.removesuffix("?")
    is_list = plain.startswith("list<")
    return {
        "@type": "cr:Field",
        "@id": f"{table}/{name}",
        "name": name,
        "description": meaning,
        "dataType": TYPES[plain.removeprefix("list<").removesuffix(">")],
        "source": {"fileSet": {"@id": f"{table}-files"}, "extract": {"column": name}},
        **({"isArray": True, "arrayShape": "-1"} if is_list else {}),
    }


def _is_of(path: str, table: str) -> bool:
    return path.startswith(f"{table}/") and path.endswith(".parquet")
