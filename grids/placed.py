"""The four columns by which anything that lies in a grid falls into a scope."""

from django.db import models

from grids.models import Area


class Placed(models.Model):
    """Mixin: where a row belongs now. The columns follow when a grid is split or a district ends."""

    district = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="+")
    street = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="+")
    community = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="+")
    grid = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="+")

    class Meta:
        abstract = True

    @property
    def area_ids(self) -> tuple[int, int, int, int]:
        """District, street, community, grid."""
        return (self.district_id, self.street_id, self.community_id, self.grid_id)
