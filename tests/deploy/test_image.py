"""The image and the installation: the steps of the Containerfile are those of install.sh, and they do what they say."""

from __future__ import annotations

import grp
import os
import pwd
import re
import shutil
import subprocess
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from tests.deploy.installed import DEPLOY, INSTALL, install
from tests.shared import PROJECT

CONTAINERFILE = (DEPLOY / "Containerfile").read_text()


def test_the_image_is_pinned_and_runs_as_nobody_special() -> None:
    """Each stage begins at a version, the last one ends as the user of the services, and no secret is laid into it."""
    bases = re.findall(r"^FROM (\S+)", CONTAINERFILE, re.MULTILINE)
    assert len(bases) == 2
    assert all(re.search(r":\d+\.\d+\.\d+-slim-\w+$", base) for base in bases)
    assert len(set(bases)) == 1  # the environment of the first names the Python of the second
    assert re.findall(r"^USER (\S+)", CONTAINERFILE, re.MULTILINE) == ["hpedi"]
    assert not re.search(r"HPEDI_KEY=|PASSWORD|SECRET", CONTAINERFILE)


def test_the_image_is_made_by_steps_of_the_installation() -> None:
    """What runs while an image is made are steps of install.sh, and its settings are those of the services."""
    text = INSTALL.read_text()
    steps = set(re.findall(r"^step_(\w+)\(\)", text, re.MULTILINE))
    assert steps == {"program", "scripts", "user", "folders", "units"}
    for run in re.findall(r"^RUN (.*)$", CONTAINERFILE, re.MULTILINE):
        script, *words = run.split(" && ")[0].split()
        assert script == "/src/deploy/install.sh"
        assert set(words) <= steps
    of_services = dict(line.split("=") for line in (DEPLOY / "environment").read_text().splitlines() if "=" in line)
    of_image = dict(re.findall(r"(?:ENV|^ +) ?(\w+)=(\S+)", CONTAINERFILE, re.MULTILINE))
    assert of_services.items() <= of_image.items()


def test_what_an_image_is_made_from_is_there() -> None:
    """The context holds what the program is built from, and leaves out history, environments and workspaces."""
    kept = [line[1:] for line in (DEPLOY / "Containerfile.dockerignore").read_text().splitlines() if line[:1] == "!"]
    assert all((PROJECT / name).exists() for name in kept)
    assert {"hpedi", "mappings", "samples", "requirements", "pyproject.toml", "deploy"} <= set(kept)


def test_steps_can_be_run_again(tmp_path: Path) -> None:
    """A second installation keeps the settings that somebody changed, and leaves the rest as the first."""
    assert install(tmp_path, "scripts", "folders", "units").returncode == 0
    first = sorted(path.relative_to(tmp_path) for path in tmp_path.rglob("*"))
    settings = tmp_path / "etc/hpedi/environment"
    settings.write_text("HPEDI_HOME=/srv/hpedi\n")
    assert install(tmp_path, "--prefix", "/srv/hpedi", "units", "folders").returncode == 0
    assert settings.read_text() == "HPEDI_HOME=/srv/hpedi\n"
    unit = (tmp_path / "etc/systemd/system/hpedi.service").read_text()
    assert "ExecStart=/srv/hpedi/with-key /srv/hpedi/venv/bin/hpedi" in unit
    assert sorted(path.relative_to(tmp_path) for path in tmp_path.rglob("*")) == first


@pytest.mark.parametrize("words", [(), ("unit",), ("--rot", "x", "units")])
def test_a_step_that_is_none_is_refused(tmp_path: Path, words: tuple[str, ...]) -> None:
    """A slip of the pen installs nothing."""
    done = install(tmp_path, *words)
    assert (done.returncode, done.stdout) == (2, "")


def test_the_key_comes_from_a_file(tmp_path: Path) -> None:
    """with-key takes the key from $HPEDI_KEY_FILE or a credential, and without either leaves all as it is."""
    (tmp_path / "hpedi.key").write_text("a key\n")
    key = tmp_path / "secret"
    key.write_text("another\n")
    for settings, seen in (
        ({"CREDENTIALS_DIRECTORY": str(tmp_path)}, "a key"),
        ({"CREDENTIALS_DIRECTORY": str(tmp_path), "HPEDI_KEY_FILE": str(key)}, "another"),
        ({}, "none"),
    ):
        asked = [str(DEPLOY / "with-key"), "sh", "-c", 'printf %s "${HPEDI_KEY-none}"']
        done = subprocess.run(asked, env={"PATH": os.environ["PATH"], **settings}, capture_output=True, check=True)
        assert done.stdout.decode() == seen
    missing = {"PATH": os.environ["PATH"], "HPEDI_KEY_FILE": str(tmp_path / "none")}
    assert subprocess.run([DEPLOY / "with-key", "true"], env=missing, capture_output=True, check=False).returncode != 0


@pytest.fixture
def for_all() -> Iterator[Path]:
    """A folder into which everybody can look, as pytest's own are for root only."""
    with TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        yield Path(folder)


def test_root_gives_itself_up(for_all: Path) -> None:
    """hpedi-run takes settings and key of the services and runs as their user."""
    if os.geteuid() != 0 or shutil.which("setpriv") is None:
        pytest.skip("only root can give itself up")
    (for_all / "venv/bin").mkdir(parents=True)
    shutil.copy(DEPLOY / "with-key", for_all)
    program = for_all / "venv/bin/hpedi"
    program.write_text('#!/bin/sh\necho "$(id -un) $HPEDI_HOME $HPEDI_KEY $*"\n')
    program.chmod(0o755)
    (for_all / "environment").write_text("HPEDI_HOME=/srv/here\n")
    (for_all / "key").write_text("the key\n")
    surroundings = {
        "HPEDI_ENVIRONMENT": str(for_all / "environment"),
        "HPEDI_PROGRAM": str(for_all),
        "HPEDI_USER": "nobody",
        "HPEDI_GROUP": grp.getgrgid(pwd.getpwnam("nobody").pw_gid).gr_name,
        "HPEDI_KEY_FILE": str(for_all / "key"),
    }
    done = subprocess.run(
        [DEPLOY / "hpedi-run", "status", "--json"],
        env={"PATH": os.environ["PATH"], **surroundings},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout == "nobody /srv/here the key status --json\n", done.stderr


class _Health(BaseHTTPRequestHandler):
    status = 200

    def do_GET(self) -> None:
        """Answer as told."""
        self.send_response(self.status)
        self.end_headers()
        self.wfile.write(b"disk: is almost full\n")

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the library's name
        """Say nothing."""


@pytest.fixture
def address() -> Iterator[str]:
    """A health endpoint on loopback."""
    server = HTTPServer(("127.0.0.1", 0), _Health)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/health"
    server.shutdown()
    server.server_close()


def test_the_health_check_asks_the_endpoint(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Well is 0, unwell 1 with the reason, and nobody there 1."""
    command = ["python3", str(DEPLOY / "health.py"), address]
    assert subprocess.run(command, capture_output=True, check=False).returncode == 0
    monkeypatch.setattr(_Health, "status", 503)
    unwell = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (unwell.returncode, unwell.stderr) == (1, "disk: is almost full\n\n")
    nobody = subprocess.run([*command[:2], "http://127.0.0.1:1/health"], capture_output=True, text=True, check=False)
    assert nobody.returncode == 1
    assert "nobody answers" in nobody.stderr
