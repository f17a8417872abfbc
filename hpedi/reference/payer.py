"""The payer itself, its calendar, and the bank accounts it pays from or to."""

from __future__ import annotations

from datetime import date

from hpedi.reference.dated import Dated, Entry
from hpedi.reference.values import ClockTime, Money, Name, RoutingNumber, TaxId


class PostalAddress(Entry, frozen=True, kw_only=True):
    """A postal address (N3, N4)."""

    lines: tuple[Name, ...]
    city: Name
    state: str = ""
    postal_code: str = ""


class Contact(Entry, frozen=True, kw_only=True):
    """Whom to ask (PER)."""

    name: Name
    phone: str = ""
    email: str = ""


class EdiIdentity(Entry, frozen=True, kw_only=True):
    """A name under which interchanges reach us and we answer (ISA05-ISA08, GS02/GS03)."""

    isa_qualifier: Name
    isa_id: Name
    gs_id: Name


class AchOrigin(Entry, frozen=True, kw_only=True):
    """How our Nacha files name us and the bank that takes them (ODFI)."""

    odfi_routing: RoutingNumber
    odfi_name: Name
    company_name: Name  # batch header field 3
    company_id: Name  # batch header field 5; also TRN03


class Calendar(Entry, frozen=True, kw_only=True):
    """Days on which banks settle no ACH entries."""

    ach_holidays: tuple[date, ...] = ()
    weekend: tuple[int, ...] = (6, 7)  # ISO weekdays
    cut_offs: tuple[CutOff, ...] = ()

    def is_business_day(self, day: date) -> bool:
        """Say whether ACH entries settle on a day."""
        return day.isoweekday() not in self.weekend and day not in self.ach_holidays


class ApprovalLimit(Dated, frozen=True, kw_only=True):
    """Payments up to an amount approve themselves.

    Attributes:
        limit: US dollars of one payment.
        run_limit: US dollars of all payments of a run: above it each of them waits; None sets no limit.
        source: Who said so, and where.
    """

    limit: Money
    run_limit: Money | None = None
    source: str = ""


class CutOff(Dated, frozen=True, kw_only=True):
    """When the bank must have our files so that they still count as handed over on that day.

    Attributes:
        at: The time of day where the payer is.
        lead_days: Business days from that day to the effective entry date.
        source: Who said so, and where.
    """

    at: ClockTime
    lead_days: int = 0
    source: str = ""


class AppealText(Dated, frozen=True, kw_only=True):
    """What members are told, in paragraphs, about how to appeal."""

    paragraphs: tuple[Name, ...]


class Payer(Entry, frozen=True, kw_only=True):
    """The payer. The first EDI identity is the one we answer under.

    Attributes:
        contact: Whom to ask about what we send (PER*BL).
        business_contact: Whom to ask about claims (PER*CX).
        website: Where providers read how claims are decided (PER*IC).
    """

    name: Name
    payer_id: Name  # 2010BB NM109
    ein: TaxId
    claim_filing: Name  # CLP06 where the plan has none of its own
    state: str = ""
    address: PostalAddress
    contact: Contact | None = None
    business_contact: Contact | None = None
    website: str = ""
    identities: tuple[EdiIdentity, ...]
    ach: AchOrigin
    approval_limits: tuple[ApprovalLimit, ...] = ()
    calendar: Calendar = Calendar()
    member_appeals: tuple[AppealText, ...] = ()


class Account(Dated, frozen=True, kw_only=True):
    """An account at a bank: DA checking, SG savings."""

    routing: RoutingNumber
    account: Name
    kind: str = "DA"


class BankAccounts(Entry, frozen=True, kw_only=True):
    """All accounts, by date, of one owner: a provider id, or `payer`. Kept apart because they are secret."""

    owner: Name
    accounts: tuple[Account, ...]


PAYER_ACCOUNTS = "payer"
"""The owner of the payer's own funding account."""


def employer_account(employer: str) -> str:
    """Return our id of the account that a self-insured employer's claims are paid from, where it has its own."""
    return f"employer:{employer}"
