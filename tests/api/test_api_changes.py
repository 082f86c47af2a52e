"""Changes of areas over the API: the same services and sentences as on the pages."""

from typing import Any

import pytest

from grids.models import AreaJob
from grids.services.area_jobs import area_jobs_run
from tests.api.calls import get, is_problem, post
from tests.cast import NOW
from tests.grids.changing import GRID, MERGE, NEXT, SPLIT, change
from tests.walk import report

WANTED: dict[str, Any] = SPLIT | {"cut": [[107.004, 29.79], [107.004, 29.82]]}


def test_a_change_is_previewed_applied_and_followed(api, world):
    report(world)
    admin = api("admin")
    preview = post(admin, "area-changes/preview/", WANTED)
    assert preview.status_code == 200, preview.content
    seen = preview.json()
    assert (seen["ended"], len(seen["made"]), seen["moving"], seen["errors"]) == ([GRID], 2, 1, [])
    assert len(seen["outlines"]["features"]) == 2
    assert AreaJob.objects.count() == 0
    answer = post(admin, "area-changes/", WANTED | {"token": seen["token"]}, key="once")
    assert answer.status_code == 201, answer.content
    again = post(admin, "area-changes/", WANTED | {"token": seen["token"]}, key="once")
    assert again.json() == answer.json()
    job = get(admin, f"area-changes/{answer.json()['job']}/").json()
    assert (job["state"], job["total"], job["done"]) == ("running", 1, 0)
    area_jobs_run(now=NOW)
    (listed,) = get(admin, "area-changes/").json()["results"]
    assert (listed["state"], listed["done"], listed["made"]) == ("done", 1, seen["made"])


def test_a_stale_token_is_412_and_an_obstacle_409(api, world):
    admin = api("admin")
    token = post(admin, "area-changes/preview/", WANTED).json()["token"]
    change(world, MERGE | {"area": NEXT, "others": [GRID]})
    assert is_problem(post(admin, "area-changes/", WANTED | {"token": token}), 412, "preview_stale")
    assert is_problem(post(admin, "area-changes/preview/", WANTED), 409)


@pytest.mark.parametrize(
    "body",
    [
        {}, {"kind": "split"}, WANTED | {"kind": "melt"}, WANTED | {"more": 1}, WANTED | {"cut": [[1, 2]]},
        WANTED | {"cut": None}, WANTED | {"cut": None, "outlines": {"type": "Point"}},
        WANTED | {"others": "x"}, WANTED | {"cut": None, "outlines": [[[[]]]]},
        WANTED | {"cut": None, "outlines": 7},
    ],
)  # fmt: skip
def test_what_can_not_be_understood_is_400(api, body):
    assert is_problem(post(api("admin"), "area-changes/preview/", body), 400)


def test_a_token_that_is_none_is_400(api):
    assert is_problem(post(api("admin"), "area-changes/", WANTED | {"token": "x"}), 400)


@pytest.mark.parametrize(("who", "status"), [("stranger_admin", 404), ("station", 403), ("worker", 403)])
def test_nobody_else_changes_or_sees_any(api, world, who, status):
    job, client = change(world, SPLIT), api(who)
    wanted = WANTED | {"area": NEXT, "cut": [[107.015, 29.7], [107.015, 29.9]]}
    assert is_problem(post(client, "area-changes/preview/", wanted), status)
    assert is_problem(post(client, "area-changes/", wanted | {"token": "0" * 64}), status)
    assert is_problem(get(client, f"area-changes/{job.pk}/"), status)
    listed = get(client, "area-changes/")
    assert listed.status_code == (200 if status == 404 else 403)
    assert listed.json().get("results", []) == []
