"""The figures that a workspace tells a machine that watches over it: one table, from which the page of them is made.

Names follow Prometheus: base units (seconds, bytes; US dollars as `dollars`), `_total` for what only ever grows. Labels
have few values: our own ids of partners, states, methods, reasons; never anything that a file says.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

Kind: TypeAlias = Literal["gauge", "counter", "histogram"]


@dataclass(frozen=True, slots=True)
class Metric:
    """A figure: its kind, what it tells, and its labels."""

    kind: Kind
    told: str
    labels: tuple[str, ...] = ()


METRICS: Final[Mapping[str, Metric]] = {
    "hpedi_build_info": Metric("gauge", "Always 1; which version runs.", ("version", "database")),
    "hpedi_database_up": Metric("gauge", "1 while the database answers; 0, and no figure from it, while not."),
    "hpedi_database_size_bytes": Metric("gauge", "Size of the database."),
    "hpedi_disk_free_bytes": Metric("gauge", "Room left where the workspace lies."),
    "hpedi_figures_timestamp_seconds": Metric("gauge", "When the figures were asked for, in seconds since 1970."),
    "hpedi_figures_duration_seconds": Metric("gauge", "How long that took."),
    "hpedi_files": Metric("gauge", "Files that were received: receiving, done, quarantined.", ("state",)),
    "hpedi_interchanges": Metric(
        "gauge", "Interchanges that were answered, by their sender.", ("partner", "usage", "verdict")
    ),
    "hpedi_arrivals": Metric("gauge", "Files that partners dropped.", ("partner", "state")),
    "hpedi_arrivals_waiting": Metric("gauge", "Files that were taken and are not received yet."),
    "hpedi_arrivals_oldest_waiting_seconds": Metric("gauge", "How long ago the first of them arrived; 0 for none."),
    "hpedi_acknowledgement_seconds": Metric(
        "histogram",
        "From the arrival of a file until an acknowledgement of it lay in the outbox, within a day; `--once` has none.",
    ),
    "hpedi_claims": Metric("gauge", "Claims: accepted (not decided yet), refused, decided, pended.", ("state",)),
    "hpedi_pended_claims": Metric("gauge", "Claims that wait, by days since they were received.", ("reason", "days")),
    "hpedi_decisions_total": Metric("counter", "Decisions that became final, reversals and corrections included."),
    "hpedi_payments": Metric("gauge", "Payments of runs of the last three months.", ("method", "state")),
    "hpedi_payments_dollars": Metric("gauge", "What these payments come to, US dollars.", ("method", "state")),
    "hpedi_waiting": Metric(
        "gauge", "What is to be done yet, where it is not nothing: claims, approvals, files.", ("what",)
    ),
    "hpedi_waiting_oldest_seconds": Metric("gauge", "Since when the first of them waits.", ("what",)),
    "hpedi_outbox_waiting_files": Metric("gauge", "Files of the outbox that are not delivered."),
    "hpedi_outbox_oldest_waiting_seconds": Metric("gauge", "How long the first of them has waited; 0 for none."),
    "hpedi_watcher_heartbeat_age_seconds": Metric(
        "gauge", "How long ago each watcher of the last day was last heard of.", ("watcher",)
    ),
    "hpedi_schedule_last_due_timestamp_seconds": Metric(
        "gauge", "The newest moment that a schedule ran for.", ("schedule",)
    ),
    "hpedi_schedule_last_end_timestamp_seconds": Metric("gauge", "When a run of it ended last.", ("schedule",)),
    "hpedi_schedule_late_seconds": Metric(
        "gauge", "How long ago the first run was due that has not ended; 0 for none.", ("schedule",)
    ),
    "hpedi_audit_unsealed_entries": Metric("gauge", "Entries of the audit log that have no seal yet."),
    "hpedi_webhooks": Metric("gauge", "Endpoints of partners: enabled, failing, disabled.", ("state",)),
    "hpedi_webhook_events": Metric("gauge", "Events for them: waiting, delivered, parked.", ("state",)),
    "hpedi_webhook_events_oldest_waiting_seconds": Metric("gauge", "How long ago the first that waits happened."),
}
"""By name, in the order of the work."""

SECONDS: Final[Sequence[float]] = (1, 2, 5, 10, 30, 60, 120, 300, 900, 3_600, 21_600, 86_400)
"""Upper ends of the buckets of `hpedi_acknowledgement_seconds`."""

AGES: Final[Sequence[tuple[int, str]]] = ((7, "0-7"), (14, "8-14"), (30, "15-30"), (45, "31-45"))
"""Upper ends of the ages of claims that wait, in days, and their labels."""

OLDER: Final = "46+"


def metrics_table() -> str:
    """Return the table as Markdown."""
    rows = (
        f"| `{name}` | {each.kind} | {', '.join(f'`{label}`' for label in each.labels)} | {each.told} |\n"
        for name, each in METRICS.items()
    )
    return "| Metric | Type | Labels | What it tells |\n|---|---|---|---|\n" + "".join(rows)
