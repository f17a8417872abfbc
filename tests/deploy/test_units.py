"""The units of systemd: right by its own tool, closed, and each starts a command that there is."""

from __future__ import annotations

import re
import shlex
import shutil
import subprocess
from pathlib import Path

import click
import pytest

from hpedi.commands import hpedi
from hpedi.commands.doctor_terms import DoctorSettings
from hpedi.commands.up_settings import PROGRAMS, UpSettings
from tests.deploy.installed import DEPLOY, UNITS, install, settings_of, unit_names
from tests.shared import PROJECT

MOST_EXPOSED = 12  # in tenths: `systemd-analyze security` calls up to 2.0 its best grade
SYSTEM_UNITS = Path("/lib/systemd/system")
PROGRAM = "usr/local/lib/hpedi/venv/bin/hpedi"
SERVICES = unit_names("service")


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with all but the program, beside the units of the system itself."""
    root = tmp_path_factory.mktemp("root")
    done = install(root, "scripts", "folders", "units")
    assert done.returncode == 0, done.stderr
    program = root / PROGRAM
    program.parent.mkdir(parents=True)
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    if SYSTEM_UNITS.is_dir():
        shutil.copytree(SYSTEM_UNITS, root / "usr/lib/systemd/system", symlinks=True)
    return root


def analyze(root: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """Run systemd-analyze on the units of a folder."""
    if shutil.which("systemd-analyze") is None or not SYSTEM_UNITS.is_dir():
        pytest.skip("there is no systemd-analyze here")
    command = ["systemd-analyze", words[0], f"--root={root}", *words[1:]]
    return subprocess.run(command, cwd=root / UNITS, capture_output=True, text=True, check=False)


def test_systemd_finds_nothing_wrong(root: Path) -> None:
    """`systemd-analyze verify` says nothing of any unit, and does say something of one that is wrong."""
    done = analyze(root, "verify", *SERVICES, *unit_names("timer"))
    assert (done.returncode, done.stdout + done.stderr) == (0, "")
    wrong = root / UNITS / "wrong.service"
    wrong.write_text("[Service]\nExecStart=/nowhere\nRestartSecs=5\n")
    assert "RestartSecs" in analyze(root, "verify", wrong.name).stderr
    wrong.unlink()


@pytest.mark.parametrize("name", SERVICES)
def test_a_service_is_closed(root: Path, name: str) -> None:
    """What a service may do to the machine stays within the best grade of `systemd-analyze security`."""
    done = analyze(root, "security", "--offline=true", "--no-pager", f"--threshold={MOST_EXPOSED}", name)
    assert done.returncode == 0, done.stdout.splitlines()[-1:]


@pytest.mark.parametrize("name", SERVICES)
def test_a_service_starts_a_command_that_there_is(root: Path, name: str) -> None:
    """Its command and options are those of this version, and its key comes as a credential, not in words."""
    (line,) = settings_of(root / UNITS / name.replace("@1.", "@."), "ExecStart")
    with_key, program, *words = shlex.split(line)
    assert (with_key, program) == ("/usr/local/lib/hpedi/with-key", f"/{PROGRAM}")
    context = hpedi.make_context("hpedi", words, resilient_parsing=False)
    command: click.Command = hpedi
    rest = [*context._protected_args, *context.args]
    while isinstance(command, click.Group):
        _name, found, rest = command.resolve_command(context, rest)
        assert found is not None
        command = found
        context = command.make_context(_name, list(rest), parent=context, resilient_parsing=False)
        rest = [*context._protected_args, *context.args]
    (credential,) = settings_of(root / UNITS / "hpedi-.service.d" / "hardening.conf", "LoadCredential")
    assert credential == "hpedi.key:/etc/hpedi/hpedi.key"


def test_every_timer_has_its_service_and_waits_for_a_workspace(root: Path) -> None:
    """Each timer starts a service of its name, and nothing starts before there is a workspace."""
    for timer in unit_names("timer"):
        assert timer.replace(".timer", ".service") in SERVICES
    for service in SERVICES:
        (waits,) = settings_of(root / UNITS / service.replace("@1.", "@."), "ConditionPathExists")
        assert waits == "/var/lib/hpedi/workspace/hpedi.toml"


def test_one_user_one_place(root: Path) -> None:
    """Services, folders and settings agree on the user and on where workspace, anchor and backups lie."""
    hardening = root / UNITS / "hpedi.service.d" / "hardening.conf"
    assert hardening.read_text() == (root / UNITS / "hpedi-.service.d" / "hardening.conf").read_text()
    assert settings_of(hardening, "User") == settings_of(hardening, "Group") == ["hpedi"]
    assert settings_of(hardening, "StateDirectory") == ["hpedi hpedi-anchor"]
    assert (root / "usr/lib/sysusers.d/hpedi.conf").read_text().splitlines()[-1].startswith("u hpedi ")
    environment = (root / "etc/hpedi/environment").read_text()
    assert set(re.findall(r"^(\w+)=", environment, re.MULTILINE)) == {
        "HPEDI_HOME", "HPEDI_AUDIT_ANCHOR", "XDG_CONFIG_HOME", "XDG_STATE_HOME"
    }  # fmt: skip
    for folder in ("var/lib/hpedi", "var/lib/hpedi-anchor", "var/backups/hpedi"):
        assert (root / folder).stat().st_mode & 0o777 == 0o700


def test_another_prefix_and_user_hold_everywhere(tmp_path: Path) -> None:
    """Units, their user and `hpedi-run` follow --prefix and --user; an option without its value is told."""
    assert install(tmp_path, "--prefix", "/srv/edi", "--user", "edi", "scripts", "units").returncode == 0
    laid = [tmp_path / "usr/local/sbin/hpedi-run", *(tmp_path / UNITS).glob("*.service")]
    assert all("/srv/edi" in file.read_text() and "/usr/local/lib/hpedi" not in file.read_text() for file in laid)
    assert "${HPEDI_USER:-edi}" in laid[0].read_text()
    assert settings_of(tmp_path / UNITS / "hpedi.service.d" / "hardening.conf", "User") == ["edi"]
    assert "\nu edi " in (tmp_path / "usr/lib/sysusers.d/hpedi.conf").read_text()
    assert "--user wants a value" in install(tmp_path, "--user").stderr


def test_times_of_the_supervisor_fit_into_those_of_its_unit() -> None:
    """The manager waits longer than the supervisor does: for its programs to end, and for all of them to start."""
    unit = DEPLOY / "systemd" / "hpedi.service"
    (stops,), (starts,) = settings_of(unit, "TimeoutStopSec"), settings_of(unit, "TimeoutStartSec")
    assert int(stops) > UpSettings().stop_seconds
    assert int(starts) >= UpSettings().ready_seconds * len(PROGRAMS)


def test_documented_settings_are_those_that_are_read() -> None:
    """docs/operations.md shows exactly the settings of [up] and [doctor] that are read."""
    page = (PROJECT / "docs" / "operations.md").read_text()
    for table, struct in (("up", UpSettings), ("doctor", DoctorSettings)):
        (block,) = re.findall(rf"```toml\n\[{table}\]\n(.*?)```", page, re.DOTALL)
        assert set(re.findall(r"^(\w+) =", block, re.MULTILINE)) == set(struct.__struct_fields__)
