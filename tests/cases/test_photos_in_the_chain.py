"""An event holds the hash of each photo it binds."""

from cases.workflow import Stage
from tests.cast import World
from tests.walk import a_photo, case_at, fixed, step, usual


def test_a_step_with_photos_chains_their_hashes(world: World) -> None:
    case, photo = case_at(world, Stage.VERIFY), a_photo(world, "officer")
    raw = usual(world, "verify", "officer") | {"photos": [photo]}
    case = step(world, case, "verify", "officer", **raw)
    assert case.events.get(action="verify").data["photo_hashes"] == {photo: "1" * 64}


def test_a_report_with_photos_of_two_kinds_chains_both(world: World) -> None:
    case = fixed(world)
    assert set(case.events.get().data["photo_hashes"]) == {str(p.pk) for p in case.photos.all()}
    assert case.photos.count() == 2
