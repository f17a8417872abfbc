"""EFT enrollments as commands print them: accounts by their last four digits only."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING, Final, cast

import click

from hpedi.commands.printing import Column, print_table

if TYPE_CHECKING:
    from hpedi.payments.eft_enrollment import EftEnrollment, EnrollmentState
    from hpedi.reference.reference import Reference
    from hpedi.state_history import StateEvent

KINDS: Final = {"checking": "DA", "savings": "SG"}
"""Type of an account -> BPR14."""

_LISTED: Final = (
    Column("Number", right=True),
    Column("Payee", whole=True),
    Column("Account", whole=True),
    Column("Stands", whole=True),
    Column("First day", whole=True),
    Column("Requested by", whole=True),
    Column("Why"),
)
_HISTORY: Final = (Column("State", whole=True), Column("At", whole=True), Column("By", whole=True), Column("Why"))
_FORM: Final = (Column("Data element", whole=True), Column("Value"))

_ELEMENTS: Final = {
    "provider_name": "Provider Name",
    "npi": "National Provider Identifier (NPI)",
    "routing_number": "Financial Institution Routing Number",
    "type": "Type of Account at Financial Institution",
    "account": "Provider's Account Number with Financial Institution",
    "linkage": "Account Number Linkage to Provider Identifier",
    "reason_for_submission": "Reason for Submission",
    "requested_start": "Requested EFT Start/Change/Cancel Date",
    "format": "Sent as (CCP: CCD+ with the TRN, CTX: the 835 inside)",
    "stands": "Stands",
    "prenoted_on": "Prenotification settles",
    "first_day": "First day",
    "last_day": "Last day",
    "until_then": "Paid until then to",
    "requested_by": "Requested by",
    "approved_by": "Approved by",
}
"""What is told of an enrollment: the names of CAQH CORE rule 380 first, then our own."""


def enrollment_facts(
    enrollment: EftEnrollment, day: date, reference: Reference, own: Sequence[EftEnrollment] = ()
) -> dict[str, object]:
    """Return what is told of an enrollment on a day, beside all of its payee; the account by its last four digits."""
    from hpedi.payments.eft_enrollment import newest_begun
    from hpedi.pipeline.eft_enrolling import standing

    provider = reference.providers.get(enrollment.provider)
    counts = newest_begun(own, day)
    sent, last = enrollment.prenote, enrollment.history[-1]
    kinds = {code: kind for kind, code in KINDS.items()}
    return {
        "number": enrollment.id,
        "payee": enrollment.provider,
        "provider_name": provider.name if provider else "",
        "npi": provider.npi if provider else "",
        "routing_number": enrollment.account.routing_number,
        "account": masked(enrollment),
        "type": kinds[enrollment.account.kind],
        "format": enrollment.account.entry_format,
        "linkage": enrollment.linkage.name,
        "reason_for_submission": enrollment.submission.value,
        "requested_start": enrollment.start,
        "stands": standing(enrollment, counts, day).value,
        "prenoted_on": sent.effective_entry_date if sent else None,
        "first_day": enrollment.first_day,
        "last_day": enrollment.last_day,
        "until_then": enrollment.meanwhile,
        "requested_by": enrollment.asked_by,
        "approved_by": next((each.by for each in enrollment.history if each.state.value == "approved"), ""),
        "why": last.why or enrollment.history[0].why,
        "history": enrollment.history,
    }


def loaded_facts(
    reference: Reference, day: date, enrollments: Mapping[str, Sequence[EftEnrollment]]
) -> list[dict[str, object]]:
    """Return what is told of the accounts of the payer folder that are in force on a day, by all enrollments."""
    from hpedi.payments.eft_enrollment import Standing, account_on, loaded_account

    facts: list[dict[str, object]] = []
    for provider in reference.providers.values():
        loaded = reference.account(provider.id, day)
        if loaded is None:
            continue
        counts = account_on(loaded, enrollments.get(provider.id, ()), day)
        is_live = counts == loaded_account(loaded)
        facts.append(
            {
                "number": None,
                "payee": provider.id,
                "account": f"ends in {loaded.account[-4:]}",
                "stands": (Standing.LIVE if is_live else Standing.REPLACED).value,
                "first_day": loaded.start,
                "requested_by": "payer folder",
                "why": "",
            }
        )
    return facts


def print_enrollments(facts: Sequence[Mapping[str, object]]) -> None:
    """Print a table of enrollments."""
    names = ("number", "payee", "account", "stands", "first_day", "requested_by", "why")
    print_table("EFT enrollments", _LISTED, (tuple(told[name] for name in names) for told in facts))
    enrolled = sum(told["number"] is not None for told in facts)
    click.echo(f"{enrolled} enrollments, {len(facts) - enrolled} accounts of the payer folder")


def print_enrollment(told: Mapping[str, object]) -> None:
    """Print an enrollment by its data elements, and its history."""
    rows = ((title, told[name]) for name, title in _ELEMENTS.items())
    print_table(f"EFT enrollment {told['number']}", _FORM, rows)
    history = cast("tuple[StateEvent[EnrollmentState], ...]", told["history"])
    events = ((each.state, f"{each.at:%Y-%m-%d %H:%M}", each.by, each.why) for each in history)
    print_table("History", _HISTORY, events)


def masked(enrollment: EftEnrollment) -> str:
    """Return what is shown of an account: its last four digits."""
    return f"ends in {enrollment.account.account_number[-4:]}"
