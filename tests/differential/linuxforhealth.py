"""Our 271s read by the models of linuxforhealth-x12, which wants pydantic 1 and so an environment of its own.

    python3 -m venv lfh && lfh/bin/pip install "linuxforhealth-x12==0.57.0" "pydantic<2"
    .venv/bin/python -m tests.differential.linuxforhealth lfh/bin/python FILE...

Prints each file that its models refuse for anything but what `FAULTS` and our own count of segments explain, and exits
with 1 if there is one.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Final

READ: Final = """
import json, sys
from pydantic import ValidationError
from linuxforhealth.x12.io import X12ModelReader
from linuxforhealth.x12.v5010.x12_271_005010X279A1 import loops
for loop in vars(loops).values():
    # Its checks of a loop break down on a segment that was refused, and hide why.
    checks = getattr(loop, "__post_root_validators__", None)
    if checks:
        loop.__post_root_validators__ = [(True, check) for _is_skipped, check in checks]
for name in sys.argv[1:]:
    try:
        with X12ModelReader(name) as reader:
            list(reader.models())
        said = []
    except ValidationError as refused:
        said = [[".".join(map(str, each["loc"])), each["msg"]] for each in refused.errors()]
    print(json.dumps([name, said]))
"""
FAULTS: Final[Mapping[str, str]] = {
    "reject_reason_code": "its AAA of 2100C and 2100D has the codes of 2100B (facts: 271_X279A1 2100C/AAA/AAA03)",
    "service_type_code": "it wants EB03 where EB13 stands, too (271_X279A1 2110C/EB: P0910, EB03 situational)",
    "quantity_qualifier value is not a valid decimal": "it reads EB09 as a number (271_X279A1 2110C/EB/EB09)",
    "ls_segment": "it takes LS and LE for parts of 2115 (271_X279A1 2110C/LS)",
    "le_segment": "likewise",
    "hierarchical_child_code": "it wants 2000B below a source that refuses (271_X279A1 2000A/HL/HL04, 2000B)",
    "loop_2000b field required": "likewise",
}
"""What its models refuse wrongly, by what it says, with the rows of the fact tables that speak against it."""
COUNT: Final = "SE segment count"
"""It counts what is left in its models: not what it refused (ST, BHT and SE then are all), nor the PER of 2100A, which
its parser lets go. A count of its own says nothing of ours: whether SE01 is right is counted here."""


def miscounted(content: str) -> list[str]:
    """Return the SE segments of a file whose SE01 is not the number of segments from ST to SE."""
    element, terminator = content[3], content[105]
    wrong, start = [], 0
    for position, segment in enumerate(content.split(terminator)):
        name, *elements = segment.strip().split(element)
        if name == "ST":
            start = position
        elif name == "SE" and elements[0] != str(position - start + 1):
            wrong.append(segment.strip())
    return wrong


def is_explained(name: str, said: str) -> bool:
    """Say whether something that its models refuse is a fault of theirs."""
    if COUNT in said:
        return not miscounted(Path(name).read_text())
    return any(fault in said for fault in FAULTS)


def main(arguments: list[str]) -> int:
    """Let its interpreter read files, and print what is not explained."""
    python, *files = arguments
    told = subprocess.run([python, "-c", READ, *files], check=True, capture_output=True, text=True).stdout
    unexplained, accepted = 0, 0
    for name, said in map(json.loads, told.splitlines()):
        accepted += not said
        for where, message in said:
            if not is_explained(name, f"{where} {message}"):
                unexplained += 1
                sys.stdout.write(f"{name} {where} {message}\n")
    sys.stdout.write(f"{len(files)} files, {accepted} accepted outright, {unexplained} findings unexplained\n")
    return int(unexplained > 0)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
