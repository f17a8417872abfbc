"""Load: checked reference data becomes a snapshot, and opening balances become ledger entries, in one commit."""

from __future__ import annotations

from dataclasses import dataclass

from hpedi.benefits.opening import opening_entries
from hpedi.pipeline.ports import Books
from hpedi.reference.payer_folder import Loaded
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
        opening = work.accumulators.append_opening(opening_entries(loaded.opening))
        work.audit.record("load", f"snapshot:{snapshot}", result=f"{changed} changed")
    return LoadOutcome(snapshot=snapshot, records=len(loaded.records), changed=changed, opening_balances=opening)
