"""The ways out of the house that are installed."""

from notices.channels import register
from notices.channels.email import EmailChannel
from notices.channels.robots import RobotChannel

register(EmailChannel())
register(RobotChannel())
