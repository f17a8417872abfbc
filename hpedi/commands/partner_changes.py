"""A change of a partner's profile from the command line: checked with the others, shown, and kept."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any, Final

import click
import msgspec

from hpedi.commands import Session
from hpedi.commands.printing import Column, hint, print_json, print_table

if TYPE_CHECKING:
    from hpedi.pipeline.partner_profiles import Profiles
    from hpedi.pipeline.ports import Work
    from hpedi.reference.partners import Partner
    from hpedi.run_context import RunContext

    Wanted = Callable[[Profiles, Partner | None], Partner]
    Gate = Callable[[Work, Partner, Partner, date], None]

_CHANGES: Final = (Column("Field", whole=True), Column("Before"), Column("After"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Changed:
    """What a command changed.

    Attributes:
        partner: The partner's id.
        snapshot: The snapshot that holds it; None where nothing is kept.
        changed: Each field with its values before and after.
    """

    partner: str
    snapshot: int | None
    changed: tuple[tuple[str, Any, Any], ...]


def change_partner(
    session: Session,
    partner_id: str,
    wanted: Wanted,
    *,
    action: str,
    why: str,
    dry_run: bool = False,
    gate: Gate | None = None,
) -> Changed:
    """Change one profile.

    Args:
        session: The options before the command.
        partner_id: Whose; it need not be there yet.
        wanted: Makes the profile that is to hold, from all profiles and the one that holds.
        action: What is done, for the audit log.
        why: Why.
        dry_run: Keep nothing.
        gate: Handed the books, both profiles and the day; refuses by raising.

    Raises:
        click.UsageError: The profile that is wanted is not valid.
    """
    from hpedi.commands.jobs import alone
    from hpedi.commands.signed_in import acting
    from hpedi.commands.workspace import open_workspace
    from hpedi.pipeline.partner_profiles import keep_profile
    from hpedi.reference.partner_changes import differences

    workspace = open_workspace(session.home)
    with alone(workspace):
        context = acting(workspace, "manage", "partner")
        with workspace.books.reading(context) as work:
            profiles = loaded_profiles(work, session)
            current = next((each for each in profiles.holding if each.id == partner_id), None)
            new = wanted(profiles, current)
            _check(profiles, new)
            if gate is not None and current is not None:
                gate(work, current, new, context.as_of)
        found, snapshot = differences(current, new), None
        if found and not dry_run:
            with workspace.books.writing(context) as work:
                snapshot = keep_profile(work, profiles, new, action=action, why=why)
    return Changed(partner=partner_id, snapshot=snapshot, changed=found)


def loaded_profiles(work: Work, session: Session) -> Profiles:
    """Return all profiles.

    Raises:
        click.UsageError: No payer is loaded.
    """
    from hpedi.pipeline.partner_profiles import read_profiles

    if not work.reference.snapshot():
        raise click.UsageError(f"no payer is loaded; load one with `hpedi --home {session.home} load FOLDER`")
    return read_profiles(work)


def seen_partners(session: Session) -> tuple[RunContext, Profiles]:
    """Return the profiles for somebody who may see the workspace."""
    from hpedi.commands.signed_in import acting
    from hpedi.commands.workspace import open_workspace

    workspace = open_workspace(session.home)
    context = acting(workspace, "see", "workspace")
    with workspace.books.reading(context) as work:
        return context, loaded_profiles(work, session)


def existing(partners: Sequence[Partner], partner_id: str) -> Partner:
    """Return the partner of an id.

    Raises:
        click.UsageError: There is none.
    """
    found = next((each for each in partners if each.id == partner_id), None)
    if found is None:
        raise click.UsageError("there is no such partner; `hpedi partner list` names them")
    return found


def _check(profiles: Profiles, new: Partner) -> None:
    from hpedi.commands.partner_terms import profile_terms
    from hpedi.reference.partner_checks import check_profiles

    others = [each for each in profiles.holding if each.id != new.id]
    faults = list(check_profiles([*others, new], profile_terms(), profiles.providers))
    if faults:
        raise click.UsageError("\n".join(dict.fromkeys(fault.message for fault in faults)))


def print_changed(changed: Changed, *, as_json: bool) -> None:
    """Say what a command changed."""
    if as_json:
        print_json({"partner": changed.partner, "snapshot": changed.snapshot, "changed": changed.changed})
        return
    rows = ((field, as_written(before), as_written(after)) for field, before, after in changed.changed)
    print_table("", _CHANGES, [row for row in rows if row[1] or row[2]])
    if not changed.changed:
        click.echo("nothing changed: the profile already says the same")
    elif changed.snapshot is None:
        hint("a dry run: nothing was kept")
    else:
        click.echo(f"partner {changed.partner}: changed in snapshot {changed.snapshot}")


def as_written(value: Any) -> str:
    """Return a plain value of a field as one line."""
    if value is None or value in ("", [], {}):
        return ""
    return value if isinstance(value, str) else msgspec.json.encode(value).decode()
