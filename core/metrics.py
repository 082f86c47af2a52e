"""Figures for Prometheus, read from the database when it asks, so that any web process can answer."""

from collections import Counter
from collections.abc import Callable, Iterable
from datetime import datetime

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.registry import Collector

from core.models import OutboxDelivery, TimerRunner
from core.services.runners import BOUNDS, ENDLESS
from core.timer_state import dispatchers, runners_alive, timer_state

Source = Callable[[datetime], Iterable[Metric]]
_sources: list[Source] = []


def register(source: Source) -> None:
    """Have a room's own figures shown too: ``source(now)`` is asked at every scrape."""
    if source not in _sources:
        _sources.append(source)


def exposition(*, now: datetime) -> bytes:
    """Everything there is to know, in Prometheus' text format."""
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_AtOnce(now))
    return generate_latest(registry)


class _AtOnce(Collector):
    """A collector of one scrape."""

    def __init__(self, now: datetime) -> None:
        self._now = now

    def collect(self) -> Iterable[Metric]:
        for source in _sources:
            yield from source(self._now)


def _timers(now: datetime) -> Iterable[Metric]:
    state = timer_state(now=now)
    for name, words, value in (
        ("armed", "Timers waiting for their moment.", state.armed),
        ("due", "Timers whose moment has come and that have not fired.", state.due),
        ("oldest_due_seconds", "Age of the oldest due timer.", state.late),
        ("aside", "Timers set aside after eight failures.", state.aside),
    ):
        yield GaugeMetricFamily(f"citymgmt_timers_{name}", words, value=value)
    yield from _lateness()


def _lateness() -> Iterable[Metric]:
    counts: Counter[str] = Counter()
    seconds, fired = 0.0, 0
    for row in TimerRunner.objects.all():
        counts += Counter(row.lateness)
        seconds, fired = seconds + row.late_sum, fired + row.fired
    buckets, below = [], 0
    for bound in (*map(str, BOUNDS), ENDLESS):
        below += counts[bound]
        buckets.append((bound, float(below)))
    yield HistogramMetricFamily(
        "citymgmt_timer_lateness_seconds",
        "How late timers fired, effects committed.",
        buckets=buckets,
        sum_value=seconds,
    )
    yield CounterMetricFamily("citymgmt_timers_fired", "Timers that fired.", value=fired)


def _runners(now: datetime) -> Iterable[Metric]:
    alive = runners_alive(now=now)
    yield GaugeMetricFamily(
        "citymgmt_timer_runners", "Dispatchers seen within ten seconds.", value=len(dispatchers(alive))
    )
    yield GaugeMetricFamily(
        "citymgmt_timer_runners_refusing",
        "Processes that fire nothing because clocks differ.",
        value=sum(runner.refusing for runner in alive),
    )
    skew = GaugeMetricFamily(
        "citymgmt_timer_runner_skew_seconds",
        "The database's clock less the process's own.",
        labels=["runner"],
    )
    for runner in alive:
        skew.add_metric([runner.name], runner.skew_ms / 1000)
    yield skew


def _outbox(now: datetime) -> Iterable[Metric]:
    pending = OutboxDelivery.objects.filter(state=OutboxDelivery.State.PENDING)
    oldest = pending.order_by("due_at", "pk").values_list("due_at", flat=True).first()
    dead = OutboxDelivery.objects.filter(state=OutboxDelivery.State.DEAD)
    for name, words, value in (
        ("pending", "Deliveries owed.", float(pending.count())),
        ("dead", "Deliveries given up after eight attempts.", float(dead.count())),
        (
            "oldest_seconds",
            "Age of the oldest delivery owed.",
            max((now - oldest).total_seconds(), 0.0) if oldest else 0.0,
        ),
    ):
        yield GaugeMetricFamily(f"citymgmt_outbox_{name}", words, value=value)


for _own in (_timers, _runners, _outbox):
    register(_own)
