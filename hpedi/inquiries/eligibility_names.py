"""Names as they are compared: the last name normalised as CORE asks, the first by its letters or its initial.

Source: CAQH CORE 258, as data in mappings/inquiries/eligibility.yaml.
"""

from __future__ import annotations

import re
from functools import lru_cache

from hpedi.inquiries.eligibility_rules import NameRules
from hpedi.x12.characters import unaccented


def normalised(last: str, rules: NameRules) -> str:
    """Return a last name as it is compared: in capitals, without words that are no part of it and without signs."""
    name = unaccented(last).upper()
    words, characters = _patterns(rules)
    while (shorter := words.sub("", name)) != name:
        name = shorter
    return characters.sub("", name)


def last_agrees(sent: str, on_file: str, rules: NameRules) -> bool:
    """Say whether two last names are the same when normalised; one that is nothing then agrees with none."""
    wanted = normalised(sent, rules)
    return bool(wanted) and wanted == normalised(on_file, rules)


def first_agrees(sent: str, on_file: str, rules: NameRules) -> bool:
    """Say whether two first names are the same; a single letter stands for the name it begins."""
    _words, characters = _patterns(rules)
    wanted, known = (characters.sub("", unaccented(each).upper()) for each in (sent, on_file))
    return bool(wanted) and (wanted == known or (len(wanted) == 1 and known.startswith(wanted)))


@lru_cache(maxsize=8)
def _patterns(rules: NameRules) -> tuple[re.Pattern[str], re.Pattern[str]]:
    """Return what finds words that stand apart, with what stands before them, and characters that are left out."""
    before, words = "".join(map(re.escape, rules.after)), "|".join(map(re.escape, rules.words))
    apart = re.compile(f"[{before}]+(?:{words})(?= |$)")
    return apart, re.compile(f"[{re.escape(rules.characters)}]")
