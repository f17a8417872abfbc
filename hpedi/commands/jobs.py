"""The jobs of the pipeline put together with a workspace: what `run` does whole, and its parts one by one."""

from __future__ import annotations

import fcntl
import sqlite3
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import Enum
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
from hpedi.inquiry_files import inquiry_data
from hpedi.log import log
from hpedi.mappings_folder import mapping
from hpedi.payments.calendar import AchCalendar, load_ach_calendar
from hpedi.payments.conventions import load_ach_conventions
from hpedi.payments.eft_enrollment import EftEnrollment, load_enrollment_terms
from hpedi.payments.eft_returns import load_return_codes
from hpedi.payments.states import PaymentState
from hpedi.pipeline.adjudicate import Adjudicated, NothingLoaded, adjudicate_waiting, reference_in_force
from hpedi.pipeline.agreed import ReceiptTerms
from hpedi.pipeline.approve import approve
from hpedi.pipeline.bank_settlement import settle_efts
from hpedi.pipeline.deal import adjudicate_dealt
from hpedi.pipeline.deliver import Delivery, DeliveryTerms, deliver
from hpedi.pipeline.eft_enrolling import CannotEnroll, PrenoteTerms, send_prenotes
from hpedi.pipeline.login import refused_as_foreign, was_foreign
from hpedi.pipeline.parties import business_days
from hpedi.pipeline.pay import Paid, pay
from hpedi.pipeline.payment_terms import CannotPay, Held, PaymentData
from hpedi.pipeline.receive import receive, register
from hpedi.pipeline.received import ReceivedFile
from hpedi.pipeline.records import InboundFile, ListedPayment, OutboundRow
from hpedi.pipeline.reissue import reissue
from hpedi.pipeline.release import release
from hpedi.reference.code_book import CodeBook
from hpedi.reference.partners import Partner
from hpedi.reference.reference import Reference
from hpedi.run_context import RunContext
from hpedi.safekeeping.whole_files import write_whole
from hpedi.store.database import RECEIVERS, WRITERS

REMITTANCE_GUIDE = ("HP", "005010X221A1", "835")
LOCK_WAIT_SECONDS = 30.0
LOCK_POLL_SECONDS = 0.05


@dataclass
class Jobs:
    """The jobs of one command on one workspace, on behalf of somebody."""

    workspace: Workspace
    context: RunContext
    pulse: Callable[[], None] = lambda: None
    """Called between the transactions of long work: for who has to tell that it lives."""

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
        self,
        path: Path,
        received_at: datetime | None,
        *,
        again: bool = False,
        login: Partner | None = None,
        name: str | None = None,
    ) -> ReceivedFile:
        """Take in a file and answer it; its own time is when it arrived unless somebody knows better.

        Args:
            path: The file.
            received_at: When it arrived.
            again: Try once more what was refused or quarantined when it first came.
            login: The partner who handed it in: all it names must be that partner's.
            name: What the outcome calls it; its path if None.
        """
        workspace, _reference = self.workspace, self.reference  # opened first: nothing is kept under a wrong key
        instant = (received_at or datetime.fromtimestamp(path.stat().st_mtime, UTC)).astimezone(payer_zone())
        stored = workspace.files.keep(path)
        registered = partial(register, workspace.books, self.context, stored.digest, stored.size, instant)
        file = registered(again=again and login is None)
        chunks = partial(workspace.files.chunks, stored.digest)
        label, name = (path.name, str(path)) if name is None else (name, name)
        with progress(label, stored.size) as advance:
            terms = self.receipt_terms(advance)
            if login is not None:
                foreign = refused_as_foreign(workspace.books, self.context, terms, file, chunks, login, name=name)
                if foreign is not None:
                    return foreign
                if again or was_foreign(file):
                    file = registered(again=True)
            handed_in_by = login.id if login is not None else ""
            outcome = receive(
                workspace.books, self.context, terms, file, chunks(), name=name, handed_in_by=handed_in_by
            )
        log.info("file received", receipt=file.id, bytes=stored.size, interchanges=len(outcome.receipts))
        return outcome

    def receipt_terms(self, advance: Callable[[int], None] = lambda _bytes: None) -> ReceiptTerms:
        """Return what receiving needs; `advance` is told how many bytes were read since it was last told."""
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
            inquiry_data=inquiry_data(),
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
            self.pulse()

        return told

    def _quarantine(self, file: InboundFile, reason: str) -> None:
        """Say beside the encrypted bytes why nothing of a file is taken."""
        folder = self.workspace.quarantine
        self.workspace.files.lay(file.digest, folder / f"{file.id:06d}.sealed")
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
        with ExitStack() as stack:
            crew = None
            if workers > 1:
                crew = Crew(workers, stores=self.workspace.database.writer.dialect.name != "sqlite")
                stack.enter_context(crew.at_work(self.workspace, context, reference))
            told = self._sealing(stack.enter_context(progress("deciding claims", None)))
            stack.enter_context(collecting_seldom())
            if crew is None:
                outcome = adjudicate_waiting(books, context, reference, told)
            else:
                outcome = adjudicate_dealt(books, context, reference, crew, told)
        log.info("claims decided", claims=outcome.decided, rows=outcome.pended)
        return outcome

    @cached_property
    def payment_data(self) -> PaymentData:
        """What payments need that no payer owns."""
        guide = GuideFiles().guide_for(*REMITTANCE_GUIDE)
        if guide is None:
            raise LookupError("the 835 guide is not among our guides")
        codes = load_return_codes(mapping("payments/ach_returns.yaml").read_bytes(), self.context.as_of)
        return PaymentData(
            calendar=load_ach_calendar(mapping("payments/ach_calendar.yaml").read_bytes()),
            ach_conventions=mapping("payments/ach_conventions.yaml").read_bytes(),
            guide=guide,
            access_rules=access_rules(),
            remittance_days=codes.reassociation_days,
            return_days=codes.return_days,
        )

    def approve(self, numbers: Sequence[str], run: int | None = None) -> tuple[ListedPayment, ...]:
        """Approve payments that wait, by their numbers or all of a run."""
        return approve(self.workspace.books, self.context, numbers, run)

    def pay(self, *, dues_only: bool = False) -> Paid:
        """Pay what is decided and due, or only what settlements found due."""
        self.check_in_place()
        books, reference, data = self.workspace.books, self.reference, self.payment_data
        self.settle_efts()
        with _missing_data_told():
            paid = pay(books, self.context, reference, data, dues_only=dues_only)
        log.info("payments made", payments=len(paid.built))
        return paid

    @property
    def business_days(self) -> AchCalendar:
        """The days on which our payments settle."""
        return business_days(self.payment_data.calendar, self.reference)

    def settle_efts(self) -> tuple[ListedPayment, ...]:
        """Settle the EFTs that can no longer come back."""
        with self.workspace.books.writing(self.context) as work:
            work.restorations.check_not_held()
            return settle_efts(work, self.business_days, self.payment_data.return_days)

    def prenote(self) -> tuple[EftEnrollment, ...]:
        """Write the prenotifications of approved enrollments."""
        self.check_in_place()
        day, data = self.context.as_of, self.payment_data
        terms = PrenoteTerms(
            reference=self.reference,
            calendar=self.business_days,
            conventions=load_ach_conventions(data.ach_conventions, day),
            enrollment=load_enrollment_terms(mapping("payments/eft_enrollment.yaml").read_bytes(), day),
        )
        try:
            with _missing_data_told(), self.workspace.books.writing(self.context) as work:
                work.restorations.check_not_held()
                return send_prenotes(work, terms)
        except CannotEnroll as refused:
            raise click.UsageError(str(refused)) from None

    def reissue(self, number: str, reason: str) -> tuple[ListedPayment, tuple[Held, ...]]:
        """Let a check take the place of a payment and go out; return it as it then stands, and why it is kept back.

        A check that was built before an interruption goes out now.
        """
        self.check_in_place()
        books, reference, data = self.workspace.books, self.reference, self.payment_data
        with books.reading(self.context) as work:
            built = work.payments.reissue_of(number)
        check = built.listed if built is not None else None
        if check is None or check.state is not PaymentState.APPROVED:
            with _missing_data_told():
                check = reissue(books, self.context, reference, data, number, reason)
        out = release(books, self.context, reference, data, {check.run})
        log.info("payment reissued", payments=len(out.released))
        with books.reading(self.context) as work:
            standing = work.payments.reissue_of(number)
        return (standing.listed if standing is not None else check), out.held

    def check_in_place(self) -> None:
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

    @property
    def delivery_terms(self) -> DeliveryTerms:
        """What delivering needs besides the books."""
        return DeliveryTerms(
            folders=self.workspace.mailbox, reference=lambda: self.reference, access_rules=access_rules()
        )

    def deliver(self) -> Delivery:
        """Deliver what waits."""
        self.check_in_place()
        return self.deliver_at_once(lambda _row: True)

    def deliver_at_once(self, only: Callable[[OutboundRow], bool]) -> Delivery:
        """Deliver some of what waits, for who has made sure lately that this workspace is in place."""
        delivery = deliver(self.workspace.books, self.context, self.delivery_terms, only)
        log.info("files delivered", files=len(delivery.files))
        return delivery


@contextmanager
def _missing_data_told() -> Iterator[None]:
    """Tell what payments need and is not there, as what the user is to load."""
    try:
        yield
    except CannotPay as refused:
        raise click.ClickException("\n".join(finding.message for finding in refused.findings)) from None


class Busy(Unavailable):
    """Another hpedi command is at work in the workspace."""


class Lane(Enum):
    """What one process does at a time; who wants several takes them in this order, what files wait for last."""

    BOOKS = ("lock", WRITERS)  # decide, pay, deliver, change
    INTAKE = ("intake.lock", RECEIVERS)  # receive files and answer them


@contextmanager
def alone(
    workspace: Workspace, wait_seconds: float = LOCK_WAIT_SECONDS, lanes: Sequence[Lane] = tuple(Lane)
) -> Iterator[None]:
    """Keep other hpedi processes from changing the workspace meanwhile; a kill gives the locks back.

    Args:
        workspace: Which.
        wait_seconds: How long each lock is waited for.
        lanes: What nobody else may do meanwhile: nothing at all if it is left out.

    Raises:
        Busy: Another process held one for too long.
    """
    with ExitStack() as held:
        for lane in lanes:
            name, number = lane.value
            lock = held.enter_context((workspace.home / name).open("w"))
            become_only_writer = held.enter_context(workspace.database.only_writer(number))
            _wait_for(partial(_lock, lock), wait_seconds)
            _wait_for(become_only_writer, wait_seconds)
        yield


def _lock(file: TextIO) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _wait_for(take: Callable[[], bool], wait_seconds: float) -> None:
    deadline = time.monotonic() + wait_seconds
    while not take():
        if time.monotonic() > deadline:
            raise Busy("another hpedi command is at work in this workspace")
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
