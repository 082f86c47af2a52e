"""What the system tells people, and how it reaches them."""

from notices.models.delivery import ChannelDelivery, Gate
from notices.models.inbox import Notice
from notices.models.preference import Preference
from notices.models.robot import Robot

__all__ = ["ChannelDelivery", "Gate", "Notice", "Preference", "Robot"]
