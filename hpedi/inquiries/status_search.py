"""Which claims a claim status inquiry is about, among those that the asker may see.

Our own number of a claim decides alone; else all that is sent has to agree. Patient and provider have to agree always:
a number that is somebody else's finds nothing. Where no claim can be looked for, it says why.

Source: 005010X212 1.4.2 and 2200D, 2200E of the 276.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from hpedi.claims.claim import Claim
from hpedi.identifiers import npi
from hpedi.inquiries.eligibility_names import first_agrees, last_agrees
from hpedi.inquiries.eligibility_rules import NameRules
from hpedi.inquiries.status_model import KnownClaim, StatusTerms
from hpedi.inquiries.status_table import State
from hpedi.service_dates import DateSpan
from hpedi.transactions.ack_277ca.model import Party
from hpedi.transactions.status_276.model import BIRTH_DATE, CHARGE, DATES, AskedPerson, StatusInquiry

NPI, TAX_ID, PAYER_ASSIGNED = "XX", "FI", "SV"
"""NM108 of a provider."""

_UNREADABLE: Final = {
    DATES: State.DATES_UNREADABLE,
    CHARGE: State.CHARGE_UNREADABLE,
    BIRTH_DATE: State.BIRTH_DATE_UNREADABLE,
}


def refusal_of(inquiry: StatusInquiry, terms: StatusTerms) -> State | None:
    """Return why an inquiry is refused as a whole, for its payer or provider; None where it is not."""
    if inquiry.payer.id != terms.payer_id:
        return State.PAYER_NOT_US
    if any(each.id_qualifier == NPI and not npi.is_valid(each.id) for each in inquiry.providers):
        return State.PROVIDER_ID_WRONG
    return None


def faults_of(inquiry: StatusInquiry) -> tuple[State, ...]:
    """Return why no claim can be looked for; empty where one can."""
    if inquiry.unreadable:
        return tuple(_UNREADABLE[each] for each in inquiry.unreadable)
    has_number = inquiry.payer_claim_control_number or inquiry.patient_control_number
    return () if has_number or days_of(inquiry) else (State.NOTHING_TO_SEARCH_BY,)


def days_of(inquiry: StatusInquiry) -> DateSpan | None:
    """Return the days of service asked about: of the claim, else of its lines; None where none are named."""
    if inquiry.service_dates is not None:
        return inquiry.service_dates
    spans = [line.service_dates for line in inquiry.lines if line.service_dates is not None]
    if not spans:
        return None
    return DateSpan(min(each.start for each in spans), max(_last(each) for each in spans))


@dataclass(frozen=True, slots=True)
class KnownClaims:
    """Claims that the asker may see, found by our number, by the sender's, and by the member id they were sent with."""

    by_number: Mapping[str, KnownClaim]
    by_account: Mapping[str, Sequence[KnownClaim]]
    by_member: Mapping[str, Sequence[KnownClaim]]

    @classmethod
    def of(cls, claims: Mapping[str, KnownClaim]) -> KnownClaims:
        """Index claims, which come by our number."""
        accounts: dict[str, list[KnownClaim]] = {}
        members: dict[str, list[KnownClaim]] = {}
        for each in claims.values():
            accounts.setdefault(each.claim.patient_control_number, []).append(each)
            members.setdefault(compared_member_id(each.claim.subscriber.member_id), []).append(each)
        return cls(claims, accounts, members)

    def asked(self, inquiry: StatusInquiry, names: NameRules) -> tuple[KnownClaim, ...]:
        """Return the claims that an inquiry is about, by their days; refused ones only where there is no other."""
        own = self.by_number.get(inquiry.payer_claim_control_number)
        if own is not None and _is_whose(inquiry, own, names):
            return (own,)
        account, member_id = inquiry.patient_control_number, compared_member_id(inquiry.subscriber.party.id)
        near = self.by_account.get(account, ()) if account else self.by_member.get(member_id, ())
        found = [each for each in near if _is_whose(inquiry, each, names) and _agrees(inquiry, each.claim)]
        taken = [each for each in found if each.state != State.REFUSED] or found
        return tuple(sorted(taken, key=lambda each: (each.claim.first_date, each.number)))


def _is_whose(inquiry: StatusInquiry, known: KnownClaim, names: NameRules) -> bool:
    return _is_of_provider(inquiry, known) and _is_of_patient(inquiry, known, names)


def _agrees(inquiry: StatusInquiry, claim: Claim) -> bool:
    return all(agrees(inquiry, claim) for agrees in _CRITERIA)


def compared_member_id(member_id: str) -> str:
    """Return a member id as ids are compared: without case, and blanks around it."""
    return member_id.strip().upper()


def _is_of_provider(inquiry: StatusInquiry, known: KnownClaim) -> bool:
    return not inquiry.providers or any(_is_provider(each, known) for each in inquiry.providers)


def _is_provider(asked: Party, known: KnownClaim) -> bool:
    """Say whether a provider asked for bills the claim or renders its services."""
    claim = known.claim
    if asked.id_qualifier == TAX_ID:
        return asked.id == claim.billing.tax_id
    if asked.id_qualifier == PAYER_ASSIGNED:
        return asked.id == known.provider
    renders = [claim.rendering, *(line.rendering for line in claim.lines)]
    return asked.id in {claim.billing.npi, *(each.npi for each in renders if each is not None)}


def _is_of_patient(inquiry: StatusInquiry, known: KnownClaim, names: NameRules) -> bool:
    """Say whether the patient is the claim's: all that was sent of the member agrees, of the name a part."""
    claim, asked = known.claim, inquiry.patient
    if compared_member_id(inquiry.subscriber.party.id) not in ("", compared_member_id(claim.subscriber.member_id)):
        return False
    treated = claim.patient or claim.subscriber
    if asked.birth_date is not None and treated.birth_date not in (None, asked.birth_date):
        return False
    return _is_named(asked, treated.name.last, treated.name.first, names)


def _is_named(asked: AskedPerson, last: str, first: str, names: NameRules) -> bool:
    name = asked.party.name
    if not name.last:
        return True
    if last_agrees(name.last, last, names):
        return True
    return asked.birth_date is not None and first_agrees(name.first, first, names)


def _has_account(inquiry: StatusInquiry, claim: Claim) -> bool:
    return inquiry.patient_control_number in ("", claim.patient_control_number)


def _has_days(inquiry: StatusInquiry, claim: Claim) -> bool:
    asked = days_of(inquiry)
    if asked is None:
        return True
    given = claim_dates(claim)
    return given.start <= _last(asked) and asked.start <= _last(given)


def _has_charge(inquiry: StatusInquiry, claim: Claim) -> bool:
    return inquiry.charged in (None, claim.charged)


def _has_bill_type(inquiry: StatusInquiry, claim: Claim) -> bool:
    return inquiry.bill_type.lstrip("0") in ("", bill_type_of(claim))


def _names_anything(inquiry: StatusInquiry, _claim: Claim) -> bool:
    return bool(inquiry.patient_control_number) or days_of(inquiry) is not None


_CRITERIA: Final[Sequence[Callable[[StatusInquiry, Claim], bool]]] = (
    _names_anything,
    _has_account,
    _has_days,
    _has_charge,
    _has_bill_type,
)


def bill_type_of(claim: Claim) -> str:
    """Return the type of bill without its leading zero, as REF*BLT has it; empty of a claim that has none."""
    return claim.type_of_bill.lstrip("0")


def claim_dates(claim: Claim) -> DateSpan:
    """Return the days of a claim: of the statement of an institutional one, else from its first line to its last."""
    if claim.institutional is not None:
        return claim.institutional.statement_dates
    return DateSpan(claim.first_date, claim.last_date)


def _last(span: DateSpan) -> date:
    return span.end or span.start
