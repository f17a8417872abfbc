"""An explanation of benefits as a document, in the words of a member."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Final

from hpedi.documents.document import (
    Block,
    Column,
    Document,
    Facts,
    Heading,
    Notice,
    Paragraph,
    Table,
    dollars,
    money_column,
)
from hpedi.payments.eob import Eob, EobBalance, MemberCheck

OWED: Final = Column("You may owe", right=True, whole=True, strong=True)
_SERVICES: Final = (
    Column("Date", whole=True),
    Column("Service", whole=True),
    money_column("Billed"),
    money_column("Allowed"),
    money_column("Plan paid"),
    OWED,
    Column("Notes"),
)
_WHY: Final = (
    Column("For", whole=True),
    Column("Note", whole=True),
    money_column("Amount"),
    Column("Who"),
    Column("Why"),
)
_BALANCES: Final = (
    Column("Limit"),
    Column("Of whom"),
    money_column("A year"),
    money_column("Used"),
    money_column("Left"),
)
_DECIDED: Final = (
    Column("Version", right=True),
    Column("What"),
    Column("Decided on", whole=True),
    money_column("Plan paid"),
    money_column("You may owe"),
    Column(""),
)
_PAID: Final = (
    Column("Claim", whole=True),
    Column("Patient"),
    Column("Provider"),
    money_column("Paid to you"),
)
_KINDS: Final = {
    "deductible": "Deductible",
    "oop": "Out-of-pocket maximum",
    "visits": "Visits",
    "dollars": "Benefit maximum",
}
_SCOPES: Final = {"individual": "you", "family": "your family"}
_TIERS: Final = {"INN": "in network", "OON": "out of network"}
_VERSIONS: Final = {"adjudicated": "First decision", "reversal": "Taken back", "correction": "Corrected"}


def eob_document(eob: Eob) -> Document:
    """Return what a member is told of a claim."""
    return Document(
        title=f"Explanation of benefits {eob.claim}",
        issuer=eob.payer,
        day=eob.decided_on,
        blocks=(*_opening(eob), *_summary(eob), *_tables(eob), *_appeals(eob)),
    )


def check_document(notice: MemberCheck) -> Document:
    """Return what a subscriber is told with a check: what it pays, and the explanation of each claim."""
    rows = tuple((each.claim, each.patient, each.provider, dollars(amount)) for each, amount in notice.paid)
    facts = (
        ("Pay to", notice.pay_to),
        ("Check", notice.number),
        ("Date", notice.day.isoformat()),
        ("Amount", dollars(notice.amount)),
        *((("In place of", notice.in_place_of),) if notice.in_place_of else ()),
    )
    explained = [block for each, _amount in notice.paid for block in eob_document(each).blocks]
    total = ("Total", "", "", dollars(notice.amount)) if rows else ()
    return Document(
        title=f"Payment to you: check {notice.number}",
        issuer=notice.payer,
        day=notice.day,
        blocks=(
            Facts(facts),
            Paragraph(
                "These claims do not let us pay the provider, so your plan pays you. "
                "What the provider bills is yours to pay."
            ),
            Table("What this check pays", _PAID, rows, total),
            *explained,
        ),
    )


def _opening(eob: Eob) -> Iterator[Block]:
    yield Notice("This is not a bill.")
    yield Facts(
        (
            ("Patient", eob.patient),
            ("Member ID", eob.member_id),
            ("Provider", eob.provider),
            ("Plan", eob.plan),
            ("Claim", f"{eob.claim}, version {eob.version}"),
            ("Decided on", eob.decided_on.isoformat()),
        )
    )
    rows = tuple(
        (
            line.day.isoformat(),
            line.service,
            *(dollars(amount) for amount in (line.billed, line.allowed, line.paid)),
            dollars(owed) if (owed := eob.owed_for(line)) is not None else "with the claim",
            ", ".join(each.code for each in line.reasons),
        )
        for line in eob.lines
    )
    sums = (eob.billed, eob.allowed, eob.paid + eob.paid_to_member, eob.owed)
    yield Table("What was billed and paid", _SERVICES, rows, ("Total", "", *map(dollars, sums), ""))


def _summary(eob: Eob) -> Iterator[Block]:
    yield Heading("What you may owe")
    if eob.owed:
        whom = eob.provider or "your provider"
        yield Paragraph(f"You may owe {whom} {dollars(eob.owed)}. Wait for the provider's bill.")
    else:
        yield Paragraph("You owe nothing for this claim by what your plan decided.")
    if eob.paid_to_member:
        told = f"Your plan pays {dollars(eob.paid_to_member)} to the subscriber, and not to the provider."
        yield Paragraph(told)


def _tables(eob: Eob) -> Iterator[Block]:
    reasons = [(f"Service {line.number}", each) for line in eob.lines for each in line.reasons]
    reasons += [("Whole claim", each) for each in eob.reasons]
    yield Table("Why", _WHY, tuple(
        (where, each.code, dollars(each.amount), "You may owe it" if each.owed else "Not yours to pay", each.text)
        for where, each in reasons
    ))  # fmt: skip
    yield Table("Your limits after this claim", _BALANCES, tuple(_balance(each) for each in eob.balances))
    if len(eob.versions) > 1:
        yield Table("How this claim was decided over time", _DECIDED, tuple(
            (
                str(each.version),
                _VERSIONS.get(each.kind, each.kind),
                each.decided_on.isoformat(),
                dollars(each.paid),
                dollars(each.owed),
                "explained here" if each.is_shown else "",
            )
            for each in eob.versions
        ))  # fmt: skip


def _balance(each: EobBalance) -> tuple[str, ...]:
    of = f"of {each.of}" if each.of else ""
    name = " ".join(filter(None, (_KINDS.get(each.kind, each.kind), of, _TIERS.get(each.tier, ""))))
    written = _count if each.kind == "visits" else dollars
    return name, _SCOPES.get(each.scope, each.scope), written(each.limit), written(each.used), written(each.left)


def _appeals(eob: Eob) -> Iterator[Block]:
    yield Heading("If you disagree")
    yield from (Paragraph(each) for each in eob.appeals)
    yield from (Paragraph(each) for each in (", ".join(eob.contact),) if each)


def _count(number: Decimal) -> str:
    return f"{int(number):,}"
