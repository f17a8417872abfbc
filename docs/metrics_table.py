"""The table of docs/metrics.md, made of the one that the program tells its figures by."""

from __future__ import annotations

import re
from pathlib import Path

from hpedi.web.operations_table import metrics_table

PAGE = Path(__file__).resolve().parent / "metrics.md"
_PLACE = re.compile(r"(<!-- the table is written by `make docs` -->\n).*?(<!-- end -->)", re.DOTALL)


def page_with_table(page: str) -> str:
    """Return the page with its table as it is now."""
    return _PLACE.sub(lambda place: f"{place[1]}\n{metrics_table()}\n{place[2]}", page)
