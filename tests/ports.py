"""Ports on loopback for servers that a test starts."""

from __future__ import annotations

import random
import socket

BELOW_EPHEMERAL = range(10_000, 32_000)
"""Systems give outgoing connections higher ports: one found free there may be taken before its server listens."""


def free_port() -> int:
    """Return a port of loopback on which nothing listens."""
    for _ in range(100):
        port = random.choice(BELOW_EPHEMERAL)
        try:
            with socket.create_server(("127.0.0.1", port)):
                return port
        except OSError:
            continue
    raise OSError("no free port on loopback was found in 100 tries")
