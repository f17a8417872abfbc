"""Adjudicate: a claim in its context becomes a decision, or pends. Pure: no store, no clock.

The stages, in order: resolve what holds for each line (lines that cross a change in parts), what carries over from last
year, what pends the claim as a whole, edits, pricing, cost share and coordination with other payers, disbursement,
finalise. Stored balances and history are handed in; what the decision adds to them is handed back.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final

from msgspec.structs import replace

from hpedi.adjudication.context import ClaimContext, DayTerms
from hpedi.adjudication.correction import Correction, as_correction
from hpedi.adjudication.date_ranges import divide
from hpedi.adjudication.decision import ClaimDecision, PastLine, Pend, TrailStep
from hpedi.adjudication.override import Override
from hpedi.adjudication.overrides import override_steps, waived_by
from hpedi.adjudication.stages.carry_over import carry_over, carry_over_steps
from hpedi.adjudication.stages.cost_share import share_cost
from hpedi.adjudication.stages.edits import apply_edits
from hpedi.adjudication.stages.features import check_accepted, check_claim
from hpedi.adjudication.stages.finalise import finalise
from hpedi.adjudication.stages.pricing import price_claim
from hpedi.adjudication.stages.resolve import resolve
from hpedi.adjudication.stages.review import review
from hpedi.adjudication.verdicts import Pends
from hpedi.benefits.accumulators import Balances
from hpedi.benefits.authorizations import UnitsUsed
from hpedi.benefits.carry_over import DatedCounts
from hpedi.benefits.membership import Recognised
from hpedi.claims.claim import ReceivedClaim
from hpedi.reference.reference import Reference


@dataclass(frozen=True, slots=True)
class Earlier:
    """What earlier claims used, beside accumulators.

    Attributes:
        units_used: Of the member's authorisations.
        counts: When the family's and members' entries were counted; None where no plan carries over from last year.
        past: Returns all past lines of the member; None where those handed in are all that there are.
    """

    units_used: UnitsUsed = field(default_factory=dict)
    counts: DatedCounts | None = None
    past: Callable[[], Sequence[PastLine]] | None = None


NOTHING_EARLIER: Final = Earlier()


def adjudicate(
    received: ReceivedClaim,
    reference: Reference,
    recognised: Recognised,
    history: Sequence[PastLine],
    balances: Balances,
    correction: Correction | None = None,
    overrides: tuple[Override, ...] = (),
    earlier: Earlier = NOTHING_EARLIER,
) -> ClaimDecision | Pend:
    """Decide a claim.

    Args:
        received: The claim, for production.
        reference: The payer's reference data; its snapshot is noted in the decision.
        recognised: Who it is for, among the families that its member id may belong to.
        history: Past lines of the member that bear on the claim (`past_lines` of earlier decisions): those of its days,
            and of any day those of episodes and of claims with procedures; all of them do no harm.
        balances: Committed balances of the member's and family's accumulators.
        correction: What this decision corrects, taken back already in `history` and `balances`.
        overrides: What examiners decided of the claim, oldest first.
        earlier: What else committed claims used.

    Returns:
        The decision with its trail and the accumulator entries to add; a `Pend` where it cannot be decided here.

    Raises:
        ValueError: It is a test claim: those are answered, never decided.
    """
    if received.test:
        raise ValueError("a test claim is never decided")
    conventions = reference.conventions(received.received)
    if conventions is None:
        missing = Pends(reason="conventions", message="No conventions are in force on the day of receipt.")
        return pended(received, reference, recognised, missing)
    provider = reference.provider_by_npi(received.claim.billing.npi)
    if provider is None:
        unknown = Pends(reason="billing_provider", message="The billing provider is not known.")
        return pended(received, reference, recognised, unknown)
    context = resolve(received, reference, conventions, provider, recognised, history, balances)
    divided = divide(context)
    if divided is not None:
        context = resolve(divided.received, reference, conventions, provider, recognised, history, balances)
        overrides = divided.overrides(overrides)
    made = _decide(_completed(context, earlier, overrides, correction))
    if divided is not None:
        made = divided.pends(made) if isinstance(made, Pends) else divided.joined(made)
    if isinstance(made, Pends):
        return pended(received, reference, recognised, made, _terms_steps(context))
    return made if correction is None else as_correction(made, correction, conventions)


def _completed(
    context: ClaimContext, earlier: Earlier, overrides: tuple[Override, ...], correction: Correction | None
) -> ClaimContext:
    """Return a resolved claim with what few claims have; most are returned as they are."""
    if earlier.past is not None:
        context = replace(context, all_past=earlier.past)
    if earlier.units_used:
        context = replace(context, units_used=earlier.units_used)
    if earlier.counts is not None:
        context = carry_over(context, earlier.counts)
    if overrides:
        context = replace(context, overrides=overrides, waived=waived_by(overrides))
    if correction is not None:
        waived = context.waived | correction.waived
        context = replace(
            context,
            is_correction=True,
            is_approved=correction.of.payer_claim_control_number == context.received.payer_claim_control_number,
            denied_before=correction.denied_before,
            waived=waived,
        )
    return context


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
    priced = price_claim(context, edited.denials, edited.reductions)
    if isinstance(priced, Pends):
        return priced
    shared = share_cost(context, priced)
    if isinstance(shared, Pends):
        return shared
    steps = (
        *_terms_steps(context),
        *override_steps(context),
        *carry_over_steps(context),
        *edited.steps,
        *priced.steps,
        *shared.steps,
    )
    made = finalise(context, edited, priced, shared.shares, steps)
    return made if isinstance(made, Pends) else review(context, made) or made


def pended(
    received: ReceivedClaim,
    reference: Reference,
    recognised: Recognised,
    pends: Pends,
    steps: tuple[TrailStep, ...] = (),
) -> Pend:
    """Return a claim as it waits, with how far deciding it came."""
    conventions = reference.conventions(received.received)
    usual_status = "" if conventions is None else conventions.status277.pended
    stopped = TrailStep(stage="pend", rule=pends.reason, line=pends.line, inputs=(("waits for", pends.message),))
    return Pend(
        payer_claim_control_number=received.payer_claim_control_number,
        version=received.version,
        snapshot=reference.snapshot,
        member=recognised.patient.member.id if recognised.patient else "",
        reason=pends.reason,
        message=pends.message,
        status277=pends.status277 or usual_status,
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
        parameter=f"plan {terms.coverage.plan}, benefit year from {terms.period}, tier {terms.tier or 'none'}"
        + (f", protected at {terms.protected_at}" if terms.protected_at else ""),
        source=f"coverage from {terms.coverage.start}, "
        + (f"contract {contract.id} from {contract.start}" if contract else "no contract"),
        inputs=(("date of service", str(terms.day)),),
    )


def past_lines(received: ReceivedClaim, decision: ClaimDecision) -> tuple[PastLine, ...]:
    """Return what later claims of the member need to know of a decided one; nothing where no member was recognised."""
    if not decision.member:
        return ()
    stay = received.claim.institutional
    procedures = tuple(each.code for each in stay.procedures) if stay is not None else ()
    revenue_codes = {line.number: line.revenue_code for line in received.claim.lines} if stay is not None else {}
    particulars = {line.number: line.particulars for line in received.claim.lines}
    first_accepted = next((line.number for line in decision.lines if not line.denied), 0)
    return tuple(
        PastLine(
            payer_claim_control_number=decision.payer_claim_control_number,
            line=line.number,
            member=decision.member,
            billing_npi=received.claim.billing.npi,
            date=line.date,
            code=line.code or revenue_codes.get(line.number, ""),
            modifiers=line.modifiers,
            units=line.units_billed,
            charged=line.charged,
            paid=line.paid,
            benefit=line.benefit,
            copay=line.copay,
            denied=line.denied,
            episode=line.episode,
            units_paid=None if line.units_paid == line.units_billed else line.units_paid,
            procedures=procedures if line.number == first_accepted else (),
            particulars=particulars.get(line.number, ""),
        )
        for line in decision.lines
    )


def lock_set(claims: Iterable[Recognised]) -> list[str]:
    """Return the ids of every family whose balances or history deciding claims may touch, sorted."""
    return sorted({recognised.patient.family.id for recognised in claims if recognised.patient is not None})
