"""Review: what is decided and looked at by somebody before it is final, because the payer says so."""

from __future__ import annotations

from hpedi.adjudication.context import ClaimContext
from hpedi.adjudication.decision import ClaimDecision
from hpedi.adjudication.verdicts import Pends


def review(context: ClaimContext, decision: ClaimDecision) -> Pends | None:
    """Pend a claim that the payer wants somebody to look at; not a correction that somebody approved.

    Source: conventions of the payer folder (`reviews`).
    """
    if context.is_approved:
        return None
    for each in context.conventions.reviews:
        over = each.paid_over is not None and decision.paid > each.paid_over
        charged_over = each.charged_over is not None and decision.charged > each.charged_over
        if (over or charged_over) and each.pend not in context.waived:
            return Pends(reason=each.pend, message=each.message)
    return None
