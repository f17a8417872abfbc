"""What `hpedi up` runs: [up] of hpedi.toml, and the table of the programs that there are.

[up]
sftp = ["--host", "0.0.0.0"]       # the options of `hpedi sftp`; true takes its own, false leaves it out
watchers = 1                       # processes that take in what was dropped: `hpedi watch`
metrics = ["--port", "9427"]       # `hpedi metrics`; true if not given
serve = true                       # `hpedi serve`; left out if not given
webhooks = true                    # `hpedi webhooks send`; left out if not given
"""

from __future__ import annotations

import sys
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Annotated, Final, TypeAlias

import click
import msgspec
from msgspec import Meta

from hpedi.commands import CommandsOnDemand
from hpedi.commands.settings import read_table
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

    metrics: Wanted = True
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
    Runnable(setting="metrics", words=("metrics",)),
    Runnable(setting="webhooks", words=("webhooks", "send"), says=b"sending "),
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
    return read_table(home, "up", UpSettings)


def programs(settings: UpSettings, before: tuple[str, ...], without: Collection[str]) -> tuple[Program, ...]:
    """Return what is to run, in the order in which it starts.

    Args:
        settings: What was asked for.
        before: The options before the command: where the workspace is, how log lines are written.
        without: Settings of programs to leave out.
    """
    hpedi = (sys.executable, "-P", "-m", "hpedi", *before)  # of this installation, whatever lies in the folder
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


def check_options(settings: UpSettings, without: Collection[str] = ()) -> None:
    """See whether the programs have the options that are given to them.

    Raises:
        click.UsageError: One has not.
    """
    for each, options in wanted_programs(settings):
        if each.setting in without:
            continue
        try:
            parameters(each, options)
        except click.UsageError as wrong:
            raise click.UsageError(f"{each.setting} under [up]: {wrong.format_message()}") from None


def wanted_programs(settings: UpSettings) -> Iterator[tuple[Runnable, tuple[str, ...]]]:
    """Yield the programs that are wanted, each with its options."""
    for each in PROGRAMS:
        options, count = _options_and_count(getattr(settings, each.setting))
        if count:
            yield each, options


def parameters(program: Runnable, options: tuple[str, ...]) -> Mapping[str, object]:
    """Return what a program would make of its options; it is not run.

    Raises:
        click.UsageError: It has no such options.
    """
    command: click.Command = CommandsOnDemand()
    context = click.Context(command, info_name="hpedi")
    for word in program.words:
        found = command.get_command(context, word) if isinstance(command, click.Group) else None
        if found is None:
            raise LookupError(f"there is no command {' '.join(program.words)}")
        command, context = found, click.Context(found, info_name=word, parent=context)
    return command.make_context(context.info_name, list(options), parent=context.parent).params


def _options_and_count(wanted: Wanted | int) -> tuple[tuple[str, ...], int]:
    """Return the options of a program, and how many processes run it."""
    return (wanted, 1) if isinstance(wanted, tuple) else ((), int(wanted))
