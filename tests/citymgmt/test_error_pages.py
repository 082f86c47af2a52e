"""What goes wrong outside a view is a sentence too, in the house's own frame."""

import pytest
from django.core.exceptions import PermissionDenied, SuspiciousOperation
from django.http import HttpRequest, HttpResponse
from django.test import Client, override_settings
from django.urls import path

from citymgmt import urls


def fail(request: HttpRequest, kind: str) -> HttpResponse:
    raise {"400": SuspiciousOperation, "403": PermissionDenied, "500": RuntimeError}[kind]("made to fail")


urlpatterns = [path("fail/<str:kind>/", fail), *urls.urlpatterns]
handler400, handler403 = urls.handler400, urls.handler403
handler404, handler500 = urls.handler404, urls.handler500


@pytest.mark.django_db
@pytest.mark.parametrize("kind", ["400", "403", "500"])
@override_settings(ROOT_URLCONF=__name__)
def test_a_fault_answers_with_its_page(kind: str) -> None:
    answer = Client(raise_request_exception=False).get(f"/fail/{kind}/")
    assert answer.status_code == int(kind)
    assert "<h1" in answer.content.decode()


@pytest.mark.django_db
def test_an_unknown_address_says_so_in_words() -> None:
    answer = Client().get("/no/such/page/", headers={"accept-language": "zh-hans"})
    assert answer.status_code == 404
    assert "请核对" in answer.content.decode()


@pytest.mark.django_db
def test_a_form_without_its_token_is_explained() -> None:
    answer = Client(enforce_csrf_checks=True).post("/report/", {})
    assert answer.status_code == 403
    assert "<h1" in answer.content.decode()
