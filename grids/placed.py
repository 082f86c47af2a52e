"""The four columns by which anything that lies in a grid falls into a scope."""

from django.db import models

from grids.models import Area


class Placed(models.Model):
    """Mixin: where a row belongs now. The columns follow when a grid is split or a district ends.

    Whoever mixes it in names the indexes: one that goes on with what lists ask for serves for the key, too.
    """

    district = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="+", db_index=False)
    street = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="+", db_index=False)
    community = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="+", db_index=False)
    grid = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="+", db_index=False)

    class Meta:
        abstract = True

    @property
    def area_ids(self) -> tuple[int, int, int, int]:
        """District, street, community, grid."""
        return (self.district_id, self.street_id, self.community_id, self.grid_id)
