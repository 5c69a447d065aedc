"""Tell people what a run came to: a webhook, a mail, a command, as ``dataset.toml`` and the environment say.

``[notify]`` in ``dataset.toml`` may name ``webhook``, ``email`` and the events to tell (``on``: published, unchanged,
failed). The environment goes before it: CORPUS_NOTIFY_WEBHOOK, CORPUS_NOTIFY_EMAIL, CORPUS_NOTIFY_ON, and alone can
name a command (CORPUS_NOTIFY_COMMAND): a source is data from anywhere and must not be able to start programs. Mail
goes through CORPUS_SMTP_HOST (``host`` or ``host:port``), with CORPUS_SMTP_USER, CORPUS_SMTP_PASSWORD and
CORPUS_SMTP_FROM where they are set. What cannot be told is logged and never fails a run.
"""

from __future__ import annotations

import contextlib
import getpass
import json
import logging
import os
import shlex
import smtplib
import socket
import subprocess
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from email.message import EmailMessage
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from pipelines.document import NOTIFY_EVENTS, Settings
from pipelines.errors import CorpusError
from pipelines.ingest import hide_secrets, show_source

if TYPE_CHECKING:
    from pipelines.publish import Outcome

logger = logging.getLogger("pipelines.notify")

LIMIT = 10.0
"""Seconds that a receiver may take."""

USUAL = ("published", "failed")
"""What is told where nothing else is asked for."""


@dataclass(frozen=True)
class Notice:
    """What is told: ``event`` is published, unchanged or failed; ``text`` says it in a line for people."""

    event: str
    source: str
    store: str
    text: str
    version: str = ""
    path: str = ""
    reason: str = ""
    counts: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Channels:
    """Where notices go, and of which events."""

    webhook: str = ""
    email: str = ""
    command: str = ""
    events: tuple[str, ...] = USUAL


def channels(settings: Settings | None) -> Channels:
    """Read where notices go: the environment goes before the source."""
    own = dict(settings.notify) if settings else {}
    ordered = os.environ.get("CORPUS_NOTIFY_ON")
    asked = ordered or own.get("on", "")
    events = tuple(asked.replace(",", " ").split()) or USUAL
    if unknown := set(events) - set(NOTIFY_EVENTS):
        place = "CORPUS_NOTIFY_ON" if ordered else "on in [notify] of dataset.toml"
        logger.warning("%s: %s is none of %s", place, ", ".join(sorted(unknown)), ", ".join(NOTIFY_EVENTS))
    return Channels(
        webhook=os.environ.get("CORPUS_NOTIFY_WEBHOOK") or own.get("webhook", ""),
        email=os.environ.get("CORPUS_NOTIFY_EMAIL") or own.get("email", ""),
        command=os.environ.get("CORPUS_NOTIFY_COMMAND", ""),
        events=events,
    )


@contextlib.contextmanager
def announcing(
    source: Path | str, store: Path | str, read: Callable[[], Settings]
) -> Iterator[Callable[[Outcome, str], None]]:
    """Tell what becomes of the run inside: give it a function to call with its outcome and the address of the release;
    its error is told as well.

    ``read`` gives the settings of the source; where they cannot be read only the environment counts.
    """
    settings: Settings | None = None
    with contextlib.suppress(CorpusError):
        settings = read()
    outcomes: list[tuple[Outcome, str]] = []
    try:
        yield lambda outcome, address: outcomes.append((outcome, address))
    except Exception as error:
        problem = str(error) or type(error).__name__
        tell(lambda: notice_of_failure(source, store, problem), settings)
        raise
    for outcome, address in outcomes:
        tell(partial(notice_of, outcome, source, store, address), settings)


def tell(make: Callable[[], Notice], settings: Settings | None) -> None:
    """Make a notice and send it, where there is anybody to tell; no error leaves this function."""
    try:
        to = channels(settings)
        if to.webhook or to.email or to.command:
            send(make(), to)
    except Exception:
        logger.exception("the notification could not be made")


def notice_of(outcome: Outcome, source: Path | str, store: Path | str, address: str = "") -> Notice:
    """Make the notice of a run that went well; ``address`` is where its release is, where its path does not say it."""
    name, path = show_source(source), hide_secrets(address or str(outcome.path))
    if outcome.published:
        text = f"Corpus published {outcome.version} of {name}: {outcome.reason} ({path})"
    else:
        text = f"Corpus found nothing new in {name} since {outcome.version}"
    counts = {key: value for key, value in outcome.counts.items() if isinstance(value, int)}
    event = "published" if outcome.published else "unchanged"
    return Notice(event, name, hide_secrets(str(store)), text, outcome.version, path, outcome.reason, counts)


def notice_of_failure(source: Path | str, store: Path | str, problem: str) -> Notice:
    """Make the notice of a run that failed."""
    name, told = show_source(source), hide_secrets(" ".join(problem.split()))
    text = f"Corpus published nothing of {name}: {told}"
    return Notice("failed", name, hide_secrets(str(store)), text, reason=told)


def send(notice: Notice, to: Channels) -> list[str]:
    """Send a notice to every channel that wants it; return what went wrong, which is logged as well."""
    if notice.event not in to.events:
        return []
    problems = []
    for name, target, way in (
        ("webhook", to.webhook, post), ("e-mail", to.email, mail), ("command", to.command, command),
    ):  # fmt: skip
        if not target:
            continue
        try:
            way(target, notice)
        except Exception as error:
            problems.append(f"{name}: {_kind(error) if name == 'webhook' else error}")
            logger.warning("the notification could not be sent by %s", problems[-1])
    return problems


def post(url: str, notice: Notice) -> None:
    """Send a notice as JSON; chat programs show its ``text``."""
    if not url.lower().startswith(("http://", "https://")):
        raise CorpusError("the address must begin with http:// or https://")
    request = urllib.request.Request(  # noqa: S310 (looked at above)
        url, json.dumps(asdict(notice)).encode(), {"Content-Type": "application/json"}, method="POST"
    )
    urllib.request.urlopen(request, timeout=LIMIT).close()  # noqa: S310


def mail(address: str, notice: Notice) -> None:
    """Send a notice by mail, over TLS where the server offers it, and never a password without."""
    host, _, port = os.environ.get("CORPUS_SMTP_HOST", "").partition(":")
    if not host:
        raise ValueError("CORPUS_SMTP_HOST is not set")
    message = EmailMessage()
    message["To"] = address
    message["From"] = os.environ.get("CORPUS_SMTP_FROM") or f"{getpass.getuser()}@{socket.getfqdn()}"
    message["Subject"] = notice.text.partition(": ")[0]
    lines = [
        notice.text,
        "",
        f"store: {notice.store}",
        *(f"{name}: {count:,}" for name, count in notice.counts.items()),
    ]
    message.set_content("\n".join(lines))
    user, password = os.environ.get("CORPUS_SMTP_USER"), os.environ.get("CORPUS_SMTP_PASSWORD")
    with smtplib.SMTP(host, int(port or 25), timeout=LIMIT) as server:
        server.ehlo()
        is_safe = server.has_extn("starttls")
        if is_safe:
            import ssl

            server.starttls(context=ssl.create_default_context())
        if user and password:
            if not is_safe:
                raise ValueError(f"{host} offers no TLS: no password is sent to it")
            server.login(user, password)
        server.send_message(message)


def command(line: str, notice: Notice) -> None:
    """Run a command with the notice as JSON on its standard input."""
    done = subprocess.run(  # noqa: S603 (the user's own, from the environment)
        shlex.split(line), input=json.dumps(asdict(notice)), text=True, capture_output=True, timeout=LIMIT, check=False
    )
    if done.returncode:
        raise ValueError(f"exit code {done.returncode} {' '.join(done.stderr.split())[:200]}".strip())


def _kind(error: Exception) -> str:
    """Say what went wrong in our own words: libraries quote the address, which is a secret of many receivers."""
    if isinstance(error, CorpusError):
        return str(error)
    if isinstance(error, urllib.error.HTTPError):
        return f"{type(error).__name__}, HTTP status {error.code}"
    cause = error.reason if isinstance(error, urllib.error.URLError) else error
    number = cause.errno if isinstance(cause, OSError) else None
    kind = type(cause if isinstance(cause, Exception) else error).__name__
    return f"{kind}, errno {number}" if number else kind
