"""The report as one self-contained page: no network, everything in one file, texts never read as markup.

The report is data inside the page; the script draws it with ``textContent`` alone. The policy in the page's head lets
only this stylesheet and this script run, known by their hashes.
"""

from __future__ import annotations

import base64
import hashlib
import html
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent


def render_page(report: Mapping[str, Any]) -> str:
    """Write a report as one HTML file."""
    style, script, template = ((HERE / f"report.{end}").read_text(encoding="utf-8") for end in ("css", "js", "html"))
    # Inside a script element only these signs could end it, or begin a comment.
    data = json.dumps(report, ensure_ascii=False, separators=(",", ":")).translate(
        {ord("<"): "\\u003c", ord(">"): "\\u003e", ord("&"): "\\u0026", 0x2028: "\\u2028", 0x2029: "\\u2029"}
    )
    parts = {
        "title": html.escape(f"{report['old']['name']} → {report['new']['name']}"),
        "style_hash": _hash(style),
        "script_hash": _hash(script),
        "style": style,
        "script": script,
        "data": data,
    }
    pieces = template.split("%%")
    return "".join(piece if index % 2 == 0 else parts[piece] for index, piece in enumerate(pieces))


def _hash(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
