"""Once more, where that helps: storage and networks recover, wrong data and wrong settings do not."""

from __future__ import annotations

import errno
import time
from collections.abc import Callable, Iterator
from typing import TypeVar

T = TypeVar("T")

PAUSES = (5.0, 20.0, 60.0)
"""Seconds before each further attempt; what a source hiccups is mended in a second where it is read."""

PASSING = {
    errno.EAGAIN, errno.ECONNABORTED, errno.ECONNREFUSED, errno.ECONNRESET, errno.EHOSTDOWN, errno.EHOSTUNREACH,
    errno.EIO, errno.ENETDOWN, errno.ENETRESET, errno.ENETUNREACH, errno.EPIPE, errno.ESTALE, errno.ETIMEDOUT,
}  # fmt: skip

NAMES = {
    "ClientConnectorError", "ClientOSError", "ConnectTimeoutError", "ConnectionClosedError", "EndpointConnectionError",
    "IncompleteRead", "ReadTimeoutError", "ServerDisconnectedError", "ServerTimeoutError",
}  # fmt: skip
"""Errors of the libraries behind remote sources, which need not be installed."""

LASTING = (FileNotFoundError, PermissionError, IsADirectoryError, NotADirectoryError)


def is_passing(error: BaseException) -> bool:
    """Whether storage or a network is behind an error, so that it may be gone at the next attempt."""
    chain = list(_causes(error))
    if any(isinstance(each, LASTING) for each in chain):
        return False
    return any(
        isinstance(each, (ConnectionError, TimeoutError))
        or (isinstance(each, OSError) and each.errno in PASSING)
        or type(each).__name__ in NAMES
        for each in chain
    )


def attempt(work: Callable[[], T], warn: Callable[[str], None], pauses: tuple[float, ...] = PAUSES) -> T:
    """Do the work, again after each of the pauses while its error may pass; ``warn`` hears of each failure."""
    for pause in pauses:
        try:
            return work()
        except Exception as error:
            if not is_passing(error):
                raise
            warn(f"{error}; tried again in {pause:g} seconds")
            time.sleep(pause)
    return work()


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    """The error and what led to it, also where its message was written anew to keep a secret."""
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__
