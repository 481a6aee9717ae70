"""The trial's SMTP server, over real connections."""

import smtplib
import subprocess
import sys
import time
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import default
from pathlib import Path

import pytest
from aiosmtpd.controller import Controller

from s3portal.trial.mail import KeepInDirectory, main
from s3portal.trial.servers import free_port

ROOT = Path(__file__).resolve().parents[2]


def letter() -> EmailMessage:
    message = EmailMessage()
    message["Subject"] = "Vi har tagit emot er ansökan"
    message["From"] = "region@example.org"
    message["To"] = "Åsa <asa@example.org>"
    message.set_content("Hej!\n.\nDiarienummer RUN/1/2026\n")
    return message


def test_each_message_becomes_a_file(tmp_path: Path) -> None:
    port = free_port()
    controller = Controller(KeepInDirectory(tmp_path / "mail"), hostname="127.0.0.1", port=port)
    controller.start()
    try:
        with smtplib.SMTP("127.0.0.1", port) as server:
            server.send_message(letter(), to_addrs=["asa@example.org", "dold@example.org"])
            server.send_message(letter(), to_addrs=["../../etc/PASSWD"])
    finally:
        controller.stop()
    files = sorted((tmp_path / "mail").iterdir())
    assert [path.name.split("-", 1)[1] for path in files] == ["asa@example.org.eml", ".._.._etc_passwd.eml"]
    kept = BytesParser(policy=default).parsebytes(files[0].read_bytes())
    assert kept["subject"] == "Vi har tagit emot er ansökan"
    assert kept.get_all("X-Envelope-To") == ["asa@example.org", "dold@example.org"]
    assert kept.get_content() == "Hej!\n.\nDiarienummer RUN/1/2026\n"


def test_as_a_process_it_stops_when_asked(tmp_path: Path) -> None:
    port = free_port()
    process = subprocess.Popen(
        [sys.executable, "-m", "s3portal.trial.mail", "--port", str(port), "--dir", str(tmp_path / "mail")],
        cwd=ROOT,
    )
    deadline = time.monotonic() + 20
    while True:
        try:
            with smtplib.SMTP("127.0.0.1", port) as server:
                server.send_message(letter())
            break
        except ConnectionRefusedError:
            assert time.monotonic() < deadline
            time.sleep(0.1)
    process.terminate()
    assert process.wait(10) == 0
    assert len(list((tmp_path / "mail").glob("*.eml"))) == 1


def test_it_asks_for_a_port(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main([])
    assert "--port" in capsys.readouterr().err
