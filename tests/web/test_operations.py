"""Figures and health: what each comes to after a day, read back by Prometheus' own parser, and who is told."""

from __future__ import annotations

import http.client
import json
import re
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import uvicorn
import yaml
from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy import event

from hpedi.findings import Unavailable
from hpedi.mappings_folder import sample
from hpedi.pipeline.gateway_ports import Heartbeat
from hpedi.store import schema
from hpedi.store.figures import AnswerOf
from hpedi.web.operations import Operations
from hpedi.web.operations_collector import WorkspaceCollector, exposition, registry
from hpedi.web.operations_figures import MOST_PARTNERS, Acknowledged, _by_partner
from hpedi.web.operations_health import Check, HealthTerms, Patient, checks
from hpedi.web.operations_table import METRICS, SECONDS
from tests.pipeline.conftest import Demo
from tests.shared import PROJECT

NOW = datetime(2026, 3, 16, 18, 0, tzinfo=UTC)
FEW_ROWS = {"webhook", "watcher", "reprocessing", "pragma_page_count", "pragma_page_size"}
"""Tables that have a row an endpoint, a process, a proposal; SQLite's own of its size."""
storeless = pytest.mark.storeless
Told = dict[tuple[str, tuple[str, ...]], float]


def collector(demo: Demo, every_seconds: float = 0.0, *, goes_on: bool = True) -> WorkspaceCollector:
    """Return what is asked for the figures of a workspace; without a wait, anew each time."""
    workspace = demo.workspace
    return WorkspaceCollector(
        workspace.home,
        workspace.books,
        "kind",
        lambda: demo.jobs.context,
        figures_days=92,
        counts_since=demo.jobs.context.instant - timedelta(hours=1) if goes_on else None,
        every_seconds=every_seconds,
    )


def told(asked: WorkspaceCollector) -> Told:
    """Return each figure by its name and the values of its labels, as Prometheus reads them."""
    text = exposition(registry(asked, with_process=False)).decode()
    return {
        (each.name, tuple(each.labels.values())): each.value
        for family in text_string_to_metric_families(text)
        for each in family.samples
    }


# --- names -----------------------------------------------------------------------------------------------------------


@storeless
def test_names_follow_the_conventions() -> None:
    """Counters end in _total and nothing else does; units are base units; help is a sentence; labels are words."""
    for name, metric in METRICS.items():
        assert re.fullmatch("hpedi(_[a-z0-9]+)+", name)
        assert name.endswith("_total") is (metric.kind == "counter")
        assert not name.endswith(("_count", "_sum", "_bucket"))
        assert not re.search("_(milliseconds|ms|minutes|hours|kilobytes|kb|mb|percent|cents)(_|$)", name)
        assert metric.told.endswith((".", "labels"))
        assert all(re.fullmatch("[a-z_]+", label) and label not in {"le", "quantile"} for label in metric.labels)


@storeless
def test_rules_name_figures_that_there_are() -> None:
    """Each alert of the example asks for figures of the table, and says what is the matter."""
    (group,) = yaml.safe_load((PROJECT / "deploy" / "prometheus-rules.yaml").read_text())["groups"]
    known = {*METRICS, *(f"{name}_bucket" for name, metric in METRICS.items() if metric.kind == "histogram")}
    for rule in group["rules"]:
        assert set(re.findall(r"hpedi_[a-z_]+", rule["expr"])) <= known, rule["alert"]
        assert rule["annotations"]["summary"]
        labels = dict(re.findall(r'(\w+)=~?"([^"]*)"', rule["expr"]))
        assert set(labels) <= {"job", *(label for each in METRICS.values() for label in each.labels)}


# --- figures ---------------------------------------------------------------------------------------------------------


def test_a_day_comes_to_its_figures(demo: Demo) -> None:
    """One file of a clearinghouse: 5 claims decided and 3 refused, 519.00 by EFT and 70.00 by check."""
    demo.run((sample("inbound") / "02-prairielink.837").read_bytes())
    text = exposition(registry(collector(demo), with_process=True)).decode()
    families = {family.name: family for family in text_string_to_metric_families(text)}
    for name, metric in METRICS.items():
        family = families[name.removesuffix("_total")]
        assert (family.type, family.documentation) == (metric.kind, metric.told)
        assert all(set(each.labels) - {"le"} == set(metric.labels) for each in family.samples), name
    figures = told(collector(demo))
    assert figures["hpedi_database_up", ()] == 1
    assert figures["hpedi_database_size_bytes", ()] > 100_000
    assert figures["hpedi_files", ("done",)] == 1
    assert figures["hpedi_interchanges", ("prairielink", "P", "partially_accepted")] == 1
    assert figures["hpedi_claims", ("decided",)] == 5
    assert figures["hpedi_claims", ("refused",)] == 3
    assert figures["hpedi_decisions_total", ()] == 5
    assert figures["hpedi_payments", ("ACH", "released")] == 2
    assert figures["hpedi_payments_dollars", ("ACH", "released")] == 519
    assert figures["hpedi_payments_dollars", ("CHK", "released")] == 70
    assert figures["hpedi_outbox_waiting_files", ()] == 0
    assert figures["hpedi_audit_unsealed_entries", ()] > 0
    demo.workspace.sealer.seal()
    assert told(collector(demo))["hpedi_audit_unsealed_entries", ()] == 0


def test_what_waits_is_told_with_its_age(demo: Demo) -> None:
    """A file of 2 March, 9:00, waits on the 16th at noon for 14 days and 2 hours, as clocks went forward between."""
    demo.receive((sample("inbound") / "02-prairielink.837").read_bytes())
    age = 14 * 86_400 + 2 * 3_600
    figures = told(collector(demo))
    assert figures["hpedi_outbox_waiting_files", ()] == 1
    assert figures["hpedi_outbox_oldest_waiting_seconds", ()] == age
    assert figures["hpedi_waiting", ("claims to decide",)] == 5
    assert figures["hpedi_waiting_oldest_seconds", ("claims to decide",)] == age


def test_figures_are_asked_for_every_few_seconds_only(demo: Demo) -> None:
    """However often somebody asks, the books are asked once in that time."""
    cached = collector(demo, every_seconds=3_600)
    assert ("hpedi_files", ("done",)) not in told(cached)
    demo.receive((sample("inbound") / "05-test.837").read_bytes())
    assert ("hpedi_files", ("done",)) not in told(cached)
    assert told(collector(demo))["hpedi_files", ("done",)] == 1


def test_figures_read_no_table_whole(demo: Demo) -> None:
    """However much was received, decided and paid, each question is answered from an index; few-row tables are free."""
    demo.run((sample("inbound") / "02-prairielink.837").read_bytes())
    asked: list[tuple[str, Any]] = []
    reader = demo.workspace.database.reader

    def note(_connection: object, _cursor: object, statement: str, parameters: Any, *_more: object) -> None:
        asked.append((statement, parameters))

    event.listen(reader, "before_cursor_execute", note)
    told(collector(demo))
    event.remove(reader, "before_cursor_execute", note)
    plans = []
    with reader.connect() as connection:
        is_sqlite = connection.dialect.name == "sqlite"
        if not is_sqlite:
            connection.exec_driver_sql("SET enable_seqscan = off")  # which a server prefers for a few rows
        for statement, parameters in asked:
            if statement.startswith(("SELECT", "WITH")):
                explain = "EXPLAIN QUERY PLAN " if is_sqlite else "EXPLAIN "
                plans += [str(row[-1]) for row in connection.exec_driver_sql(explain + statement, parameters)]
    whole = re.compile(r"SCAN (\w+)(?!.* INDEX)" if is_sqlite else r"Seq Scan on (\w+)")
    assert len(plans) > len(METRICS)
    assert {found[1] for found in map(whole.search, plans) if found} <= FEW_ROWS


def test_who_asks_once_reads_no_arrival(demo: Demo) -> None:
    """What is counted on from look to look is no figure of a single look."""
    figures = told(collector(demo, goes_on=False))
    assert ("hpedi_arrivals_waiting", ()) in figures
    assert not [name for name, _labels in figures if name.startswith("hpedi_acknowledgement_seconds")]


def test_the_gateway_is_told(demo: Demo) -> None:
    """Arrivals by partner and state, the age of the first that waits, acknowledgements, heartbeats, schedules."""
    now = demo.jobs.context.instant
    arrived = now - timedelta(seconds=90)
    received = demo.receive((sample("inbound") / "02-prairielink.837").read_bytes())
    with demo.workspace.books.writing(demo.jobs.context) as work:
        moment = int(arrived.timestamp()) * 1_000_000_000
        done = work.arrivals.take(partner="prairielink", name="SMITH.837", moment=moment, size=9, watcher="w1")
        work.arrivals.finish(done.id, "received", file=received.file)
        work.arrivals.take(partner="prairielink", name="JONES.837", moment=moment, size=9, watcher="w1")
        beat = Heartbeat(id="w1", host="here", pid=1, started_at=now, beat_at=now - timedelta(seconds=7), files=2)
        work.watchers.beat(beat)
        assert work.schedules.begin("pay", now - timedelta(hours=1))
    demo.jobs.deliver()
    asked = collector(demo)
    figures = told(asked)
    assert figures["hpedi_arrivals", ("prairielink", "received")] == 1
    assert figures["hpedi_arrivals", ("prairielink", "taken")] == 1
    assert (figures["hpedi_arrivals_waiting", ()], figures["hpedi_arrivals_oldest_waiting_seconds", ()]) == (1, 90)
    assert figures["hpedi_watcher_heartbeat_age_seconds", ("w1",)] == 7
    assert figures["hpedi_schedule_late_seconds", ("pay",)] == 3_600
    assert figures["hpedi_acknowledgement_seconds_bucket", ("60.0",)] == 0
    assert figures["hpedi_acknowledgement_seconds_bucket", ("120.0",)] == 1
    assert (figures["hpedi_acknowledgement_seconds_count", ()], figures["hpedi_acknowledgement_seconds_sum", ()]) == (
        1,
        90,
    )
    assert told(asked)["hpedi_acknowledgement_seconds_count", ()] == 1
    assert not [name for name in ("SMITH", "JONES") if name in repr(figures)]


def answer(arrival: int, seconds: float | None, *, arrived: datetime = NOW, outbox: int | None = 1) -> AnswerOf:
    """Return an acknowledgement that took some seconds, or waits."""
    delivered = None if seconds is None else arrived + timedelta(seconds=seconds)
    return AnswerOf(arrival=arrival, outbox=outbox, arrived_at=arrived, has_ended=True, delivered_at=delivered)


@storeless
def test_acknowledgements_are_counted_once_each() -> None:
    """1 s, 4 s and 2 h fall into 1, 5 and 21600; what waits is looked at again, what was counted is not."""
    counted = Acknowledged(NOW)
    later = NOW + timedelta(hours=3)
    counted.take([answer(1, 1), answer(2, 4), answer(3, 7_200), answer(4, None)], later)
    by_end = dict(zip(SECONDS, counted.counts, strict=False))
    assert {end: count for end, count in by_end.items() if count} == {1: 1, 5: 1, 21_600: 1}
    assert (counted.seconds, counted.since) == (7_205, NOW)
    counted.take([answer(1, 1), answer(2, 4), answer(3, 7_200), answer(4, 10_000)], later)
    assert (sum(counted.counts), counted.seconds) == (4, 17_205)
    assert counted.since == later - timedelta(minutes=5)


@storeless
def test_what_was_never_acknowledged_holds_nothing_up() -> None:
    """After a day an arrival is given up; one in quarantine has no answer; an older delivery is no answer to it."""
    counted = Acknowledged(NOW)
    counted.take([answer(1, None), answer(2, -60)], NOW + timedelta(hours=2))
    assert counted.since == NOW
    counted.take([answer(1, None)], NOW + timedelta(days=2))
    assert counted.since == NOW + timedelta(days=1)
    counted.take([answer(3, None, outbox=None)], NOW + timedelta(days=2))
    assert counted.since == NOW + timedelta(days=2) - timedelta(minutes=5)
    counted.take([answer(4, 90_000)], NOW + timedelta(days=3))
    assert sum(counted.counts) == 0


@storeless
def test_partners_are_bounded() -> None:
    """Beyond so many they are added up; senders that we do not know are one."""
    rows = [(f"p{number:04d}", "P", 1) for number in range(MOST_PARTNERS + 7)]
    found = _by_partner([("", "P", 3), *rows])
    assert len(found) == MOST_PARTNERS + 1
    assert (found["unknown", "P"], found["other", "P"]) == (3, 8)


def test_a_database_that_is_gone_is_told(demo: Demo, monkeypatch: pytest.MonkeyPatch) -> None:
    """The figures that need none are told, and that it does not answer."""

    def gone(_context: object) -> object:
        raise Unavailable

    monkeypatch.setattr(demo.workspace.books, "reading", gone)
    figures = told(collector(demo))
    assert figures["hpedi_database_up", ()] == 0
    assert figures["hpedi_disk_free_bytes", ()] > 0
    assert ("hpedi_decisions_total", ()) not in figures


# --- health ----------------------------------------------------------------------------------------------------------


def looked_at(demo: Demo, terms: HealthTerms | None = None) -> dict[str, bool]:
    """Return what is well."""
    workspace = demo.workspace
    patient = Patient(
        home=workspace.home,
        database=workspace.database,
        books=workspace.books,
        context=lambda: demo.jobs.context,
        terms=terms or HealthTerms(free_bytes=1, beat_seconds=60),
    )
    return {each.name: each.is_well for each in checks(patient)}


def test_a_workspace_is_well_until_it_is_not(demo: Demo) -> None:
    """No room, a watcher that is not heard of, another schema, no database: each is told."""
    assert looked_at(demo) == {"disk": True, "database": True, "schema": True, "watchers": True}
    assert not looked_at(demo, HealthTerms(free_bytes=1 << 60, beat_seconds=60))["disk"]
    now = demo.jobs.context.instant
    beat = Heartbeat(id="w1", host="here", pid=1, started_at=now, beat_at=now - timedelta(seconds=61), files=0)
    for seconds, is_well in ((61, False), (59, True)):
        with demo.workspace.books.writing(demo.jobs.context) as work:
            work.watchers.beat(replace(beat, beat_at=now - timedelta(seconds=seconds)))
        assert looked_at(demo)["watchers"] is is_well
    schema.downgrade(demo.workspace.database, "0014")
    assert looked_at(demo) == {"disk": True, "database": True, "schema": False}


# --- over HTTP -------------------------------------------------------------------------------------------------------


@contextmanager
def running(operations: Operations) -> Iterator[int]:
    """Run the service in a thread, and yield its port."""
    config = uvicorn.Config(operations.app(), port=0, log_config=None, lifespan="off", ws="none")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    try:
        yield server.servers[0].sockets[0].getsockname()[1]
    finally:
        server.should_exit = True
        thread.join(30)


def got(port: int, path: str, **headers: str) -> tuple[int, str, str]:
    """Return status, media type and body of what is at a path."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    try:
        connection.request("GET", path, headers=headers)
        answer = connection.getresponse()
        return answer.status, answer.headers.get("content-type", ""), answer.read().decode()
    finally:
        connection.close()


@storeless
def test_life_is_told_while_the_health_cannot_be() -> None:
    """However many ask for the health of a database that does not answer, the process says that it lives."""
    answers = threading.Event()

    def looked() -> Sequence[Check]:
        answers.wait(30)
        return ()

    with running(Operations(lambda: b"", looked)) as port:
        asking = [threading.Thread(target=got, args=(port, "/health"), daemon=True) for _each in range(45)]
        for each in asking:
            each.start()
        time.sleep(0.3)
        started = time.monotonic()
        assert got(port, "/live")[0] == 200
        assert time.monotonic() - started < 5
        answers.set()
        for each in asking:
            each.join(30)


def test_figures_are_told_to_whoever_has_the_token(demo: Demo) -> None:
    """401 without it or with another one; health and life are told without; nothing else is there."""
    told_of = registry(collector(demo), with_process=True)
    wells: list[Sequence[Check]] = [[Check("disk", is_well=True, said="has room")]]
    operations = Operations(lambda: exposition(told_of), lambda: wells[0], token="a token")  # noqa: S106
    with running(operations) as port:
        assert [got(port, "/metrics", Authorization=each)[0] for each in ("", "Bearer other", "Basic a token")] == [
            401
        ] * 3
        status, kind, text = got(port, "/metrics", Authorization="Bearer a token")
        assert (status, kind) == (200, "text/plain; version=0.0.4; charset=utf-8")
        names = {family.name for family in text_string_to_metric_families(text)}
        assert {"hpedi_claims", "process_resident_memory_bytes", "python_info"} <= names
        assert got(port, "/live")[0] == 200
        status, _kind, body = got(port, "/health")
        assert (status, json.loads(body)["status"]) == (200, "ok")
        assert [got(port, path)[0] for path in ("/", "/metrics/x")] == [404, 404]
    wells[0] = [Check("disk", is_well=False, said="is almost full")]
    with running(Operations(lambda: b"", lambda: wells[0])) as port:
        status, _kind, body = got(port, "/health")
        assert (status, json.loads(body)) == (
            503,
            {"status": "failing", "checks": {"disk": {"ok": False, "says": "is almost full"}}},
        )
        assert got(port, "/metrics")[0] == 200
