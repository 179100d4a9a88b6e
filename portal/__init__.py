"""The roof: settings, root URLs, API root, Celery. No logic."""

from portal.celery import app as celery_app

__all__ = ["celery_app"]
