"""Dated data of eligibility answers: mappings/inquiries/eligibility.yaml, read from bytes. It decides nothing."""

from __future__ import annotations

from datetime import date
from typing import Final, Literal, TypeAlias

import msgspec

from hpedi.reference.dated import Dated, Entry, in_force
from hpedi.transactions.eligibility_271.model import Rejection

SearchField: TypeAlias = Literal["member_id", "last", "first", "birth_date"]
AnswerLevel: TypeAlias = Literal["source", "receiver", "subscriber", "dependent", "patient"]
SUBSCRIBER: Final = "subscriber"
DEPENDENT: Final = "dependent"
PATIENT: Final = "patient"
"""Subscriber or dependent."""


class NameRules(Dated, frozen=True, kw_only=True):
    """How last names are normalised before they are compared.

    Attributes:
        words: Words that are left out where they stand apart.
        after: What stands before such a word.
        characters: Characters that are left out everywhere.
    """

    words: tuple[str, ...]
    after: tuple[str, ...]
    characters: str
    source: str


class SearchRules(Dated, frozen=True, kw_only=True):
    """What has to be sent to find a member: all fields of one row."""

    subscriber: tuple[tuple[SearchField, ...], ...]
    dependent: tuple[tuple[SearchField, ...], ...]
    source: str


class PeriodRules(Dated, frozen=True, kw_only=True):
    """Which days may be asked about.

    Attributes:
        months_back: So many months before the day of the inquiry.
        months_ahead: To the end of the month that is so many months after it; 0: to the end of its own.
    """

    months_back: int
    months_ahead: int
    source: str


class ServiceTypeRule(Dated, frozen=True, kw_only=True):
    """Service types (EB03) that a service type (EQ01) is answered with, beside itself."""

    asked: str
    answered: tuple[str, ...]
    source: str


class ProcedureRules(Dated, frozen=True, kw_only=True):
    """Kinds of procedure codes (EQ02-1) that are answered for themselves."""

    qualifiers: tuple[str, ...]
    source: str


class RelationshipRules(Dated, frozen=True, kw_only=True):
    """Relationships to the subscriber that a 271 can tell, and what stands for the others."""

    codes: tuple[str, ...]
    otherwise: str
    source: str


class MessageRules(Dated, frozen=True, kw_only=True):
    """Words that go with what a service costs (MSG01).

    Attributes:
        paid_in_full: The member bears nothing.
        waived_if_admitted: A copay that an admission spares.
        authorization_on_file: An approved authorisation, with the units `left` of those `approved`.
        policy_applies: A medical policy, by its `policy`, that decides whether a procedure is paid.
    """

    paid_in_full: str
    waived_if_admitted: str
    authorization_on_file: str
    policy_applies: str
    source: str


class RejectionRule(Entry, frozen=True, kw_only=True):
    """What is answered in a situation, at the level that it is found at; `says` is for people."""

    when: str
    level: AnswerLevel
    reason: str
    follow_up: str
    says: str
    source: str


class AnswerWords(Entry, frozen=True, kw_only=True):
    """What codes of an answer are called where a person reads it.

    By element: EB01, EB06, EB12, EB02, EB11, EB03, REF01, DTP01; of the last two, what has no word is told without.
    """

    information: dict[str, str]
    period: dict[str, str]
    network: dict[str, str]
    level: dict[str, str]
    authorization: dict[str, str]
    service_types: dict[str, str]
    ids: dict[str, str]
    dates: dict[str, str]


class EligibilityRules(Entry, frozen=True, kw_only=True, eq=False):
    """The rules of all days; compared and hashed by identity, so that what is made of them is kept by it."""

    names: tuple[NameRules, ...]
    search: tuple[SearchRules, ...]
    periods: tuple[PeriodRules, ...]
    service_types: tuple[ServiceTypeRule, ...]
    procedures: tuple[ProcedureRules, ...]
    messages: tuple[MessageRules, ...]
    relationships: tuple[RelationshipRules, ...]
    rejections: tuple[RejectionRule, ...]
    words: AnswerWords

    def on(self, day: date) -> RulesOfDay:
        """Return the rules in force on the day of an inquiry.

        Raises:
            LookupError: There are none: inquiries of before they began are not answered.
        """
        names, search = in_force(self.names, day), in_force(self.search, day)
        periods, procedures = in_force(self.periods, day), in_force(self.procedures, day)
        relationships, messages = in_force(self.relationships, day), in_force(self.messages, day)
        if names is None or search is None or periods is None or procedures is None:
            raise LookupError("no rules for eligibility inquiries are in force on this day")
        if relationships is None or messages is None:
            raise LookupError("no words for eligibility answers are in force on this day")
        return RulesOfDay(
            names=names,
            search=search,
            periods=periods,
            answered_with={each.asked: each.answered for each in self.service_types if each.covers(day)},
            procedure_qualifiers=frozenset(procedures.qualifiers),
            messages=messages,
            relationships=relationships,
            rejections={(each.level, each.when): Rejection(each.reason, each.follow_up) for each in self.rejections},
        )


class RulesOfDay(msgspec.Struct, frozen=True, kw_only=True):
    """The rules in force on the day of an inquiry.

    Attributes:
        names: How last names are compared.
        search: What has to be sent.
        periods: Which days may be asked about.
        answered_with: Service types beside itself, by the one that is asked.
        procedure_qualifiers: Kinds of procedure codes that are answered for themselves.
        messages: Words that go with what a service costs.
        relationships: What can be told of them.
        rejections: What is answered, by level and situation.
    """

    names: NameRules
    search: SearchRules
    periods: PeriodRules
    answered_with: dict[str, tuple[str, ...]]
    procedure_qualifiers: frozenset[str]
    messages: MessageRules
    relationships: RelationshipRules
    rejections: dict[tuple[str, str], Rejection]

    def relationship(self, on_file: str) -> str:
        """Return how a relationship to the subscriber is told."""
        return on_file if on_file in self.relationships.codes else self.relationships.otherwise

    def rejection(self, level: str, situation: str) -> Rejection:
        """Return what is answered in a situation at a level; those of both kinds of patients stand once."""
        own = self.rejections.get((level, situation))
        return own if own is not None else self.rejections[PATIENT, situation]


def load_eligibility_rules(content: bytes) -> EligibilityRules:
    """Read the YAML of mappings/inquiries/eligibility.yaml."""
    return msgspec.yaml.decode(content, type=EligibilityRules)
