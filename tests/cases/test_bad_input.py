"""Every bad input ends in a sentence at its field, writes nothing and loses nothing."""

from datetime import date
from typing import Any
from uuid import uuid4

import pytest

from cases.models import Case, CaseClass, FilingCondition
from cases.services.report import Origin, case_report
from cases.workflow import Action, Guest
from core.errors import BadInput, CityError, Conflict, NotAllowed
from grids.access import NOBODY
from grids.geo.datum import wgs84_to_gcj02
from grids.models import Area, MapVersion
from tests.cases.attempts import traces
from tests.cast import FAR_AWAY, HOME, NEXT_STREET, NOW, NOWHERE, World
from tests.walk import a_photo

LITTER, SIGN = "matter-06010", "matter-07006"
HALF, NUL = "\ud800", "\x00"
TEXT: dict[str, Any] = {"position": HOME, "description": "楼下垃圾成堆"}


def filed(world: World, who: str, raw: dict[str, Any], **more: Any) -> dict[str, Any]:
    given: dict[str, Any] = {"key": str(uuid4()), "now": NOW} | more
    return case_report(access=world.access(who), raw=raw, **given)


def assert_sentence(error: CityError, field: str) -> None:
    assert error.field == field
    assert len(str(error)) >= 5
    assert "{" not in str(error)
    assert "%(" not in str(error)


# what is wrong, what is sent beside a complete report, the field blamed
REPORTS: dict[str, tuple[dict[str, Any], str]] = {
    "unknown class": ({"case_class": "matter-99999", "condition": 1}, "case_class"),
    "class without a kind": ({"case_class": "06010"}, "case_class"),
    "class as a number": ({"case_class": 6010}, "case_class"),
    "class as a list": ({"case_class": [LITTER]}, "case_class"),
    "class with NUL": ({"case_class": f"matter-{NUL}06010"}, "case_class"),
    "class with half a sign": ({"case_class": f"matter-{HALF}"}, "case_class"),
    "condition of another class": ({"case_class": LITTER, "condition": 7}, "condition"),
    "condition without a class": ({"condition": 1}, "condition"),
    "condition in superscript": ({"case_class": LITTER, "condition": "²"}, "condition"),
    "condition far too big": ({"case_class": LITTER, "condition": "9" * 5000}, "condition"),
    "condition that is true": ({"case_class": LITTER, "condition": True}, "condition"),
    "condition below zero": ({"case_class": LITTER, "condition": -1}, "condition"),
    "no position": ({"position": None}, "position"),
    "position as text": ({"position": "107,29"}, "position"),
    "position without lat": ({"position": {"lon": 107.005}}, "position"),
    "position NaN": ({"position": {"lon": float("nan"), "lat": 29.8}}, "position"),
    "position as the text nan": ({"position": {"lon": "nan", "lat": "29.8"}}, "position"),
    "position infinite": ({"position": {"lon": 107.0, "lat": float("inf")}}, "position"),
    "position true": ({"position": {"lon": True, "lat": True}}, "position"),
    "position off the earth": ({"position": {"lon": 190, "lat": 29.8}}, "position"),
    "position huge": ({"position": {"lon": 10**400, "lat": 29.8}}, "position"),
    "unknown datum": ({"position": {**HOME, "datum": "BD09"}}, "position"),
    "outside every grid": ({"position": NOWHERE}, "position"),
    "in a made-up sea": ({"position": {"lon": 0, "lat": 0}}, "position"),
    "nothing to go by": ({"description": ""}, "description"),
    "only blanks": ({"description": " \n\t "}, "description"),
    "only controls": ({"description": NUL + "\x01" + HALF}, "description"),
    "100,000 signs": ({"description": "长" * 100_000}, "description"),
    "text that is a list": ({"description": ["a"]}, "description"),
    "long address": ({"address": "路" * 301}, "address"),
    "no phone number": ({"reporter_phone": "call me"}, "reporter_phone"),
    "phone too short": ({"reporter_phone": "1381234567"}, "reporter_phone"),
    "phone in other digits": ({"reporter_phone": "13٣٣٣٣٣٣٣٣٣"}, "reporter_phone"),
    "phone as a number": ({"reporter_phone": 13812345678}, "reporter_phone"),
    "photo id garbage": ({"photos": ["x"]}, "photos"),
    "photo id with NUL": ({"photos": [NUL * 36]}, "photos"),
    "photo never uploaded": ({"photos": [str(uuid4())]}, "photos"),
    "too many photos": ({"photos": [str(uuid4()) for _n in range(10)]}, "photos"),
    "unknown field": ({"stage": "closed"}, "stage"),
    "field of another step": ({"lead_unit": "cs-clean"}, "lead_unit"),
    "fields made of NUL": ({NUL: 1}, "\ufffd"),
}


def test_a_bad_report_is_refused_at_its_field_and_writes_nothing(world: World) -> None:
    wrong: dict[str, object] = {}
    before, access = traces(), world.access("hotline")
    for name, (bad, field) in REPORTS.items():
        try:
            case_report(access=access, raw={**TEXT, **bad}, key=str(uuid4()), now=NOW)
            wrong[name] = "was filed"
        except BadInput as refused:
            assert_sentence(refused, field)
            if not str(refused.extra.get("errors", {field: refused.detail})[field]):
                wrong[name] = refused
    assert wrong == {}
    assert traces() == before


def test_all_that_is_wrong_is_said_at_once(world: World) -> None:
    bad = {"description": "长" * 9999, "reporter_phone": "1", "case_class": "x", "photos": ["x"]}
    with pytest.raises(BadInput) as refused:
        filed(world, "hotline", {**TEXT, **bad})
    assert set(refused.value.extra["errors"]) == set(bad)


def test_a_refused_report_can_be_sent_again_with_its_key_and_photo(world: World) -> None:
    photo, key = a_photo(world, "worker"), str(uuid4())
    raw = {**TEXT, "photos": [photo]}
    with pytest.raises(BadInput):
        filed(world, "worker", {**raw, "position": NOWHERE}, key=key)
    answer = filed(world, "worker", raw, key=key)
    assert str(Case.objects.get(number=answer["number"]).photos.get().pk) == photo


def test_text_is_kept_without_signs_no_screen_shows(world: World) -> None:
    raw = {**TEXT, "description": f"一{NUL}二\x07\r\n三{HALF}\t四 ", "address": "<b>向阳</b>'; DROP TABLE--"}
    case = Case.objects.get(number=filed(world, "worker", raw)["number"])
    assert case.description == "一二\n三\t四"
    assert case.address == raw["address"]


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("138 1234 5678", "13812345678"),
        ("+86 13812345678", "13812345678"),
        ("１３８１２３４５６７８", "13812345678"),
        ("（023）40661234", "02340661234"),
        ("023-40661234", "023-40661234"),
        ("4008123123", "4008123123"),
        ("12345", "12345"),
    ],
)
def test_a_phone_number_may_be_typed_as_people_type_it(world: World, typed: str, kept: str) -> None:
    answer = filed(world, "hotline", {**TEXT, "reporter_phone": typed})
    assert Case.objects.get(number=answer["number"]).contact.phone == kept


def test_a_place_outside_ones_area_is_not_ones_to_report(world: World) -> None:
    for who, where in (
        ("worker", NEXT_STREET),
        ("officer", FAR_AWAY),
        ("hotline", FAR_AWAY),
        ("station", HOME),
    ):
        before = traces()
        with pytest.raises(NotAllowed):
            filed(world, who, {**TEXT, "position": where})
        assert traces() == before


def test_a_position_of_a_chinese_map_is_converted(world: World) -> None:
    lon, lat = wgs84_to_gcj02(HOME["lon"], HOME["lat"])
    answer = filed(world, "worker", {**TEXT, "position": {"lon": lon, "lat": lat, "datum": "gcj-02"}})
    case = Case.objects.get(number=answer["number"])
    assert abs(case.lon - HOME["lon"]) < 1e-5
    assert abs(case.lat - HOME["lat"]) < 1e-5
    assert case.source_datum == "GCJ02"


def test_an_impossible_accuracy_is_forgotten_and_a_good_one_kept(world: World) -> None:
    for sent, kept in ((8, 8.0), ("12.5", 12.5), (-1, None), (float("nan"), None), (1e9, None), ("x", None)):
        answer = filed(world, "worker", {**TEXT, "position": {**HOME, "accuracy": sent}})
        assert Case.objects.get(number=answer["number"]).accuracy == kept


def test_a_retired_grid_is_named_in_the_refusal(world: World) -> None:
    Area.objects.filter(code="500115001001001").update(valid_to=date(2026, 11, 1))
    MapVersion.objects.update(number=MapVersion.objects.get().number + 1_000_000)
    with pytest.raises(BadInput, match="500115001001001") as refused:
        filed(world, "worker", TEXT)
    assert_sentence(refused.value, "position")


def test_a_class_out_of_use_is_unknown(world: World) -> None:
    CaseClass.objects.filter(code="06010").update(active=False)
    FilingCondition.objects.filter(case_class__code="07006").update(active=False)
    for key, field in ((LITTER, "case_class"), (SIGN, "condition")):
        with pytest.raises(BadInput) as refused:
            filed(world, "worker", {**TEXT, "case_class": key, "condition": 1})
        assert_sentence(refused.value, field)


def test_a_stranger_can_report_but_not_claim_a_fix(world: World) -> None:
    origin = Origin(guest=Guest.RESIDENT)
    answer = case_report(access=NOBODY, raw=TEXT, key="k1", now=NOW, origin=origin)
    assert len(answer["follow_code"]) == 12
    photos = {"photos_before": [a_photo(world, None)], "photos_after": [a_photo(world, None)]}
    fixed = {"position": HOME, "case_class": LITTER, "condition": 1, **photos}
    with pytest.raises(NotAllowed):
        case_report(access=NOBODY, raw=fixed, key="k2", now=NOW, origin=origin, action=Action.REPORT_FIXED)
    with pytest.raises(NotAllowed):
        case_report(access=NOBODY, raw=TEXT, key="k3", now=NOW)


def test_a_uuid_names_one_case_only(world: World) -> None:
    name = uuid4()
    filed(world, "worker", TEXT, uuid=name)
    before = traces()
    with pytest.raises(Conflict):
        filed(world, "worker", TEXT, uuid=name)
    assert traces() == before


def test_photos_are_counted_over_all_fields_of_a_step(world: World) -> None:
    photos = {
        "photos_before": [a_photo(world, "worker") for _n in range(5)],
        "photos_after": [a_photo(world, "worker") for _n in range(5)],
    }
    raw = {"position": HOME, "case_class": LITTER, "condition": 1, **photos}
    with pytest.raises(BadInput) as refused:
        case_report(
            access=world.access("worker"), raw=raw, key=str(uuid4()), now=NOW, action=Action.REPORT_FIXED
        )
    assert refused.value.field == "photos_after"
    assert not Case.objects.exists()
