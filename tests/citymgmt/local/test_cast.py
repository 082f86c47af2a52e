"""The made-up people cover every role and every point of view."""

from accounts.roles import ROLES, Role
from citymgmt.local.banner import logins
from citymgmt.local.cast import CAST, DISTRICT, one_for_each_role

PLACE_OF_LENGTH = {6: "district", 9: "street", 12: "community", 15: "grid"}


def test_every_role_is_played():
    assert {member.role for member in one_for_each_role()} == set(Role)


def test_usernames_are_unique():
    assert len({member.username for member in CAST}) == len(CAST)


def test_everybody_is_posted_where_their_role_can_be():
    for member in CAST:
        place = "unit" if member.unit_code else PLACE_OF_LENGTH[len(member.where)]
        assert place in ROLES[member.role].posted_on, member


def test_the_one_shown_for_a_role_works_in_the_main_district():
    assert all(DISTRICT in member.where for member in one_for_each_role())


def test_the_start_prints_a_login_for_every_role_in_both_languages():
    rows = logins()
    assert len(rows) == len(Role)
    assert rows[0][0] == "grid"
    assert rows[0][1].endswith("Grid worker")
