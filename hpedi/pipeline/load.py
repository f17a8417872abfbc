"""Load: checked reference data becomes a snapshot, and opening balances become ledger entries, in one commit."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from hpedi.benefits.membership import Family
from hpedi.benefits.opening import opening_entries
from hpedi.money import usd
from hpedi.payments.payee_balances import PayeeBalance
from hpedi.pipeline.impact import ImpactList, impact_of_folder
from hpedi.pipeline.parties import FUNDING_ACCOUNT
from hpedi.pipeline.ports import Books, Work
from hpedi.reference.members import FAMILY
from hpedi.reference.members import Family as FamilyContent
from hpedi.reference.payer_folder import Loaded
from hpedi.reference.records import ReferenceRecord, content_of
from hpedi.run_context import RunContext


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadOutcome:
    """What loading changed.

    Attributes:
        snapshot: The snapshot that holds now.
        records: Records the folder holds.
        changed: Records that are new, other or gone; 0 where nothing changed and no snapshot was made.
        opening_balances: Opening balances that were new.
    """

    snapshot: int
    records: int
    changed: int
    opening_balances: int


def load(books: Books, context: RunContext, loaded: Loaded) -> LoadOutcome:
    """Take in a payer folder that was read without an error.

    Raises:
        ValueError: It holds nothing, because there were errors: a bug of the caller.
    """
    if not loaded.records:
        raise ValueError("a payer folder with errors is not loaded")
    with books.writing(context) as work:
        snapshot, changed = work.reference.load(loaded.records, context.instant)
        opening = work.accumulators.append_new(opening_entries(loaded.opening), context.as_of)
        opening += work.payee_balances.append_opening(
            [
                PayeeBalance(
                    provider=each.provider,
                    funding_account=FUNDING_ACCOUNT,
                    kind=each.kind,
                    reference=each.reference,
                    amount=usd(each.amount),
                )
                for each in loaded.opening_payees
            ],
            context.as_of,
        )
        members = _members_changed(work, loaded.records, snapshot) if changed else []
        work.audit.record(
            "load",
            f"snapshot:{snapshot}",
            members=["", *members],
            reason="reference data",
            result=f"{changed} changed",
        )
    return LoadOutcome(snapshot=snapshot, records=len(loaded.records), changed=changed, opening_balances=opening)


def look(books: Books, context: RunContext, loaded: Loaded) -> ImpactList:
    """Say what taking in a payer folder that was read without an error would change; nothing is."""
    with books.writing(context) as work:
        impact = impact_of_folder(work, loaded.records)
        members = sorted({change.member for change in impact.members})
        work.audit.record(
            "look at load", f"list:{impact.number}", members=["", *members], reason="reference data", result="shown"
        )
    return impact


def known_families(work: Work) -> tuple[FamilyContent, ...]:
    """Return all families as they are known now."""
    records = work.reference.every_family(work.reference.snapshot())
    return tuple(content_of(record, FamilyContent) for record in records)


def _members_changed(work: Work, records: Iterable[ReferenceRecord], snapshot: int) -> list[str]:
    """Return the members (our ids) of the families that a snapshot has new or otherwise."""
    changed = work.reference.keys_changed(FAMILY, snapshot)
    families = (Family.of(record.body) for record in records if record.kind == FAMILY and record.key in changed)
    return [member.id for family in families for member in family.members]
