"""Settings of a partner's profile as people write them, `FIELD=VALUE`, read by the same rules as a payer folder.

`FIELD` may go one level down (`acknowledgements.ta1`, `severities.S4-033`). `VALUE` is YAML: a text, or a list or
mapping in brackets. No value gives a field back to the payer folder, or to what holds where it says nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any, Final

import msgspec

from hpedi.findings import Finding
from hpedi.reference.marked import Mark, read_yaml
from hpedi.reference.partner_changes import settings_of
from hpedi.reference.partners import Partner
from hpedi.reference.shape import Places, Shaper

_SETTING: Final = re.compile(r"([a-z_]+)(?:\.([A-Za-z0-9_-]+))?=(.*)", re.DOTALL)
_WRITTEN_AS: Final = "settings"
FIELDS: Final = tuple(field for field in Partner.__struct_fields__ if field not in ("id", "resumes_as"))
"""What can be set."""


class NotASetting(ValueError):
    """A setting is not written as `FIELD=VALUE`, or its field cannot be set."""


def with_settings(
    partner_id: str, current: Mapping[str, Any], said: Partner | None, settings: Iterable[str]
) -> tuple[Partner | None, tuple[Finding, ...]]:
    """Return a profile with settings made, or what is wrong with them.

    Args:
        partner_id: Whose.
        current: The fields that hold, as plain values.
        said: What the payer folder says; None where it has no such partner.
        settings: What people wrote.

    Findings:
        reference-file, reference-value: A value is not of its kind.

    Raises:
        NotASetting: One is malformed or names a field that cannot be set.
    """
    fields = dict(current)
    for written in settings:
        _set(fields, written, settings_of(said) if said is not None else {})
    written_fields = {"id": partner_id, **{field: value for field, value in fields.items() if value != ""}}
    mark, findings = read_yaml(msgspec.json.encode(written_fields), _WRITTEN_AS)
    if mark is None:
        return None, tuple(findings)
    made = Shaper(_WRITTEN_AS, Places(), findings).piece(mark, Partner)
    return (None if findings else made), tuple(findings)


def _set(fields: dict[str, Any], written: str, said: Mapping[str, Any]) -> None:
    match = _SETTING.fullmatch(written)
    field, inner, text = match.groups() if match else ("", None, "")
    if field not in FIELDS:
        raise NotASetting(f"write a setting as FIELD=VALUE; fields are {', '.join(FIELDS)}")
    value = _plain(text)
    if inner is not None:
        within = dict(fields.get(field) or {})
        within.pop(inner, None)
        fields[field] = within if value is None else {**within, inner: value}
    elif value is not None:
        fields[field] = value
    else:
        fields.pop(field, None)
        fields |= {field: said[field]} if field in said else {}


def _plain(text: str) -> Any:
    """Return a value as plain lists, mappings and texts; None for no value."""
    mark, findings = read_yaml(text.encode(), _WRITTEN_AS)
    if findings:
        raise NotASetting("a value is no YAML; write lists in brackets, and texts with : or # in quotes")
    return None if mark is None else _unmarked(mark)


def _unmarked(mark: Mark) -> Any:
    if isinstance(mark.value, list):
        return [_unmarked(item) for item in mark.value]
    if isinstance(mark.value, dict):
        return {key: _unmarked(item) for key, item in mark.value.items()}
    return mark.value
