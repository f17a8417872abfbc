"""What `hpedi up` runs: [up] of hpedi.toml, and the table of the programs that there are.

[up]
sftp = true                        # false leaves it out; [sftp] says how
watchers = 1                       # processes that take in what was dropped; [watch] and [schedules] say how
serve = ["--port", "8270"]         # the options of `hpedi serve`; true takes its own; left out if not given
"""

from __future__ import annotations

import sys
import tomllib
from collections.abc import Collection
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Annotated, Final, TypeAlias

import click
import msgspec
from msgspec import Meta

from hpedi.commands.settings import CONFIG
from hpedi.commands.supervised import Patience, Program

MOST_WATCHERS: Final = 32

Seconds = Annotated[float, Meta(gt=0, le=86_400)]

Wanted: TypeAlias = bool | tuple[str, ...]
"""Whether a program runs; or that it does, with these options."""


class UpSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The table [up] of hpedi.toml.

    Attributes:
        metrics: Figures and health over HTTP.
        webhooks: Events sent to partners' own systems.
        serve: Inquiries over HTTP.
        watchers: How many processes take in what was dropped.
        sftp: The SFTP server.
        ready_seconds: See `Patience`, as for the others.
        stop_seconds: See `Patience`.
        restarts: See `Patience`.
        within_seconds: See `Patience`.
    """

    metrics: Wanted = False
    webhooks: Wanted = False
    serve: Wanted = False
    watchers: Annotated[int, Meta(ge=0, le=MOST_WATCHERS)] = 1
    sftp: Wanted = True
    ready_seconds: Seconds = Patience().ready_seconds
    stop_seconds: Seconds = Patience().stop_seconds
    restarts: Annotated[int, Meta(ge=0, le=1_000)] = Patience().restarts
    within_seconds: Seconds = Patience().within_seconds

    @property
    def patience(self) -> Patience:
        """How long processes are waited for."""
        shared = {each.name for each in fields(Patience)} & set(self.__struct_fields__)
        return Patience(**{name: getattr(self, name) for name in shared})


@dataclass(frozen=True, slots=True, kw_only=True)
class Runnable:
    """A program that `hpedi up` may run.

    Attributes:
        setting: Its field of `UpSettings`.
        words: The command, as after `hpedi`.
        says: See `Program`.
    """

    setting: str
    words: tuple[str, ...]
    says: bytes = b"listening on "


PROGRAMS: Final = (
    Runnable(setting="metrics", words=("metrics", "serve")),
    Runnable(setting="webhooks", words=("webhooks", "send")),
    Runnable(setting="serve", words=("serve",)),
    Runnable(setting="watchers", words=("watch",), says=b"watching "),
    Runnable(setting="sftp", words=("sftp",)),
)
"""In the order in which they start: what lets files in comes last, and is the first to be asked to stop."""


def read_up_settings(home: Path) -> UpSettings:
    """Read [up] of hpedi.toml.

    Raises:
        click.UsageError: It has another form.
    """
    config = home / CONFIG
    try:
        said = tomllib.loads(config.read_text()).get("up", {})
        return msgspec.convert(said, UpSettings)
    except (OSError, ValueError, msgspec.ValidationError) as wrong:
        raise click.UsageError(f"{config}: [up] cannot be read: {wrong}") from None


def programs(settings: UpSettings, before: tuple[str, ...], without: Collection[str]) -> tuple[Program, ...]:
    """Return what is to run, in the order in which it starts.

    Args:
        settings: What was asked for.
        before: The options before the command: where the workspace is, how log lines are written.
        without: Settings of programs to leave out.
    """
    hpedi = (sys.executable, "-m", "hpedi", *before)
    found: list[Program] = []
    for each in PROGRAMS:
        wanted = False if each.setting in without else getattr(settings, each.setting)
        options, count = _options_and_count(wanted)
        name = " ".join(each.words)
        found += (
            Program(
                name=f"{name} {number}" if count > 1 else name, words=(*hpedi, *each.words, *options), says=each.says
            )
            for number in range(1, count + 1)
        )
    return tuple(found)


def _options_and_count(wanted: Wanted | int) -> tuple[tuple[str, ...], int]:
    """Return the options of a program, and how many processes run it."""
    return (wanted, 1) if isinstance(wanted, tuple) else ((), int(wanted))
