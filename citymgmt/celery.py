"""The queue. Its tasks only wake services up: what is owed stands in rows (outbox, timers)."""

import os

from celery import Celery
from kombu.transport import TRANSPORT_ALIASES

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "citymgmt.settings")

TRANSPORT_ALIASES["filesystem"] = "citymgmt.file_queue:Transport"
app = Celery("citymgmt")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
