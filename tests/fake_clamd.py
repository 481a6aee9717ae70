"""A scanner for viruses that answers as told, on a real socket."""

import socket
import struct
import threading
from contextlib import suppress

EICAR = b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"
CLEAN, FOUND = b"stream: OK\0", b"stream: Eicar-Signature FOUND\0"


class FakeClamd:
    """Speaks the server's side of INSTREAM, for as many files as come, and keeps what it was sent.

    ``answer`` None: as clamd does, by whether the test virus is in the file. ``pause``: an event that is
    waited for before the answer."""

    def __init__(self, answer: bytes | None = None, *, path: str = "") -> None:
        self.answer, self.received, self.asked = answer, b"", 0
        self.pause: threading.Event | None = None
        self.reached = threading.Event()
        if path:
            self.listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
            self.listener.bind(path)
            self.listener.listen()
            self.url = f"unix://{path}"
        else:
            self.listener = socket.create_server(("127.0.0.1", 0))
            self.url = f"tcp://127.0.0.1:{self.listener.getsockname()[1]}"
        self.thread = threading.Thread(target=self._serve, daemon=True)
        self.thread.start()

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            with suppress(OSError, struct.error), connection, connection.makefile("rb") as stream:
                self._one(connection, stream)

    def _one(self, connection, stream) -> None:
        assert stream.read(len(b"zINSTREAM\0")) == b"zINSTREAM\0"
        content = b""
        while size := struct.unpack("!I", stream.read(4))[0]:
            content += stream.read(size)
        self.asked += 1
        self.received = content
        self.reached.set()
        if self.pause is not None:
            self.pause.wait(10)
        answer = self.answer
        if answer is None:
            answer = FOUND if EICAR in content else CLEAN
        connection.sendall(answer)

    def stop(self) -> None:
        # Who waits in accept is not woken by close alone.
        with suppress(OSError):
            self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()
        self.thread.join(timeout=5)
