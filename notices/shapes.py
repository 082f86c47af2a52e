"""Shapes of wishes, robots and deliveries in the API."""

from typing import Any

from django.conf import settings
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from core.serializers import PageQuery, StrictSerializer
from notices.browse import host_of
from notices.faults import words_of
from notices.kinds import IN_GROUPS, Group
from notices.models import ChannelDelivery, Robot
from notices.wishes import Person

SAID_IN_GROUPS = [(group.value, group.label) for group in IN_GROUPS]


@extend_schema_field({"type": "string", "pattern": "^([01][0-9]|2[0-3]):[0-5][0-9]$"})
class ClockField(serializers.TimeField):
    """A time of the day as people write it: ``HH:MM``, in city time; both ends null: never quiet."""

    def __init__(self, **more: Any) -> None:
        super().__init__(format="%H:%M", input_formats=["%H:%M"], allow_null=True, **more)


class WishesShape(StrictSerializer):
    """What reaches a person how, and when only what is urgent sounds."""

    language = serializers.ChoiceField(choices=settings.LANGUAGES)
    email_groups = serializers.ListField(child=serializers.ChoiceField(choices=Group.choices), max_length=20)
    robot_groups = serializers.ListField(child=serializers.ChoiceField(choices=SAID_IN_GROUPS), max_length=20)
    quiet_from = ClockField()
    quiet_to = ClockField()


class PreferencesSerializer(serializers.Serializer[Any]):
    """The same as it stands, with the confirmed address."""

    language = serializers.CharField()
    email_groups = serializers.ListField(child=serializers.CharField())
    robot_groups = serializers.ListField(child=serializers.CharField())
    quiet_from = ClockField()
    quiet_to = ClockField()
    email = serializers.CharField(help_text="empty until an address is confirmed")


def preferences_data(person: Person) -> dict[str, Any]:
    """A person's wishes as the API answers them."""
    quiet = person.quiet
    shown = {
        "language": person.language,
        "email_groups": sorted(person.email_groups),
        "robot_groups": sorted(person.robot_groups),
        "quiet_from": quiet.begins if quiet else None,
        "quiet_to": quiet.ends if quiet else None,
        "email": person.email,
    }
    return dict(PreferencesSerializer(shown).data)


class EmailInput(StrictSerializer):
    """The address a letter with a token is sent to; empty: no letters any more."""

    email = serializers.CharField(max_length=254, allow_blank=True)


class TokenInput(StrictSerializer):
    """The token of that letter's link."""

    token = serializers.CharField(max_length=2000)


class RobotInput(StrictSerializer):
    """What is said about a robot. Address and secret go in and are never answered; left out, they stay."""

    kind = serializers.ChoiceField(choices=Robot.Kind.choices)
    name = serializers.CharField(max_length=60)
    url = serializers.CharField(max_length=500, required=False, allow_blank=True, default="")
    secret = serializers.CharField(max_length=200, required=False, allow_blank=True, default="")
    groups = serializers.ListField(child=serializers.ChoiceField(choices=SAID_IN_GROUPS), max_length=20)
    language = serializers.ChoiceField(choices=settings.LANGUAGES, default="zh-hans")
    quiet_from = ClockField(default=None)
    quiet_to = ClockField(default=None)
    active = serializers.BooleanField(default=True)


class RobotSerializer(serializers.ModelSerializer[Robot]):
    """A robot without what lets anybody speak through it."""

    unit = serializers.CharField(source="unit.code")
    host = serializers.SerializerMethodField()
    trial_error = serializers.SerializerMethodField()
    groups = serializers.ListField(child=serializers.CharField())
    quiet_from = ClockField()
    quiet_to = ClockField()

    class Meta:
        model = Robot
        fields = [
            "id", "unit", "kind", "name", "host", "groups", "language", "quiet_from", "quiet_to", "active",
            "tried_at", "trial_error",
        ]  # fmt: skip

    def get_host(self, robot: Robot) -> str:
        """The host of its address."""
        return host_of(robot)

    def get_trial_error(self, robot: Robot) -> str:
        """Why the last trial did not arrive, in the caller's language; empty when it did."""
        return words_of(robot.trial_error)


class RobotAnswer(serializers.Serializer[Any]):
    """Which robot was written."""

    robot = serializers.IntegerField()
    unit = serializers.CharField()


class TrialAnswer(serializers.Serializer[Any]):
    """Whether a trial message arrived, and why not."""

    arrived = serializers.BooleanField()
    error = serializers.CharField()


class DeliveryQuery(PageQuery):
    """The state asked for, given up by default, and the channel."""

    state = serializers.ChoiceField(choices=ChannelDelivery.State.choices, default="dead")
    channel = serializers.CharField(required=False, max_length=20)


class DeliverySerializer(serializers.ModelSerializer[ChannelDelivery]):
    """A message beyond the inbox; never which case it is about."""

    kind = serializers.CharField(source="notice.kind")
    error = serializers.SerializerMethodField()

    class Meta:
        model = ChannelDelivery
        fields = [
            "id", "kind", "channel", "target", "state", "urgent", "due_at", "next_at", "settled_at",
            "attempts", "error",
        ]  # fmt: skip

    def get_error(self, row: ChannelDelivery) -> str:
        """Why it did not go out, in the caller's language."""
        return words_of(row.error)


class WhichInput(StrictSerializer):
    """Messages that were given up: some by their ids, or all of a channel."""

    ids = serializers.ListField(
        child=serializers.IntegerField(min_value=1, max_value=2**63 - 1), required=False, max_length=500
    )
    channel = serializers.CharField(required=False, max_length=20)


class DropInput(WhichInput):
    """The same, with the reason why nobody is to get them."""

    reason = serializers.CharField(max_length=500)


class CountAnswer(serializers.Serializer[Any]):
    """How many messages."""

    count = serializers.IntegerField()
