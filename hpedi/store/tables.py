"""The tables of a workspace, the same on SQLite and PostgreSQL.

Money is stored as whole cents (`Cents`), instants as UTC (`Instant`). Columns named `sealed` hold bytes encrypted by
the vault under the row's own identifier: they carry names, member ids and account numbers. What only ever grows
(entries, postings, audit) has no update anywhere in the store.
"""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, Final

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Date,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
    or_,
)
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator

from hpedi.money import CENT
from hpedi.store.stretches import Stretches

NOT_WHOLE: Final = "an amount to store has at most two decimal places"


def hundredths(value: Decimal | None) -> int | None:
    """Return an exact amount in whole hundredths.

    Raises:
        ValueError: It has a fraction of one.
    """
    if value is None:
        return None
    exact = value * 100
    whole = int(exact)
    if whole != exact:
        raise ValueError(NOT_WHOLE)
    return whole


class Cents(TypeDecorator[Decimal]):
    """A decimal with two places (US dollars, or a count) kept as whole hundredths."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: Decimal | None, dialect: Dialect) -> int | None:  # noqa: ARG002 - SQLAlchemy's signature
        """Turn an exact amount into hundredths."""
        return hundredths(value)

    def process_result_value(self, value: Any | None, dialect: Dialect) -> Decimal | None:  # noqa: ARG002
        """Turn hundredths into an exact amount."""
        return None if value is None else int(value) * CENT


class Instant(TypeDecorator[datetime]):
    """A moment with its time zone, kept as UTC."""

    impl = DateTime
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        """Turn a moment into naive UTC."""
        return None if value is None else value.astimezone(UTC).replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        """Turn naive UTC into a moment."""
        return None if value is None else value.replace(tzinfo=UTC)


# BigInteger primary keys do not number themselves on SQLite.
RowId = BigInteger().with_variant(Integer, "sqlite")

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)

number = Table(
    "number",
    metadata,
    Column("name", String(120), primary_key=True),
    Column("next_value", BigInteger, nullable=False),
)

# --- reference data: what was known when ---------------------------------------------------------------------------

reference_snapshot = Table(
    "reference_snapshot",
    metadata,
    Column("id", RowId, primary_key=True),
    Column("loaded_at", Instant, nullable=False),
    Column("principal", String(80), nullable=False),
    Column("records_changed", Integer, nullable=False),
)

reference_record = Table(
    "reference_record",
    metadata,
    Column("id", RowId, primary_key=True),
    Column("kind", String(40), nullable=False),
    Column("key", String(120), nullable=False),
    Column("digest", String(64), nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    Column("known_from", ForeignKey("reference_snapshot.id"), nullable=False),
    Column("known_to", ForeignKey("reference_snapshot.id")),
    UniqueConstraint("kind", "key", "known_from"),
)

reference_lookup = Table(
    "reference_lookup",
    metadata,
    Column("record", ForeignKey("reference_record.id"), primary_key=True),
    Column("lookup", String(64), primary_key=True),
    Index("ix_reference_lookup_lookup", "lookup"),
)

# --- receipt and claims --------------------------------------------------------------------------------------------

inbound_file = Table(
    "inbound_file",
    metadata,
    Column("id", RowId, primary_key=True),
    Column("digest", String(64), nullable=False, unique=True),
    Column("size", BigInteger, nullable=False),
    Column("received_at", Instant, nullable=False),
    Column("received_on", Date, nullable=False),
    Column("principal", String(80), nullable=False),
    Column("state", String(20), nullable=False),  # receiving, done, quarantined
    Column("reason", String(80), nullable=False, default=""),
    Index("ix_inbound_file_state", "state", "received_at"),
)

receipt = Table(
    "receipt",
    metadata,
    Column("id", RowId, primary_key=True),
    Column("file", ForeignKey("inbound_file.id"), nullable=False),
    Column("ordinal", Integer, nullable=False),
    Column("partner", String(80), nullable=False),
    Column("usage", String(1), nullable=False),
    Column("control_number", String(9), nullable=False),
    Column("digest", String(64), nullable=False, default=""),
    Column("received_at", Instant, nullable=False),
    Column("published", Boolean, nullable=False),
    Column("verdict", String(24), nullable=False, default=""),
    Column("summary", Text, nullable=False, default=""),
    UniqueConstraint("file", "ordinal"),
    Index("ix_receipt_digest", "digest"),
    Index("ix_receipt_control_number", "control_number"),
    Index("ix_receipt_verdict", "published", "partner", "usage", "verdict"),
)

# One row an interchange that was taken: the guard against a second one with its control number.
interchange = Table(
    "interchange",
    metadata,
    Column("sender", String(20), primary_key=True),
    Column("receiver", String(20), primary_key=True),
    Column("control_number", String(9), primary_key=True),
    Column("usage", String(1), primary_key=True),
    Column("digest", String(64), nullable=False),
    Column("receipt", ForeignKey("receipt.id"), nullable=False),
)

claim = Table(
    "claim",
    metadata,
    Column("control_number", String(30), primary_key=True),
    Column("receipt", ForeignKey("receipt.id"), nullable=False),
    Column("ordinal", Integer, nullable=False),
    Column("state", String(12), nullable=False),  # accepted, refused, decided, pended
    Column("usage", String(1), nullable=False),
    Column("charged", Cents, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    Column("note", String(120), nullable=False, default=""),  # finding codes of a refused claim, reason of a pend
    Column("billing_npi", String(10), nullable=False, server_default=""),
    Column("patient_account", String(64), nullable=False, server_default=""),  # a keyed digest: CLM01 may be a name
    Column("service_date", Date),
    Column("member_id", String(64), nullable=False, server_default=""),  # a keyed digest of the subscriber's (NM109)
    Index("ix_claim_receipt_ordinal", "receipt", "ordinal"),
    Index("ix_claim_billing_npi_service_date", "billing_npi", "service_date"),
    Index("ix_claim_patient_account", "patient_account"),
    Index("ix_claim_member_id_service_date", "member_id", "service_date"),
    Index("ix_claim_state", "state", "receipt", "ordinal"),
)

# --- decisions -----------------------------------------------------------------------------------------------------

decision = Table(
    "decision",
    metadata,
    Column("control_number", ForeignKey("claim.control_number"), primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("ordinal", BigInteger, nullable=False, unique=True),  # order of finalisation
    Column("snapshot", ForeignKey("reference_snapshot.id"), nullable=False),
    Column("decided_on", Date, nullable=False),
    Column("provider", String(80), nullable=False),
    Column("member", String(80), nullable=False),
    Column("plan", String(80), nullable=False),
    Column("status", String(2), nullable=False),
    Column("status277", String(12), nullable=False),
    Column("charged", Cents, nullable=False),
    Column("paid", Cents, nullable=False),
    Column("patient_responsibility", Cents, nullable=False),
    Column("payment_run", ForeignKey("payment_run.id")),
    Column("sealed", LargeBinary, nullable=False),
    Column("sealed_trail", LargeBinary, nullable=False),
    Column("allowed", Cents),  # None in rows of before it was kept, until the workspace is brought up
    Index("ix_decision_payment_run", "payment_run", "provider", "ordinal"),
    # All that days are summed from: rows with sealed bytes are not read for it.
    Index(
        "ix_decision_decided_on",
        *("decided_on", "status", "version", "control_number", "charged", "allowed", "paid", "patient_responsibility"),
    ),
)

past_line = Table(
    "past_line",
    metadata,
    Column("control_number", String(30), primary_key=True),
    Column("line", Integer, primary_key=True),
    Column("member", String(80), nullable=False),
    Column("billing_npi", String(10), nullable=False),
    Column("date", Date, nullable=False),
    Column("code", String(48), nullable=False),
    Column("modifiers", String(20), nullable=False),
    Column("units", String(20), nullable=False),
    Column("charged", Cents, nullable=False),
    Column("paid", Cents, nullable=False),
    Column("benefit", String(80), nullable=False),
    Column("copay", Cents, nullable=False),
    Column("denied", Boolean, nullable=False),
    Column("episode", String(32), nullable=False, server_default=""),
    Column("units_paid", String(20), nullable=False, server_default=""),
    Column("procedures", Text, nullable=False, server_default=""),
    Column("particulars", Text, nullable=False, server_default=""),
    Index("ix_past_line_member", "member", "date"),
)
LASTING: Final = or_(past_line.c.episode != "", past_line.c.procedures != "")
"""Past lines that bear on later services of any day: those of episodes, and those that tell procedures."""

Index("ix_past_line_lasting", past_line.c.member, sqlite_where=LASTING, postgresql_where=LASTING)

# --- payment -------------------------------------------------------------------------------------------------------

payment_run = Table(
    "payment_run",
    metadata,
    Column("id", RowId, primary_key=True),
    Column("as_of", Date, nullable=False),
    Column("instant", Instant, nullable=False),
    Column("principal", String(80), nullable=False),
    Column("state", String(12), nullable=False),  # open, closed
    Column("first_trace_number", BigInteger, nullable=False),
    Column("first_check_number", BigInteger, nullable=False),
    Index("ix_payment_run_as_of", "as_of"),
)

payment = Table(
    "payment",
    metadata,
    Column("id", RowId, primary_key=True),
    Column("run", ForeignKey("payment_run.id"), nullable=False),
    Column("provider", String(80), nullable=False),
    Column("method", String(3), nullable=False),
    Column("amount", Cents, nullable=False),
    Column("payment_date", Date, nullable=False),
    Column("trace_number", String(50), nullable=False, unique=True),
    Column("funding_account", String(80), nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    Column("reissues", String(50)),  # the number of the payment that it takes the place of
    Index("ix_payment_run", "run", "method", "amount"),
    Index("ix_payment_provider", "provider"),
    Index("uq_payment_reissues", "reissues", unique=True),
)

payment_event = Table(
    "payment_event",
    metadata,
    Column("id", RowId, primary_key=True),
    Column("payment", ForeignKey("payment.id"), nullable=False),
    Column("state", String(12), nullable=False),
    Column("at", Instant, nullable=False),
    Column("principal", String(80), nullable=False),
    Column("reason", String(120), nullable=False, default=""),
    UniqueConstraint("payment", "state"),
)

# A decision is paid once: the primary key says so.
paid_decision = Table(
    "paid_decision",
    metadata,
    Column("control_number", String(30), primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("payment", ForeignKey("payment.id"), nullable=False, index=True),
)

# One row an ACH entry that went to the bank, by its Nacha trace number.
eft_entry = Table(
    "eft_entry",
    metadata,
    Column("payment", ForeignKey("payment.id"), primary_key=True),
    Column("file", String(120), nullable=False),
    Column("ach_trace_number", String(15), nullable=False),
    Column("effective_entry_date", Date, nullable=False),
    Column("amount", Cents, nullable=False),
    UniqueConstraint("file", "ach_trace_number"),
)

posting = Table(
    "posting",
    metadata,
    Column("id", RowId, primary_key=True),
    Column("account", String(80), nullable=False),
    Column("funding_account", String(80), nullable=False),
    Column("run", ForeignKey("payment_run.id")),
    Column("debit", Cents, nullable=False),
    Column("credit", Cents, nullable=False),
    Column("source", String(120), nullable=False),
    Column("posted_on", Date, nullable=False),
    UniqueConstraint("source", "account", "funding_account"),
)

# --- what leaves ---------------------------------------------------------------------------------------------------

outbox = Table(
    "outbox",
    metadata,
    Column("id", RowId, primary_key=True),
    Column("folder", String(120), nullable=False),
    Column("name", String(120), nullable=False),
    Column("kind", String(12), nullable=False),
    Column("digest", String(64), nullable=False),
    Column("receipt", ForeignKey("receipt.id"), index=True),
    Column("run", ForeignKey("payment_run.id"), index=True),
    Column("delivered_at", Instant),
    Column("sealed", LargeBinary, nullable=False),
    UniqueConstraint("folder", "name"),
    Index("ix_outbox_delivered_at", "delivered_at"),
)
WAITING: Final = outbox.c.delivered_at.is_(None)
"""What of the outbox is to be delivered yet."""

Index("ix_outbox_waiting", outbox.c.id, sqlite_where=WAITING, postgresql_where=WAITING)

# --- who did what: rows and seals are only ever added; triggers refuse to change or delete one ---------------------

audit_entry = Table(
    "audit_entry",
    metadata,
    Column("id", RowId, primary_key=True),
    Column("at", Instant, nullable=False),
    Column("principal", String(80), nullable=False),
    Column("action", String(40), nullable=False),
    Column("subject", String(120), nullable=False),
    Column("member", String(80), nullable=False, default=""),
    Column("reason", String(120), nullable=False, default=""),
    Column("result", String(120), nullable=False, default=""),
    Column("on_behalf_of", String(80), nullable=False, server_default=""),
    Column("recipient", String(80), nullable=False, server_default=""),
    Column("mac", String(64), nullable=False, server_default=""),
)
AUDIT_ABOUT: Final = Stretches(audit_entry, "member", bits=16)
AUDIT_ABOUT.index()

audit_seal = Table(
    "audit_seal",
    metadata,
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    Column("at", Instant, nullable=False),
    Column("key", String(16), nullable=False),
    Column("ids", Text, nullable=False),
    Column("open_ids", Text, nullable=False),
    Column("last_id", BigInteger, nullable=False),
    Column("entries", Integer, nullable=False),
    Column("entries_digest", String(64), nullable=False),
    Column("previous", String(64), nullable=False),
    Column("mac", String(64), nullable=False),
)
