"""What `hpedi watch` is told: [watch] and [schedules] of hpedi.toml.

[watch]
poll_seconds = 1.0                     # how often the folders are looked into
incomplete_after = 3600                # seconds; an interchange that is still open then is taken as it is: TA1 023
settle_seconds = 10                    # what is no X12 is taken when it was unchanged for so long
archive_after_days = 30                # a file that lay in an outbox for so long moves to the archive
retention_days = 90                    # and is deleted there when it was delivered so long ago
quarantine_days = 90                   # what is in quarantine is deleted there; 0 keeps any of these for ever

[watch.folders]                        # folders that other servers fill, by partner
prairielink = ["/srv/sftp/prairielink/upload"]

[schedules]                            # what is done by the clock; mappings/gateway/schedules.yaml has what holds else
adjudicate = "every 5 minutes"
pay = "at 14:00 on business days"
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Annotated

import click
import msgspec
from msgspec import Meta

from hpedi.commands.settings import CONFIG, read_table, said_under
from hpedi.intake.drop_folders import Patience
from hpedi.mappings_folder import mapping
from hpedi.pipeline.schedules import NotASchedule, Schedule, read_schedule

Days = Annotated[int, Meta(ge=0, le=36_500)]


class WatchSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The table [watch] of hpedi.toml.

    Attributes:
        poll_seconds: How often the folders are looked into.
        incomplete_after: An interchange that is still open so many seconds after its last byte is taken as it is; in
            our own inbox the SFTP server waits for it.
        settle_seconds: What is no X12 is taken when it was unchanged for so long; a file of a folder that another
            server fills is looked at once more so long after it was received, before it is deleted.
        archive_after_days: A file that lay in an outbox for so long moves to the archive; 0 for never.
        retention_days: A file of outbox or archive that was delivered so long ago is deleted there; 0 for never.
        quarantine_days: What is in quarantine is deleted there after so long; 0 for never.
        folders: Folders that other servers fill, by partner.
    """

    poll_seconds: Annotated[float, Meta(gt=0, le=3_600)] = 1.0
    incomplete_after: Annotated[float, Meta(ge=0)] = 3_600.0
    settle_seconds: Annotated[float, Meta(ge=0)] = 10.0
    archive_after_days: Days = 30
    retention_days: Days = 90
    quarantine_days: Days = 90
    folders: dict[str, list[str]] = msgspec.field(default_factory=dict)

    @property
    def patience(self) -> Patience:
        """How long files are waited for."""
        return Patience(open=self.incomplete_after, other=self.settle_seconds)


class Scheduled(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A row of mappings/gateway/schedules.yaml."""

    name: str
    when: str
    reason: str


class _SchedulesFile(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    schedules: tuple[Scheduled, ...]


@cache
def schedules_by_default() -> Mapping[str, Schedule]:
    """Return when things are done where hpedi.toml says nothing."""
    content = mapping("gateway/schedules.yaml").read_bytes()
    rows = msgspec.yaml.decode(content, type=_SchedulesFile).schedules
    return {row.name: read_schedule(row.when) for row in rows}


def read_watch_settings(home: Path) -> tuple[WatchSettings, Mapping[str, Schedule]]:
    """Read [watch] and [schedules] of hpedi.toml.

    Raises:
        click.UsageError: One has another form.
    """
    settings = read_table(home, "watch", WatchSettings)
    said = said_under(home, "schedules", schedules_by_default().keys())
    own = {name: _schedule(home, name, str(text)) for name, text in said.items()}
    return settings, {**schedules_by_default(), **own}


def _schedule(home: Path, name: str, text: str) -> Schedule:
    try:
        return read_schedule(text)
    except NotASchedule as wrong:
        raise click.UsageError(f"{home / CONFIG}: {name} under [schedules] is {wrong}") from None
