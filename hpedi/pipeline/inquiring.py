"""Inquiries: what somebody may see of payments, claims and members, and the audit row that says that it was asked.

Who asks sees the things of the providers that its roles and grants reach. These providers are named to the store, so
that what is not theirs is never read: a number that is not there and one that is somebody else's take the same way and
give the same answer.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Final

from hpedi.access.decision import Asker
from hpedi.access.grants import ProviderId
from hpedi.access.reach import Scope
from hpedi.adjudication.decision import Pend
from hpedi.benefits.membership import Family
from hpedi.payments.advice import Advice, advice_of
from hpedi.payments.advice_texts import AdviceTexts
from hpedi.payments.states import PaymentState
from hpedi.pipeline.parties import payer_named
from hpedi.pipeline.payment_terms import claim_filing
from hpedi.pipeline.ports import Work
from hpedi.pipeline.records import EftEntry, StoredClaim, StoredDecision, StoredPayment
from hpedi.pipeline.sought import ClaimSought, PaymentSought
from hpedi.reference.members import CoverageSpan, Member
from hpedi.reference.providers import BillingProvider
from hpedi.reference.reference import Reference

INQUIRE: Final = "inquire"
AT_MOST: Final = 200
"""Results of one inquiry."""


class NeverAsks(Exception):
    """No role of somebody asks about this kind of thing, of whichever provider."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Inquiry:
    """A question under way.

    Attributes:
        work: The transaction: it reads, and writes the audit rows.
        who: Who asks.
        reference: The payer's reference data.
        npi: Only of this provider; of all that may be seen if empty.
    """

    work: Work
    who: Asker
    reference: Reference
    npi: str = ""

    def providers(self, thing: str) -> tuple[BillingProvider, ...] | None:
        """Return the providers whose things of a kind may be seen; None: those of everybody.

        Raises:
            NeverAsks: Nobody's, whatever is granted.
        """
        if not ever_asks(self.who, thing):
            raise NeverAsks(thing)
        everybody = self.who.may(INQUIRE, Scope(thing=thing))
        if everybody and not self.npi:
            return None
        return tuple(
            each
            for each in self.reference.providers.values()
            if (everybody or self.who.may(INQUIRE, Scope(thing=thing, provider=ProviderId(each.tax_id, each.npi))))
            and self.npi in {"", each.npi}
        )

    def told(self, thing: str, subject: str, members: Iterable[str] = ("",), *, count: int) -> None:
        """Leave the audit row of what was asked and whether anything was found."""
        self.work.audit.record(
            f"inquire {thing}",
            subject,
            members=sorted(set(members)) or [""],
            recipient=self.who.principal.on_behalf_of,
            reason="inquiry",
            result=f"found {count}" if count else "no results",
        )


def ever_asks(who: Asker, thing: str) -> bool:
    """Say whether a role of somebody asks about a kind of thing at all, of whichever provider or organisation."""
    roles = who.rules.in_force(who.principal.roles, who.day)
    return any(row.action == INQUIRE and thing in row.things for role in roles for row in role.may)


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenRemittance:
    """A payment with the claims it paid and its ACH entry, if it has one."""

    payment: StoredPayment
    claims: tuple[StoredDecision, ...]
    entry: EftEntry | None


def remittance(inquiry: Inquiry, number: str) -> SeenRemittance | None:
    """Return the remittance of a check or EFT number."""
    found = _payments(inquiry, "remittance", PaymentSought(number=number))
    if not found:
        inquiry.told("remittance", "payment:none", count=0)
        return None
    stored, work = found[0], inquiry.work
    claims = _claims_of(work, stored)
    entry = next((each for each in work.payments.eft_entries(stored.run) if each.trace_number == number), None)
    inquiry.told("remittance", f"payment:{stored.id}", (each.decision.member for each in claims), count=1)
    return SeenRemittance(payment=stored, claims=claims, entry=entry)


def advice(inquiry: Inquiry, seen: SeenRemittance, texts: AdviceTexts) -> Advice:
    """Return a remittance as people read it; the look at it was noted when it was found."""
    reference, stored = inquiry.reference, seen.payment
    return advice_of(
        stored.payment,
        stored.state.value,
        payer_named(reference),
        [(each.received, each.decision) for each in seen.claims],
        claim_filing(reference),
        texts,
    )


def _claims_of(work: Work, stored: StoredPayment) -> tuple[StoredDecision, ...]:
    """Return the decisions that a payment pays, or told before it was voided: they may be paid by another since."""
    if stored.state is not PaymentState.VOIDED:
        return tuple(work.decisions.of_payment(stored.id))
    return tuple(
        decided
        for told in stored.payment.claims
        for decided in work.decisions.find(told.payer_claim_control_number)
        if decided.decision.version == told.version
    )


def payments(inquiry: Inquiry, sought: PaymentSought) -> tuple[StoredPayment, ...]:
    """Return payments, newest first; no members are named."""
    found = _payments(inquiry, "payment", sought)
    subject = f"payment:{found[0].id}" if len(found) == 1 else f"payment:{len(found) or 'none'}"
    inquiry.told("payment", subject, count=len(found))
    return found


def _payments(inquiry: Inquiry, thing: str, sought: PaymentSought) -> tuple[StoredPayment, ...]:
    providers = inquiry.providers(thing)
    ids = None if providers is None else [each.id for each in providers]
    return inquiry.work.payments.sought(sought, ids, AT_MOST)


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenClaim:
    """A claim and what became of it: every version of its decision, or why it waits."""

    claim: StoredClaim
    decisions: tuple[StoredDecision, ...]
    pends: tuple[Pend, ...]


def claims(inquiry: Inquiry, sought: ClaimSought) -> tuple[SeenClaim, ...]:
    """Return claims by their day of service, newest first."""
    providers, work = inquiry.providers("claim"), inquiry.work
    npis = None if providers is None else [each.npi for each in providers]
    found = tuple(
        SeenClaim(
            claim=each,
            decisions=work.decisions.find(number),
            pends=tuple(waiting.pend for waiting in work.pends.waiting(number)),
        )
        for each in work.claims.sought(sought, npis, AT_MOST)
        for number in (each.received.payer_claim_control_number,)
    )
    members = [
        *(decided.decision.member for each in found for decided in each.decisions),
        *(pend.member for each in found for pend in each.pends),
    ]
    one = f"claim:{found[0].claim.received.payer_claim_control_number}" if len(found) == 1 else ""
    inquiry.told("claim", one or f"claim:{len(found) or 'none'}", members, count=len(found))
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenMember:
    """A member and the spans in which plans cover the member."""

    member: Member
    coverage: tuple[CoverageSpan, ...]


def members(inquiry: Inquiry, member_id: str, born: date | None) -> tuple[SeenMember, ...]:
    """Return the members of a member id; for a provider, only who was born on a day it names."""
    providers = inquiry.providers("member")
    is_answered = providers is None or bool(providers and born)
    records = inquiry.work.reference.families(inquiry.reference.snapshot, [member_id])
    families = [Family.of(record.body) for record in records] if is_answered else []
    found = tuple(
        SeenMember(member=each, coverage=tuple(span for span in family.coverage if span.member == each.id))
        for family in families
        for each in family.members
        if each.member_id == member_id and born in {None, each.birth_date}
    )
    inquiry.told("member", "member", (each.member.id for each in found), count=len(found))
    return found
