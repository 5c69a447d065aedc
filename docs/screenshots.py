"""Take pictures of what Prefect's page shows of a run: ``python -m docs.screenshots [FOLDER]``; needs chromium.

Publishes a small source three times (a first release, a change with a broken file, a run that is refused) on a server
of its own with a temporary store, and takes pictures of the list of runs, one run, its summary and its rejects. Says
which addresses beyond loopback the page asked for, and ends with 1 then.
"""

from __future__ import annotations

import base64
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path
from typing import Any

from pipelines.flows.server import Server, make_home
from tests.browser import PROGRAM, Browser, open_browser

SEEDS = Path(__file__).parent.parent / "seeds"
WIDTH, MENU = 1100, 256
PATIENCE = 6.0


def ask(server: Server, path: str) -> list[dict[str, Any]]:
    """Ask the server for everything of a kind."""
    request = urllib.request.Request(  # noqa: S310 (our own server)
        f"{server.url}/{path}/filter", b"{}", {"Content-Type": "application/json"}
    )
    with urllib.request.urlopen(request) as answer:  # noqa: S310
        found: list[dict[str, Any]] = json.load(answer)
    return found


def publish(source: Path, store: Path, server: Server) -> None:
    """Publish as ``corpus serve`` does."""
    environment = {**os.environ, "PREFECT_API_URL": server.url, "PREFECT_HOME": str(server.home)}
    command = [sys.executable, "-m", "pipelines", "publish", source.name, "--to", store.name]
    subprocess.run(command, env=environment, cwd=store.parent, check=False)  # noqa: S603


def take(browser: Browser, url: str, path: Path, height: int) -> None:
    """Take one picture, without the menu at the left; the page is given time to ask its server and to draw."""
    browser.resize(WIDTH, height)
    browser.open(url)
    time.sleep(PATIENCE)
    clip = {"x": MENU, "y": 0, "width": WIDTH - MENU, "height": height, "scale": 1}
    path.write_bytes(base64.b64decode(browser.send("Page.captureScreenshot", format="png", clip=clip)["data"]))


def main(folder: Path) -> None:
    """Make the runs, then the pictures."""
    if not PROGRAM:
        sys.exit("no chromium found: install one")
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as scratch:
        source, store = Path(scratch) / "seeds", Path(scratch) / "data"
        shutil.copytree(SEEDS, source)
        late = sorted((source / "raw").iterdir())[-1]
        text = late.read_bytes()
        late.unlink()
        settings = (source / "dataset.toml").read_text().replace("min_documents = 5", "min_documents = 4")
        (source / "dataset.toml").write_text(settings)
        with Server(make_home(store), has_page=True) as server:
            server.wait()
            publish(source, store, server)
            late.write_bytes(text)
            (source / "raw" / "scan.txt").write_bytes(b"\x89PNG\r\n\x1a\n\0\0\0\0")
            publish(source, store, server)
            (source / "raw" / "empty.txt").write_bytes(b"")
            publish(source, store, server)
            artifacts = {each["key"]: each["latest_id"] for each in ask(server, "artifacts/latest")}
            runs = {each["state_type"]: each["id"] for each in ask(server, "flow_runs")}
            with open_browser() as browser:
                take(browser, f"{server.page}/runs", folder / "runs.png", 1000)
                take(browser, f"{server.page}/runs/flow-run/{runs['COMPLETED']}", folder / "run.png", 500)
                for key in ("summary-seeds", "rejects-seeds"):
                    take(browser, f"{server.page}/artifacts/artifact/{artifacts[key]}", folder / f"{key}.png", 570)
                strange = {
                    url
                    for url in browser.requests
                    if not url.removeprefix("blob:").startswith((server.page, "data:", "about:"))
                }
    if strange:
        sys.exit(f"the page asked for {', '.join(sorted(strange))}")


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else Path(__file__).parent / "images"))
