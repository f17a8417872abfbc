"""Remittances by the thousand, posted and judged: `python -m tests.posting --remittances 10000`.

One payer after another works for months, each with a seed of its own. All 835s are posted, and judged by pyx12 and
oxedi; all Nacha files by achkit, and by achlens where `--achlens` names a Python that has it; one in so many of both
is mutated field by field. Progress goes to standard error; at the end stands what was found, and the exit code is 1 if
anything is wrong. Ctrl-C ends it with the report of what was done so far.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
import traceback
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from benchmarks.memory import own_peak
from hpedi.log import configure
from tests.pipeline.conftest import KEY
from tests.posting.comparing import differences
from tests.posting.judging import REFUSED, asks_achkit, asks_achlens, asks_oxedi, pyx12_says
from tests.posting.refusing import VERIFIED, Refusals, try_mutations
from tests.posting.trial import Size, Trial

SHOWN = 20


@dataclass(slots=True)
class Report:
    """What was done and found so far."""

    remittances: int = 0
    nacha: int = 0
    trials: int = 0
    did: Counter[str] = field(default_factory=Counter)
    told: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)
    told_of: int = 0
    mutations: dict[str, Refusals] = field(default_factory=lambda: {"remittance": Refusals(), "nacha": Refusals()})

    def judge(self, trial: Trial, asked: argparse.Namespace) -> None:
        """Ask everybody about what a trial sent."""
        sent = trial.sent
        self.remittances += len(sent.remittances)
        self.nacha += len(sent.nacha)
        said = Counter(pyx12_says(content) for content in sent.remittances[:: asked.pyx12_every])
        self.refused["pyx12"] += said[REFUSED]
        self.did.update({f"pyx12: {answer}": count for answer, count in said.items()})
        self.refused["oxedi"] += sum(not asks_oxedi(content) for content in sent.remittances)
        self.refused["achkit"] += sum(not asks_achkit(content) for content in sent.nacha)
        if asked.achlens:
            self.refused["achlens"] += sum(not valid for valid in asks_achlens(asked.achlens, sent.nacha))
        for kind, contents in (("remittance", sent.remittances), ("nacha", sent.nacha)):
            for content in contents[:: asked.mutate_every]:
                try_mutations(kind, content, self.mutations[kind])

    def add(self, trial: Trial) -> None:
        """Add up what a trial did."""
        self.did.update(trial.did)
        self.told.update(trial.receivables.told)

    def untold(self) -> list[str]:
        """Return what was found wrong since it was asked last."""
        new, self.told_of = self.wrong[self.told_of :], len(self.wrong)
        return new

    def faults(self) -> Iterator[str]:
        """Yield what is wrong in all."""
        yield from self.wrong
        yield from (f"{who} refuses {count} of our files" for who, count in self.refused.items() if count)
        for kind, refusals in self.mutations.items():
            for name, count in refusals.missed(VERIFIED).items():
                yield f"{count} mutations of {name} of a {kind} pass our verification"

    def rows(self) -> Iterator[str]:
        """Yield the report."""
        yield f"{self.remittances:,} remittances and {self.nacha:,} Nacha files of {self.trials} payers"
        for title, counted in (("did", self.did), ("835s held", self.told), ("refused", self.refused)):
            yield f"{title}: " + "; ".join(f"{name} {count:,}" for name, count in sorted(counted.items()))
        for kind, refusals in self.mutations.items():
            yield f"mutations of a {kind}, refused by"
            yield from (f"  {row}" for row in refusals.rows())


def _trial(report: Report, seed: int, asked: argparse.Namespace) -> None:
    with tempfile.TemporaryDirectory(prefix="hpedi-posting-") as folder:
        trial = Trial(Path(folder), seed, Size(asked.days, asked.claims))
        try:
            trial.run()
            report.wrong += [f"payer {seed}: {each}" for each in differences(trial)]
            report.judge(trial, asked)
        except Exception:  # noqa: BLE001  # whatever breaks is a fault to be told, and the next payer goes on
            report.wrong.append(f"payer {seed} broke down: {traceback.format_exc(limit=-3)}")
        finally:
            trial.workspace.database.close()
        report.add(trial)


def _work(report: Report, asked: argparse.Namespace, began: float) -> None:
    while report.remittances < asked.remittances or report.nacha < asked.nacha:
        _trial(report, asked.seed + report.trials, asked)
        report.trials += 1
        told = f"{report.remittances:,} remittances, {report.nacha:,} Nacha files, {len(report.wrong)} faults"
        print(f"{time.monotonic() - began:6.0f} s, {own_peak():.0f} MB: {told}", file=sys.stderr)  # noqa: T201
        print("".join(f"{each}\n" for each in report.untold()), end="", file=sys.stderr)  # noqa: T201
        if len(report.wrong) > SHOWN:
            break


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--remittances", type=int, default=10_000, help="At least so many 835s.")
    parser.add_argument("--nacha", type=int, default=0, help="At least so many Nacha files.")
    parser.add_argument("--seed", type=int, default=1, help="Of the first payer.")
    parser.add_argument("--days", type=int, default=14, help="Days that a payer works, each with a few payment runs.")
    parser.add_argument("--claims", type=int, default=60, help="New claims a day.")
    parser.add_argument("--pyx12-every", type=int, default=1, help="Ask pyx12 about one in so many 835s.")
    parser.add_argument("--mutate-every", type=int, default=50, help="Mutate one in so many files.")
    parser.add_argument("--achlens", type=Path, help="A Python in which achlens is installed.")
    return parser.parse_args()


def main() -> int:
    """Do what the command line asks for; return the exit code."""
    asked, report, began = _asked(), Report(), time.monotonic()
    configure()
    with pytest.MonkeyPatch.context() as patch, tempfile.TemporaryDirectory(prefix="hpedi-posting-") as state:
        patch.setenv("HPEDI_KEY", KEY)
        patch.setenv("XDG_STATE_HOME", state)
        try:
            _work(report, asked, began)
        except KeyboardInterrupt:
            print("interrupted: this is what was done so far", file=sys.stderr)  # noqa: T201
    faults = list(report.faults())
    print("\n".join([*report.rows(), *(f"wrong: {each}" for each in faults[:SHOWN])]))  # noqa: T201
    print(f"{time.monotonic() - began:.0f} s; {len(faults)} faults")  # noqa: T201
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
