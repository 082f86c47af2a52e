"""The mapping file of a replay: how another city's requests are read. Pure, no models and no clock."""

import json
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from core.errors import BadInput

COLUMNS_NEEDED = ("id", "opened", "closed", "category", "type", "details", "address", "point", "source")
SOURCES = ("hotline", "resident", "other_app")
KINDS = ("component", "matter")
Box = tuple[float, float, float, float]
Test = Callable[[str], bool]

TESTS: dict[str, Callable[[str], Test]] = {
    "is": lambda wanted: lambda text: text == wanted,
    "prefix": lambda wanted: lambda text: text.startswith(wanted),
    "contains": lambda wanted: lambda text: wanted in text,
    "regex": lambda wanted: lambda text: re.search(wanted, text) is not None,
}


@dataclass(frozen=True, slots=True)
class ClassRef:
    """A class of the catalogue and one of its filing conditions."""

    kind: str
    code: str
    condition: int


@dataclass(frozen=True, slots=True)
class Rule:
    """One line of the mapping: which requests it takes, and their class or why there is none."""

    category: str
    fits_type: Test
    fits_details: Test
    target: ClassRef | None
    refuse: str

    def fits(self, type_: str, details: str) -> bool:
        """Whether the rule takes a request of its category with this type and these details."""
        return self.fits_type(type_) and self.fits_details(details)


@dataclass(frozen=True, slots=True)
class Zone:
    """A box of the source city (west, south, east, north in degrees) and the district it is put into.

    ``districts`` are 6-digit codes in order of preference, for a district that changed its code.
    """

    districts: tuple[str, ...]
    bounds: Box


@dataclass(frozen=True, slots=True)
class RequestMapping:
    """A whole mapping file, checked."""

    name: str
    encoding: str
    columns: Mapping[str, str]
    time_format: str
    time_zone: ZoneInfo
    earliest_year: int
    point: re.Pattern[str]
    bounds: Box
    sources: Mapping[str, str]
    default_source: str
    zones: tuple[Zone, ...]
    rules: Mapping[str, tuple[Rule, ...]]

    def rule_for(self, category: str, type_: str, details: str) -> Rule | None:
        """The first rule of the file that takes this request, None when no rule does."""
        return next((rule for rule in self.rules.get(category, ()) if rule.fits(type_, details)), None)

    def targets(self) -> frozenset[ClassRef]:
        """Every class and condition the rules name, to be compared with the catalogue before a run."""
        return frozenset(rule.target for rules in self.rules.values() for rule in rules if rule.target)


def read_mapping(path: Path) -> RequestMapping:
    """Read and check a mapping file (JSON, UTF-8). Raises BadInput with what to mend and where."""
    try:
        raw = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise BadInput(
            _("The mapping file %(file)s can't be read. Check its path.") % {"file": path}
        ) from error
    except ValueError as error:
        raise BadInput(
            _("The mapping file %(file)s is not valid JSON: %(error)s.") % {"file": path, "error": error}
        ) from error
    try:
        return _mapping(raw)
    except KeyError as error:
        raise _bad(_("“%(key)s” is missing") % {"key": error.args[0]}) from error
    except (TypeError, AttributeError, ValueError) as error:
        raise _bad(_("a value has the wrong shape (%(error)s)") % {"error": error}) from error


def _mapping(raw: dict[str, Any]) -> RequestMapping:
    times, point = raw["times"], raw["point"]
    return RequestMapping(
        name=str(raw["name"]),
        encoding=_encoding(raw.get("encoding", "utf-8-sig")),
        columns=_columns(raw["columns"]),
        time_format=_time_format(times["format"]),
        time_zone=_zone_info(times["zone"]),
        earliest_year=int(times["earliest_year"]),
        point=_point(point["pattern"]),
        bounds=_box(point["bounds"]),
        sources={str(name): _source(source) for name, source in raw["sources"].items()},
        default_source=_source(raw["default_source"]),
        zones=tuple(_placement(zone) for zone in raw["placement"]),
        rules=_by_category(_rule(number, rule) for number, rule in enumerate(raw["rules"], 1)),
    )


def _bad(what: str | Promise) -> BadInput:
    return BadInput(_("The mapping file can't be used: %(what)s. Mend it and start again.") % {"what": what})


def _encoding(name: str) -> str:
    try:
        "".encode(name)
    except LookupError as error:
        raise _bad(_("no such encoding: %(name)s") % {"name": name}) from error
    return name


def _columns(raw: dict[str, str]) -> dict[str, str]:
    missing = [name for name in COLUMNS_NEEDED if not raw.get(name)]
    if missing:
        raise _bad(_("“columns” does not say which column is %(names)s") % {"names": ", ".join(missing)})
    return {name: str(column) for name, column in raw.items()}


def _time_format(text: str) -> str:
    if "%z" in text.lower():
        raise _bad(_("the time format must name no zone; “zone” says which one is meant"))
    return str(text)


def _zone_info(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise _bad(_("no such time zone: %(name)s") % {"name": name}) from error


def _regex(text: str) -> re.Pattern[str]:
    try:
        return re.compile(text)
    except re.error as error:
        raise _bad(_("“%(text)s” is no regular expression") % {"text": text}) from error


def _point(text: str) -> re.Pattern[str]:
    pattern = _regex(text)
    if not {"lat", "lon"} <= set(pattern.groupindex):
        raise _bad(_("the point pattern must name the groups “lat” and “lon”"))
    return pattern


def _box(raw: list[float]) -> Box:
    west, south, east, north = (float(edge) for edge in raw)
    if not (-180 <= west < east <= 180 and -90 <= south < north <= 90):
        raise _bad(_("bounds must be west, south, east, north in degrees, not %(raw)s") % {"raw": raw})
    return west, south, east, north


def _source(name: str) -> str:
    if name not in SOURCES:
        known = ", ".join(SOURCES)
        raise _bad(_("source “%(name)s” is none of %(known)s") % {"name": name, "known": known})
    return name


def _placement(raw: dict[str, Any]) -> Zone:
    if not raw["districts"]:
        raise _bad(_("a placement names no district"))
    return Zone(tuple(str(code) for code in raw["districts"]), _box(raw["bounds"]))


def _rule(number: int, raw: Any) -> Rule:
    if not isinstance(raw, dict) or "category" not in raw:
        raise _bad(_("rule %(number)s names no category") % {"number": number})
    refuse = str(raw.get("refuse", ""))
    if bool(refuse) == ("code" in raw):
        raise _bad(_("rule %(number)s must name either a class or a reason to refuse") % {"number": number})
    fits_type, fits_details = _test(number, raw.get("type")), _test(number, raw.get("details"))
    return Rule(
        str(raw["category"]), fits_type, fits_details, None if refuse else _target(number, raw), refuse
    )


def _test(number: int, raw: Any) -> Test:
    if raw is None:
        return lambda text: True
    if not isinstance(raw, dict) or len(raw) != 1 or set(raw) - set(TESTS):
        known = ", ".join(TESTS)
        raise _bad(_("rule %(number)s must test with one of %(known)s") % {"number": number, "known": known})
    ((how, wanted),) = raw.items()
    if how == "regex":
        _regex(wanted)
    return TESTS[how](wanted)


def _target(number: int, raw: dict[str, Any]) -> ClassRef:
    kind, code, condition = raw.get("kind"), str(raw["code"]), raw.get("condition")
    if kind not in KINDS or not re.fullmatch(r"\d{5}", code) or type(condition) is not int or condition < 1:
        raise _bad(
            _("rule %(number)s needs kind component or matter, a code of five digits and a condition from 1")
            % {"number": number}
        )
    return ClassRef(kind, code, condition)


def _by_category(rules: Iterable[Rule]) -> dict[str, tuple[Rule, ...]]:
    found: dict[str, tuple[Rule, ...]] = {}
    for rule in rules:
        found[rule.category] = (*found.get(rule.category, ()), rule)
    if not found:
        raise _bad(_("it has no rules"))
    return found
