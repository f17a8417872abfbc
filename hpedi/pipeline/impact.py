"""What taking in new reference data would do: records, members' coverage, and decided claims that it concerns.

It looks and writes nothing but the audit row of the look. Whether the claims come out otherwise is told by
reprocessing; here is which claims to ask it for.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Final, TypeAlias

import msgspec

from hpedi.claims.model import Model
from hpedi.money import ZERO, Usd
from hpedi.pipeline.ports import Work
from hpedi.pipeline.records import StoredDecision
from hpedi.pipeline.reprocess import MOST_CLAIMS
from hpedi.pipeline.sought import StandingSought
from hpedi.reference.contracts import Contract
from hpedi.reference.coverage_changes import MemberChange, changes_of_family
from hpedi.reference.members import FAMILY, Family
from hpedi.reference.payer_folder import family_record
from hpedi.reference.records import ReferenceRecord, content_of

CHANGED_COVERAGE: Final = "retro_termination"
CHANGED_PRICE: Final = "payer_pricing_error"
"""Reasons of the remedies: names of recovery rules that payers have."""
_TABLES: Final[Mapping[str, tuple[str, ...]]] = {
    "fee_schedule": ("fee_schedule", "cap_fee_schedule"),
    "drg_table": ("drg_table",),
    "apc_table": ("apc_table",),
}
"""Kinds of tables, and the terms of a rate that name one."""
_DIGITS: Final = 10

Known: TypeAlias = "dict[tuple[str, str], ReferenceRecord]"


class RecordCount(Model, frozen=True, kw_only=True):
    """How many records of a kind are new, otherwise and gone."""

    kind: str
    added: int
    changed: int
    gone: int


class Concerned(Model, frozen=True, kw_only=True):
    """Decided claims whose outcome may change.

    Attributes:
        what: member, plan or provider.
        id: Our id of it.
        claims: How many.
        charged: US dollars they charge.
        paid: US dollars that were paid for them.
        remedy: The command that says what deciding them again comes to.
    """

    what: str
    id: str
    claims: int
    charged: Usd
    paid: Usd
    remedy: str


class ImpactList(Model, frozen=True, kw_only=True):
    """What would happen.

    Attributes:
        number: Digits that only this list has: what is approved is what was shown.
        snapshot: The snapshot it was compared with.
        records: By kind, kinds without a change left out.
        members: Members who change, by family and id.
        concerned: Decided claims.
    """

    number: str
    snapshot: int
    records: tuple[RecordCount, ...]
    members: tuple[MemberChange, ...]
    concerned: tuple[Concerned, ...]

    @property
    def paid(self) -> Usd:
        """US dollars that were paid for the members' claims."""
        return sum((each.paid for each in self.concerned), ZERO)


def impact_of_folder(work: Work, records: Sequence[ReferenceRecord]) -> ImpactList:
    """Say what loading all records of a folder would do; those that it does not hold would be gone."""
    snapshot = work.reference.snapshot()
    known = _by_key([*work.reference.records(snapshot), *work.reference.every_family(snapshot)])
    return _impact(work, snapshot, known, _by_key(records))


def impact_of_families(work: Work, before: Iterable[Family], after: Iterable[ReferenceRecord]) -> ImpactList:
    """Say what other families would do; those that are not named stay."""
    from_store = _by_key(family_record(family) for family in before)
    return _impact(work, work.reference.snapshot(), from_store, from_store | _by_key(after))


def _by_key(records: Iterable[ReferenceRecord]) -> Known:
    return {(record.kind, record.key): record for record in records}


def _impact(work: Work, snapshot: int, before: Known, after: Known) -> ImpactList:
    differing = sorted(key for key in {*before, *after} if _body(before, key) != _body(after, key))
    members = tuple(
        change
        for kind, key in differing
        if kind == FAMILY
        for change in changes_of_family(_family(before, key), _family(after, key))
    )
    concerned = (*_of_members(work, members), *_of_plans(work, differing, before), *_of_prices(work, differing, before))
    made = ImpactList(
        number="", snapshot=snapshot, records=_counts(differing, before, after), members=members, concerned=concerned
    )
    bodies = b"\0".join(_body(after, key) for key in differing)
    digest = hashlib.sha256(bodies + msgspec.json.encode(made, order="deterministic")).hexdigest()
    return msgspec.structs.replace(made, number=digest[:_DIGITS])


def _body(records: Known, key: tuple[str, str]) -> bytes:
    return records[key].body if key in records else b""


def _family(records: Known, key: str) -> Family | None:
    record = records.get((FAMILY, key))
    return content_of(record, Family) if record is not None else None


def _counts(differing: Iterable[tuple[str, str]], before: Known, after: Known) -> tuple[RecordCount, ...]:
    added, changed, gone = Counter[str](), Counter[str](), Counter[str]()
    for key in differing:
        (added if key not in before else changed if key in after else gone)[key[0]] += 1
    kinds = sorted({*added, *changed, *gone})
    return tuple(RecordCount(kind=kind, added=added[kind], changed=changed[kind], gone=gone[kind]) for kind in kinds)


# --- decided claims --------------------------------------------------------------------------------------------------


def _of_members(work: Work, members: Iterable[MemberChange]) -> Iterator[Concerned]:
    for change in members:
        if change.days:
            standing = work.decisions.standing(StandingSought(member=change.member), MOST_CLAIMS)
            hit = [each for each in standing if change.concerns(*_service(each))]
            yield from _concerned("member", change.member, hit, CHANGED_COVERAGE)


def _of_plans(work: Work, differing: Iterable[tuple[str, str]], before: Known) -> Iterator[Concerned]:
    for kind, key in differing:
        if kind == "plan" and (kind, key) in before:
            standing = work.decisions.standing(StandingSought(plan=key), MOST_CLAIMS)
            yield from _concerned("plan", key, standing, CHANGED_PRICE)


def _of_prices(work: Work, differing: Sequence[tuple[str, str]], before: Known) -> Iterator[Concerned]:
    """Find claims of the providers whose contracts, or whose tables of fees or weights, are otherwise."""
    other = set(differing)
    contracts = [content_of(record, Contract) for (kind, _key), record in before.items() if kind == "contract"]
    providers = {
        contract.provider
        for contract in contracts
        if ("contract", contract.id) in other or not other.isdisjoint(_tables(contract))
    }
    for provider in sorted(providers):
        standing = work.decisions.standing(StandingSought(provider=provider), MOST_CLAIMS)
        yield from _concerned("provider", provider, standing, CHANGED_PRICE)


def _tables(contract: Contract) -> Iterator[tuple[str, str]]:
    for rate in contract.rates:
        for kind, terms in _TABLES.items():
            yield from ((kind, named) for term in terms if (named := getattr(rate, term)) is not None)


def _concerned(what: str, key: str, standing: Sequence[StoredDecision], reason: str) -> Iterator[Concerned]:
    if not standing:
        return
    days = [_service(each)[0] for each in standing]
    remedy = f"hpedi reprocess propose --reason {reason} --{what} {key} --since {min(days)} --until {max(days)}"
    yield Concerned(
        what=what,
        id=key,
        claims=len(standing),
        charged=sum((each.decision.charged for each in standing), ZERO),
        paid=sum((each.decision.paid for each in standing), ZERO),
        remedy=remedy,
    )


def _service(stored: StoredDecision) -> tuple[date, date]:
    return stored.received.claim.first_date, stored.received.claim.last_date
