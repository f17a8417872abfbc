"""The members of the benchmark: names, numbers and days of their own, the same in every run."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

SUBSCRIBERS_IN_FOUR = 3
FIRST_BIRTH, BIRTH_DAYS = date(1940, 1, 1), 24001  # prime to the days of service, so that the pairs do not repeat
SCATTER = 2654435761  # odd, so that no two numbers meet
SYLLABLES = ("BA", "DE", "FI", "GO", "HU", "KA", "LE", "MI", "NO", "PU", "RA", "SE", "TI", "VO", "WU", "ZA")


@dataclass(frozen=True, slots=True)
class Person:
    """A member of the benchmark: number `i` and the number of the subscriber of the family."""

    number: int
    holder: int

    @property
    def id(self) -> str:
        """Our id."""
        return f"B{self.number:07d}"

    @property
    def card(self) -> str:
        """The member id of the family."""
        return f"HB{self.holder:08d}"

    @property
    def last(self) -> str:
        """A last name of the family's own."""
        return word(self.holder, 5)

    @property
    def first(self) -> str:
        """A first name."""
        return word(self.number * 7, 3)

    @property
    def birth_date(self) -> date:
        """A birth date."""
        return FIRST_BIRTH + timedelta(days=self.number * 7919 % BIRTH_DAYS)

    @property
    def sex(self) -> str:
        """F or M."""
        return "FM"[self.number % 2]


def person(number: int) -> Person:
    """Return a member: of each four, three are subscribers and the last a child of the third."""
    is_child = number % 4 == SUBSCRIBERS_IN_FOUR
    return Person(number, number - is_child)


def word(number: int, syllables: int) -> str:
    """Return a word for a number; different words for different numbers below 16 to the number of syllables."""
    number = number * SCATTER
    letters = []
    for _ in range(syllables):
        number, syllable = divmod(number, len(SYLLABLES))
        letters.append(SYLLABLES[syllable])
    return "".join(letters)
