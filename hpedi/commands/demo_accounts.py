"""Accounts for a demo: one for each role, a clinic linked to its Tax ID and NPI and enrolled, and a billing service."""

from __future__ import annotations

from typing import Final

import click

from hpedi.access.accounts import Account
from hpedi.access.era_enrolment import EnrolmentState, EraEnrolment, SubmissionReason
from hpedi.access.grants import Area, Grant, GrantState, ProviderId
from hpedi.access.organisations import Organisation, OrganisationKind
from hpedi.commands.jobs import Jobs
from hpedi.commands.new_accounts import add_account
from hpedi.commands.workspace import Workspace
from hpedi.pipeline.parties import FUNDING_ACCOUNT
from hpedi.run_context import RunContext
from hpedi.state_history import StateEvent

CLINIC: Final = Organisation(id="clinic", name="Demo clinic", kind=OrganisationKind.PROVIDER)
BILLING: Final = Organisation(id="billing", name="Demo billing service", kind=OrganisationKind.THIRD_PARTY)
ROLES: Final = {
    "operator": ("operator", ""),
    "examiner": ("examiner", ""),
    "finance": ("finance", ""),
    "finance-approver": ("finance approver", ""),
    "auditor": ("auditor", ""),
    "biller": ("biller", BILLING.id),
    "provider-approver": ("provider approver", CLINIC.id),
    "delegate": ("delegate", BILLING.id),
}
"""Login -> role and organisation."""


def make_demo_accounts(workspace: Workspace, context: RunContext) -> list[tuple[Account, str]]:
    """Make the accounts and return each with its first password.

    Raises:
        click.UsageError: There are accounts already, or no payer is loaded.
    """
    jobs = Jobs(workspace, context)
    providers = jobs.reference.providers
    first = providers[min(providers)]
    with workspace.books.writing(context) as work:
        if work.accounts.any():
            raise click.UsageError("there are accounts already: a demo begins without any")
        for each in (CLINIC, BILLING):
            work.accounts.register(each, context.instant)
        work.grants.request(_own(ProviderId(first.tax_id, first.npi), context))
        receiver = next((each.id for each in jobs.reference.partners if first.id in each.remittances_for), None)
        if receiver is not None:
            work.era.request(_enrolment(ProviderId(first.tax_id, first.npi), receiver, context))
        accounts = [
            Account(login=login, name=f"Demo {role}", organisation=organisation, roles=frozenset({role}))
            for login, (role, organisation) in ROLES.items()
        ]
        return [(account, add_account(work, account, is_for_demo=True)) for account in accounts]


def _enrolment(provider: ProviderId, receiver: str, context: RunContext) -> EraEnrolment:
    """Return the enrolment of a provider with the partner that receives its remittances already."""
    states = (EnrolmentState.REQUESTED, EnrolmentState.APPROVED)
    return EraEnrolment(
        id=0,
        provider=provider,
        funding_account=FUNDING_ACCOUNT,
        receiver=receiver,
        submission=SubmissionReason.NEW,
        start=context.instant.date(),
        history=tuple(
            StateEvent(state=state, at=context.instant, by=context.principal.id, why="demo") for state in states
        ),
    )


def _own(provider: ProviderId, context: RunContext) -> Grant:
    states = (GrantState.REQUESTED, GrantState.APPROVED)
    return Grant(
        id=0,
        organisation=CLINIC.id,
        provider=provider,
        is_own=True,
        areas=frozenset(Area),
        usage="P",
        start=context.instant.date(),
        end=None,
        history=tuple(
            StateEvent(state=state, at=context.instant, by=context.principal.id, why="demo") for state in states
        ),
    )
