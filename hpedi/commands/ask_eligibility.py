"""`hpedi ask eligibility`: who is covered, by which plan, what is left of limits and what services cost."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any, Final

import click

from hpedi.commands import ExitCode, Session
from hpedi.commands.asking import open_asking, print_x12, x12_option
from hpedi.commands.options import Day
from hpedi.commands.printing import Column, json_option, print_json, print_table

if TYPE_CHECKING:
    from hpedi.inquiries.eligibility_rules import AnswerWords, EligibilityRules
    from hpedi.pipeline.asking import Asking
    from hpedi.transactions.eligibility_270.model import (
        AskedPatient,
        EligibilityInquiry,
        InquiryParty,
        Procedure,
        Question,
    )
    from hpedi.transactions.eligibility_271.model import (
        AnsweredPatient,
        Benefit,
        DatedFact,
        EligibilityAnswer,
        Rejection,
    )

_BENEFITS: Final = (
    Column("Service"),
    Column("What", whole=True),
    Column("Amount", right=True),
    Column("Of whom"),
    Column("Network"),
    Column("Told with it"),
)
_ANY_QUALIFIER: Final = "HC"


class ProcedureAsked(click.ParamType["Procedure"]):
    """A procedure as CODE or CODE:MOD+MOD; a dental one begins with AD/."""

    name = "procedure"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Procedure:
        """Read a procedure."""
        from hpedi.transactions.eligibility_270.model import Procedure

        if isinstance(value, Procedure):
            return value
        qualifier, slash, rest = str(value).upper().partition("/")
        code, _, modifiers = (rest if slash else qualifier).partition(":")
        if not code.isalnum():
            self.fail("not a procedure such as T1015, G0130:26 or AD/D0120", param, ctx)
        named = tuple(each for each in modifiers.split("+") if each)
        return Procedure(qualifier=qualifier if slash else _ANY_QUALIFIER, code=code, modifiers=named)


@click.command()
@click.option("--member", "member_id", default="", metavar="ID", help="The member id on the card.")
@click.option("--last", default="", metavar="NAME", help="The patient's last name.")
@click.option("--first", default="", metavar="NAME", help="The patient's first name.")
@click.option("--born", type=Day(), metavar="DATE", help="The patient's date of birth.")
@click.option("--provider", required=True, metavar="ID", help="For which provider: our id, NPI or Tax ID.")
@click.option(
    "--service-type",
    "service_types",
    multiple=True,
    metavar="CODE",
    help="A service type (EQ01); may be given again. 30, the plan, if nothing is asked.",
)
@click.option("--procedure", "procedures", type=ProcedureAsked(), multiple=True, metavar="CODE", help="A procedure.")
@click.option("--pos", "place_of_service", default="", metavar="CODE", help="Where procedures are done.")
@click.option("--on", type=Day(), metavar="DATE", help="The day; today if left out.")
@click.option("--to", "until", type=Day(), metavar="DATE", help="The last day, where several are asked about.")
@x12_option
@json_option
@click.pass_obj
def command(session: Session, /, *, as_x12: bool, as_json: bool, **sent: Any) -> int:
    """Show whether a member is covered, what is left and what services cost.

    Give the member id with the date of birth or the name; or name and date of birth.

    \b
    Example:
      hpedi ask eligibility --member HS1000001 --born 1979-04-12 --provider RIVERBEND --service-type 98
    """
    from hpedi.pipeline.answer_eligibility import answer_eligibility
    from hpedi.pipeline.answer_inquiries import ANSWERERS
    from hpedi.transactions.eligibility_271.write import write_eligibility_answer

    with open_asking(session, "member") as asking:
        made = answer_eligibility(asking, _inquiry(asking, _Sent(**sent)))
    if as_x12:
        print_x12(ANSWERERS["270"], write_eligibility_answer(made), asking)
    elif as_json:
        print_json({"answer": made})
    else:
        _print(made, asking.data.eligibility)
    return ExitCode.FINDINGS if _rejections(made) else ExitCode.OK


@dataclass(frozen=True, slots=True, kw_only=True)
class _Sent:
    """What was given on the command line."""

    provider: str
    member_id: str
    last: str
    first: str
    born: date | None
    service_types: tuple[str, ...]
    procedures: tuple[Procedure, ...]
    place_of_service: str
    on: date | None
    until: date | None


def _inquiry(asking: Asking, sent: _Sent) -> EligibilityInquiry:
    """Return the inquiry that a provider's file would ask."""
    from hpedi.pipeline.answer_eligibility import party_of
    from hpedi.transactions.eligibility_270.model import (
        AskedSource,
        AskedSubscriber,
        AskingReceiver,
        EligibilityInquiry,
    )

    patient = _patient(sent, asking.today)
    receiver = AskingReceiver(party=_receiver(sent, asking), subscribers=(AskedSubscriber(patient=patient),))
    return EligibilityInquiry(sources=(AskedSource(party=party_of(asking.reference.payer), receivers=(receiver,)),))


def _patient(sent: _Sent, today: date) -> AskedPatient:
    from hpedi.claims.parties import Name
    from hpedi.service_dates import DateSpan
    from hpedi.transactions.eligibility_270.model import AskedPatient

    first_day = sent.on or today
    if sent.until is not None and sent.until < first_day:
        raise click.UsageError("--to lies before --on")
    return AskedPatient(
        name=Name(last=sent.last, first=sent.first),
        member_id=sent.member_id,
        birth_date=sent.born,
        dates=DateSpan(first_day, sent.until or first_day),
        questions=tuple(_questions(sent)),
    )


def _receiver(sent: _Sent, asking: Asking) -> InquiryParty:
    from hpedi.claims.parties import Name
    from hpedi.pipeline.inquirers import named_by_anything
    from hpedi.transactions.eligibility_270.model import NPI_QUALIFIER, PROVIDER_ROLE, InquiryParty

    provider = named_by_anything(asking.reference, sent.provider)
    name, npi = (provider.name, provider.npi) if provider is not None else (sent.provider, sent.provider)
    return InquiryParty(role=PROVIDER_ROLE, is_person=False, name=Name(last=name), id_qualifier=NPI_QUALIFIER, id=npi)


def _questions(sent: _Sent) -> Iterator[Question]:
    from hpedi.inquiries.eligibility_services import GENERIC
    from hpedi.transactions.eligibility_270.model import Question

    if sent.service_types or not sent.procedures:
        yield Question(service_types=tuple(each.upper() for each in sent.service_types) or (GENERIC,))
    for procedure in sent.procedures:
        yield Question(procedure=procedure, place_of_service=sent.place_of_service)


# --- for people ------------------------------------------------------------------------------------------------------


def _patients(made: EligibilityAnswer) -> Iterator[AnsweredPatient]:
    for source in made.sources:
        for receiver in source.receivers:
            for subscriber in receiver.subscribers:
                yield from (subscriber.patient, *subscriber.dependents)


def _rejections(made: EligibilityAnswer) -> list[tuple[str, Rejection]]:
    """Return why something is not answered, each with the level that it is told at."""
    found = [("receiver", each) for source in made.sources for one in source.receivers for each in one.rejections]
    for patient in _patients(made):
        found += [("patient", each) for each in patient.rejections]
        found += [("patient", each) for benefit in patient.benefits for each in benefit.rejections]
    return found


def _print(made: EligibilityAnswer, rules: EligibilityRules) -> None:
    for level, rejection in _rejections(made):
        click.echo(f"not answered (AAA {rejection.reason}): {_says(rules, level, rejection)}")
    for patient in _patients(made):
        if patient.benefits:
            name = f"{patient.name.first} {patient.name.last}".strip()
            card = f", member id {patient.member_id}" if patient.member_id else ""
            click.echo(f"{name}, born {patient.birth_date}{card}")
            print_table("", _BENEFITS, (_row(each, rules.words) for each in patient.benefits))


def _says(rules: EligibilityRules, level: str, rejection: Rejection) -> str:
    """Return what a rejection says, or all that one of its code may say: the code alone does not tell them apart."""
    told = [each for each in rules.rejections if each.reason == rejection.reason]
    said = (each.says for each in told if (each.level == "receiver") is (level == "receiver"))
    return ", or ".join(dict.fromkeys(said))


def _row(benefit: Benefit, words: AnswerWords) -> tuple[str, ...]:
    service = " ".join(words.service_types.get(each, each) for each in benefit.service_types)
    if benefit.procedure is not None:
        service = " ".join([benefit.procedure.code, *benefit.procedure.modifiers])
    ids = (
        f"{words.ids[each.qualifier]} {each.description or each.value}"
        for each in benefit.ids
        if each.qualifier in words.ids
    )
    dates = (_days(each, words) for each in benefit.dates)
    party = (benefit.party.name.last,) if benefit.party is not None else ()
    needed = words.authorization.get(benefit.authorization, "")
    places = (f"place of service {each}" for each in benefit.places)
    told = [benefit.plan, *ids, needed, *dates, *party, *places, *(each.lower() for each in benefit.messages)]
    what = f"{words.information[benefit.information]} {words.period.get(benefit.period, '')}".strip()
    return (
        service,
        what,
        _amount(benefit),
        words.level.get(benefit.coverage_level, ""),
        words.network.get(benefit.in_network, ""),
        "; ".join(each for each in told if each),
    )


def _days(fact: DatedFact, words: AnswerWords) -> str:
    span = f"{fact.dates.start}" + (f" to {fact.dates.end}" if fact.dates.end else "")
    return f"{words.dates.get(fact.qualifier, '')} {span}".strip()


def _amount(benefit: Benefit) -> str:
    from hpedi.money import on_the_wire

    if benefit.amount is not None:
        return f"{benefit.amount:,}"
    if benefit.rate is not None:
        return f"{on_the_wire(benefit.rate * 100)} %"
    return on_the_wire(benefit.quantity) if benefit.quantity is not None else ""
