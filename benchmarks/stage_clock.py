"""Where deciding spends its time: a clock that is always in one stage, the innermost that has begun.

Each stage is some functions of ours, called through the clock while it runs; calling through it costs a fifth of a
microsecond, on what takes some tens. Times are processor time of the thread, so that other work on the machine does not
count, and waiting (for the disk, for a server, for other work) is the clock's time less theirs.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from functools import wraps
from typing import Any, Final
from unittest.mock import patch

from sqlalchemy import Connection

from hpedi.adjudication import adjudicate
from hpedi.benefits.membership import Family
from hpedi.pipeline import batch
from hpedi.safekeeping.vault import Vault
from hpedi.store import claims, pends
from hpedi.store.accumulators import StoredAccumulators
from hpedi.store.audit import StoredAuditLog
from hpedi.store.audit_seals import Sealer
from hpedi.store.authorizations import StoredAuthorizations
from hpedi.store.claims import StoredClaims
from hpedi.store.funding import StoredFunding
from hpedi.store.history import StoredHistory
from hpedi.store.inserts import Insert
from hpedi.store.ledger import StoredLedger
from hpedi.store.pends import StoredPends
from hpedi.store.reference import StoredReferenceData

REST: Final = "the rest"
WAITING: Final = "waiting for disk, server, other work"

STAGES: Final[tuple[tuple[str, object, str], ...]] = (
    ("read claims", StoredClaims, "next_to_decide"),
    ("read families", StoredReferenceData, "families"),
    ("read families", Family, "of"),
    ("read families", batch, "recognise"),
    ("read balances", StoredAccumulators, "lock"),
    ("read balances", StoredAccumulators, "balances"),
    ("read balances", StoredAuthorizations, "used"),
    ("read balances", StoredPends, "overrides"),
    ("read history", StoredHistory, "of"),
    ("decide: resolve", adjudicate, "resolve"),
    ("decide: edits", adjudicate, "apply_edits"),
    ("decide: price", adjudicate, "price_claim"),
    ("decide: cost share", adjudicate, "share_cost"),
    ("decide: finalise", adjudicate, "finalise"),
    ("decide: the rest", batch, "adjudicate"),
    ("past lines and postings", batch, "past_lines"),
    ("past lines and postings", batch, "decision_postings"),
    ("encode", claims, "encode"),
    ("encode", pends, "encode"),
    ("decode", claims, "decode"),
    ("seal and open", Vault, "seal"),
    ("seal and open", Vault, "open"),
    ("store decisions", StoredClaims, "finalise"),
    ("mark claims, pends", batch.Changes, "make"),
    ("store history, entries, ledger", StoredAccumulators, "append"),
    ("store history, entries, ledger", StoredFunding, "append_of"),
    ("store history, entries, ledger", StoredHistory, "append"),
    ("store history, entries, ledger", StoredLedger, "post"),
    ("insert", Insert, "__call__"),
    ("audit", StoredAuditLog, "record"),
    ("audit", StoredAuditLog, "write"),
    ("seal the audit log", Sealer, "seal"),
    ("commit", Connection, "_commit_impl"),
)
"""Stage, and what is called in it: an attribute of a class or module."""


@dataclass(slots=True)
class StageClock:
    """Seconds by stage."""

    seconds: dict[str, float] = field(default_factory=dict)
    _stage: str = REST
    _since: float = 0.0

    def _turn(self, stage: str) -> str:
        """Go on in another stage; return the one before."""
        now, before = time.thread_time(), self._stage
        self.seconds[before] = self.seconds.get(before, 0.0) + now - self._since
        self._stage, self._since = stage, now
        return before

    def through(self, stage: str, call: Callable[..., Any]) -> Callable[..., Any]:
        """Return a function that does the same in a stage."""

        @wraps(call)
        def timed(*args: object, **options: object) -> object:
            before = self._turn(stage)
            try:
                return call(*args, **options)
            finally:
                self._turn(before)

        return timed

    @contextmanager
    def running(self) -> Iterator[None]:
        """Let the clock run in this block, through all stages."""
        with ExitStack() as stack:
            for stage, owner, name in STAGES:
                timed = self._timed(stage, owner, name)
                stack.enter_context(patch.object(owner, name, timed))
            self._since = time.thread_time()
            start = time.perf_counter()
            yield
            self._turn(REST)
            self.seconds[WAITING] = max(time.perf_counter() - start - sum(self.seconds.values()), 0.0)

    def _timed(self, stage: str, owner: object, name: str) -> object:
        kept = owner.__dict__[name]
        if isinstance(kept, classmethod):
            return classmethod(self.through(stage, kept.__func__))
        return self.through(stage, kept)
