"""The officers' list as a file, of a small and of a large portal: time and queries a row, and memory.

Each file is taken in a process of its own, so that what it needs at most can be read from the system.
"""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from time import perf_counter, process_time
from typing import IO, TYPE_CHECKING, Any
from urllib.parse import quote
from zipfile import ZipFile

from django.conf import settings
from django.db import connection

from tests.bench.measure import aim, heading, number, say

# The process that takes a file loads the portal first of all.
if TYPE_CHECKING:
    from tests.bench.world import Scene

FORMS = {"csv": "CSV", "excel": "Excel"}
#: What a file of a hundred times as many rows may need beyond the small one's, MB: buffers, no rows.
MOST_MEMORY = 16
ROOT = Path(__file__).resolve().parents[2]


def measure(scene: "Scene") -> None:
    heading("Handläggarens lista som fil: alla avslutade ansökningar")
    say("Hela svaret genom portalen, till sista byte. Minnet är hur mycket processen växte som mest.")
    grown = []
    for form, label in FORMS.items():
        few, many = (_in_a_process(scene, name, form) for name in ("few", "many"))
        say(f"{label}: {_told(few)}")
        say(f"{' ' * len(label)}  {_told(many)}")
        # Of the processor, so that it stands though the two are not taken turn by turn.
        ratio = (many["worked"] / many["rows"]) / (few["worked"] / few["rows"])
        say(f"    processortid per rad {number(ratio)} gånger den lilla filens")
        grown.append(many["grown"] - few["grown"])
    say(aim(max(grown) <= MOST_MEMORY, f"högst {MOST_MEMORY} MB mer för den stora filen"))


def _told(found: dict[str, Any]) -> str:
    rows = f"{found['rows']:,}".replace(",", "\u00a0")
    return (
        f"{rows} rader på {number(found['seconds'])} s varav {number(found['worked'])} i processorn, "
        f"{found['queries']} frågor, "
        f"{number(found['bytes'] / 1e6)} MB fil, minnet växte {number(found['grown'])} MB"
    )


def _in_a_process(scene: "Scene", name: str, form: str) -> dict[str, Any]:
    with scene.on(name):
        database = connection.settings_dict
        path = quote(f"{database['HOST']}/{database['NAME']}", safe="")
        address = f"postgres://{database['USER']}@/{path}"
        rows = _closed()
    done = subprocess.run(
        [sys.executable, "-m", "tests.bench.exporting", form, scene.session],
        env=os.environ | {"DATABASE_URL": address},
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(done.stderr)
    found: dict[str, Any] = json.loads(done.stdout)
    if found["rows"] != rows:
        raise RuntimeError(f"The file has {found['rows']} rows of {rows}.")
    return found


def _closed() -> int:
    from applications.models import Application

    return Application.objects.closed().count()


# --- In the process ---------------------------------------------------------------------------------------
def main(form: str, session: str) -> None:
    import django

    django.setup()
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    client = Client()
    client.cookies[settings.SESSION_COOKIE_NAME] = session
    # All that is loaded once is loaded; nobody has sent what this search finds.
    _take(client, form, "urval=avslutade&q=finnsinte")
    before = _memory("VmRSS")
    # From here the system counts anew how much the process has had at most.
    Path("/proc/self/clear_refs").write_text("5")
    with CaptureQueriesContext(connection) as captured:
        started, worked = perf_counter(), process_time()
        file = _take(client, form, "urval=avslutade")
        seconds, worked = perf_counter() - started, process_time() - worked
    grown = _memory("VmHWM") - before
    rows = sum(1 for _ in _lines(file, form)) - 1
    size = os.fstat(file.fileno()).st_size
    found = {
        "rows": rows,
        "seconds": seconds,
        "worked": worked,
        "queries": len(captured),
        "bytes": size,
        "grown": grown,
    }
    sys.stdout.write(json.dumps(found))


def _take(client: Any, form: str, query: str) -> IO[bytes]:
    """The file as it arrives, piece by piece, on disk."""
    from django.urls import reverse

    response = client.post(
        reverse("applications:export"),
        {"form": form, "urvalet": query},
        headers={"host": "127.0.0.1:8000"},
    )
    if response.status_code != 200:
        raise RuntimeError(f"{response.status_code}: {response.content[:2000]!r}")
    file = tempfile.TemporaryFile()  # noqa: SIM115 - goes with the process
    for piece in response.streaming_content:
        file.write(piece)
    response.close()
    file.flush()
    return file


def _lines(file: IO[bytes], form: str) -> Iterator[bytes]:
    """The rows of the file, the headings first."""
    file.seek(0)
    if form == "csv":
        yield from file
        return
    with ZipFile(file) as book, book.open("xl/worksheets/sheet1.xml") as sheet:
        rest = b""
        while piece := sheet.read(1 << 20):
            *whole, rest = (rest + piece).split(b"</row>")
            yield from whole


def _memory(which: str) -> float:
    """MB of the process's memory: now (VmRSS), or at most (VmHWM)."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    line = next(line for line in status.splitlines() if line.startswith(f"{which}:"))
    return int(line.split()[1]) / 1024


if __name__ == "__main__":
    main(*sys.argv[1:])
