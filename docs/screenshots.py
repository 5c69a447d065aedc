"""Take pictures of what Prefect's page shows of a run: ``python docs/screenshots.py [FOLDER]``; needs chromium.

Publishes a small source three times (a first release, a change with a broken file, a run that is refused) on a server
of its own with a temporary store, and takes pictures of the list of runs, one run, its summary and its rejects.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
import urllib.request
from pathlib import Path
from typing import Any

from pipelines.flows.server import Server, make_home

SEEDS = Path(__file__).parent.parent / "seeds"
BROWSERS = ("chromium", "chromium-browser", "google-chrome")


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


def take(browser: str, url: str, path: Path, size: str) -> None:
    """Take one picture; the page is given time to ask its server."""
    with tempfile.TemporaryDirectory() as profile:
        command = [
            browser, "--headless=new", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", f"--window-size={size}",
            f"--user-data-dir={profile}", "--virtual-time-budget=60000", f"--screenshot={path}", url,
        ]  # fmt: skip
        subprocess.run(command, check=True, capture_output=True, timeout=120)  # noqa: S603


def main(folder: Path) -> None:
    """Make the runs, then the pictures."""
    browser = next((found for name in BROWSERS if (found := shutil.which(name))), None)
    if browser is None:
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
            take(browser, f"{server.page}/runs", folder / "runs.png", "1200,700")
            take(browser, f"{server.page}/runs/flow-run/{runs['COMPLETED']}", folder / "run.png", "1100,620")
            for key in ("summary-seeds", "rejects-seeds"):
                take(browser, f"{server.page}/artifacts/artifact/{artifacts[key]}", folder / f"{key}.png", "1100,860")


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else Path(__file__).parent / "images"))
