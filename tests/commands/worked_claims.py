"""A workspace in which a claim is decided and another one waits, and people of several roles."""

from __future__ import annotations

import io
import json
import sys
from pathlib import Path
from typing import Any, Final

import pytest
from sqlalchemy import select

from hpedi.commands import ExitCode
from hpedi.store.tables import audit_entry
from samples.sample_claims import Service
from samples.write_inbound import PRAIRIELINK, claim_set, interchange
from tests.commands.running import json_lines, run_hpedi
from tests.databases import engine_of
from tests.pipeline.conftest import KEY
from tests.pipeline.sending import SUBMITTER, VISIT, bill
from tests.shared import PROJECT

DAY: Final = ("--as-of", "2026-03-16")
PASSWORD: Final = "horses, correct"  # noqa: S105 - of people who are not there
DECIDED: Final = "26061000010000001"
WAITING: Final = "26061000010000002"


class Desk:
    """Commands on a workspace, with what they print."""

    def __init__(self, home: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
        """Work on a workspace that is there."""
        self.home = home
        self._capsys = capsys
        self._monkeypatch = monkeypatch

    def run(self, *words: object) -> tuple[int, str, str]:
        """Run a command; return its exit code, standard output and standard error."""
        self._capsys.readouterr()
        code = run_hpedi("--home", self.home, *words)
        told = self._capsys.readouterr()
        return code, told.out, told.err

    def told(self, *words: object, code: int = ExitCode.OK) -> list[dict[str, Any]]:
        """Run a command with --json, which ends so; return its lines."""
        ended, out, err = self.run(*words, "--json")
        assert ended == code, err
        return json_lines(out)

    def said(self, *words: object, code: int = ExitCode.OK) -> str:
        """Run a command, which ends so; return all that it printed."""
        ended, out, err = self.run(*words)
        assert ended == code, err
        return out + err

    def staff(self, **roles: str) -> None:
        """Make an operator, and accounts with roles; a biller belongs to a provider's organisation."""
        passwords = {"root": self._account("root", "operator")}
        self._first_login("root", passwords["root"])
        self.said("access", "register", "house", "--name", "House", "--kind", "provider")
        passwords |= {login: self._account(login, role) for login, role in roles.items()}
        for login in roles:
            self._first_login(login, passwords[login])

    def sign_in(self, login: str) -> None:
        """Sign in to an account that `staff` made."""
        self._type(PASSWORD)
        self.said("login", login, "--password-stdin")

    def _account(self, login: str, role: str) -> str:
        organisation = ("--organisation", "house") if role == "biller" else ()
        made = ("user", "add", login, "--name", login.title(), "--role", role, *organisation, "--json")
        return str(json.loads(self.said(*made).splitlines()[0])["password"])

    def _first_login(self, login: str, given: str) -> None:
        self._type(given)
        self.said("login", login, "--password-stdin")
        self._type(given, PASSWORD)
        self.said("user", "password", "--password-stdin")

    def _type(self, *lines: str) -> None:
        self._monkeypatch.setattr(sys, "stdin", io.StringIO("".join(f"{line}\n" for line in lines)))

    def refused(self) -> list[str]:
        """Return what the audit log tells of as not permitted."""
        with engine_of(self.home) as engine, engine.connect() as connection:
            query = select(audit_entry.c.action).where(audit_entry.c.result == "not permitted")
            return list(connection.execute(query.order_by(audit_entry.c.id)).scalars())


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Desk:
    """A workspace in which DECIDED paid 90.00, and WAITING nearly equals it."""
    for name in ("XDG_CONFIG_HOME", "XDG_STATE_HOME"):
        monkeypatch.setenv(name, str(tmp_path / name))
    monkeypatch.setenv("HPEDI_KEY", KEY)
    made = Desk(tmp_path / "workspace", capsys, monkeypatch)
    made.said("init")
    made.said("load", PROJECT / "samples" / "payer")
    claims = [bill("A", "M01"), bill("B", "M01", Service("T1015", VISIT, "146.00"))]
    path = tmp_path / "claims.837"
    path.write_bytes(interchange(PRAIRIELINK, SUBMITTER, 700, [claim_set("0001", claims)]))
    made.said("receive", "--received", "2026-03-02T09:00:00-06:00", path)
    made.said("adjudicate", *DAY, code=ExitCode.OK)
    return made
