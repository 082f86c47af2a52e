"""The project: settings, addresses, the queue, and the pages that look over several rooms."""

from citymgmt.celery import app as celery_app

__all__ = ["celery_app"]
