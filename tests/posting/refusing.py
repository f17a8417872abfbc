"""Who refuses a mutated 835 or Nacha file: our own readers, held against what was built or alone, poster and others."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Final

from hpedi.commands.jobs import REMITTANCE_GUIDE
from hpedi.guide_files import GuideFiles
from hpedi.guides.load import Guide
from hpedi.payments.ach.read import read_ach
from hpedi.payments.ach.verification import verify_ach_bytes
from hpedi.payments.balancing import check_remittance
from hpedi.payments.faults import ReleaseBlocked
from hpedi.payments.verification import read_remittances as read_by_us
from hpedi.payments.verification import verify_remittances
from tests.posting.balancing import imbalances
from tests.posting.deposits import BadBankFile, read_nacha
from tests.posting.judging import asks_achkit, asks_oxedi, asks_pyx12
from tests.posting.mutating import Mutated, mutated_nacha, mutated_remittances
from tests.posting.remittance import read_remittances
from tests.posting.segments import Unreadable

VERIFIED, OURS, POSTER, PYX12, OXEDI, ACHKIT = "verification", "our reader", "poster", "pyx12", "oxedi", "achkit"

Asked = Callable[[bytes], bool]


@cache
def guide() -> Guide:
    """Return the 835 X221A1."""
    found = GuideFiles().guide_for(*REMITTANCE_GUIDE)
    assert found is not None
    return found


@dataclass(slots=True)
class Refusals:
    """How many mutations there were of each field, and how many of them each refused."""

    tried: Counter[str] = field(default_factory=Counter)
    refused: dict[str, Counter[str]] = field(default_factory=dict)

    def add(self, mutated: Mutated, judges: Mapping[str, Asked]) -> None:
        """Ask everybody about a mutated file; each says whether it accepts it."""
        self.tried[mutated.field] += 1
        for who, accepts in judges.items():
            self.refused.setdefault(who, Counter())[mutated.field] += not accepts(mutated.content)

    def missed(self, who: str) -> dict[str, int]:
        """Return the fields whose mutations somebody did not refuse, with how many times."""
        told = self.refused.get(who, Counter())
        return {name: count - told[name] for name, count in self.tried.items() if told[name] < count}

    def rows(self) -> Iterator[str]:
        """Yield who refused how many."""
        total = sum(self.tried.values())
        yield from (f"{who:<14}{sum(told.values()):>8,} of {total:,}" for who, told in self.refused.items())


def _accepts(read: Callable[[], object], *faults: type[Exception]) -> bool:
    try:
        return bool(read())
    except faults:
        return False


def judges_of_remittance(content: bytes) -> Mapping[str, Asked]:
    """Return who is asked about mutations of an 835, each as a question whether it accepts the bytes."""
    built = read_by_us(content, guide()).remittances

    def balances(changed: bytes) -> bool:
        read = read_by_us(changed, guide())
        for each in read.remittances:
            check_remittance(each)
        return not read.findings and bool(read.remittances)

    def posts(changed: bytes) -> bool:
        return not any(imbalances(each) for each in read_remittances(changed))

    return {
        VERIFIED: lambda changed: _accepts(lambda: verify_remittances(changed, guide(), built), ReleaseBlocked),
        OURS: lambda changed: _accepts(lambda: balances(changed), ReleaseBlocked),
        POSTER: lambda changed: _accepts(lambda: posts(changed), Unreadable),
        OXEDI: lambda changed: _accepts(lambda: asks_oxedi(changed), Unreadable),
        PYX12: lambda changed: _accepts(lambda: asks_pyx12(changed), Unreadable),
    }


def judges_of_nacha(content: bytes) -> Mapping[str, Asked]:
    """Return who is asked about mutations of a Nacha file, likewise; the poster sees what the bank would tell it."""
    built, deposits = read_ach(content).file, read_nacha(content)
    assert built is not None
    return {
        VERIFIED: lambda changed: _accepts(lambda: verify_ach_bytes(changed, built), ReleaseBlocked),
        OURS: lambda changed: not read_ach(changed).findings,
        POSTER: lambda changed: _accepts(lambda: read_nacha(changed) == deposits, BadBankFile, ValueError),
        ACHKIT: asks_achkit,
    }


KEPT: Final = {"remittance": (mutated_remittances, judges_of_remittance), "nacha": (mutated_nacha, judges_of_nacha)}
"""How files of a kind are mutated, and who judges them."""


def try_mutations(kind: str, content: bytes, refusals: Refusals) -> None:
    """Mutate a file, one field at a time, and ask everybody."""
    mutations, judges = KEPT[kind]
    asked = judges(content)
    for mutated in mutations(content):
        refusals.add(mutated, asked)
