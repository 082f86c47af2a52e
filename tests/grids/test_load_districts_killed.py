"""A load that was killed is gone on with."""

import pytest
from django.core.management import call_command

from grids.geo.tiling import tile_district
from grids.models import Area
from grids.services import districts


def test_a_killed_first_run_is_gone_on_with(db, monkeypatch):
    def killed(outline, streets, **more):
        if streets[0][0].startswith("500106"):
            raise KeyboardInterrupt
        return tile_district(outline, streets, **more)

    with monkeypatch.context() as patch:
        patch.setattr(districts, "tile_district", killed)
        with pytest.raises(KeyboardInterrupt):
            call_command("load_districts")
    assert set(Area.objects.filter(level="district").values_list("code", flat=True)) == {"500105", "500157"}
    call_command("load_districts")
    assert Area.objects.filter(level="community").count() == 602
