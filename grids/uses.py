"""What still needs an area, as higher rooms tell it. A room registers a bar at start; none is known here."""

from collections.abc import Callable, Collection
from datetime import datetime

from core.errors import Sentence
from grids.models import Area

Bar = Callable[[Area, datetime], Sentence | None]
_bars: dict[str, Bar] = {}


def bar_register(name: str, bar: Bar) -> None:
    """Have ``bar`` asked before an area is retired; it answers with a sentence that says what is in the
    way, how many, and what to do, or None. Registering the same name again replaces it.
    """
    _bars[name] = bar


def bars_of(area: Area, now: datetime, *, but: Collection[str] = ()) -> list[Sentence]:
    """What stands in the way of retiring this area, room by room, those named in ``but`` left out."""
    asked = (bar(area, now) for name, bar in sorted(_bars.items()) if name not in but)
    return [sentence for sentence in asked if sentence is not None]
