"""What steps of a scenario change in its world or given state: a fee, a member's coverage, an employer's account."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from copy import deepcopy
from datetime import date, timedelta
from typing import Any, TypeAlias

Json = Any
Change: TypeAlias = Callable[[Json, Json, Json], tuple[Json, Json]]

A_DAY = timedelta(days=1)


def correct_fee(step: Json, world: Json, given: Json) -> tuple[Json, Json]:
    """Give a code another fee for dates of service from a day to a day: versions are cut at these days."""
    world = deepcopy(world)
    schedule = next(each for each in world["fee_schedules"] if each["id"] == step["fee_schedule"])
    schedule["versions"] = [part for version in schedule["versions"] for part in _parts(version, step)]
    return world, given


def _parts(version: Json, step: Json) -> list[Json]:
    first, last = max(version["from"], step["from"]), min(version["to"] or step["to"], step["to"])
    if first > last or step["code"] not in version["fees"]:
        return [version]
    fees = {**version["fees"], step["code"]: step["fee"]}
    parts = [{**version, "version": f"{version['version']}-corrected", "from": first, "to": last, "fees": fees}]
    if version["from"] < first:
        parts.insert(0, {**version, "to": str(date.fromisoformat(first) - A_DAY)})
    if version["to"] is None or last < version["to"]:
        later = {**version, "version": f"{version['version']}-after", "from": str(date.fromisoformat(last) + A_DAY)}
        parts.append(later)
    return parts


def update_eligibility(step: Json, world: Json, given: Json) -> tuple[Json, Json]:
    """End a member's span, or add one."""
    given = deepcopy(given)
    if step["action"] == "terminate":
        for span in given["coverage"]:
            if (span["member"], span["plan"]) == (step["member"], step["plan"]):
                span["to"] = step["to"]
    else:
        added = {name: step[name] for name in ("member", "plan", "coverage_tier", "from", "to")}
        given["coverage"].append({**added, "added_on": step["date"]})
    return world, given


def add_employer_account(step: Json, world: Json, given: Json) -> tuple[Json, Json]:
    """Give an employer an account of its own."""
    return world, {**given, "employer_accounts": [*given.get("employer_accounts", ()), step]}


WORLD_CHANGES: Mapping[str, Change] = {
    "fee_correction": correct_fee,
    "eligibility_update": update_eligibility,
    "employer_account": add_employer_account,
}
"""By type of step."""
