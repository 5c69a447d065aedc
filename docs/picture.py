"""Take the picture of the README, a document in the report: ``python -m docs.picture``; needs chromium."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

from tests.browser import PROGRAM, open_browser

TEXT = (
    "County opens a new bridge over the river\n\n2024-05-03 09:30\n\n"
    "RIVER COUNTY, May 3 (County News) -- The new bridge was opened on Friday.. More than 3,000 vehicles crossed it in "
    "the first hour , the county government said.\n\n"
    "The bureau will strengthen the “four consciousness” and continue the the construction of roads,so that farmers "
    "reach the market in twenty minutes. It thanked those in charge of emergency response and disaster relief.\n\n"
    "(Farmers cross the new bridge on its first day. Photo by Li Hua)\n\n"
    '"We have waited for this bridge for a long time," said a teacher. Questions go to office@county.example.\n\n'
    "(Reporter: Li Hua; Editor: Wang Min)\n"
)


def main() -> None:
    """Publish the text, write the report and take the picture."""
    if not PROGRAM:
        sys.exit("no chromium found: install one")
    with tempfile.TemporaryDirectory() as scratch:
        raw = Path(scratch) / "texts" / "raw"
        raw.mkdir(parents=True)
        (raw / "bridge.txt").write_text(TEXT, encoding="utf-8")
        for command in (["publish", "texts", "--to", "store"], ["report", "--store", "store", "-o", "report"]):
            subprocess.run([sys.executable, "-m", "pipelines", *command], cwd=scratch, check=True)  # noqa: S603
        page = (Path(scratch) / "report" / "index.html").as_uri()
        with open_browser() as browser:
            browser.resize(1160, 900)
            browser.open(f"{page}#/document/0")
            browser.wait("typeof Report !== 'undefined' && Report.shown === 'document'")
            browser.capture(Path(__file__).parent / "images" / "document.png")


if __name__ == "__main__":
    main()
