"""Reprocessing claims of the sample payer whose folder was changed, and what payments then tell."""

from __future__ import annotations

from hpedi.commands.jobs import Jobs
from hpedi.commands.payer_files import load_folder
from hpedi.commands.workspace import context_for
from hpedi.payments.payment import Payment
from hpedi.pipeline.pay import Paid
from hpedi.pipeline.reprocess import approve, propose
from hpedi.pipeline.reprocessing import Asked, Proposal
from hpedi.pipeline.sought import StandingSought
from tests.pipeline.conftest import AS_OF, Demo
from tests.pipeline.payer_changes import changed_payer

FEE = "FS-STANDARD,2026a,2026-01-01,2026-06-30,"
FEE_WAS_WRONG = (f"{FEE}T1015,,120.00", f"{FEE}T1015,,100.00")
"""The visit should have been 100.00: paid 70.00 instead of 90.00."""
FOR_DRUG = "    - {id: PA-J1745, codes: [J1745], from: 2025-01-01}\n"
"""A row of codes that need an authorisation."""
FEE_WAS_LOW = (f"{FEE}T1015,,120.00", f"{FEE}T1015,,130.00")


def proposed(jobs: Jobs, *claims: str, reason: str = "payer_pricing_error", waived: tuple[str, ...] = ()) -> Proposal:
    """Propose to decide claims again."""
    asked = Asked(reason=reason, waived=waived)
    return propose(jobs.workspace.books, jobs.context, jobs.reference, StandingSought(claims=claims), asked)


def approved(jobs: Jobs, proposal: Proposal) -> Proposal:
    """Approve a proposal."""
    return approve(jobs.workspace.books, jobs.context, jobs.reference, proposal.id)


def load(demo: Demo, *changes: tuple[str, str]) -> None:
    """Load the sample payer with some rows changed."""
    loaded, outcome = load_folder(demo.workspace, context_for(AS_OF), changed_payer(demo.inbox, *changes))
    assert outcome is not None, loaded.findings


def payments_of(demo: Demo, paid: Paid) -> list[Payment]:
    """Return the payments of a run that went out, with all that they say."""
    with demo.workspace.books.reading(demo.jobs.context) as work:
        found = [work.payments.by_number(each.payment.trace_number) for each in paid.released]
    return [each.payment for each in found if each is not None]


def amounts(demo: Demo, paid: Paid) -> list[tuple[str, list[tuple[str, str, str]]]]:
    """Return amount and PLB rows of the payments of a run."""
    return [
        (f"{each.amount}", [(row.code, row.reference, f"{row.amount}") for row in each.adjustments])
        for each in payments_of(demo, paid)
    ]
