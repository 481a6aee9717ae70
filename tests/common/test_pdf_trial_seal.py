import os
import subprocess
import sys
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import pkcs12
from cryptography.x509.oid import NameOID

from s3portal.common.pdf import TRIAL_SEAL_PASSWORD, make_trial_seal
from s3portal.common.pdf.trial_seal import ROOT_FILE, SEAL_FILE


def test_makes_a_root_and_a_seal_under_it(tmp_path: Path) -> None:
    path = make_trial_seal(tmp_path / "var" / "seal")
    assert path == tmp_path / "var" / "seal" / SEAL_FILE
    _key, certificate, chain = pkcs12.load_key_and_certificates(
        path.read_bytes(), TRIAL_SEAL_PASSWORD.encode()
    )
    assert certificate is not None
    names = certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
    assert [name.value for name in names] == ["S3-portalen provdrift, elektroniskt sigill"]
    root = x509.load_pem_x509_certificate((path.parent / ROOT_FILE).read_bytes())
    certificate.verify_directly_issued_by(root)
    assert chain == [root]
    assert not certificate.extensions.get_extension_for_class(x509.BasicConstraints).value.ca


def test_the_key_is_nobody_elses(tmp_path: Path) -> None:
    assert make_trial_seal(tmp_path / "seal").stat().st_mode & 0o077 == 0


def test_is_made_once(tmp_path: Path) -> None:
    path = make_trial_seal(tmp_path / "seal")
    before = path.read_bytes()
    assert make_trial_seal(tmp_path / "seal").read_bytes() == before


def test_fills_an_empty_directory(tmp_path: Path) -> None:
    (tmp_path / "seal").mkdir()
    assert make_trial_seal(tmp_path / "seal").exists()


def test_never_touches_a_directory_with_other_things_in_it(tmp_path: Path) -> None:
    (tmp_path / "seal").mkdir()
    (tmp_path / "seal" / "annat").touch()
    with pytest.raises(OSError, match="not empty"):
        make_trial_seal(tmp_path / "seal")
    assert [path.name for path in tmp_path.rglob("*")] == ["seal", "annat"]


def test_processes_that_start_at_once_get_the_same_seal(tmp_path: Path) -> None:
    program = (
        "import sys, hashlib\n"
        "from pathlib import Path\n"
        "from s3portal.common.pdf.trial_seal import make_trial_seal\n"
        "print('ready', flush=True); sys.stdin.readline()\n"
        "path = make_trial_seal(Path(sys.argv[1]))\n"
        "print(hashlib.sha256(path.read_bytes()).hexdigest(),"
        " hashlib.sha256((path.parent / 'rot.pem').read_bytes()).hexdigest())"
    )
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", program, str(tmp_path / "var" / "seal")],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=os.environ,
            cwd=Path(__file__).resolve().parents[2],
        )
        for _ in range(4)
    ]
    for process in processes:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
    for process in processes:
        assert process.stdin is not None
        process.stdin.write("\n")
        process.stdin.flush()
    answers = [process.communicate(timeout=60)[0] for process in processes]
    assert [process.returncode for process in processes] == [0, 0, 0, 0]
    assert len(set(answers)) == 1
    assert len(answers[0].split()) == 2
    # Those that came second left nothing behind.
    assert sorted(path.name for path in (tmp_path / "var").rglob("*")) == ["rot.pem", "seal", "sigill.p12"]
