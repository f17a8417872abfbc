"""Where the 835s of a provider go, as of now: what was enrolled, granted and agreed on, read in one transaction."""

from __future__ import annotations

from datetime import date

from hpedi.access.grants import ProviderId
from hpedi.access.remittance_receiver import House, PaidProvider, ReceiverChosen, ReceiverFacts, receiver_of
from hpedi.access.rules import AccessRules
from hpedi.pipeline.parties import FUNDING_ACCOUNT, Receiver, receiver_of_partner, receiver_without_partner
from hpedi.pipeline.ports import Work
from hpedi.reference.partners import Partner
from hpedi.reference.reference import Reference
from hpedi.transactions.remittance_835.model import RemittancePayee


def receiver_facts(
    work: Work, rules: AccessRules, reference: Reference, provider: PaidProvider, day: date, *, named: str = ""
) -> ReceiverFacts:
    """Return all that decides who receives the 835s of a provider on a day.

    Args:
        work: The transaction.
        rules: The roles.
        reference: The payer's reference data.
        provider: The provider.
        day: The day.
        named: One more partner that is asked about.
    """
    enrolments = tuple(each for each in work.era.of_provider(provider.named) if each.funding_account == FUNDING_ACCOUNT)
    in_question = {named, *(each.receiver for each in enrolments)}
    return ReceiverFacts(
        enrolments=enrolments,
        partners=reference.partners,
        houses={
            partner.id: house
            for partner in reference.partners
            if (partner.id in in_question or provider.id in partner.remittances_for)
            and (house := _house_of(work, partner)) is not None
        },
        day=day,
        rules=rules,
    )


def _house_of(work: Work, partner: Partner) -> House | None:
    """Return the organisation that is registered as a trading partner; None where none is."""
    found = work.grants.house_of_partner(partner.id)
    if found is None:
        return None
    organisation, kind = found
    return House(id=organisation, kind=kind, grants=work.grants.of_organisation(organisation))


def receiver_of_remittances(
    work: Work, rules: AccessRules, reference: Reference, payee: RemittancePayee, day: date
) -> Receiver:
    """Return where a payee's 835s go on a day."""
    provider = PaidProvider(id=payee.provider, named=ProviderId(payee.tax_id, payee.npi))
    chosen = chosen_receiver(work, rules, reference, provider, day)
    if chosen.partner is not None:
        return receiver_of_partner(chosen.partner)
    return receiver_without_partner(payee, reference.partners)


def chosen_receiver(
    work: Work, rules: AccessRules, reference: Reference, provider: PaidProvider, day: date
) -> ReceiverChosen:
    """Return who receives the 835s of a provider on a day, and by what."""
    return receiver_of(provider, receiver_facts(work, rules, reference, provider, day))
