"""Limits and ladders over the API: the same services and sentences as on the pages."""

from typing import Any

import pytest

from cases.models import LadderRung, RearmJob, StageLimit
from cases.services.rearm import rearm_jobs_run
from cases.workflow import Stage
from tests.api.calls import get, is_problem, post
from tests.api.conftest import MOMENT
from tests.walk import case_at

WANTED: dict[str, Any] = {
    "kind": "limits",
    "limits": [{"stage": "plan", "track": "", "limit": [6, "工作时"]}],
}
RUNG = {"percent": 150, "past_days": 1, "not_before": None, "hears": ["station"], "supervision": 2}
NIGHTS = RUNG | {"not_before": [1, "紧急工作时"]}  # a floor counts working time


def test_a_change_is_previewed_started_and_followed(api, world):
    case = case_at(world, Stage.PLAN)
    admin = api("admin")
    seen = post(admin, "limits/preview/", WANTED).json()
    assert (seen["counts"]["changed"], seen["counts"]["later"]) == (1, 1)
    assert [example["number"] for example in seen["examples"]] == [case.number]
    assert not RearmJob.objects.exists()
    body = WANTED | {"digest": seen["digest"], "reason": "市里通知"}
    answer = post(admin, "rearm-jobs/", body, key="once")
    assert answer.status_code == 201, answer.content
    assert post(admin, "rearm-jobs/", body, key="once").json() == answer.json()
    rearm_jobs_run(now=MOMENT)
    job = get(admin, f"rearm-jobs/{answer.json()['job']}/").json()
    assert (job["state"], job["total"], job["done"]) == ("running", 1, 1)
    assert job["told"] == [
        {
            "label": "Awaiting a plan · Every other track",
            "before": "4 working hours (as built in)",
            "after": "6 working hours",
        }
    ]
    (listed,) = get(admin, "rearm-jobs/").json()["results"]
    assert listed["id"] == job["id"]
    limits = {(row["stage"], row["track"]): row for row in get(admin, "limits/").json()["limits"]}
    assert limits["plan", ""] == {
        "stage": "plan", "track": "", "limit": {"amount": 6, "unit": "工作时"}, "words": "6 working hours",
        "source": "own",
    }  # fmt: skip


def test_a_rung_is_set_switched_off_and_taken_back(api, world):
    admin, place = api("admin"), {"stage": "plan", "track": "", "level": 3}

    def start(**wish):
        body = {"kind": "ladder", **wish}
        digest = post(admin, "limits/preview/", body).json()["digest"]
        return post(admin, "rearm-jobs/", body | {"digest": digest, "reason": "x"})

    assert start(rungs=[place | {"rung": RUNG}]).status_code == 201
    row = LadderRung.objects.get()
    assert (row.percent, row.past_days, row.hears, row.sounds) == (150, 1, ["station"], False)
    assert start(rungs=[place | {"rung": None}]).status_code == 201
    assert not LadderRung.objects.get().active
    ladders = {(row["stage"], row["track"]): row for row in get(admin, "limits/").json()["ladders"]}
    assert [rung["off"] for rung in ladders["plan", ""]["rungs"]] == [False, False, True, False]
    assert start(removed=[place]).status_code == 201
    assert not LadderRung.objects.exists()


def test_a_digest_of_older_rules_is_412_and_what_changes_nothing_409(api, world):
    admin = api("admin")
    digest = post(admin, "limits/preview/", WANTED).json()["digest"]
    other = {"kind": "limits", "limits": [{"stage": "check", "limit": [9, "工作时"]}]}
    seen = post(admin, "limits/preview/", other).json()["digest"]
    assert post(admin, "rearm-jobs/", other | {"digest": seen, "reason": "x"}).status_code == 201
    stale = post(admin, "rearm-jobs/", WANTED | {"digest": digest, "reason": "x"})
    assert is_problem(stale, 412, "preview_stale")
    assert is_problem(post(admin, "limits/preview/", other), 409)


@pytest.mark.parametrize(
    "body",
    [
        {}, {"kind": "melt"}, {"kind": "limits"}, {"kind": "ladder"}, {"kind": "condition"},
        WANTED | {"more": 1},
        {"kind": "limits", "limits": [{"stage": "handle", "limit": [1, "工作时"]}]},
        {"kind": "limits", "limits": [{"stage": "plan", "limit": [1, "周"]}]},
        {"kind": "limits", "limits": [{"stage": "plan", "limit": [True, "工作时"]}]},
        {"kind": "limits", "limits": [{"stage": "plan", "limit": [1001, "工作时"]}]},
        {"kind": "ladder", "rungs": [{"stage": "plan", "level": 2, "rung": None}]},
        {"kind": "ladder", "rungs": [{"stage": "plan", "level": 2, "rung": RUNG}]},
        {"kind": "ladder", "rungs": [{"stage": "plan", "level": 3, "rung": RUNG | {"hears": []}}]},
        {"kind": "ladder", "rungs": [{"stage": "plan", "level": 3, "rung": NIGHTS}]},
        {"kind": "ladder", "rungs": [{"stage": "plan", "level": 4, "rung": RUNG}]},
    ],
)  # fmt: skip
def test_what_can_not_be_is_400(api, body):
    assert is_problem(post(api("admin"), "limits/preview/", body), 400)


@pytest.mark.parametrize(("who", "status"), [("stranger_admin", 404), ("station", 403), ("worker", 403)])
def test_nobody_else_sees_the_job(api, world, who, status):
    admin, client = api("admin"), api(who)
    digest = post(admin, "limits/preview/", WANTED).json()["digest"]
    body = WANTED | {"digest": digest, "reason": "x"}
    stolen = post(client, "rearm-jobs/", body)
    assert is_problem(stolen, 412 if status == 404 else 403)
    assert not StageLimit.objects.exists()
    job = post(admin, "rearm-jobs/", body).json()["job"]
    assert is_problem(get(client, f"rearm-jobs/{job}/"), status)
    listed = get(client, "rearm-jobs/")
    assert listed.status_code == (200 if status == 404 else 403)
    assert listed.json().get("results", []) == []
    assert get(client, "limits/").status_code == (403 if who == "worker" else 200)
