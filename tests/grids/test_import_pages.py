"""The import page: upload, look, apply once."""

import re
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from grids.models import Area

COMMUNITY = "500115001001"
ROWS = "code,name,level,parent_code\n500115001001,朝阳社区居民委员会,community,500115001\n".encode()


@pytest.fixture
def client(world):
    client = Client()
    client.force_login(world.people["admin"], backend="django.contrib.auth.backends.ModelBackend")
    return client


def upload(client, data=ROWS, **more):
    file = SimpleUploadedFile("areas.geojson", data)
    return client.post(reverse("grids:import"), {"file": file, "datum": "WGS84"} | more)


def apply(client, digest, **more):
    return client.post(
        reverse("grids:import_apply"), {"digest": digest, "datum": "WGS84", "key": str(uuid4())} | more
    )


def test_what_was_previewed_is_applied(client):
    page = upload(client)
    assert page.status_code == 200
    assert "朝阳社区" in page.content.decode()
    assert re.search(r'name="digest" value="[0-9a-f]{64}"', page.content.decode())
    assert Area.objects.get(code=COMMUNITY).short_name == "向阳社区"
    assert apply(client, page.context["digest"]).status_code == 302
    assert Area.objects.get(code=COMMUNITY).short_name == "朝阳社区"


def test_pressing_twice_applies_once(client):
    digest, key = upload(client).context["digest"], str(uuid4())
    assert apply(client, digest, key=key).status_code == 302
    assert apply(client, digest, key=key).status_code == 302
    assert Area.objects.get(code=COMMUNITY).version == 2


def test_another_digest_and_a_file_no_longer_kept_are_refused(client):
    digest = upload(client).context["digest"]
    assert apply(client, "0" * 64).status_code == 409
    assert apply(client, "tampered").status_code == 400
    assert apply(client, digest).status_code == 302
    assert apply(client, digest).status_code == 400


@pytest.mark.parametrize("data", [b"no areas at all", b"[" * 100_000, b"\x00\x01\x02"])
def test_a_hostile_file_is_answered_on_the_page(client, data):
    answer = upload(client, data)
    assert answer.status_code == 400
    assert answer.context["form"].errors


def test_no_file_at_all_is_answered_on_the_page(client):
    assert client.post(reverse("grids:import"), {"datum": "WGS84"}).status_code == 400


def test_errors_show_their_rows_and_offer_no_button(client):
    page = upload(client, ROWS.replace(b"500115001\n", b"999999999\n")).content.decode()
    assert reverse("grids:import_apply") not in page


def test_the_export_of_areas_imports_without_a_change(client):
    answer = client.get(reverse("grids:areas_csv"))
    page = upload(client, b"".join(answer.streaming_content))
    assert page.context["plan"].changes == []
    assert page.context["plan"].errors == []
