"""The command line: arguments, progress, printing and exit codes; everything it does is done elsewhere.

Each command is one file that holds a click command named `command`; it is imported when it is called, so that
`hpedi --help` stays quick. `COMMANDS` lists them in the order of the work.
"""

from __future__ import annotations

import gc
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum
from importlib import import_module
from pathlib import Path
from typing import Final

import click

from hpedi.findings import Unavailable
from hpedi.safekeeping.key_ring import KeyMissing

COMMANDS: Final = {
    "validate": "Judge X12 files by their guides and rules.",
    "view": "Show an X12 file as a tree of loops.",
    "convert": "Convert an X12 file to JSON or CSV, and back.",
    "split": "Cut an X12 file into files of their own, in a new folder.",
    "normalise": "Wrap, count and clean an X12 file, and list every change.",
    "codes": "List the code sets, and import lists that you own.",
    "init": "Make a workspace.",
    "load": "Load plans, members, providers, contracts, fees.",
    "members": "Take in members and their coverage from 834 files.",
    "reference": "Show what was in force when, by what was known when.",
    "partner": "Keep trading partners: states, settings, keys and guides.",
    "run": "Receive files, decide their claims, pay and deliver.",
    "receive": "Take in X12 files and answer them.",
    "adjudicate": "Decide the claims that wait.",
    "pay": "Pay what is decided: preview, approve, release, reissue.",
    "eft": "Enroll payees' accounts, and read what the bank sends back.",
    "checks": "Import what the bank says of checks, and tell it of ours.",
    "ledger": "Show the ledger, and prove that all books agree.",
    "settle": "Settle capitation and programmes, and show the pools.",
    "deliver": "Hand what waits in the outbox to partners and bank.",
    "status": "Show what came in, was decided, paid and delivered.",
    "track": "Follow a file or claim from arrival to its last answer.",
    "dashboard": "Show claims, pends, denials, dollars and what waits.",
    "pends": "Work on the claims that wait.",
    "claims": "Search claims, and decide one otherwise than the rules.",
    "reprocess": "Decide claims again by what is known now.",
    "disputes": "Keep what providers dispute.",
    "whatif": "Decide history again with changed data.",
    "estimate": "Say before care what the plan and the member would pay.",
    "explain": "Show why a claim was decided as it was.",
    "eob": "Show a member what was paid and what they owe.",
    "accumulators": "Show what members used of limits; import amounts.",
    "inquire": "Look up remittances, payments, claims and members.",
    "ask": "Ask as a provider's file asks, and read the answer.",
    "serve": "Answer inquiries over HTTP in real time.",
    "sftp": "Let partners drop files and fetch answers over SFTP.",
    "watch": "Take in files as they are dropped, and work by the clock.",
    "webhooks": "Tell partners' own systems what came in and what is ready.",
    "metrics": "Tell Prometheus figures and health, without PHI.",
    "authorizations": "Show what is authorised, used and left.",
    "user": "Keep accounts: people and machines, their roles and keys.",
    "login": "Sign in: commands then run as you.",
    "logout": "Sign out: commands then run as the built-in operator.",
    "whoami": "Show who commands run as.",
    "access": "Ask providers for access, and decide on it.",
    "era": "Name who receives a provider's remittances.",
    "audit": "Verify, search and export the audit log.",
    "keys": "Show the keys of a workspace, and replace them.",
    "up": "Run the gateway of this machine: SFTP, watchers, service.",
    "doctor": "Check settings, keys, database, backlog; say what to mend.",
    "backup": "Make and verify backups of a workspace.",
    "restore": "Make a workspace from a backup, in an empty place.",
}
"""Command -> what it does, in one line; the module of the same name holds it."""

COLLECTOR_THRESHOLDS: Final = (50_000, 20, 100)
"""When Python looks for cycles: models have none and come by the thousand; its own thresholds cost a fifth of a job."""


class ExitCode(IntEnum):
    """What the process tells its caller."""

    OK = 0
    FINDINGS = 1  # findings of severity error; everything that could go on went on
    USAGE = 2
    BUG = 70  # hpedi itself is at fault; nothing was released
    NOT_PERMITTED = 77  # who runs the command may not do it
    TRY_AGAIN = 75  # the world failed: disk, database, network
    INTERRUPTED = 130


@dataclass(frozen=True, slots=True)
class Session:
    """The options before the command.

    Attributes:
        home: The workspace.
        verbose: Tell what goes well too.
    """

    home: Path
    verbose: bool


class CommandsOnDemand(click.Group):
    """A group whose commands are imported when they are called."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        """Return the names in the order of the work."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        """Import a command."""
        if cmd_name not in COMMANDS:
            return None
        command = import_module(f"hpedi.commands.{cmd_name}").command
        if not isinstance(command, click.Command):
            raise TypeError(f"hpedi.commands.{cmd_name} holds no click command named `command`")
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        """Write the list of commands without importing any."""
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


@click.group(cls=CommandsOnDemand, context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--home",
    type=click.Path(file_okay=False, path_type=Path),
    envvar="HPEDI_HOME",
    default="workspace",
    show_default=True,
    help="The workspace; $HPEDI_HOME says it too.",
)
@click.option("--log-format", type=click.Choice(["human", "json"]), default="human", help="How log lines are written.")
@click.option("--verbose", "-v", is_flag=True, help="Log what goes well too.")
@click.version_option(package_name="hpedi", prog_name="hpedi")
@click.pass_context
def hpedi(ctx: click.Context, home: Path, log_format: str, *, verbose: bool) -> None:
    """The EDI side of a health plan: X12 claims in; acknowledgements, remittances and ACH payments out.

    \b
    Exit codes: 0 all well; 1 findings of severity error; 2 wrong usage;
    75 try again later (disk, database, network); 77 you may not do this; 70 a bug of hpedi.
    """
    from hpedi.log import LogFormat, configure

    configure(LogFormat(log_format), verbose=verbose)
    ctx.obj = Session(home=home, verbose=verbose)


def main(arguments: Sequence[str] | None = None) -> None:
    """Run hpedi and end the process with its exit code.

    Args:
        arguments: What follows the program's name; those of the process if None.
    """
    gc.set_threshold(*COLLECTOR_THRESHOLDS)
    sys.exit(_exit_code(arguments))


def _exit_code(arguments: Sequence[str] | None) -> int:
    try:
        answer = hpedi.main(args=arguments, prog_name="hpedi", standalone_mode=False)
    except click.ClickException as wrong:
        wrong.show()
        return wrong.exit_code
    except (click.Abort, KeyboardInterrupt):
        _tell("hpedi: interrupted; run the same command again to go on")
        return ExitCode.INTERRUPTED
    except (Unavailable, OSError) as failure:
        _tell(f"hpedi: not now: {_reason(failure)}. Run the same command again later.")
        return ExitCode.TRY_AGAIN
    except KeyMissing as refused:
        _tell(f"hpedi: {refused}: the key is another one, or what is stored was altered. Nothing was released.")
        return ExitCode.USAGE
    except Exception as bug:  # noqa: BLE001  # the outermost edge: a bug's own text may hold PHI and is not shown
        _tell_bug(bug)
        return ExitCode.BUG
    return answer if isinstance(answer, int) else ExitCode.OK


def _reason(failure: Unavailable | OSError) -> str:
    """Return why the world failed; the text of an OSError also names a file and is left out."""
    return (failure.strerror or type(failure).__name__) if isinstance(failure, OSError) else str(failure)


def _tell_bug(bug: Exception) -> None:
    import traceback

    frames = "".join(traceback.format_tb(bug.__traceback__))
    _tell(f"hpedi: a bug of hpedi itself ({type(bug).__name__}); nothing was released. Please report:\n{frames}")


def _tell(message: str) -> None:
    click.echo(message, err=True)
