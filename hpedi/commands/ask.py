"""`hpedi ask`: what a 270 or 276 would be answered, for a person at a terminal."""

from __future__ import annotations

import click

from hpedi.commands.ask_eligibility import command as eligibility
from hpedi.commands.ask_status import command as status


@click.group()
def command() -> None:
    """Ask as a provider's file asks, and read the answer.

    You get the answer that a 270 or 276 of the provider would get, from the same data. Every question is kept in the
    audit log.

    \b
    Example:
      hpedi ask eligibility --member HS1000001 --born 1979-04-12 --provider RIVERBEND
      hpedi ask status 26061000010000001
    """


command.add_command(eligibility, "eligibility")
command.add_command(status, "status")
