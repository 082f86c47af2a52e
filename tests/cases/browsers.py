"""Browsers of the cast for tests of pages."""

from django.test import Client

from tests.cast import World

# Session, person, five for the scopes and their moment, the unread count: every page has them.
FRAME = 9


def browser(world: World, name: str) -> Client:
    """The browser of somebody who has logged in and reads English."""
    client = Client(headers={"accept-language": "en"})
    client.force_login(world.people[name])
    return client
