"""The jobs of the pipeline put together with a workspace: what `run` does whole, and its parts one by one."""

from __future__ import annotations

import fcntl
import sqlite3
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property, partial
from pathlib import Path
from typing import TextIO

import click

from hpedi.acceptance.rules.plan import CheckPlan
from hpedi.acceptance_files import RuleFiles
from hpedi.code_files import FOLDER, check_own_lists, code_book
from hpedi.commands.access_files import access_rules
from hpedi.commands.collector import collecting_seldom
from hpedi.commands.crew import Crew
from hpedi.commands.printing import hint, progress
from hpedi.commands.settings import CONFIG
from hpedi.commands.workspace import Workspace, open_workspace, payer_zone
from hpedi.drg_grouping import drg_grouper
from hpedi.findings import Unavailable
from hpedi.guide_files import GuideFiles
from hpedi.guides.load import Guide
from hpedi.log import log
from hpedi.mappings_folder import mapping
from hpedi.payments.calendar import load_ach_calendar
from hpedi.pipeline.adjudicate import Adjudicated, NothingLoaded, adjudicate_waiting, reference_in_force
from hpedi.pipeline.agreed import ReceiptTerms
from hpedi.pipeline.deal import adjudicate_dealt
from hpedi.pipeline.deliver import Delivery, DeliveryTerms, deliver
from hpedi.pipeline.login import refused_as_foreign, was_foreign
from hpedi.pipeline.pay import Paid, approve, pay
from hpedi.pipeline.payment_terms import CannotPay, PaymentData
from hpedi.pipeline.receive import receive, register
from hpedi.pipeline.received import ReceivedFile
from hpedi.pipeline.records import InboundFile
from hpedi.reference.code_book import CodeBook
from hpedi.reference.partners import Partner
from hpedi.reference.reference import Reference
from hpedi.run_context import RunContext
from hpedi.safekeeping.whole_files import write_whole

REMITTANCE_GUIDE = ("HP", "005010X221A1", "835")
LOCK_WAIT_SECONDS = 30.0
LOCK_POLL_SECONDS = 0.05


@dataclass
class Jobs:
    """The jobs of one command on one workspace, on behalf of somebody."""

    workspace: Workspace
    context: RunContext

    @cached_property
    def reference(self) -> Reference:
        """The payer's reference data as known now."""
        try:
            return reference_in_force(self.workspace.books, self.context)
        except NothingLoaded:
            home = self.workspace.home
            raise click.UsageError(f"no payer is loaded; load one with `hpedi --home {home} load FOLDER`") from None

    @cached_property
    def codes(self) -> CodeBook:
        """The code sets, with the lists imported into the workspace in place of ours."""
        folder = self.workspace.home / FOLDER
        if check_own_lists(folder):
            raise click.UsageError(f"{folder} has lists that cannot be read; `hpedi codes list` says why")
        return code_book(folder)

    def partner(self, partner_id: str) -> Partner:
        """Return a trading partner by its id."""
        found = next((each for each in self.reference.partners if each.id == partner_id), None)
        if found is None:
            raise click.UsageError("there is no such partner; `hpedi partner list` names them")
        return found

    def receive(
        self, path: Path, received_at: datetime | None, *, again: bool = False, login: Partner | None = None
    ) -> ReceivedFile:
        """Take in a file and answer it; its own time is when it arrived unless somebody knows better.

        Args:
            path: The file.
            received_at: When it arrived.
            again: Try once more what was refused or quarantined when it first came.
            login: The partner who handed it in: all it names must be that partner's.
        """
        workspace, _reference = self.workspace, self.reference  # opened first: nothing is kept under a wrong key
        instant = (received_at or datetime.fromtimestamp(path.stat().st_mtime, UTC)).astimezone(payer_zone())
        stored = workspace.files.keep(path)
        registered = partial(register, workspace.books, self.context, stored.digest, stored.size, instant)
        file = registered(again=again and login is None)
        chunks = partial(workspace.files.chunks, stored.digest)
        with progress(path.name, stored.size) as advance:
            terms = self._receipt_terms(advance)
            if login is not None:
                foreign = refused_as_foreign(workspace.books, self.context, terms, file, chunks, login, name=str(path))
                if foreign is not None:
                    return foreign
                file = registered(again=again or was_foreign(file))
            outcome = receive(workspace.books, self.context, terms, file, chunks(), name=str(path))
        log.info("file received", receipt=file.id, bytes=stored.size, interchanges=len(outcome.receipts))
        return outcome

    def _receipt_terms(self, advance: Callable[[int], None]) -> ReceiptTerms:
        guides, codes = GuideFiles(), self.codes

        def plan_for(guide: Guide, receivers: frozenset[str], weights: Mapping[str, str]) -> CheckPlan:
            return RuleFiles(guides, codes, severities=weights).plan_for(guide, receivers)

        return ReceiptTerms(
            reference=self.reference,
            guide_for=guides.guide_for_receipt,
            sets_of_group=guides.sets_of_group,
            known_version=guides.known_version,
            name_of=guides.name_of,
            plan_for=plan_for,
            access_rules=access_rules(),
            limits=self.workspace.limits,
            quarantine=self._quarantine,
            progress=self._sealing(advance),
            grouped_drg=drg_grouper(self.reference),
        )

    def _sealing(self, advance: Callable[[int], None]) -> Callable[[int], None]:
        """Return what tells of progress and, between transactions, seals the audit log of long work."""

        def told(steps: int) -> None:
            advance(steps)
            self.workspace.sealer.seal_when_due()

        return told

    def _quarantine(self, file: InboundFile, reason: str) -> None:
        """Say beside the encrypted bytes why nothing of a file is taken."""
        folder = self.workspace.quarantine
        write_whole(folder / f"{file.id:06d}.sealed", self.workspace.files.sealed(file.digest))
        why = "names what is not its sender's own" if was_foreign(file) else "holds no X12 interchange"
        text = (
            f"File {file.id} ({file.size} bytes, SHA-256 {file.digest}) {why}: {reason}.\n"
            "Nothing of it was taken. Its bytes are kept encrypted beside this note.\n"
            "Correct the file and send it as a new one, or receive it once more with `hpedi receive --again`.\n"
        )
        write_whole(folder / f"{file.id:06d}.reason.txt", [text.encode()])

    def adjudicate(self, workers: int = 1) -> Adjudicated:
        """Decide what waits, with so many processes; in a rehearsal, which is one transaction, with one."""
        books, context, reference = self.workspace.books, self.context, self.reference
        with progress("deciding claims", None) as advance, collecting_seldom():
            told = self._sealing(advance)
            if workers == 1:
                outcome = adjudicate_waiting(books, context, reference, told)
            else:
                crew = Crew(workers, stores=self.workspace.database.writer.dialect.name != "sqlite")
                with crew.at_work(self.workspace.home, context):
                    outcome = adjudicate_dealt(books, context, reference, crew, told)
        log.info("claims decided", claims=outcome.decided, rows=outcome.pended)
        return outcome

    def approve(self, numbers: Sequence[str]) -> tuple[str, ...]:
        """Approve payments that wait; return the numbers that are none."""
        return approve(self.workspace.books, self.context, numbers) if numbers else ()

    def pay(self, *, dues_only: bool = False) -> Paid:
        """Pay what is decided and due, or only what settlements found due."""
        calendar = load_ach_calendar(mapping("payments/ach_calendar.yaml").read_bytes())
        guide = GuideFiles().guide_for(*REMITTANCE_GUIDE)
        if guide is None:
            raise LookupError("the 835 guide is not among our guides")
        conventions = mapping("payments/ach_conventions.yaml").read_bytes()
        data = PaymentData(calendar=calendar, ach_conventions=conventions, guide=guide, access_rules=access_rules())
        self._check_in_place()
        try:
            paid = pay(self.workspace.books, self.context, self.reference, data, dues_only=dues_only)
        except CannotPay as refused:
            raise click.ClickException("\n".join(finding.message for finding in refused.findings)) from None
        log.info("payments made", payments=len(paid.built))
        return paid

    def _check_in_place(self) -> None:
        """Refuse to pay or deliver where a workspace restored from a backup took this one's place.

        Raises:
            Unavailable: One did: it pays now.
        """
        taken_over = self.workspace.sealer.anchored().taken_over
        if taken_over is not None:
            raise Unavailable(
                f"a workspace that was restored from a backup took this one's place on {taken_over.at[:10]}: "
                "it pays and delivers now"
            )

    def deliver(self) -> Delivery:
        """Deliver what waits."""
        self._check_in_place()
        terms = DeliveryTerms(
            folders=self.workspace.mailbox, reference=lambda: self.reference, access_rules=access_rules()
        )
        delivery = deliver(self.workspace.books, self.context, terms)
        log.info("files delivered", files=len(delivery.files))
        return delivery


@contextmanager
def alone(workspace: Workspace) -> Iterator[None]:
    """Keep other hpedi processes from changing the workspace meanwhile; a kill gives the locks back.

    Raises:
        Unavailable: Another process held one for too long.
    """
    with (workspace.home / "lock").open("w") as lock, workspace.database.only_writer() as become_only_writer:
        _wait_for(lambda: _lock(lock))
        _wait_for(become_only_writer)
        yield


def _lock(file: TextIO) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _wait_for(take: Callable[[], bool]) -> None:
    deadline = time.monotonic() + LOCK_WAIT_SECONDS
    while not take():
        if time.monotonic() > deadline:
            raise Unavailable("another hpedi command is at work in this workspace")
        time.sleep(LOCK_POLL_SECONDS)


@contextmanager
def rehearsal(home: Path) -> Iterator[Workspace]:
    """Open what is a workspace to a dry run: a copy that is gone afterwards, or over PostgreSQL what never commits."""
    workspace = open_workspace(home)
    with tempfile.TemporaryDirectory(prefix="hpedi-dry-run-") as folder:
        copy = Path(folder)
        (copy / CONFIG).write_text((home / CONFIG).read_text())
        if workspace.database.writer.dialect.name == "sqlite":  # elsewhere it is one transaction, rolled back
            source = workspace.database.writer.url.database
            with (
                closing(sqlite3.connect(str(source))) as books,
                closing(sqlite3.connect(copy / Path(str(source)).name)) as to,
            ):
                books.backup(to)
        rehearsed = open_workspace(copy, rehearses=True)
        try:
            yield rehearsed
        finally:
            rehearsed.database.close()
        hint("a dry run: nothing was kept, paid or sent")


def outbound_paths(workspace: Workspace, delivery: Delivery) -> Sequence[tuple[str, Path]]:
    """Return kind and path of what was delivered."""
    return [(row.kind, workspace.mailbox.path(row.folder, row.name)) for row in delivery.files]
