"""Checks of an interchange made on receipt: is it for us, do we know its sender, may that sender send this.

Whether it was received before is asked of the store and is not here.
"""

from __future__ import annotations

from collections.abc import Iterator

from hpedi.acceptance.judgement import InterchangeJudgement
from hpedi.finding_kinds import found
from hpedi.findings import Finding, Where
from hpedi.partners.identities import is_for, may_use_group
from hpedi.partners.states import TAKES
from hpedi.reference.partners import Partner
from hpedi.reference.payer import Payer
from hpedi.x12.events import InterchangeStart

USAGE = 15


def check_addresses(start: InterchangeStart, payer: Payer, partner: Partner | None) -> Iterator[Finding]:
    """Check sender, receiver and usage of an interchange.

    Args:
        start: Its ISA.
        payer: Us.
        partner: Whom ISA05/ISA06 name; None where nobody we know.

    Findings:
        sender-unknown, receiver-not-us, isa-usage, partner-draft, partner-suspended, partner-in-testing
    """
    where = Where(interchange=start.control_number, segment_id="ISA", byte_offset=start.byte_offset)
    if partner is None:
        yield found("sender-unknown", where).within(element=6)
    if not is_for(start, payer):
        yield found("receiver-not-us", where).within(element=8)
    if partner is not None:
        yield from _check_state(partner, start.elements[USAGE], where)


def _check_state(partner: Partner, usage: str, where: Where) -> Iterator[Finding]:
    """Check that a partner in its state may send at all, and interchanges of this usage."""
    if not TAKES[partner.state]:
        yield found(f"partner-{partner.state}", where).within(element=6)
    elif usage in ("P", "T") and usage not in TAKES[partner.state]:
        yield found("partner-in-testing", where).within(element=USAGE)
    elif usage in ("P", "T") and usage not in partner.usages:
        message = "The partner may not send interchanges of this usage. Send the usage agreed on in ISA15."
        yield found("isa-usage", where, message).within(element=USAGE)


def check_application_senders(judged: InterchangeJudgement, partner: Partner | None) -> Iterator[Finding]:
    """Check that every group of an interchange is sent under a GS02 that the partner owns.

    Findings:
        group-sender
    """
    for group in judged.groups if partner is not None else ():
        if partner is not None and not may_use_group(partner, group.elements[2]):
            where = Where(interchange=judged.control_number, group=group.control_number, segment_id="GS", element=2)
            yield found("group-sender", where)
