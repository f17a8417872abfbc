"""What `hpedi doctor` holds a workspace against: mappings/gateway/doctor.yaml, and [doctor] of hpedi.toml.

[doctor]
key_copy_on = 2026-03-01     # when somebody last saw that a copy of the workspace key lies elsewhere
backup_hours = 26            # a backup older than that is told
reference_days = 35          # so is reference data of which nothing changed for so long
"""

from __future__ import annotations

from datetime import date
from functools import cache
from pathlib import Path
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from hpedi.commands.settings import read_table
from hpedi.mappings_folder import mapping
from hpedi.reference.dated import Dated, Entry, in_force


class DoctorSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The table [doctor] of hpedi.toml.

    Attributes:
        key_copy_on: When somebody last saw that a copy of the workspace key lies elsewhere.
        backup_hours: How old the last backup may be.
        reference_days: How long reference data may stay as it is.
    """

    key_copy_on: date | None = None
    backup_hours: Annotated[int, Meta(ge=1)] | None = None
    reference_days: Annotated[int, Meta(ge=1)] | None = None


class Bounds(Dated, frozen=True, kw_only=True):
    """Where a warning and a fault begin, in a span of days; see mappings/gateway/doctor.yaml."""

    free_bytes: int
    free_bytes_fault: int
    clock_seconds: float
    clock_seconds_fault: float
    unsealed_minutes: int
    verify_days: int
    backup_hours: int
    backup_hours_fault: int
    reference_days: int
    calendar_days: int
    calendar_days_fault: int
    list_days: int
    heartbeat_seconds: int
    heartbeat_seconds_fault: int
    backlog_minutes: int
    backlog_minutes_fault: int
    approval_days: int
    integrity_seconds: int
    wal_bytes: int
    health_free_bytes: int
    health_heartbeat_seconds: int
    figures_days: int
    source: str


class PublishedList(Entry, frozen=True, kw_only=True):
    """When a code list is published, and of which day the one is that comes with hpedi."""

    set: str
    published: tuple[Annotated[str, Meta(pattern=r"^[0-9]{2}-[0-9]{2}$")], ...]
    source: str
    ours_as_of: date | None = None

    def last_published(self, day: date) -> date:
        """Return the newest day up to a day on which it was published."""
        each = (date.fromisoformat(f"{year}-{at}") for year in (day.year - 1, day.year) for at in self.published)
        return max(published for published in each if published <= day)


class ServerVersion(Entry, frozen=True, kw_only=True):
    """A major version of PostgreSQL, and the day of its last update."""

    major: int
    last_update: date


class DurableSetting(Entry, frozen=True, kw_only=True):
    """A setting of a server without which what was committed may be lost."""

    setting: str
    must_be: tuple[str, ...]
    otherwise: Literal["warning", "fault"]


class DoctorTerms(Entry, frozen=True, kw_only=True):
    """The file doctor.yaml."""

    versions: tuple[Bounds, ...]
    lists: tuple[PublishedList, ...]
    postgresql: tuple[ServerVersion, ...]
    postgresql_source: str
    durable: tuple[DurableSetting, ...]
    durable_source: str
    network_file_systems: tuple[str, ...]
    memory_file_systems: tuple[str, ...]
    file_systems_source: str

    def bounds(self, day: date) -> Bounds:
        """Return where warnings and faults begin on a day."""
        found = in_force(self.versions, day)
        if found is None:
            raise LookupError("doctor.yaml has no bounds for this day")
        return found


@cache
def doctor_terms() -> DoctorTerms:
    """Return what a workspace is held against."""
    return msgspec.yaml.decode(mapping("gateway/doctor.yaml").read_bytes(), type=DoctorTerms)


def read_doctor_settings(home: Path) -> DoctorSettings:
    """Read [doctor] of hpedi.toml.

    Raises:
        click.UsageError: It has another form.
    """
    return read_table(home, "doctor", DoctorSettings)
