"""Naming who receives a provider's 835s: asking, approving, denying and ending ERA enrolments.

An approver of the provider names a receiver, and it is named. What others ask for waits for an approver; where no
organisation has shown the provider to be its own, what the payer enters on its behalf, with a reason, holds at once.
What is not there and what is not somebody's to decide are refused in the same words.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Final

from hpedi.access.decision import Asker
from hpedi.access.era_enrolment import (
    ALL_NPIS,
    ENROLMENT,
    EnrolmentState,
    EraEnrolment,
    SubmissionReason,
    check_change,
    replaced_by,
)
from hpedi.access.grants import ProviderId
from hpedi.access.reach import Scope
from hpedi.access.remittance_receiver import Basis, PaidProvider, ReceiverChosen, may_receive
from hpedi.access.rules import AccessRules
from hpedi.pipeline.granting import NotAllowed, asker
from hpedi.pipeline.parties import FUNDING_ACCOUNT
from hpedi.pipeline.ports import Work
from hpedi.pipeline.remittance_receivers import chosen_receiver, receiver_facts
from hpedi.reference.partners import Partner
from hpedi.reference.reference import Reference
from hpedi.state_history import StateEvent

NOT_YOURS: Final = "there is no such enrolment, or it is not yours to decide"
NO_SUCH_PROVIDER: Final = "there is no such provider that you may name a receiver for"
REPLACED: Final = "replaced by enrolment {}"
_LIVE: Final = "live"


class CannotEnrol(Exception):
    """What is asked for cannot be; says why and what to do, in words for whoever asks."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EnrolmentTerms:
    """What enrolling needs besides the books."""

    rules: AccessRules
    reference: Reference


@dataclass(frozen=True, slots=True, kw_only=True)
class EnrolmentAsked:
    """What is asked for: see `access.era_enrolment.EraEnrolment`.

    Attributes:
        why: Why, for the record; the payer's people must say it.
    """

    provider: ProviderId
    receiver: str
    submission: SubmissionReason
    start: date
    why: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rerouted:
    """Where the 835s of an NPI go on a day before and after an enrolment holds."""

    npi: str
    before: ReceiverChosen
    after: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EnrolmentOutcome:
    """What became of a request; of a dry run nothing is kept and its number is 0.

    Attributes:
        enrolment: As it stands then.
        replaced: The enrolments that end where it starts.
        routes: What changes where, at its start; of a request that waits, once it is approved. Told to the provider and
            the payer only, as is what is replaced.
    """

    enrolment: EraEnrolment
    replaced: tuple[EraEnrolment, ...]
    routes: tuple[Rerouted, ...]


def enrol(work: Work, terms: EnrolmentTerms, asked: EnrolmentAsked, *, rehearses: bool = False) -> EnrolmentOutcome:
    """Name a receiver, or ask for it.

    Args:
        work: The transaction; it only reads where `rehearses`.
        terms: What else is needed.
        asked: Who is named, for whom, from when.
        rehearses: Say what would happen and keep nothing.

    Raises:
        NotAllowed: No role and no grant of the principal lets it ask for this provider.
        CannotEnrol: The receiver may not receive, or new and change do not fit what stands.
    """
    if not rehearses:
        work.era.lock(asked.provider)
    outcome, holds_now = _outcome(work, terms, asked)
    if rehearses:
        return outcome
    made = replace(outcome.enrolment, id=work.era.request(outcome.enrolment))
    work.audit.record(
        "era request",
        f"era:{made.id}",
        recipient=f"partner:{made.receiver}",
        reason=made.submission.value,
        result=made.state.value,
    )
    if holds_now:
        _end_those_before(work, made, outcome.replaced)
    return replace(outcome, enrolment=made)


def _outcome(work: Work, terms: EnrolmentTerms, asked: EnrolmentAsked) -> tuple[EnrolmentOutcome, bool]:
    """Return what becomes of a request, and whether it holds without anybody's approval."""
    who = asker(work, terms.rules)
    covered = _covered(terms.reference, asked.provider)
    if not covered or not all(who.may("request", _scope(each.named)) for each in covered):
        raise NotAllowed(NO_SUCH_PROVIDER)
    holds_now = _holds_now(work, who, covered)
    if not who.principal.organisation and not asked.why:
        raise CannotEnrol("give --why: the payer names a receiver on behalf of a provider, and says by what word of it")
    made = _made(work, who, asked, holds_now=holds_now)
    _check_receiver(work, who, terms, made, covered, holds_now=holds_now)
    # To others than the provider and the payer it is not told who receives now.
    if not holds_now and not who.may("list", Scope(thing=ENROLMENT)):
        return EnrolmentOutcome(enrolment=made, replaced=(), routes=()), holds_now
    others = work.era.of_provider(asked.provider)
    _check_submission(asked, others, who.day)
    routes = tuple(_route(work, terms, each, made) for each in covered)
    return EnrolmentOutcome(enrolment=made, replaced=replaced_by(made, others), routes=routes), holds_now


def _covered(reference: Reference, provider: ProviderId) -> tuple[PaidProvider, ...]:
    """Return the providers that we know by a Tax ID and NPI, or by a Tax ID."""
    return tuple(
        PaidProvider(id=each.id, named=ProviderId(each.tax_id, each.npi))
        for each in reference.providers.values()
        if each.tax_id == provider.tax_id and provider.npi in {ALL_NPIS, each.npi}
    )


def _scope(provider: ProviderId) -> Scope:
    return Scope(thing=ENROLMENT, provider=provider)


def _holds_now(work: Work, who: Asker, covered: Iterable[PaidProvider]) -> bool:
    """Say whether what somebody names needs nobody's approval."""
    named = [each.named for each in covered]
    if all(who.may("approve", _scope(each)) for each in named):
        return True
    is_spoken_for = any(grant.is_own and grant.is_in_force(who.day) for grant in work.grants.for_providers(named))
    return not who.principal.organisation and not is_spoken_for


def _made(work: Work, who: Asker, asked: EnrolmentAsked, *, holds_now: bool) -> EraEnrolment:
    states = (EnrolmentState.REQUESTED, *((EnrolmentState.APPROVED,) if holds_now else ()))
    at = work.context.instant
    return EraEnrolment(
        id=0,
        provider=asked.provider,
        funding_account=FUNDING_ACCOUNT,
        receiver=asked.receiver,
        submission=asked.submission,
        start=asked.start,
        asked_in=who.principal.organisation,
        history=tuple(StateEvent(state=each, at=at, by=who.principal.id, why=asked.why) for each in states),
    )


def _check_receiver(
    work: Work,
    who: Asker,
    terms: EnrolmentTerms,
    made: EraEnrolment,
    covered: Iterable[PaidProvider],
    *,
    holds_now: bool,
) -> None:
    """Refuse a receiver that could not be sent the remittances on the first day."""
    partner = next((each for each in terms.reference.partners if each.id == made.receiver), None)
    if partner is None or partner.state != _LIVE:
        raise CannotEnrol("the receiver is no live trading partner; the payer's operator knows their ids")
    house = work.grants.house_of_partner(partner.id)
    is_own = house is not None and house[0] == who.principal.organisation
    if who.principal.organisation and not holds_now and not is_own:
        raise CannotEnrol("an organisation asks for its own trading partner; an approver of the provider names others")
    if not all(_may_receive(work, terms, partner, each, max(who.day, made.start)) for each in covered):
        raise CannotEnrol(_MAY_NOT.format(made.receiver))


_MAY_NOT: Final = (
    "{} may not receive the remittances of this provider: an organisation first asks for it with `hpedi access request "
    "--scope remittance`; a partner that nobody registered is a clearinghouse, or its profile lists the provider"
)


def _may_receive(work: Work, terms: EnrolmentTerms, partner: Partner, provider: PaidProvider, day: date) -> bool:
    facts = receiver_facts(work, terms.rules, terms.reference, provider, day, named=partner.id)
    return may_receive(partner, provider, facts, Basis.ENROLLED)


def _check_submission(asked: EnrolmentAsked, others: Iterable[EraEnrolment], day: date) -> None:
    standing = [
        each
        for each in others
        if each.provider == asked.provider and each.approved_at is not None and each.stands(day) != EnrolmentState.ENDED
    ]
    if asked.submission is SubmissionReason.NEW and standing:
        raise CannotEnrol(f"enrolment {standing[-1].id} stands; name another receiver with `hpedi era change`")
    if asked.submission is SubmissionReason.CHANGE and not standing:
        raise CannotEnrol("no enrolment stands to be changed; name a receiver with `hpedi era enrol`")


def _route(work: Work, terms: EnrolmentTerms, provider: PaidProvider, made: EraEnrolment) -> Rerouted:
    """Say where the 835s of a provider go on the eve of an enrolment's start, and from then on."""
    before = chosen_receiver(work, terms.rules, terms.reference, provider, made.start - timedelta(days=1))
    on_start = chosen_receiver(work, terms.rules, terms.reference, provider, made.start)
    closer = next((each for each in work.era.of_provider(provider.named) if each.id == on_start.enrolment), None)
    is_kept = made.provider.npi == ALL_NPIS and closer is not None and closer.provider == provider.named
    return Rerouted(
        npi=provider.named.npi, before=before, after=closer.receiver if is_kept and closer else made.receiver
    )


def _end_those_before(work: Work, made: EraEnrolment, replaced: Iterable[EraEnrolment]) -> None:
    for each in replaced:
        eve = made.start - timedelta(days=1)
        work.era.change(each, EnrolmentState.ENDED, REPLACED.format(made.id), eve)
        work.audit.record("era end", f"era:{each.id}", recipient=f"partner:{each.receiver}", result=f"last day {eve}")


# --- what becomes of a request ---------------------------------------------------------------------------------------


def decide(work: Work, terms: EnrolmentTerms, number: int, state: EnrolmentState, why: str) -> EraEnrolment:
    """Approve or deny a request, and return it as it stands then.

    Raises:
        NotAllowed: It is not there, or not the principal's to decide.
        CannotEnrol: The receiver may not receive, or not any more.
        WrongState: It was decided before.
    """
    asked, who = work.era.find(number), asker(work, terms.rules)
    action = "approve" if state is EnrolmentState.APPROVED else "deny"
    covered = _covered(terms.reference, asked.provider) if asked is not None else ()
    if asked is None or not covered or not all(who.may(action, _scope(each.named)) for each in covered):
        raise NotAllowed(NOT_YOURS)
    work.era.lock(asked.provider)
    check_change(asked, state)
    if state is EnrolmentState.APPROVED:
        _check_receiver(work, who, terms, asked, covered, holds_now=True)
        _end_those_before(work, asked, replaced_by(asked, work.era.of_provider(asked.provider)))
    return _brought(work, asked, state, why)


def end(work: Work, terms: EnrolmentTerms, number: int, last_day: date, why: str) -> EraEnrolment:
    """Cancel an enrolment with a last day, or withdraw a request.

    Raises:
        NotAllowed: It is not there, or not the principal's to end.
        CannotEnrol: The payer's people must say why.
        WrongState: It was denied, or ends earlier.
    """
    stands, who = work.era.find(number), asker(work, terms.rules)
    if stands is None or not _may_end(work, who, terms, stands):
        raise NotAllowed(NOT_YOURS)
    if not who.principal.organisation and not why:
        raise CannotEnrol("give --why: the payer ends an enrolment on behalf of a provider")
    check_change(stands, EnrolmentState.ENDED)
    if stands.last_day is not None and stands.last_day <= last_day:
        raise CannotEnrol(f"enrolment {number} ends earlier, on {stands.last_day}")
    return _brought(work, stands, EnrolmentState.ENDED, why, last_day)


def _may_end(work: Work, who: Asker, terms: EnrolmentTerms, stands: EraEnrolment) -> bool:
    named = [each.named for each in _covered(terms.reference, stands.provider)] or [stands.provider]
    if all(who.may("end", _scope(each)) for each in named):
        return True
    house, own = work.grants.house_of_partner(stands.receiver), who.principal.organisation
    is_party = bool(own) and own in {stands.asked_in, house[0] if house is not None else ""}
    return is_party and who.may("give up", Scope(thing=ENROLMENT, organisation=own))


def _brought(
    work: Work, enrolment: EraEnrolment, state: EnrolmentState, why: str, last_day: date | None = None
) -> EraEnrolment:
    brought = work.era.change(enrolment, state, why, last_day)
    result = f"last day {last_day}" if last_day is not None else state.value
    subject, recipient = f"era:{enrolment.id}", f"partner:{enrolment.receiver}"
    work.audit.record("era end" if last_day is not None else "era decide", subject, recipient=recipient, result=result)
    return brought


# --- what somebody may see of them -----------------------------------------------------------------------------------


def known_to(work: Work, terms: EnrolmentTerms) -> tuple[EraEnrolment, ...]:
    """Return the enrolments that a principal may list.

    All, or those for providers of its organisation's own, those it asked for, and those that name its trading partner.

    Raises:
        NotAllowed: No role lists enrolments.
    """
    who = asker(work, terms.rules)
    own = who.principal.organisation
    if who.may("list", Scope(thing=ENROLMENT)):
        return work.era.all()
    if not who.may("list", Scope(thing=ENROLMENT, organisation=own)):
        raise NotAllowed("no role of yours lists enrolments")
    provided = [grant.provider for grant in who.grants if grant.is_own and grant.is_in_force(who.day)]
    partners = {
        each.id
        for each in terms.reference.partners
        if (house := work.grants.house_of_partner(each.id)) is not None and house[0] == own
    }
    return tuple(
        each
        for each in work.era.all()
        if each.asked_in == own or each.receiver in partners or any(each.is_for(provider) for provider in provided)
    )


def routes_known_to(work: Work, terms: EnrolmentTerms, provider: ProviderId, day: date) -> tuple[Rerouted, ...]:
    """Return where the 835s of a provider go on a day.

    Raises:
        NotAllowed: The provider is not the principal's, and it may not list all.
    """
    who = asker(work, terms.rules)
    covered = _covered(terms.reference, provider)
    may_all = who.may("list", Scope(thing=ENROLMENT))
    if not covered or not (may_all or all(who.may("approve", _scope(each.named)) for each in covered)):
        raise NotAllowed(NO_SUCH_PROVIDER)
    found = ((each, chosen_receiver(work, terms.rules, terms.reference, each, day)) for each in covered)
    return tuple(
        Rerouted(npi=each.named.npi, before=chosen, after=chosen.partner.id if chosen.partner is not None else "")
        for each, chosen in found
    )
