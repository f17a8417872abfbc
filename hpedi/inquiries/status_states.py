"""Which state a claim is in, what that is told with, since when, and the money that goes with it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Final

from hpedi.inquiries.status_model import KnownClaim, StatusTerms
from hpedi.inquiries.status_table import State
from hpedi.money import ZERO, Usd
from hpedi.transactions.ack_277ca.model import ClaimStatus

CORRECTION: Final = "correction"
"""The kind of a decision that was made anew."""

_NOT_DECIDED: Final[Mapping[str, State]] = {
    "accepted": State.IN_PROCESS,
    "pended": State.PENDED,
    "refused": State.REFUSED,
}


def state_of(known: KnownClaim) -> State:
    """Return what became of a claim."""
    if known.state in _NOT_DECIDED:
        state = _NOT_DECIDED[known.state]
        return State.REFUSED_SET if state is State.REFUSED and not known.refusals else state
    standing = known.standing
    if standing is None:
        return State.VOID
    if standing.taken_back is not None:
        return standing.taken_back
    is_due = standing.decision.paid > 0 and standing.remitted is None
    return State.AWAITING_PAYMENT if is_due else State.FINALISED


def statuses_of(known: KnownClaim, terms: StatusTerms) -> tuple[ClaimStatus, ...]:
    """Return the statuses that a claim is told with, the first of them its own."""
    table, state, standing = terms.table, state_of(known), known.standing
    if known.pend is not None and state is State.PENDED:
        return table.of_pend(known.pend[0].reason, known.pend[0].status277)
    own = known.refusals if standing is None else (standing.decision.status277,)
    told = table.of(state, own)
    if standing is None or standing.taken_back is not None:
        return told
    if standing.decision.kind == CORRECTION:
        told += table.of(State.REVISED)
    if standing.decision.paid_to_member:
        told += table.of(State.PAID_TO_MEMBER)
    return tuple(dict.fromkeys(told))


def since(known: KnownClaim) -> date:
    """Return since when a claim is in its state (STC02): paid, decided, pended or received."""
    standing = known.standing
    if standing is not None:
        return standing.remitted or standing.decided_on
    return known.received.received if known.pend is None else known.pend[1]


def charged_of(known: KnownClaim) -> Usd:
    """Return what a claim charges, US dollars: CLP03 of its 835, else as it was sent."""
    standing = known.standing
    if standing is None or standing.taken_back is not None:
        return known.claim.charged
    return standing.decision.charged


def paid_of(known: KnownClaim) -> Usd | None:
    """Return what is paid on a claim, US dollars, as CLP04 of its 835 says; None while it is not decided."""
    if known.state in _NOT_DECIDED:
        return None
    standing = known.standing
    return ZERO if standing is None or standing.taken_back is not None else standing.decision.paid
