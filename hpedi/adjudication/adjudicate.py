"""Adjudicate: a claim in its context becomes a decision, or pends. Pure: no store, no clock.

The stages, in order: resolve what holds for each line, pend what needs features to come, edits, pricing, cost share,
finalise. Stored balances and history are handed in; what the decision adds to them is handed back.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from hpedi.adjudication.context import ClaimContext, DayTerms
from hpedi.adjudication.decision import ClaimDecision, PastLine, Pend, TrailStep
from hpedi.adjudication.stages.cost_share import share_cost
from hpedi.adjudication.stages.edits import apply_edits
from hpedi.adjudication.stages.features import check_accepted, check_claim
from hpedi.adjudication.stages.finalise import finalise
from hpedi.adjudication.stages.pricing import price_lines
from hpedi.adjudication.stages.resolve import resolve
from hpedi.adjudication.verdicts import Pends
from hpedi.benefits.accumulators import Balances
from hpedi.benefits.membership import Recognised
from hpedi.claims.claim import ReceivedClaim
from hpedi.reference.reference import Reference


def adjudicate(
    received: ReceivedClaim,
    reference: Reference,
    recognised: Recognised,
    history: Sequence[PastLine],
    balances: Balances,
) -> ClaimDecision | Pend:
    """Decide a claim.

    Args:
        received: The claim, for production.
        reference: The payer's reference data; its snapshot is noted in the decision.
        recognised: Who it is for, among the families that its member id may belong to.
        history: All past lines of the member (`past_lines` of earlier decisions).
        balances: Committed balances of the member's and family's accumulators.

    Returns:
        The decision with its trail and the accumulator entries to add; a `Pend` where it cannot be decided here.

    Raises:
        ValueError: It is a test claim: those are answered, never decided.
    """
    if received.test:
        raise ValueError("a test claim is never decided")
    conventions = reference.conventions(received.received)
    if conventions is None:
        return _pend(
            received,
            reference,
            recognised,
            Pends(reason="conventions", message="No conventions are in force on the day of receipt."),
        )
    provider = reference.provider_by_npi(received.claim.billing.npi)
    if provider is None:
        unknown = Pends(reason="billing_provider", message="The billing provider is not known.")
        return _pend(received, reference, recognised, unknown, status277=conventions.status277.pended)
    context = resolve(received, reference, conventions, provider, recognised, history, balances)
    made = _decide(context)
    if isinstance(made, Pends):
        pended = conventions.status277.pended
        return _pend(received, reference, recognised, made, status277=pended, steps=_terms_steps(context))
    return made


def _decide(context: ClaimContext) -> ClaimDecision | Pends:
    pends = check_claim(context)
    if pends is not None:
        return pends
    edited = apply_edits(context)
    if isinstance(edited, Pends):
        return edited
    accepted = [line for line, denial in zip(context.lines, edited.denials, strict=True) if denial is None]
    pends = check_accepted(context, accepted) if accepted else None
    if pends is not None:
        return pends
    priced = price_lines(context, edited.denials)
    if isinstance(priced, Pends):
        return priced
    shared = share_cost(context, priced.prices)
    steps = (*_terms_steps(context), *edited.steps, *priced.steps, *shared.steps)
    return finalise(context, edited.denials, priced.prices, shared.shares, steps)


def _pend(
    received: ReceivedClaim,
    reference: Reference,
    recognised: Recognised,
    pends: Pends,
    *,
    status277: str = "",
    steps: tuple[TrailStep, ...] = (),
) -> Pend:
    stopped = TrailStep(stage="pend", rule=pends.reason, line=pends.line, inputs=(("waits for", pends.message),))
    return Pend(
        payer_claim_control_number=received.payer_claim_control_number,
        version=received.version,
        snapshot=reference.snapshot,
        member=recognised.patient.member.id if recognised.patient else "",
        reason=pends.reason,
        message=pends.message,
        status277=pends.status277 or status277,
        line=pends.line,
        trail=(*steps, stopped),
    )


def _terms_steps(context: ClaimContext) -> tuple[TrailStep, ...]:
    matched = context.matched
    member = matched.member.id if matched is not None else "not recognised"
    recognised = TrailStep(
        stage="resolve",
        rule="member",
        inputs=(("member", member), ("provider", context.provider.id), ("received", str(context.received.received))),
    )
    terms = {line.terms.day: line.terms for line in context.lines}
    return (recognised, *(_terms_step(each) for each in terms.values()))


def _terms_step(terms: DayTerms) -> TrailStep:
    if terms.coverage is None:
        return TrailStep(
            stage="resolve", rule="coverage", parameter="none", inputs=(("date of service", str(terms.day)),)
        )
    contract = terms.contract
    return TrailStep(
        stage="resolve",
        rule="coverage",
        parameter=f"plan {terms.coverage.plan}, benefit year from {terms.period}, tier {terms.tier or 'none'}",
        source=f"coverage from {terms.coverage.start}, "
        + (f"contract {contract.id} from {contract.start}" if contract else "no contract"),
        inputs=(("date of service", str(terms.day)),),
    )


def past_lines(received: ReceivedClaim, decision: ClaimDecision) -> tuple[PastLine, ...]:
    """Return what later claims of the member need to know of a decided one; nothing where no member was recognised."""
    if not decision.member:
        return ()
    return tuple(
        PastLine(
            payer_claim_control_number=decision.payer_claim_control_number,
            line=line.number,
            member=decision.member,
            billing_npi=received.claim.billing.npi,
            date=line.date,
            code=line.code,
            modifiers=line.modifiers,
            units=line.units_billed,
            charged=line.charged,
            paid=line.paid,
            benefit=line.benefit,
            copay=line.copay,
            denied=line.denied,
        )
        for line in decision.lines
    )


def lock_set(claims: Iterable[Recognised]) -> list[str]:
    """Return the ids of every family whose balances or history deciding claims may touch, sorted."""
    return sorted({recognised.patient.family.id for recognised in claims if recognised.patient is not None})
