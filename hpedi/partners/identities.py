"""Which trading partner an interchange comes from, and which identities that partner may use.

Partners and the payer's own identities are reference data, loaded with the payer folder; nothing here reads a store.
Who may act for which provider is not decided here.
"""

from __future__ import annotations

from collections.abc import Iterable

from hpedi.reference.partners import Partner
from hpedi.reference.payer import Payer
from hpedi.x12.events import InterchangeStart

SENDER, RECEIVER = 5, 7
"""Elements of ISA where the parties begin: qualifier, then id."""


def named(start: InterchangeStart, party: int) -> str:
    """Return a party of an interchange as `qualifier:id`, without padding; `party` is SENDER or RECEIVER."""
    return f"{start.elements[party].strip()}:{start.elements[party + 1].strip()}"


def partner_of(start: InterchangeStart, partners: Iterable[Partner]) -> Partner | None:
    """Return the trading partner that owns ISA05/ISA06; None where nobody does."""
    sender = named(start, SENDER)
    owners = (each for each in partners if any(f"{isa.qualifier}:{isa.id}" == sender for isa in each.isa_ids))
    return next(owners, None)


def is_for(start: InterchangeStart, payer: Payer) -> bool:
    """Say whether ISA07/ISA08 name this payer."""
    return named(start, RECEIVER) in {f"{each.isa_qualifier}:{each.isa_id}" for each in payer.identities}


def may_use_group(partner: Partner, application_sender: str) -> bool:
    """Say whether a partner may send groups with this GS02."""
    return not partner.gs_ids or application_sender.strip() in partner.gs_ids


def may_send_version(partner: Partner, version: str) -> bool:
    """Say whether a partner may send a version of a guide (GS08) that is not adopted."""
    return version in partner.allowed_versions


def may_submit_as(partner: Partner, submitter_id: str) -> bool:
    """Say whether a partner may send transaction sets of this submitter (1000A NM109)."""
    return not partner.submitter_ids or submitter_id in partner.submitter_ids
