"""What the pipeline asks of the outside: records it keeps, bytes it hands over. The shell fulfils these.

A `Work` is one transaction: what is written through it commits together or not at all. What goes in and out is in
`records`.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import date, datetime
from typing import Any, Protocol

from hpedi.benefits.accumulators import AccumulatorEntry, Balances, PostedEntry
from hpedi.money import Usd
from hpedi.payments.ledger import LedgerAccount, Posting
from hpedi.pipeline.access_ports import EraEnrolments, Grants
from hpedi.pipeline.authorization_ports import Authorizations
from hpedi.pipeline.check_ports import Checks
from hpedi.pipeline.claim_ports import Claims, Decisions, Drafted, Drafts, History, Pends, Reprocessings
from hpedi.pipeline.dispute_ports import Disputes
from hpedi.pipeline.eft_enrollment_ports import EftEnrollments
from hpedi.pipeline.eft_returns_ports import EftReturns
from hpedi.pipeline.funding_ports import Funding, Settlements
from hpedi.pipeline.gateway_ports import Arrivals, Pickups, Schedules, Watchers
from hpedi.pipeline.ledger_views import ProofRecords
from hpedi.pipeline.payment_ports import PayeeBalances, Payments
from hpedi.pipeline.records import (
    InboundFile,
    InterchangeIdentity,
    Outbound,
    OutboundRow,
    Receipt,
    Total,
)
from hpedi.pipeline.restoration_ports import Restorations
from hpedi.pipeline.statistics_ports import Statistics
from hpedi.pipeline.tracking_ports import Tracking
from hpedi.pipeline.webhook_ports import Webhooks
from hpedi.reference.records import KnownRecord, ReferenceRecord, SnapshotMade
from hpedi.run_context import RunContext


class Numbers(Protocol):
    """Counters without gaps: reserved in the transaction that uses them."""

    def reserve(self, name: str, count: int = 1) -> int:
        """Take `count` numbers and return the first; a new counter starts at 1."""

    def peek(self, name: str) -> int:
        """Return the number that would be taken next."""


class Receipts(Protocol):
    """Files and their interchanges."""

    def file(self, digest: str) -> InboundFile | None:
        """Return the file of a digest."""

    def register_file(self, digest: str, size: int, received_at: datetime, received_on: date) -> InboundFile:
        """Remember a file under its digest, in state receiving."""

    def finish_file(self, file: int, state: str, reason: str = "") -> None:
        """Say that all of a file is received, or that it is quarantined."""

    def reopen_file(self, file: int) -> None:
        """Let a file be received again: what was refused of it, or all of it where it was quarantined."""

    def of_file(self, file: int) -> tuple[Receipt, ...]:
        """Return the receipts of a file in order."""

    def of_partner(self, partner: str, usage: str) -> tuple[Receipt, ...]:
        """Return the published receipts of a partner with this usage (ISA15), oldest first."""

    def begin(self, file: InboundFile, ordinal: int, partner: str, identity: InterchangeIdentity) -> Receipt:
        """Open a receipt, or take up an unpublished one again with nothing staged."""

    def taken(self, identity: InterchangeIdentity) -> tuple[str, int] | None:
        """Return digest and receipt of the interchange taken under this identity."""

    def take(self, identity: InterchangeIdentity, digest: str, receipt: int) -> None:
        """Take an identity for a receipt that is being published."""

    def totals(self) -> tuple[Total, ...]:
        """Count published receipts by usage and verdict, and files in quarantine."""

    def publish(self, receipt_id: int, *, digest: str, verdict: str, summary: str) -> None:
        """Flip a receipt: its answers stand and its accepted claims may be decided."""


class Accumulators(Protocol):
    """The append-only ledger of benefit counters."""

    def balances(self, owners: Iterable[str]) -> Balances:
        """Return the sums of the entries of members and families."""

    def of(self, owners: Iterable[str], plans: Iterable[str] | None = None) -> tuple[PostedEntry, ...]:
        """Return the entries of members and families, those of some plans or of all, in the order they were added."""

    def append(self, entries: Sequence[AccumulatorEntry], posted_on: date) -> None:
        """Add entries; one whose source stands already is refused by the store."""

    def append_new(self, entries: Sequence[AccumulatorEntry], posted_on: date) -> int:
        """Add entries that are not there yet, by counter and source; return how many were new."""

    def lock(self, families: Sequence[str]) -> None:
        """Take the lock set of the claims of this transaction, in the order given (sorted)."""

    def versions(self, families: Sequence[str]) -> Mapping[str, int]:
        """Return how often the locks of families were taken; a family that is absent was never locked."""


class ReferenceData(Protocol):
    """Loaded reference records, by what was known when."""

    def snapshot(self) -> int:
        """Return the newest snapshot's id; 0 where nothing is loaded."""

    def load(self, records: Sequence[ReferenceRecord], instant: datetime) -> tuple[int, int]:
        """Make a snapshot of changed records; return its id and how many changed (none: the old id and 0)."""

    def put(self, record: ReferenceRecord, instant: datetime) -> int:
        """Make a snapshot in which one record is other than before or new; return its id."""

    def put_all(self, records: Sequence[ReferenceRecord], instant: datetime) -> tuple[int, int]:
        """Make a snapshot in which some records are other than before or new; return its id and how many changed."""

    def versions(self, kind: str, key: str) -> tuple[KnownRecord, ...]:
        """Return all that was ever known of a record, oldest first."""

    def snapshots(self, ids: Iterable[int]) -> tuple[SnapshotMade, ...]:
        """Return when snapshots were made and by whom, in their order."""

    def keys_changed(self, kind: str, snapshot: int) -> frozenset[str]:
        """Return the keys of the records of a kind that are new, other or gone in a snapshot."""

    def records(self, snapshot: int) -> tuple[ReferenceRecord, ...]:
        """Return all records but families as known at a snapshot."""

    def every_family(self, snapshot: int) -> Iterator[ReferenceRecord]:
        """Yield all families as known at a snapshot, in the order of their ids."""

    def families(self, snapshot: int, member_ids: Iterable[str]) -> tuple[ReferenceRecord, ...]:
        """Return the families that one of these member ids belongs to, as known at a snapshot."""

    def family_ids(self, member_ids: Iterable[str]) -> Mapping[str, tuple[str, ...]]:
        """Return the ids of the families that ever had a member id, by member id; unopened, so that it costs little."""


class Ledger(Protocol):
    """The claims-payable and cash ledger."""

    def post(self, postings: Sequence[Posting], posted_on: date, run: int | None = None) -> None:
        """Add postings that balance; a bug raises where those of a source do not."""

    def of_sources(self, sources: Sequence[str]) -> tuple[Posting, ...]:
        """Return what was posted from some sources."""

    def totals(self, run: int | None = None) -> Mapping[tuple[str, LedgerAccount], Usd]:
        """Return debits less credits by (funding account, account), of a run or of everything."""


class Outbox(Protocol):
    """Files that are to be, or were, delivered."""

    def put(self, files: Sequence[Outbound]) -> None:
        """Add files in this transaction."""

    def add(self, file: Outbound) -> OutboundRow:
        """Add a file and return its row."""

    def stage(self, files: Sequence[Outbound]) -> None:
        """Write files of a payment run that nobody sees before they are published."""

    def unstage(self) -> None:
        """Drop what was staged: a release that was killed left it."""

    def publish(self, run: int, files: Sequence[Outbound]) -> tuple[int, ...]:
        """Add the staged files of a run; return their rows, in the order in which they are named."""

    def waiting(self) -> tuple[OutboundRow, ...]:
        """Return what is not delivered yet, in order."""

    def find(self, row: int) -> OutboundRow | None:
        """Return a file by its row."""

    def rows(self, *, receipt: int | None = None, run: int | None = None) -> tuple[OutboundRow, ...]:
        """Return the files of a receipt or a run."""

    def named(self, folder: str, name: str) -> OutboundRow | None:
        """Return the file of a folder and name."""

    def delivered_at(self, folder: str, names: Collection[str]) -> Mapping[str, datetime]:
        """Return when files of a folder were delivered, by name; of those that the books do not know nothing."""

    def content(self, row: OutboundRow) -> bytes:
        """Return a file's bytes."""

    def hold(self, row: OutboundRow) -> bool:
        """Keep others from delivering a file until this transaction ends; False where one delivered it."""

    def delivered(self, row: OutboundRow, at: datetime) -> None:
        """Say that a file lies in its folder."""

    def readdress(self, row: OutboundRow, folder: str, content: bytes) -> OutboundRow:
        """Let a file that waits go into another folder, its bytes addressed anew; return its row as it is then."""

    def again(self, receipt: int) -> None:
        """Have the answers of a receipt delivered once more; the newest of each kind, where it was judged anew."""


class AuditLog(Protocol):
    """Who looked at or changed what; rows commit with the business they tell of."""

    def record(
        self,
        action: str,
        subject: str,
        *,
        members: Iterable[str] = ("",),
        recipient: str = "",
        reason: str = "",
        result: str = "",
    ) -> None:
        """Add one row a member (our ids); `recipient` is who outside gets to know it."""

    def write(self) -> None:
        """Write what was recorded so far, so that long work has little at hand; the commit's end does it anyway."""

    @property
    def told(self) -> tuple[Any, ...]:
        """What was recorded in this transaction; in one that only reads it is written nowhere."""

    def add(self, told: Iterable[Any]) -> None:
        """Take over what another transaction recorded."""


class Work(Protocol):
    """One transaction."""

    @property
    def context(self) -> RunContext:
        """On whose behalf, and when."""

    @property
    def numbers(self) -> Numbers:
        """Counters."""

    @property
    def receipts(self) -> Receipts:
        """Files and their interchanges."""

    @property
    def claims(self) -> Claims:
        """Claims."""

    @property
    def pends(self) -> Pends:
        """Claims that wait."""

    @property
    def decisions(self) -> Decisions:
        """Decisions."""

    @property
    def history(self) -> History:
        """Past lines."""

    @property
    def accumulators(self) -> Accumulators:
        """Benefit counters."""

    @property
    def funding(self) -> Funding:
        """Pools, charges to employers and payments to members."""

    @property
    def settlements(self) -> Settlements:
        """Settlements and dues."""

    @property
    def authorizations(self) -> Authorizations:
        """Uses of authorisations."""

    @property
    def reference(self) -> ReferenceData:
        """Reference records."""

    @property
    def payments(self) -> Payments:
        """Payments."""

    @property
    def reprocessings(self) -> Reprocessings:
        """Proposals to decide claims again."""

    @property
    def disputes(self) -> Disputes:
        """Disputes of providers."""

    @property
    def payee_balances(self) -> PayeeBalances:
        """What payees owe."""

    @property
    def ledger(self) -> Ledger:
        """The ledger."""

    @property
    def eft(self) -> EftReturns:
        """What came back from the bank."""

    @property
    def checks(self) -> Checks:
        """What the bank was told of checks."""

    @property
    def eft_enrollments(self) -> EftEnrollments:
        """The accounts that payees enrolled."""

    @property
    def proof(self) -> ProofRecords:
        """The books, walked through to be proven."""

    @property
    def webhooks(self) -> Webhooks:
        """Events for partners' own systems."""

    @property
    def outbox(self) -> Outbox:
        """Outbound files."""

    @property
    def grants(self) -> Grants:
        """What providers granted."""

    @property
    def era(self) -> EraEnrolments:
        """Who receives remittances."""

    @property
    def restorations(self) -> Restorations:
        """Whether these books came back from a backup."""

    @property
    def arrivals(self) -> Arrivals:
        """Files as partners dropped them."""

    @property
    def pickups(self) -> Pickups:
        """Files of the outbox that partners read."""

    @property
    def watchers(self) -> Watchers:
        """Who watches the folders."""

    @property
    def schedules(self) -> Schedules:
        """What ran by the clock."""

    @property
    def tracking(self) -> Tracking:
        """Submissions and claims on their way."""

    @property
    def statistics(self) -> Statistics:
        """What the books come to, day by day."""

    @property
    def audit(self) -> AuditLog:
        """The audit log."""

    @property
    def drafts(self) -> Drafts:
        """What other processes made, to be written here."""


class Books(Protocol):
    """Where everything is kept."""

    def writing(self, context: RunContext) -> AbstractContextManager[Work]:
        """Open a transaction that commits at the end of its block."""

    def reading(self, context: RunContext) -> AbstractContextManager[Work]:
        """Open a transaction that only reads."""

    def somebody_waits(self) -> bool:
        """Say whether somebody waits to write, so that a long transaction had better be cut short."""

    def drafted(self, context: RunContext, add: Callable[[Work], None]) -> Drafted:
        """Return what would be written by whoever only adds rows; nothing is written, and nothing can be read."""
