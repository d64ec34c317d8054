"""The Celery app. Celery only wakes the engine: no order can be lost with a message."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mlegitymacja_portal.settings")

app = Celery("mlegitymacja_portal")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
