"""What dispatchers tell about themselves, how it is kept, and what health and metrics make of it."""

from datetime import timedelta

import pytest
from django.test import Client
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.parser import text_string_to_metric_families

from core import clock, metrics
from core.health import health_report
from core.metrics import exposition, register
from core.models import OutboxDelivery, OutboxEvent, Timer, TimerRunner
from core.services.runners import EARLIER, QUEUE, Lateness, runner_seen, runners_forget
from tests.cast import NOW
from tests.core.ringing import set_timers

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def seen(name: str, *late: float, now=NOW, skew: float = 0.0, refusing: bool = False) -> None:
    lateness = Lateness()
    lateness.add(late)
    runner_seen(name=name, now=now, skew=skew, refusing=refusing, lateness=lateness)


def samples(now=NOW) -> dict[str, float]:
    """Every figure by its name and labels, as Prometheus' own parser reads them."""
    families = text_string_to_metric_families(exposition(now=now).decode())
    return {
        sample.name.removeprefix("citymgmt_")
        + "".join(f" {value}" for value in sample.labels.values()): sample.value
        for family in families
        for sample in family.samples
    }


def ill(now=NOW) -> dict[str, str]:
    return {finding.name: finding.detail for finding in health_report(now=now) if not finding.well}


def test_lateness_is_counted_under_the_next_bound_and_added_up() -> None:
    seen("one", 0.005, 0.0051, 3599, 4000)
    seen("one", 0.001)
    row = TimerRunner.objects.get()
    assert row.lateness == {"0.005": 2, "0.01": 1, "3600.0": 1, "+Inf": 1}
    assert row.fired == 5
    assert row.late_sum == pytest.approx(7599.0111)


def test_a_clock_a_century_ahead_can_be_written_down() -> None:
    seen("one", skew=-100 * 365 * 86400)
    assert TimerRunner.objects.get().skew_ms == -(2**31)


def test_processes_long_gone_are_forgotten_and_their_figures_are_not() -> None:
    seen("one", 0.001, now=NOW - 3 * DAY)
    seen("two", 0.001, 9000, now=NOW - 2 * DAY)
    seen("here", 0.001)
    assert runners_forget(now=NOW) == 2
    seen("three", 0.2, now=NOW - 2 * DAY)
    assert runners_forget(now=NOW) == 1
    assert runners_forget(now=NOW + DAY / 2) == 0
    assert set(TimerRunner.objects.values_list("name", flat=True)) == {"here", EARLIER}
    figures = samples()
    assert figures["timers_fired_total"] == figures["timer_lateness_seconds_count"] == 5
    assert figures["timer_lateness_seconds_sum"] == pytest.approx(9000.203)


def test_the_histogram_adds_up_all_processes_from_the_smallest_bound_on() -> None:
    seen("one", 0.001, 0.003, 0.02)
    seen(QUEUE, 0.9, 9000)
    figures = samples()
    below = [
        figures[f"timer_lateness_seconds_bucket {bound}"]
        for bound in ("0.005", "0.025", "1.0", "3600.0", "+Inf")
    ]
    assert below == [2, 3, 4, 4, 5]


def test_the_figures_of_timers_and_of_the_outbox_are_counted_at_the_scrape() -> None:
    set_timers("abc", NOW - timedelta(seconds=30))
    set_timers("d", NOW + DAY)
    Timer.objects.filter(subject="bell:c").update(state="aside")
    event = OutboxEvent.objects.create(topic="t", subject="x", payload={}, created_at=NOW)
    for consumer, state in (("a", "pending"), ("b", "pending"), ("c", "dead"), ("d", "done")):
        OutboxDelivery.objects.create(
            event=event, consumer=consumer, state=state, due_at=NOW - timedelta(seconds=9)
        )
    figures = samples()
    names = ("armed", "due", "oldest_due_seconds", "aside")
    assert [figures[f"timers_{name}"] for name in names] == [3, 2, 30, 1]
    assert [figures[f"outbox_{name}"] for name in ("pending", "oldest_seconds", "dead")] == [2, 9, 1]


def test_only_dispatchers_seen_lately_count_and_the_workers_are_none() -> None:
    seen("one", skew=0.25)
    seen("two", refusing=True)
    seen("dead", now=NOW - timedelta(seconds=11))
    seen("from tomorrow", now=NOW + DAY)
    seen(QUEUE)
    figures = samples()
    assert figures["timer_runners"] == 2
    assert figures["timer_runners_refusing"] == 1
    assert {name for name in figures if "skew" in name} == {
        f"timer_runner_skew_seconds {name}" for name in ("one", "two", QUEUE)
    }
    assert figures["timer_runner_skew_seconds one"] == 0.25


def test_a_room_may_add_figures_of_its_own(monkeypatch) -> None:
    monkeypatch.setattr(metrics, "_sources", [])

    def source(now):
        yield GaugeMetricFamily("citymgmt_cases_open", "Open cases.", value=7)

    register(source)
    register(source)
    assert samples() == {"cases_open": 7}


def test_health_misses_dispatchers_that_are_to_be_there(settings) -> None:
    seen(QUEUE)
    assert ill() == {}
    settings.TIMER_RUNNERS = 2
    seen("one")
    assert ill() == {"timer runners": "1 of 2"}
    seen("two")
    assert ill() == {}


def test_health_sees_late_timers_those_set_aside_and_clocks_that_differ() -> None:
    set_timers("a", NOW - timedelta(seconds=61))
    set_timers("b", NOW + DAY)
    assert ill() == {"timers": "61 s behind"}
    Timer.objects.filter(subject="bell:a").update(state="aside")
    seen("one", skew=-7.26, refusing=True)
    assert ill() == {"timers set aside": "1", "clocks": "7.3 s apart, 1 refusing"}


@pytest.mark.parametrize(
    ("local", "token", "address", "headers", "status"),
    [
        (True, "", "127.0.0.1", {}, 200),
        (True, "", "::1", {}, 200),
        (True, "", "10.0.0.9", {}, 404),
        (True, "", "127.0.0.1", {"X-Forwarded-For": "10.0.0.9"}, 404),
        (False, "", "127.0.0.1", {}, 404),
        (False, "", "127.0.0.1", {"Authorization": "Bearer "}, 404),
        (False, "s3cret", "10.0.0.9", {"Authorization": "Bearer s3cret"}, 200),
        (False, "s3cret", "10.0.0.9", {"Authorization": "Bearer s3cre"}, 401),
        (False, "s3cret", "10.0.0.9", {"Authorization": "Token é"}, 401),
        (True, "s3cret", "127.0.0.1", {}, 401),
    ],
)
def test_metrics_are_shown_with_the_token_alone(settings, local, token, address, headers, status) -> None:
    settings.LOCAL, settings.METRICS_TOKEN = local, token
    answer = Client().get("/metrics", headers=headers, REMOTE_ADDR=address)
    assert answer.status_code == status
    assert (b"citymgmt_timers_armed 0.0" in answer.content) == (status == 200)
    assert answer.headers.get("WWW-Authenticate") == ("Bearer" if status == 401 else None)


def test_health_shows_them_all(monkeypatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: NOW)
    shown = Client().get("/health/").json()
    assert {"timers", "timers set aside", "timer runners", "clocks"} <= set(shown)
