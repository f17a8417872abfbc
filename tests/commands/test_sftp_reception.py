"""What the SFTP server writes into the books beside its transfers, and that one fault does not end the writing."""

from __future__ import annotations

from contextlib import closing
from datetime import UTC, datetime

import pytest

from hpedi.commands.sftp_reception import BooksReception
from hpedi.intake.sftp.reception import Download
from hpedi.mappings_folder import sample
from hpedi.store.audit import Sought
from tests.pipeline.conftest import Demo

PARTNER = "riverbend"


@pytest.mark.usefixtures("only_sqlite")  # the thread is the same everywhere
def test_what_cannot_be_written_keeps_nothing_else_from_being_written(demo: Demo) -> None:
    """A size that no column holds costs its own entry; sign-ins after it are kept, by whoever runs the server."""
    demo.receive(sample("inbound/01-riverbend.837").read_bytes())
    demo.jobs.deliver()
    (answer,) = (demo.workspace.home / "outbox" / PARTNER).iterdir()
    with closing(BooksReception(demo.workspace, demo.jobs.context)) as reception:
        partner = reception.partner(PARTNER)
        assert partner is not None
        told = {"partner": partner, "folder": f"outbox/{PARTNER}", "name": answer.name, "at": datetime.now(UTC)}
        for size in (1 << 70, 9):
            reception.note_download(Download(size=size, **told))
        reception.note_sign_in(PARTNER, "signed in")
        reception.note_sign_in("MOLLY CANARY", "refused")
    with demo.workspace.books.reading(demo.jobs.context) as work:
        row = work.outbox.named(f"outbox/{PARTNER}", answer.name)
        assert row is not None
        assert [each.size for each in work.pickups.of([row.id])[row.id]] == [9]
        signed = [(each.principal, each.subject, each.result) for each in work.audit.find(Sought(action="sign in"))]
    who = demo.jobs.context.principal.id
    assert sorted(signed) == [(who, "partner:none", "refused"), (who, f"partner:{PARTNER}", "signed in")]
