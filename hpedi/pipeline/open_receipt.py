"""The interchange under way while a file is received: what is known of it, and what of it is not kept yet."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from hpedi.acceptance.judgement import ClaimJudgement
from hpedi.findings import shown_control_number
from hpedi.partners.identities import RECEIVER, SENDER, named
from hpedi.pipeline.records import InterchangeIdentity, Receipt
from hpedi.reference.partners import Partner
from hpedi.transactions.ack_277ca.model import AnsweredClaim
from hpedi.x12.events import InterchangeStart
from hpedi.x12.isa import WIDTHS

PARTY_LENGTH: Final = WIDTHS[5] + len(":") + WIDTHS[6]
"""Length of `qualifier:id`."""


@dataclass(slots=True)
class OpenReceipt:
    """The interchange under way.

    Attributes:
        identity: Who it says it is.
        partner: Who sent it; None where we do not know.
        receipt: Its receipt, once something of it is kept.
        waiting: Its claims that are not kept yet, in order.
        answered: What the claims that are kept are answered, by the ordinal of their set.
        ordinals: The first and last of them, by the ordinal of their set.
        accepted: How many claims are accepted, known at its end.
        refused: How many are refused.
    """

    identity: InterchangeIdentity
    partner: Partner | None
    receipt: Receipt | None
    waiting: list[ClaimJudgement] = field(default_factory=list)
    answered: dict[int, list[AnsweredClaim]] = field(default_factory=dict)
    ordinals: dict[int, tuple[int, int]] = field(default_factory=dict)
    accepted: int = 0
    refused: int = 0

    @property
    def is_done(self) -> bool:
        """Say whether its receipt was flipped before a kill."""
        return self.receipt is not None and self.receipt.published


def identity_of(start: InterchangeStart) -> InterchangeIdentity:
    """Return who an interchange says it is, of a malformed ISA only what any database keeps: such a one is refused."""
    return InterchangeIdentity(
        sender=_kept(named(start, SENDER), PARTY_LENGTH),
        receiver=_kept(named(start, RECEIVER), PARTY_LENGTH),
        control_number=shown_control_number("interchange", start.control_number),
        usage=_kept(start.elements[15], WIDTHS[15]),
    )


def _kept(text: str, length: int) -> str:
    return "".join(character if character.isprintable() else "?" for character in text[:length])
