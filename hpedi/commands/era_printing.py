"""What `hpedi era` prints: outcomes, lists, and an enrolment by the names of the CAQH CORE data set (rule 382)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Final

import click

from hpedi.access.era_enrolment import EnrolmentState, EraEnrolment
from hpedi.access.grants import ProviderId
from hpedi.commands.printing import Column, hint, print_json, print_table
from hpedi.run_context import RunContext

if TYPE_CHECKING:
    from hpedi.pipeline.era_enrolling import EnrolmentOutcome, Rerouted
    from hpedi.reference.reference import Reference

_CLEARINGHOUSE: Final = "clearinghouse"
_CANCEL: Final = "Cancel Enrollment"


def print_enrolled(outcome: EnrolmentOutcome, *, dry_run: bool, as_json: bool) -> None:
    """Say what became of a request, and what goes where from its first day on."""
    made = outcome.enrolment
    if as_json:
        routes = [{"npi": each.npi, "before": _before(each), "after": each.after} for each in outcome.routes]
        ends = [each.id for each in outcome.replaced]
        facts = {"enrolment": made.id, "state": made.state, "from": made.start, "dry_run": dry_run}
        print_json({**facts, "ends": ends, "routes": routes})
        return
    number = f"enrolment {made.id}" if made.id else "enrolment"
    waits = "; an approver of the provider decides" if made.state is EnrolmentState.REQUESTED else ""
    click.echo(f"{number}: {made.state}, from {made.start}{waits}")
    for each in outcome.routes:
        click.echo(f"  NPI {each.npi}: {_before(each)} -> {each.after}")
    for ended in outcome.replaced:
        click.echo(f"  enrolment {ended.id} ends the day before")
    if dry_run:
        hint("a dry run: nothing was kept")


def _before(route: Rerouted) -> str:
    return route.before.partner.id if route.before.partner is not None else "the provider's own folder"


def print_routes(routes: Iterable[Rerouted], *, as_json: bool) -> None:
    """Say where the 835s of each NPI go, by what, and who was named and may not receive."""
    facts = [
        {
            "npi": each.npi,
            "receiver": _before(each),
            "by": each.before.basis,
            "enrolment": each.before.enrolment,
            "passed_over": ", ".join(each.before.passed_over),
        }
        for each in routes
    ]
    if as_json:
        for each in facts:
            print_json(each)
    else:
        print_table("", _ROUTES, [tuple(each.values()) for each in facts])


def print_enrolments(enrolments: Iterable[EraEnrolment], context: RunContext) -> None:
    """List enrolments."""
    shown = [enrolment_facts(each, context) for each in enrolments]
    print_table("", _COLUMNS, [[facts[name] for name in _SHOWN] for facts in shown])


def enrolment_facts(enrolment: EraEnrolment, context: RunContext) -> dict[str, object]:
    """Return what is told of an enrolment as it stands today; the Tax ID is masked, for it may be a person's SSN."""
    return {
        "enrolment": enrolment.id,
        "tax_id": _masked(enrolment),
        "npi": enrolment.provider.npi or "all",
        "receiver": enrolment.receiver,
        "submission": enrolment.submission,
        "from": enrolment.start,
        "to": enrolment.last_day,
        "state": enrolment.stands(context.instant.date()),
        "asked_by": enrolment.asked_by,
        "since": enrolment.history[-1].at,
        "by": enrolment.history[-1].by,
        "why": enrolment.history[-1].why,
    }


def form_of(enrolment: EraEnrolment, reference: Reference) -> dict[str, object]:
    """Return the data elements of the enrolment data set that apply."""
    partner = next((each for each in reference.partners if each.id == enrolment.receiver), None)
    carries = partner is not None and partner.kind == _CLEARINGHOUSE
    contact = partner.contacts[0] if partner is not None and partner.contacts else None
    names = {each.name for each in reference.providers.values() if enrolment.is_for(ProviderId(each.tax_id, each.npi))}
    return {
        "Provider Name": ", ".join(sorted(names)),
        "Provider Federal Tax Identification Number (TIN)": _masked(enrolment),
        "National Provider Identifier (NPI)": enrolment.provider.npi or "all",
        "Preference for Aggregation of Remittance Data": enrolment.aggregation,
        "Method of Retrieval": "from the clearinghouse" if carries else "from the delivery folder at the health plan",
        "Trading Partner ID": enrolment.receiver,
        "Clearinghouse Name": partner.name if carries and partner is not None else "",
        "Clearinghouse Contact Name": contact.name if carries and contact is not None else "",
        "Reason for Submission": _CANCEL if enrolment.state is EnrolmentState.ENDED else enrolment.submission,
        "Electronic Signature of Person Submitting Enrollment": enrolment.asked_by,
        "Submission Date": enrolment.history[0].at.date(),
        "Requested ERA Effective Date": enrolment.start,
    }


def print_form(form: Mapping[str, object], enrolment: EraEnrolment) -> None:
    """Print an enrolment by its data elements, and its history."""
    print_table("", (Column("Data element", whole=True), Column("")), list(form.items()))
    rows = [(each.state, each.at, each.by, each.last_day, each.why) for each in enrolment.history]
    print_table("History", _HISTORY, rows)


def _masked(enrolment: EraEnrolment) -> str:
    return f"*****{enrolment.provider.tax_id[-4:]}"


def _columns(*names: str) -> tuple[Column, ...]:
    return tuple(Column(name) for name in names)


_SHOWN: Final = ("enrolment", "tax_id", "npi", "receiver", "submission", "from", "to", "state", "why")
_COLUMNS: Final = _columns("Enrolment", "Tax ID", "NPI", "Receiver", "Submission", "From", "To", "State", "Why")
_ROUTES: Final = _columns("NPI", "Receiver", "By", "Enrolment", "Passed over")
_HISTORY: Final = _columns("State", "At", "By", "Last day", "Why")
