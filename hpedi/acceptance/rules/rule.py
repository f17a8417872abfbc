"""Rules as they stand in mappings/acceptance and mappings/companion: rows read and checked for form, not yet compiled.

The language is described in docs/rules.md.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from types import MappingProxyType
from typing import Annotated, Final

import msgspec
import yaml

from hpedi.findings import FindingKind, Sent, Severity

_OFF: Final = "off"
_INVALID_INFORMATION: Final = ("A7", "21")
"""What a claim is refused with where its rule names no status: missing or invalid information."""
_SEGMENT_ERRORS: Final = "8"
_SITUATIONAL: Final = 4


class Verb(StrEnum):
    """What a rule asks for."""

    REQUIRE = "require"
    FORBID = "forbid"
    THAT = "that"
    CODES = "codes"
    CHECK = "check"


class Moment(StrEnum):
    """When an instance is checked: when its own part is complete, or when it closes with all that was in it."""

    HEAD = "head"
    END = "end"


class CodeUse(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Values that must be codes of a set.

    Attributes:
        path: The values.
        set: Name of the code set.
        on: How the date is found on which they must be in force.
    """

    path: str
    set: str
    on: str = "none"


class _Row(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, rename={"arguments": "with"}):
    """A row of a rule file."""

    id: str
    code: str
    guides: tuple[str, ...]
    at: str
    title: str
    remedy: str
    severity: str
    source: Annotated[str, msgspec.Meta(min_length=1)]
    when: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    require: str | None = None
    forbid: str | None = None
    that: str | None = None
    codes: CodeUse | None = None
    check: str | None = None
    arguments: dict[str, str] = {}
    status: str | None = None
    ik304: str | None = None
    ik403: str | None = None
    trigger: str | None = None
    moment: Moment = Moment.HEAD


class _RuleFile(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A rule file."""

    snip: Annotated[int, msgspec.Meta(ge=2, le=7)]
    rules: tuple[_Row, ...]
    lists: dict[str, tuple[str, ...]] = {}


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """A rule.

    Attributes:
        id: Its stable id; overrides of severity name it.
        kinds: What its findings are, by what is at fault: an element, or a segment as a whole.
        severity: Its weight; None when it is off.
        guides: Short names of the guides it belongs to, for example 837P.
        at: Id of the loop whose instances are checked; "" for the transaction set itself.
        when: Clauses that must all hold.
        needs: Paths of which something must be there.
        verb: What it asks for.
        asked: The path, clause or name that goes with the verb.
        codes: What goes with the verb CODES.
        arguments: What a named check is called with.
        trigger: The path that makes it apply; "" for the first of `when`.
        moment: When it is checked.
        source: Who says so.
        lists: Named lists that its clauses may use.
    """

    id: str
    kinds: KindsByPlace
    severity: Severity | None
    guides: frozenset[str]
    at: str
    when: tuple[str, ...]
    needs: tuple[str, ...]
    verb: Verb
    asked: str
    codes: CodeUse | None
    arguments: Mapping[str, str | frozenset[str]]
    trigger: str
    moment: Moment
    source: str
    lists: Mapping[str, frozenset[str]]

    @property
    def kind(self) -> FindingKind:
        """Its kind of finding, as documents show it."""
        return self.kinds.of_segment if self.verb in (Verb.REQUIRE, Verb.FORBID) else self.kinds.of_element

    def weighed(self, severities: Mapping[str, str]) -> Rule:
        """Return it with the severity that a partner or companion guide gives it."""
        chosen = severities.get(self.id)
        return self if chosen is None else replace(self, severity=_severity(chosen))


@dataclass(frozen=True, slots=True)
class KindsByPlace:
    """The kinds of finding of a rule: alike but for the codes of the 999."""

    of_segment: FindingKind
    of_element: FindingKind


def read_rules(content: bytes) -> tuple[Rule, ...]:
    """Read a rule file.

    Args:
        content: YAML: `snip`, `rules` and, if need be, `lists`.

    Raises:
        ValueError: It does not have this form; says which rule.
    """
    # The C loader of PyYAML is a safe loader too; its pure Python one takes a second for our rules.
    document = yaml.load(content, Loader=yaml.CSafeLoader)
    try:
        file = msgspec.convert(document, _RuleFile)
    except msgspec.ValidationError as error:
        raise ValueError(f"a rule file is malformed: {error}") from error
    lists = MappingProxyType({name: frozenset(values) for name, values in file.lists.items()})
    return tuple(_rule(row, file.snip, lists) for row in file.rules)


def _rule(row: _Row, snip: int, lists: Mapping[str, frozenset[str]]) -> Rule:
    asked = {verb: getattr(row, verb) for verb in Verb if getattr(row, verb) is not None}
    if len(asked) != 1:
        raise ValueError(f"rule {row.id} has one of {', '.join(Verb)}, not {len(asked)} of them")
    verb, what = next(iter(asked.items()))
    severity = _severity(row.severity)
    return Rule(
        id=row.id,
        kinds=_kinds(row, snip, verb, severity or Severity.WARNING),
        severity=severity,
        guides=frozenset(row.guides),
        at=row.at,
        when=row.when,
        needs=row.needs,
        verb=verb,
        asked="" if verb is Verb.CODES else what,
        codes=row.codes,
        arguments=MappingProxyType({name: _argument(row.id, value, lists) for name, value in row.arguments.items()}),
        trigger=row.trigger or "",
        moment=row.moment,
        source=f"{row.id}; {row.source}",
        lists=lists,
    )


def _argument(rule: str, value: str, lists: Mapping[str, frozenset[str]]) -> str | frozenset[str]:
    if not value.startswith("@"):
        return value
    if value[1:] not in lists:
        raise ValueError(f"rule {rule}: there is no list {value}")
    return lists[value[1:]]


def _severity(text: str) -> Severity | None:
    return None if text == _OFF else Severity(text)


_SENT_OF_SEGMENT: Final[Mapping[Verb, str]] = MappingProxyType({Verb.REQUIRE: "I6", Verb.FORBID: "I9"})
_SENT_OF_ELEMENT: Final[Mapping[Verb, str]] = MappingProxyType(
    {Verb.REQUIRE: "I9", Verb.FORBID: "I13", Verb.CODES: "7"}
)
_OTHER_SEGMENT, _OTHER_ELEMENT = "I6", "I12"


def _kinds(row: _Row, snip: int, verb: Verb, severity: Severity) -> KindsByPlace:
    """Make the kinds of a rule: what a 999 says depends on whether an element or a whole segment is at fault.

    Of what refuses a claim, only situational rules are the 999's matter; the rest is said in the 277CA alone.
    """
    status = None if row.status is None else tuple(row.status.split(":"))
    if status is None and any(guide.startswith("837") for guide in row.guides):
        status = _INVALID_INFORMATION

    def kind(sent: Sent) -> FindingKind:
        return FindingKind(
            code=row.code, snip=snip, severity=severity, title=row.title, remedy=row.remedy, sent=sent, rule=row.id
        )

    if status is not None and snip != _SITUATIONAL:
        answered = kind(Sent(status=status))
        return KindsByPlace(of_segment=answered, of_element=answered)
    ik304 = row.ik304 or _SENT_OF_SEGMENT.get(verb, _OTHER_SEGMENT)
    ik403 = row.ik403 or _SENT_OF_ELEMENT.get(verb, _OTHER_ELEMENT)
    return KindsByPlace(
        of_segment=kind(Sent(ik304=ik304, status=status)),
        of_element=kind(Sent(ik304=_SEGMENT_ERRORS, ik403=ik403, status=status)),
    )


def overridden(rules: Iterable[Rule], severities: Mapping[str, str]) -> Sequence[Rule]:
    """Return rules with the severities that a partner or companion guide gives them.

    Raises:
        ValueError: A severity is none, or names a rule that is not there.
    """
    listed = list(rules)
    unknown = severities.keys() - {rule.id for rule in listed}
    if unknown:
        raise ValueError(f"there is no rule {', '.join(sorted(unknown))}")
    return [rule.weighed(severities) for rule in listed]
