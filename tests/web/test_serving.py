"""What the service of `hpedi serve` is made of: terms that keep up with what is loaded, and TLS."""

from __future__ import annotations

import http.client
import re
import ssl
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from hpedi.commands.jobs import Jobs
from hpedi.commands.payer_files import load_folder
from hpedi.commands.serving import CurrentTerms
from hpedi.commands.workspace import context_for
from tests.pipeline.conftest import Demo
from tests.shared import PROJECT


def test_what_is_loaded_meanwhile_is_taken_up(demo: Demo, tmp_path: Path) -> None:
    """Another name of the payer in a new payer folder: the terms of the next upkeep have it."""
    current = CurrentTerms(Jobs(demo.workspace, context_for(None)))
    before = current.terms
    current.keep_up()
    assert current.terms is before
    folder = tmp_path / "payer"
    subprocess.run(["cp", "-r", str(PROJECT / "samples" / "payer"), str(folder)], check=True)
    text = (folder / "payer.yaml").read_text()
    (folder / "payer.yaml").write_text(re.sub(r"(?m)^( *)name: .*$", r"\1name: ANOTHER NAME", text, count=1))
    _loaded, outcome = load_folder(demo.workspace, context_for(None), folder)
    assert outcome is not None
    current.keep_up()
    assert current.terms.reference.snapshot > before.reference.snapshot
    assert current.terms.reference.payer.name == "ANOTHER NAME"
    before = current.terms
    (demo.workspace.home / "code_sets").mkdir()
    (demo.workspace.home / "code_sets" / "hcpcs.tsv").write_text("code\nG0127\n")
    current.keep_up()
    assert current.terms is not before


def certificate(folder: Path) -> tuple[Path, Path]:
    """Make a certificate for localhost that nobody else signed, and return it with its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name, now = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")]), datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    plain = serialization.NoEncryption()
    form = serialization.PrivateFormat.PKCS8
    (folder / "cert.pem").write_bytes(made.public_bytes(serialization.Encoding.PEM))
    (folder / "key.pem").write_bytes(key.private_bytes(serialization.Encoding.PEM, form, plain))
    return folder / "cert.pem", folder / "key.pem"


def test_it_speaks_tls(demo: Demo, tmp_path: Path) -> None:
    """With a certificate it answers over TLS only."""
    cert, key = certificate(tmp_path)
    command = [sys.executable, "-m", "hpedi", "--home", str(demo.workspace.home), "serve", "--port", "0"]
    command += ["--tls-cert", str(cert), "--tls-key", str(key)]
    with subprocess.Popen(command, cwd=PROJECT, stderr=subprocess.PIPE, text=True) as running:
        try:
            said = running.stderr.readline() if running.stderr is not None else ""
            assert said.startswith("listening on https://127.0.0.1:")
            port = int(said.rpartition(":")[2])
            trusting = ssl.create_default_context(cafile=str(cert))
            asking = http.client.HTTPSConnection("localhost", port, timeout=30, context=trusting)
            asking.request("GET", "/health")
            assert asking.getresponse().status == 200
            asking.close()
        finally:
            running.terminate()
