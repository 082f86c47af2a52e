"""Every address of the site."""

from django.conf import settings
from django.urls import URLPattern, URLResolver, include, path

from citymgmt.pages.health import health
from citymgmt.pages.home import home
from citymgmt.pages.metrics import metrics
from citymgmt.styleguide import StyleGuide

handler400 = "citymgmt.pages.errors.bad_request"
handler403 = "citymgmt.pages.errors.forbidden"
handler404 = "citymgmt.pages.errors.not_found"
handler500 = "citymgmt.pages.errors.server_error"

urlpatterns: list[URLPattern | URLResolver] = [
    path("", home, name="home"),
    path("accounts/", include("accounts.urls")),
    path("cases/", include("cases.urls")),
    path("squad/", include("cases.squad_urls")),
    path("notices/", include("notices.urls")),
    path("", include("cases.public_urls")),
    path("i18n/", include("django.conf.urls.i18n")),
    path("health/", health, name="health"),
    path("metrics", metrics, name="metrics"),
    path("api/", include("citymgmt.api")),
    path("grids/", include("grids.urls")),
]

if settings.LOCAL:
    urlpatterns += [path("styleguide/", StyleGuide.as_view(), name="styleguide")]

# The role switch and the story do not exist anywhere but in the one-command start.
if settings.DEMO:
    urlpatterns += [path("demo/", include("citymgmt.demo_urls"))]
