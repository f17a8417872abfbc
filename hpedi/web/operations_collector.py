"""Prometheus asks: the figures of a workspace as metric families, asked of the books at most every few seconds."""

from __future__ import annotations

import shutil
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from copy import deepcopy
from datetime import datetime, timedelta
from importlib.metadata import version
from itertools import accumulate
from pathlib import Path
from typing import Final

from prometheus_client import CollectorRegistry, GCCollector, PlatformCollector, ProcessCollector, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily
from prometheus_client.metrics_core import Metric as Family
from prometheus_client.registry import Collector

from hpedi.findings import Unavailable
from hpedi.log import log
from hpedi.run_context import RunContext
from hpedi.store.books import StoredBooks
from hpedi.web.operations_figures import Acknowledged, Samples, figures
from hpedi.web.operations_table import METRICS, SECONDS, Kind

EVERY_SECONDS: Final = 15.0
RESTS: Final = 20
"""Figures are told for at least so many times as long as it took to ask for them."""
SUFFIX: Final = "_total"
"""Of the names of counters; their families go without it."""

_FAMILIES: Final[Mapping[Kind, type[GaugeMetricFamily | CounterMetricFamily]]] = {
    "gauge": GaugeMetricFamily,
    "counter": CounterMetricFamily,
}


class WorkspaceCollector(Collector):
    """The figures of a workspace; several may ask at once."""

    def __init__(
        self,
        home: Path,
        books: StoredBooks,
        kind: str,
        context: Callable[[], RunContext],
        *,
        figures_days: int,
        counts_since: datetime | None = None,
        every_seconds: float = EVERY_SECONDS,
    ) -> None:
        """Ask nothing yet.

        Args:
            home: Where the workspace lies.
            books: Its books.
            kind: Of its database: sqlite, postgresql.
            context: The moment of a question.
            figures_days: Payments of older runs are in no figure.
            counts_since: Of files that arrived from this moment on is counted how soon they were acknowledged; None for
                who asks once, and does not count on.
            every_seconds: For how long the figures of one question are told; 0 for none, they are asked for anew.
        """
        self._home = home
        self._books = books
        self._build = (version("hpedi"), kind)
        self._context = context
        self._every = every_seconds
        self._acknowledged = Acknowledged(counts_since) if counts_since is not None else None
        self._span = timedelta(days=figures_days)
        self._lock = threading.Lock()
        self._ask_at = float("-inf")
        self._samples: Samples = {}

    def collect(self) -> Iterator[Family]:
        """Yield a family a metric."""
        with self._lock:
            began = time.monotonic()
            if began >= self._ask_at:
                self._samples = self._asked()
                took = time.monotonic() - began
                self._ask_at = began + took + (max(self._every, took * RESTS) if self._every else 0.0)
            samples, counted = self._samples, deepcopy(self._acknowledged)
        for name, metric in METRICS.items():
            if metric.kind == "histogram":
                if counted is not None:
                    yield _histogram(name, metric.told, counted)
                continue
            family = _FAMILIES[metric.kind](name.removesuffix(SUFFIX), metric.told, labels=metric.labels)
            for labels, value in samples.get(name, ()):
                family.add_metric(labels, value)
            yield family

    def _asked(self) -> Samples:
        started = time.monotonic()
        try:
            context = self._context()
            found: Samples = figures(self._books, context, self._acknowledged, context.as_of - self._span)
            is_up = True
        except Unavailable as failure:
            log.warning("figures not asked for", exception=type(failure).__name__)
            found, is_up = {}, False
        own: Samples = {
            "hpedi_build_info": [(self._build, 1.0)],
            "hpedi_database_up": [((), float(is_up))],
            "hpedi_disk_free_bytes": [((), float(shutil.disk_usage(self._home).free))],
            "hpedi_figures_timestamp_seconds": [((), time.time())],
            "hpedi_figures_duration_seconds": [((), time.monotonic() - started)],
        }
        return {**found, **own}


def registry(collector: WorkspaceCollector, *, with_process: bool) -> CollectorRegistry:
    """Return what is told: the workspace, and the process that tells it if that lives on."""
    made = CollectorRegistry()
    made.register(collector)
    for kind in (ProcessCollector, PlatformCollector, GCCollector) if with_process else ():
        kind(registry=made)
    return made


def exposition(told: CollectorRegistry) -> bytes:
    """Return all of it in Prometheus' text format."""
    return generate_latest(told)


def _histogram(name: str, told: str, counted: Acknowledged) -> HistogramMetricFamily:
    family = HistogramMetricFamily(name, told)
    ends = (*(f"{end:.1f}" for end in SECONDS), "+Inf")
    family.add_metric((), list(zip(ends, accumulate(counted.counts), strict=True)), sum_value=counted.seconds)
    return family
