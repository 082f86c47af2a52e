"""Shapes of what people fill in about their notices; the rules stand in the services."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from core.errors import Sentence
from grids.forms import PageForm
from notices.kinds import IN_GROUPS, Group
from notices.models import ChannelDelivery, Preference, Robot
from notices.quiet import FIELD
from notices.services.preferences import Wishes
from notices.services.robots import RobotAbout

_ALL = ("", _("All"))
_IN_GROUPS = [(group.value, group.label) for group in IN_GROUPS]


def _time(label: Any, **more: Any) -> forms.TimeField:
    return forms.TimeField(
        label=label, required=False, widget=forms.TimeInput(format="%H:%M", attrs={"type": "time"}), **more
    )


def _groups(label: Any, choices: Sequence[Any], **more: Any) -> forms.MultipleChoiceField:
    widget = forms.CheckboxSelectMultiple
    return forms.MultipleChoiceField(label=label, choices=choices, required=False, widget=widget, **more)


class InboxFilter(forms.Form):
    """The inbox in the address bar."""

    unread = forms.ChoiceField(
        label=_("Show"), required=False, choices=[_ALL, ("1", pgettext_lazy("notices", "Unread"))]
    )
    group = forms.ChoiceField(label=_("About"), required=False, choices=[_ALL, *Group.choices])


class WishesForm(forms.Form):
    """What reaches a person how, and when it is quiet."""

    language = forms.ChoiceField(label=_("Language of messages"), choices=settings.LANGUAGES)
    email_groups = _groups(_("By e-mail"), Group.choices)
    robot_groups = _groups(
        _("Name me in my unit's group"), _IN_GROUPS,
        help_text=_("The group's robot then names you by your mobile number, so that your phone sounds."),
    )  # fmt: skip
    quiet_from = _time(
        _("Quiet from"), help_text=_("Then only emergencies sound; the rest waits. Empty: never quiet.")
    )
    quiet_to = _time(_("Quiet to"))

    @classmethod
    def of(cls, row: Preference, data: Any) -> "WishesForm":
        """The form, filled in with what stands now."""
        names = ("language", "email_groups", "robot_groups", "quiet_from", "quiet_to")
        return cls(data, initial={name: getattr(row, name) for name in names})

    def wishes(self) -> Wishes:
        """What the service takes."""
        return Wishes(**self.cleaned_data)


class EmailForm(forms.Form):
    """An address to be confirmed."""

    email = forms.CharField(
        label=_("E-mail address"), max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "email", "inputmode": "email"}),
    )  # fmt: skip


class RobotForm(PageForm):
    """A group robot. Address and secret are taken in and never shown."""

    title, submit, said = _("Group robot"), _("Save"), _("Saved. Send a trial message to see that it works.")

    unit = forms.ChoiceField(label=_("Unit"))
    kind = forms.ChoiceField(label=pgettext_lazy("robot", "Kind"), choices=Robot.Kind.choices)
    name = forms.CharField(label=pgettext_lazy("robot", "Name"), max_length=60)
    url = forms.CharField(
        label=_("Address"), max_length=500, required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
        help_text=_("The webhook address the group shows for its robot. It is not shown again."),
    )  # fmt: skip
    secret = forms.CharField(
        label=_("Secret"), max_length=200, required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
        help_text=_("DingTalk: the one beginning with SEC, if the robot signs. Webhook: at least 16 signs."),
    )  # fmt: skip
    groups = _groups(_("What is said there"), _IN_GROUPS)
    language = forms.ChoiceField(label=_("Language of messages"), choices=settings.LANGUAGES)
    quiet_from = _time(_("Quiet from"), help_text=_("Then only emergencies are said. Empty: never quiet."))
    quiet_to = _time(_("Quiet to"))
    active = forms.BooleanField(label=_("Switched on"), required=False, initial=True)

    def __init__(self, *args: Any, units: Sequence[tuple[str, str]], robot: Robot | None = None, **kw: Any):
        if robot is not None:
            names = ("kind", "name", "groups", "language", "quiet_from", "quiet_to", "active")
            kw["initial"] = {name: getattr(robot, name) for name in names} | {"unit": robot.unit.code}
        else:
            kw["initial"] = {
                "groups": [Group.WORK, Group.DEADLINES, Group.SUPERVISION], "language": "zh-hans",
                "quiet_from": FIELD.begins, "quiet_to": FIELD.ends,
            } | kw.get("initial", {})  # fmt: skip
        super().__init__(*args, **kw)
        self.fields["url"].required = robot is None
        unit = self.fields["unit"]
        assert isinstance(unit, forms.ChoiceField)  # noqa: S101 - declared above
        unit.choices = [(robot.unit.code, robot.unit.name)] if robot else list(units)
        unit.disabled = robot is not None
        if robot is not None:
            self.fields["url"].help_text = _("Empty: the address and secret given before stay as they are.")

    def about(self) -> RobotAbout:
        """What the service takes, besides the unit."""
        return RobotAbout(**{name: held for name, held in self.cleaned_data.items() if name != "unit"})


class RemoveForm(PageForm):
    """Nothing to fill in: pressing the button is all."""

    title, submit, said = _("Remove the robot"), _("Remove"), _("The robot is removed.")
    danger = True


class DeliveryFilter(forms.Form):
    """Which deliveries are shown."""

    state = forms.ChoiceField(
        label=_("State"), required=False, choices=ChannelDelivery.State.choices,
        initial=ChannelDelivery.State.DEAD,
    )  # fmt: skip
    channel = forms.ChoiceField(label=_("Channel"), required=False)

    def __init__(self, *args: Any, channels: Sequence[tuple[str, Sentence]], **kw: Any) -> None:
        super().__init__(*args, **kw)
        field = self.fields["channel"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 - declared above
        field.choices = [_ALL, *channels]


class DropForm(PageForm):
    """Why messages are dropped."""

    title, submit, said = _("Drop messages"), pgettext_lazy("delivery", "Drop"), _("Dropped.")
    danger = True

    reason = forms.CharField(label=_("Reason"), max_length=500)
