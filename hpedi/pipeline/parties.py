"""Who pays, who is paid and who receives, as the reference data has it, in the words of remittances and envelopes."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from msgspec.structs import replace

from hpedi.claims.parties import Address
from hpedi.partners.states import TEST
from hpedi.payments.ach.build import AchOriginator
from hpedi.payments.calendar import AchCalendar
from hpedi.payments.eft_enrollment import loaded_account
from hpedi.reference.partners import PICK_UP, RESERVED, UNKNOWN_SENDERS, Partner
from hpedi.reference.payer import PAYER_ACCOUNTS, Contact, PostalAddress
from hpedi.reference.providers import BillingProvider
from hpedi.reference.reference import Reference
from hpedi.transactions.remittance_835.model import RemittancePayee, RemittancePayer
from hpedi.x12.writer import InterchangeParty

FUNDING_ACCOUNT = PAYER_ACCOUNTS
"""Our id of the account that plans pay from whose employer has none of its own."""

TAX_ID_QUALIFIER = "30"
"""ISA07 of a receiver that is no trading partner and is named by its tax id."""

TEST_FOLDER = "test"


@dataclass(frozen=True, slots=True)
class Receiver:
    """Where remittances go.

    Attributes:
        id: Our id of the receiver.
        party: ISA07 and ISA08.
        gs_id: GS03.
        folder: The delivery folder.
        remittances_a_file: How many 835s of a payment run a file may hold.
    """

    id: str
    party: InterchangeParty
    gs_id: str
    folder: str
    remittances_a_file: int = 1


def answer_folder(partner: Partner | None, usage: str = "P") -> str:
    """Return the folder for answers to a partner, or to senders that we do not know; test data has one of its own."""
    folder = f"outbox/{partner.delivery_folder if partner else UNKNOWN_SENDERS}"
    return f"{folder}/{TEST_FOLDER}" if usage == TEST else folder


def receiver_of_partner(partner: Partner) -> Receiver:
    """Return how a trading partner is addressed."""
    first = partner.isa_ids[0]
    gs_id = partner.gs_ids[0] if partner.gs_ids else first.id
    party = InterchangeParty(first.qualifier, first.id)
    return Receiver(partner.id, party, gs_id, answer_folder(partner), partner.remittances_a_file)


def receiver_without_partner(payee: RemittancePayee, partners: Iterable[Partner]) -> Receiver:
    """Return how a payee is addressed whose 835s no partner receives: a folder of its own, and never a partner's."""
    own = InterchangeParty(TAX_ID_QUALIFIER, payee.tax_id)
    taken = RESERVED | {partner.delivery_folder.casefold() for partner in partners}
    folder = f"{PICK_UP}/{payee.provider}" if payee.provider.casefold() in taken else payee.provider
    return Receiver(payee.provider, own, payee.tax_id, f"outbox/{folder}")


def sender(reference: Reference) -> tuple[InterchangeParty, str]:
    """Return our own identity: ISA05/ISA06 and GS02."""
    identity = reference.payer.identities[0]
    return InterchangeParty(identity.isa_qualifier, identity.isa_id), identity.gs_id


def remittance_payer(reference: Reference, day: date, owner: str) -> RemittancePayer | None:
    """Return the payer's side of payments from an account (our id) on a day; None where it is not in force."""
    account = reference.funding_account(day, owner)
    return None if account is None else replace(payer_named(reference), account=loaded_account(account))


def payer_named(reference: Reference) -> RemittancePayer:
    """Return the payer as remittances name it, without its account."""
    payer, nobody = reference.payer, Contact(name="")
    technical, business = payer.contact or nobody, payer.business_contact or nobody
    return RemittancePayer(
        name=payer.name,
        payer_id=payer.payer_id,
        tax_id=payer.ein,
        address=_address(payer.address),
        contact_name=technical.name,
        contact_phone=technical.phone,
        contact_email=technical.email,
        business_name=business.name,
        business_phone=business.phone,
        website=payer.website,
    )


def remittance_payee(provider: BillingProvider) -> RemittancePayee:
    """Return a payee's side of payments, without an account: which one counts is `payee_accounts`' to say."""
    return RemittancePayee(
        provider=provider.id,
        name=provider.name,
        npi=provider.npi,
        tax_id=provider.tax_id,
        address=_address(provider.address) if provider.address else None,
        ach_name=provider.ach_name,
    )


def ach_originator(reference: Reference) -> AchOriginator:
    """Return how our Nacha files name us."""
    payer = reference.payer
    return AchOriginator(
        odfi_routing=payer.ach.odfi_routing,
        odfi_name=payer.ach.odfi_name,
        company_id=payer.ach.company_id,
        company_name=payer.ach.company_name,
        name=payer.name,
    )


def business_days(federal: AchCalendar, reference: Reference) -> AchCalendar:
    """Return the days on which our payments settle: the Federal Reserve's, less those that the payer is closed on."""
    return federal.closed_also(reference.payer.calendar.ach_holidays)


def _address(address: PostalAddress) -> Address:
    return Address(lines=address.lines, city=address.city, state=address.state, postal_code=address.postal_code)
