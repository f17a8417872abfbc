"""Partner profiles as they are kept: read, changed with who and why, their history, and what came in testing.

A change is a new snapshot of the reference data, as a load is: what was known before can be read again.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from hpedi.partners.readiness import SetsTested, TrialTraffic
from hpedi.partners.states import TEST
from hpedi.pipeline.ports import Work
from hpedi.pipeline.received import ReceiptOutcome
from hpedi.reference.partner_changes import (
    PARTNER,
    PARTNER_CHANGE,
    PartnerChange,
    change_record,
    changed_to,
    differences,
    effective,
    with_changes,
)
from hpedi.reference.partners import Partner
from hpedi.reference.records import KnownRecord, content_of

REASON_LENGTH: Final = 120
_PROVIDER: Final = "provider"
_LOADED: Final = "payer folder loaded"
_REPEATED: Final = "repeated"
_TAKEN_WHOLE: Final = frozenset({"accepted", "accepted_with_errors"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Profiles:
    """All partners.

    Attributes:
        said: What the payer folder says, by id.
        changes: What was changed here, by id.
        providers: The ids of all providers.
    """

    said: Mapping[str, Partner]
    changes: Mapping[str, PartnerChange]
    providers: frozenset[str]

    @property
    def holding(self) -> tuple[Partner, ...]:
        """The profiles that hold, in the order of their ids."""
        return with_changes(self.said.values(), self.changes.values())


@dataclass(frozen=True, slots=True, kw_only=True)
class ProfileStep:
    """A change of a profile: when, by whom (the id of a principal), why, and each field with both values."""

    snapshot: int
    at: datetime
    by: str
    why: str
    changed: tuple[tuple[str, Any, Any], ...]


def read_profiles(work: Work) -> Profiles:
    """Return the profiles known now."""
    records = work.reference.records(work.reference.snapshot())
    return Profiles(
        said={each.key: content_of(each, Partner) for each in records if each.kind == PARTNER},
        changes={each.key: content_of(each, PartnerChange) for each in records if each.kind == PARTNER_CHANGE},
        providers=frozenset(each.key for each in records if each.kind == _PROVIDER),
    )


def keep_profile(work: Work, profiles: Profiles, wanted: Partner, *, action: str, why: str) -> int:
    """Make a profile hold from now on; return the snapshot that does.

    Args:
        work: The transaction.
        profiles: Those known now.
        wanted: The profile; it was checked together with the others.
        action: What is done, for the audit log.
        why: Why, in words without any member's data.
    """
    change = changed_to(profiles.said.get(wanted.id), profiles.changes.get(wanted.id), wanted, why)
    snapshot = work.reference.put(change_record(change), work.context.instant)
    work.audit.record(action, f"partner:{wanted.id}", reason=why[:REASON_LENGTH], result=f"snapshot {snapshot}")
    return snapshot


def profile_history(work: Work, partner_id: str) -> tuple[ProfileStep, ...]:
    """Return how a partner's profile came to be what it is, oldest first."""
    said = work.reference.versions(PARTNER, partner_id)
    changed = work.reference.versions(PARTNER_CHANGE, partner_id)
    ids = {each for version in (*said, *changed) for each in (version.since, version.until) if each is not None}
    steps, before = [], None
    for made in work.reference.snapshots(ids):
        base, change = _known_at(said, made.id), _known_at(changed, made.id)
        own = content_of(change.record, PartnerChange) if change is not None else None
        now = effective(content_of(base.record, Partner) if base is not None else None, own)
        why = own.why if own is not None and change is not None and change.since == made.id else _LOADED
        found = differences(before, now)
        if found:
            steps.append(ProfileStep(snapshot=made.id, at=made.at, by=made.by, why=why, changed=found))
        before = now
    return tuple(steps)


def _known_at(versions: Iterable[KnownRecord], snapshot: int) -> KnownRecord | None:
    return next(
        (each for each in versions if each.since <= snapshot and (each.until is None or snapshot < each.until)), None
    )


def trial_traffic(work: Work, partner_id: str) -> TrialTraffic:
    """Return what a partner sent with ISA15 = T."""
    outcomes = [ReceiptOutcome.of(receipt) for receipt in work.receipts.of_partner(partner_id, TEST)]
    fresh = [outcome for outcome in outcomes if outcome.verdict != _REPEATED]
    taken = [outcome.verdict in _TAKEN_WHOLE for outcome in fresh]
    told: Counter[str] = Counter()
    sets: dict[str, SetsTested] = {}
    for summary in (outcome.summary for outcome in fresh):
        told.update(summary.told)
        for name, sent in summary.kinds.items():
            so_far = sets.get(name, SetsTested())
            sets[name] = SetsTested(so_far.sets + sent.sets, so_far.refused + sent.refused)
    return TrialTraffic(
        interchanges=len(fresh),
        accepted=sum(taken),
        sets=dict(sorted(sets.items())),
        claims=sum(outcome.summary.claims for outcome in fresh),
        claims_refused=sum(outcome.summary.claims_refused for outcome in fresh),
        findings=dict(told.most_common()),
        last_accepted=bool(taken) and taken[-1],
    )
