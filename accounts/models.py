"""People and the units they work in."""

from django.contrib.auth.models import AbstractUser
from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.roles import Line, permissions_on
from core.models import Calendar


class Unit(models.Model):
    """A department, station, squad or handling unit. Not a place: places are areas."""

    class Kind(models.TextChoices):
        BUREAU = "bureau", _("Bureau")
        STATION = "station", _("District station")
        SQUAD = "squad", _("Squad")
        HANDLER = "handler", _("Handling unit")
        COMMUNITY = "community", _("Community")
        OTHER = "other", _("Other")

    code = models.CharField(max_length=30, unique=True)
    name = models.CharField(max_length=100)
    line = models.CharField(max_length=12, choices=Line.choices)
    kind = models.CharField(max_length=10, choices=Kind.choices, default=Kind.HANDLER)
    parent = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="children"
    )
    # The district a unit works for; "" for one that works everywhere. A code, since places lie above.
    district_code = models.CharField(max_length=6, blank=True, db_index=True)
    phone = models.CharField(max_length=30, blank=True)
    active = models.BooleanField(default=True)
    # 代录: the station signs, hands in and finishes for a unit whose people have no logins.
    recorded_by_station = models.BooleanField(default=False, db_default=False)
    # By which working time its deadlines run; null: by that of its kind.
    calendar = models.ForeignKey(
        Calendar, null=True, blank=True, on_delete=models.PROTECT, related_name="units"
    )

    class Meta:
        permissions = permissions_on("unit")
        ordering = ["code"]

    def __str__(self) -> str:
        return self.name


class User(AbstractUser):
    """A person with a login. What they may do follows from their postings alone."""

    first_name = None  # type: ignore[assignment]
    last_name = None  # type: ignore[assignment]
    name = models.CharField(max_length=60)
    phone = models.CharField(max_length=30, blank=True)
    unit = models.ForeignKey(Unit, null=True, blank=True, on_delete=models.PROTECT, related_name="members")
    must_change_password = models.BooleanField(default=False)
    made_up = models.BooleanField(default=False)
    # When the login was closed, and when name, login name, phone and address went; the row stays.
    closed_at = models.DateTimeField(null=True, blank=True)
    pseudonymised_at = models.DateTimeField(null=True, blank=True)

    REQUIRED_FIELDS = ["name"]

    def __str__(self) -> str:
        return self.name or self.username

    def get_full_name(self) -> str:
        return str(self)

    def get_short_name(self) -> str:
        return str(self)
