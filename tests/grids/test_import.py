"""A city's own areas come in as previewed or not at all."""

import json

import pytest
from django.core.management import CommandError, call_command
from shapely import box
from shapely.geometry import mapping

from cases.workflow import Stage
from core.errors import BadInput, Conflict, NotAllowed, TooLarge
from core.models import AuditEntry
from grids.models import Area
from grids.selectors import grid_at
from grids.services.areas import area_rename
from grids.services.import_read import MOST_BYTES
from grids.services.imports import import_apply, import_preview
from tests.cast import NOW
from tests.walk import case_at

HEAD = "code,name,level,parent_code,valid_from\n"
COMMUNITY = "500115001001"


def csv(*rows):
    return (HEAD + "\n".join(",".join(row) for row in rows) + "\n").encode()


def feature(code, name, parent="", shape=None, **more):
    about = {"code": code, "name": name, "parent_code": parent} | more
    return {"type": "Feature", "properties": about, "geometry": mapping(shape) if shape is not None else None}


def geojson(*features):
    return json.dumps({"type": "FeatureCollection", "features": list(features)}).encode()


def look(world, data, who="admin", complete=False, datum="WGS84"):
    return import_preview(
        access=world.access(who) if who else None, data=data, datum=datum, complete=complete, now=NOW
    )


def apply(world, data, digest, who="admin", complete=False, datum="WGS84"):
    return import_apply(
        access=world.access(who) if who else None,
        data=data,
        datum=datum,
        complete=complete,
        digest=digest,
        now=NOW,
    )


def kinds(preview):
    return {(change.kind, change.code) for change in preview.plan.changes}


def errors(preview):
    return {(remark.line, remark.code) for remark in preview.plan.errors}


def test_a_file_is_previewed_row_by_row_and_applied_exactly_so(world):
    data = csv(
        ("500115001", "凤城街道", "street", "500115", ""),
        (COMMUNITY, "朝阳社区居民委员会", "community", "500115001", ""),
        ("500115001003", "新城社区居民委员会", "", "500115001", "2026-11-01"),
        ("500115001003001", "新城一格", "grid", "500115001003", ""),
        ("500115002001", "沙塘社区居民委员会", "community", "500115001", ""),
    )
    preview = look(world, data)
    assert kinds(preview) == {
        ("rename", COMMUNITY), ("add", "500115001003"), ("add", "500115001003001"), ("move", "500115002001"),
    }  # fmt: skip
    assert (preview.plan.unchanged, preview.plan.errors) == (1, [])
    assert all(str(change.sentence) for change in preview.plan.changes)
    assert not AuditEntry.objects.exists()

    assert apply(world, data, preview.digest) == {"rename": 1, "add": 2, "move": 1}
    assert Area.objects.get(code=COMMUNITY).short_name == "朝阳社区"
    lineage = ("community__code", "street__code", "district__code")
    assert Area.objects.values_list(*lineage).get(code="500115001003001") == (
        "500115001003", "500115001", "500115",
    )  # fmt: skip
    assert Area.objects.get(code="500115001003").valid_from.isoformat() == "2026-11-01"
    assert Area.objects.values_list(*lineage).get(code="500115002001001") == (
        "500115002001", "500115001", "500115",
    )  # fmt: skip
    assert AuditEntry.objects.filter(after__by="import").count() == 4
    assert look(world, data).plan.changes == []


def test_an_outline_comes_in_converted_and_is_no_longer_made_up(world):
    data = geojson(feature("500115001001001", "向阳001", COMMUNITY, box(107.004, 29.797, 107.014, 29.807)))
    preview = look(world, data, datum="GCJ02")
    assert kinds(preview) == {("outline", "500115001001001")}
    apply(world, data, preview.digest, datum="GCJ02")
    row = Area.objects.get(code="500115001001001")
    assert (row.made_up, row.source_datum) == (False, "GCJ02")
    assert row.min_lon == pytest.approx(107.0, abs=0.001)
    found = grid_at(row.centre_lon or 0.0, row.centre_lat or 0.0)
    assert found == row


def test_gaps_and_overlaps_are_told_and_do_not_forbid(world):
    data = geojson(feature("500115001001001", "向阳001", COMMUNITY, box(107.0, 29.8, 107.015, 29.81)))
    preview = look(world, data)
    assert preview.plan.errors == []
    assert any("500115001001002" in str(remark.sentence) for remark in preview.plan.warnings)


def test_a_complete_set_retires_what_it_leaves_out_and_nothing_elsewhere(world):
    world.areas["500115001001001"].postings.all().delete()
    data = csv(
        ("500115001001002", "向阳002", "grid", COMMUNITY, ""),
        ("500115001002001", "望江001", "grid", "500115001002", ""),
        ("500115001002002", "望江002", "grid", "500115001002", ""),
    )
    preview = look(world, data, complete=True)
    assert kinds(preview) == {("retire", "500115001001001"), ("retire", "500115002001001")}
    assert preview.plan.errors == []
    apply(world, data, preview.digest, complete=True)
    retired = set(Area.objects.exclude(valid_to=None).values_list("code", flat=True))
    assert retired == {"500115001001001", "500115002001001"}
    assert kinds(look(world, data)) == set()


def test_what_people_or_cases_still_need_is_not_retired_or_moved_by_a_file(world):
    case = case_at(world, Stage.VERIFY)
    kept = csv(("500115001001002", "向阳002", "grid", COMMUNITY, ""))
    preview = look(world, kept, complete=True)
    assert (0, case.grid.code) in errors(preview)
    with pytest.raises(Conflict):
        apply(world, kept, preview.digest, complete=True)
    moved = look(world, csv((case.grid.code, case.grid.name, "grid", "500115002001", "")))
    assert errors(moved) == {(1, case.grid.code)}


def test_if_the_areas_moved_meanwhile_nothing_is_applied(world):
    data = csv((COMMUNITY, "朝阳社区居民委员会", "community", "500115001", ""))
    preview = look(world, data)
    area_rename(access=world.access("admin"), code=COMMUNITY, name="别名社区", version=1, now=NOW, key="k")
    with pytest.raises(Conflict):
        apply(world, data, preview.digest)
    with pytest.raises(Conflict):
        apply(world, data + b"\n", look(world, data).digest)
    assert Area.objects.get(code=COMMUNITY).name == "别名社区"


@pytest.mark.parametrize(
    "row",
    [
        ("50011500100", "十一位", "", "500115001", ""),
        ("50011500100x", "不是数字", "", "500115001", ""),
        ("500115001009", "层级不符", "grid", "500115001", ""),
        ("500115001009", "", "community", "500115001", ""),
        ("500115001009", "长" * 101, "community", "500115001", ""),
        ("500115001009", "上级未知", "community", "500115999", ""),
        ("500115001009", "上级层级不对", "community", "500115", ""),
        ("500115001009", "没有上级", "community", "", ""),
        ("500115001009", "外区上级", "community", "500106001", ""),
        ("500106001001", "外区社区", "community", "500115001", ""),
        ("500115001009", "日期不对", "community", "500115001", "2026-02-30"),
        ("500115001009", "还没开始", "community", "500115001", "2027-01-01"),
        ("500199", "新区", "district", "", ""),
    ],
)
def test_a_row_that_cannot_be_is_told_by_number_and_keeps_the_file_out(world, row):
    data = csv(("500115002", "晏家街道改名", "street", "500115", ""), row)
    preview = look(world, data)
    assert errors(preview) == {(2, row[0])}
    assert len(str(preview.plan.errors[0].sentence)) > 5
    with pytest.raises(Conflict):
        apply(world, data, preview.digest)
    assert Area.objects.get(code="500115002").name == "晏家街道"


def test_a_code_twice_and_one_retired_are_told(world):
    Area.objects.filter(code="500115001001002").update(valid_to=NOW.date())
    data = csv(
        (COMMUNITY, "向阳社区居民委员会", "", "500115001", ""),
        (COMMUNITY, "向阳社区居民委员会", "", "500115001", ""),
        ("500115001001002", "向阳002", "", COMMUNITY, ""),
    )
    assert errors(look(world, data)) == {(2, COMMUNITY), (3, "500115001001002")}


@pytest.mark.parametrize(
    ("data", "error"),
    [
        (b"", BadInput),
        (b"hello, I am text named .geojson", BadInput),
        (b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR", BadInput),
        (b"\xff\xfe" + "代码,名称".encode("utf-16-le"), BadInput),
        (b'{"type": "FeatureCollection"', BadInput),
        (b'{"type": "FeatureCollection", "features": {}}', BadInput),
        (b'{"type": "Feature"}', BadInput),
        (b'{"features": []}', BadInput),
        (b"[" * 200_000, BadInput),
        (b'{"a":' * 100_000, BadInput),
        (b'{"features": [' + b"9" * 10_000 + b"]}", BadInput),
        (b"[1, 2, 3]", BadInput),
        (b"name,level\nx,y\n", BadInput),
        (HEAD.encode(), BadInput),
        (HEAD.encode() + b'1,"' + b"x" * 200_000 + b'"\n', BadInput),
        (b" " * (MOST_BYTES + 1), TooLarge),
        (HEAD.encode() + b"1,x\n" * 20_001, TooLarge),
    ],
    ids=[
        "empty", "text", "picture", "utf-16", "cut off", "no list", "single feature", "no feature",
        "nested lists", "nested objects", "huge number", "plain list", "no code column", "head only",
        "huge field", "too many bytes", "too many rows",
    ],
)  # fmt: skip
def test_a_hostile_file_is_answered_with_a_sentence(world, data, error):
    with pytest.raises(error) as refusal:
        look(world, data)
    assert len(str(refusal.value)) > 5


@pytest.mark.parametrize(
    "shape",
    [
        box(29.8, 107.0, 29.81, 107.01),
        box(2.3, 48.8, 2.4, 48.9),
        box(36_400_000, 3_300_000, 36_400_100, 3_300_100),
        box(107.0, 29.8, 107.0, 29.8),
    ],
    ids=["latitude first", "Paris", "metres", "no area"],
)
def test_an_outline_that_cannot_lie_there_is_told_by_row(world, shape):
    preview = look(world, geojson(feature("500115001001001", "向阳001", COMMUNITY, shape)))
    assert errors(preview) == {(1, "500115001001001")}


@pytest.mark.parametrize("raw", [None, 7, "x", {"properties": None}, {"properties": {"code": ["a"]}}])
def test_a_feature_that_is_none_is_told_by_row(world, raw):
    data = json.dumps({"type": "FeatureCollection", "features": [raw]}).encode()
    assert {line for line, _code in errors(look(world, data))} == {1}


def test_a_spreadsheet_saved_in_china_with_chinese_heads_is_read(world):
    text = "代码,名称,层级,上级代码\n500115001001,朝阳社区居民委员会,社区,500115001\n"
    assert kinds(look(world, text.encode("gb18030"))) == {("rename", COMMUNITY)}
    assert kinds(look(world, text.encode("utf-8-sig"))) == {("rename", COMMUNITY)}


def test_another_role_and_the_next_district_import_nothing_here(world):
    data = csv((COMMUNITY, "朝阳社区居民委员会", "community", "500115001", ""))
    with pytest.raises(NotAllowed):
        look(world, data, who="bureau")
    assert errors(look(world, data, who="stranger_admin")) == {(1, COMMUNITY)}


def test_the_operators_command_previews_and_applies_a_new_district(world, tmp_path, capsys):
    file = tmp_path / "areas.csv"
    file.write_bytes(csv(("500199", "新区", "district", "", ""), ("500199001", "新街道", "", "500199", "")))
    call_command("import_areas", str(file))
    assert not Area.objects.filter(code="500199").exists()
    call_command("import_areas", str(file), "--apply")
    assert Area.objects.filter(code="500199001", district__code="500199").exists()
    assert "2 changes" in capsys.readouterr().out
    file.write_bytes(b"nonsense")
    with pytest.raises(CommandError):
        call_command("import_areas", str(file))
    with pytest.raises(CommandError):
        call_command("import_areas", str(tmp_path / "none.csv"))
