"""A real SMTP server that keeps what it is given: one ``.eml`` file for each message.

python -m s3portal.trial.mail --port 8025 --dir var/mail
"""

import argparse
import re
import signal
import threading
from datetime import UTC, datetime
from email import message_from_bytes
from email.policy import default as default_policy
from pathlib import Path

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

ACCEPTED = "250 Message accepted for delivery"


class KeepInDirectory:
    """An aiosmtpd handler. The file name tells when and to whom, so that a listing reads like an inbox."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        directory.mkdir(parents=True, exist_ok=True)

    async def handle_DATA(  # noqa: N802 - aiosmtpd's name
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        content = envelope.content if isinstance(envelope.content, bytes) else b""
        keep_message(self.directory, content, envelope.rcpt_tos)
        return ACCEPTED


def keep_message(directory: Path, content: bytes, recipients: list[str]) -> Path:
    """Write one message, with the envelope's recipients as headers: a blind copy shows only there."""
    message = message_from_bytes(content, policy=default_policy)
    for recipient in recipients:
        message["X-Envelope-To"] = recipient
    first = re.sub(r"[^a-z0-9.@_-]", "_", (recipients or ["ingen"])[0].lower())[:80]
    moment = datetime.now(UTC).strftime("%Y%m%dT%H%M%S.%f")
    path = directory / f"{moment}-{first}.eml"
    unfinished = path.with_suffix(".part")
    unfinished.write_bytes(message.as_bytes())
    unfinished.rename(path)
    return path


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description="Tar emot e-post och sparar den i en mapp.")
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--dir", type=Path, required=True)
    options = parser.parse_args(arguments)
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    controller = Controller(KeepInDirectory(options.dir), hostname="127.0.0.1", port=options.port)
    controller.start()
    stop.wait()
    controller.stop()


if __name__ == "__main__":
    main()
