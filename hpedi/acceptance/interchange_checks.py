"""Checks of an interchange by its ISA, made on receipt: is it for us, do we know its sender, may it send this.

Whether it was received before is asked of the store and is not here.
"""

from __future__ import annotations

from collections.abc import Sequence

from hpedi.acceptance.companion import CompanionGuide
from hpedi.finding_kinds import found
from hpedi.findings import Finding, Where
from hpedi.partners.trading_partner import TradingPartner, find_partner
from hpedi.x12.events import InterchangeStart


def check_addresses(
    start: InterchangeStart, companion: CompanionGuide, partners: Sequence[TradingPartner], *, file: str | None = None
) -> list[Finding]:
    """Check sender, receiver and usage of an interchange.

    Args:
        start: Its ISA.
        companion: Under which identities interchanges are ours.
        partners: Who may send.
        file: Our identifier of the file.

    Findings:
        sender-unknown, receiver-not-us, isa-usage
    """
    _, _, _, _, _, sent_as, sender, received_as, receiver, *_ = start.elements
    where = Where(file=file, interchange=start.control_number, byte_offset=start.byte_offset, segment_id="ISA")
    findings: list[Finding] = []
    partner = find_partner(partners, sent_as, sender)
    if partner is None:
        findings.append(found("sender-unknown", where).within(element=6))
    if (received_as.strip(), receiver.strip()) not in companion.interchange_ids:
        findings.append(found("receiver-not-us", where).within(element=8))
    if partner is not None and start.elements[15] not in partner.usages:
        message = "The partner may not send interchanges of this usage. Send the usage agreed on in ISA15."
        findings.append(found("isa-usage", where, message).within(element=15))
    return findings
