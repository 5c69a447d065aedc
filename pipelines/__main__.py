"""The command line: the console script ``corpus``; ``python -m pipelines`` is the same."""

from __future__ import annotations

import sys
from typing import NoReturn

from pipelines.cli.main import main as run_command


def main() -> NoReturn:
    """Run one command and end the process with its exit code; a flow that has run ends the process in its own way."""
    code = run_command()
    flows = sys.modules.get("pipelines.flows")
    if flows is not None:
        flows.leave(code)
    sys.exit(code)


if __name__ == "__main__":
    main()
