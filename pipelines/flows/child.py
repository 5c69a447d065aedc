"""The program of the child process: Prefect's API on a loopback port, alive only as long as its parent.

It is run as a file, not imported, and uses nothing of ours: it prints its port at once, so that the parent can go on
with its own imports, and answers the first request when it is ready. Standard input is a pipe that the parent holds
open; its end is the parent's death, however that came about. Usage: ``python -P child.py PARENT_PID LOCK_FILE PORT``.
"""

from __future__ import annotations

import contextlib
import ctypes
import fcntl
import gc
import os
import signal
import socket
import sys
import threading
from pathlib import Path

PR_SET_PDEATHSIG = 1


def die_with(parent: int) -> None:
    """End this process as soon as the parent has ended: by a signal of the kernel on Linux, by the pipe everywhere."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)

    def watch() -> None:
        os.read(0, 1)
        os._exit(0)

    threading.Thread(target=watch, daemon=True).start()
    if os.getppid() != parent:
        os._exit(0)


def open_port(wanted: int) -> socket.socket:
    """Listen on the loopback port, or on a free one (0, taken); requests wait in the queue until the server is ready.

    Prefect's page calls the address that the settings name, whatever port the server really has.
    """
    try:
        listener = socket.create_server(("127.0.0.1", wanted), backlog=128)
    except OSError:
        listener = socket.create_server(("127.0.0.1", 0), backlog=128)
    port = listener.getsockname()[1]
    os.environ.update(PREFECT_SERVER_API_HOST="127.0.0.1", PREFECT_SERVER_API_PORT=str(port))
    print(port, flush=True)
    return listener


def stay_home() -> None:
    """Forget where the lists are that Prefect's page shows in forms for work pools (we have none): the server would
    fetch them from elsewhere.
    """
    with contextlib.suppress(ImportError, AttributeError):
        from prefect.server.api import collections

        collections.KNOWN_VIEWS.clear()


def serve(listener: socket.socket, lock_file: Path) -> None:
    """Run Prefect's API until a signal ends it."""
    gc.disable()  # 100 MB of modules without a single cycle to collect: a third of the start-up time
    import uvicorn
    from prefect.server.api.server import create_app

    stay_home()

    class LockedStart(uvicorn.Server):
        """Two first starts on one database race in the migration, so the start-up (only that) holds a lock."""

        async def startup(self, sockets: list[socket.socket] | None = None) -> None:
            with lock_file.open("w") as lock:
                fcntl.flock(lock, fcntl.LOCK_EX)
                await super().startup(sockets)
            gc.freeze()
            gc.enable()

    config = uvicorn.Config(create_app(), log_level="error", lifespan="on", timeout_graceful_shutdown=1)
    LockedStart(config).run(sockets=[listener])


if __name__ == "__main__":
    die_with(int(sys.argv[1]))
    serve(open_port(int(sys.argv[3])), Path(sys.argv[2]))
