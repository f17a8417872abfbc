"""Which claims of a payee stand in one remittance: all of them, or those of a submitter or contract, as it asked for.

Corrections keep a payee's claims together: a reversal stands in the remittance of its correction (RFI 791), and what is
taken back is taken from all that is paid.

Source: 005010X221A1 1.10.2 (one 835 a payment), 1.10.2.8; RFI 791.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Final, TypeAlias

from hpedi.adjudication.decision import ClaimDecision
from hpedi.claims.claim import ReceivedClaim
from hpedi.reference.providers import RemittanceBy
from hpedi.reference.reference import Reference

Decided: TypeAlias = Sequence[tuple[ReceivedClaim, ClaimDecision]]


def split(decided: Decided, by: RemittanceBy, reference: Reference) -> tuple[Decided, ...]:
    """Return the claims of a payee remittance by remittance, in the order of their first claims.

    Args:
        decided: All that the payee is paid in a run.
        by: What the payee asked for.
        reference: Its contracts.
    """
    if by == "payee" or any(made.kind != "adjudicated" for _received, made in decided):
        return (decided,)
    key_of, parts = _KEYS[by], dict[str, list[tuple[ReceivedClaim, ClaimDecision]]]()
    for received, made in decided:
        parts.setdefault(key_of(received, made, reference), []).append((received, made))
    return tuple(parts.values()) or (decided,)


def _submitter(received: ReceivedClaim, _made: ClaimDecision, _reference: Reference) -> str:
    return received.claim.submitter_id


def _contract(received: ReceivedClaim, made: ClaimDecision, reference: Reference) -> str:
    plan = reference.plans.get(made.plan)
    if plan is None:
        return ""
    contract = reference.contract(made.provider, plan.line_of_business, received.claim.first_date)
    return contract.id if contract is not None else ""


_KEYS: Final[Mapping[RemittanceBy, Callable[[ReceivedClaim, ClaimDecision, Reference], str]]] = {
    "submitter": _submitter,
    "contract": _contract,
}
