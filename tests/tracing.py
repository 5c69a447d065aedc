"""Watching what a program connects to, where the system lets us."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

TRACE = ("strace", "-D", "-f", "--seccomp-bpf", "-e", "trace=connect", "-o")


def can_trace(calls: Path) -> bool:
    """Whether calls to the outside can be watched here; without that the test holds for everything else."""
    if not shutil.which("strace"):
        return False
    return subprocess.run([*TRACE, str(calls), "true"], capture_output=True, check=False).returncode == 0


def outside(calls: Path) -> set[str]:
    """Return the addresses beyond loopback that were called; a name server counts as one, wherever it listens."""
    text = calls.read_text() if calls.exists() else ""
    called = set(re.findall(r'port=htons\((\d+)\).*?inet_(?:addr|pton)\((?:AF_INET6, )?"([^"]+)"', text))
    return {each for port, each in called if port == "53" or not (each.startswith("127.") or each == "::1")}
