"""Secrets in the form of Standard Webhooks, and the time of deliveries that there are already.

A secret until now was a text whose UTF-8 bytes were the key of the signatures. They stay the key: they are written as
`whsec_` and their base64, which is the form that libraries of the standard take. So nobody has to be given a new secret; who
holds the old text makes the new form of it (docs/webhooks.md, Coming from the format before).
"""

import base64
from typing import Any

from django.db import migrations
from django.db.models import OuterRef, Subquery

_BATCH = 2000


def standardise(apps: Any, schema_editor: Any) -> None:
    for endpoint in apps.get_model("api", "Endpoint").objects.order_by("pk"):
        if not endpoint.secret.startswith("whsec_"):
            endpoint.secret = "whsec_" + base64.b64encode(endpoint.secret.encode()).decode()
            endpoint.save(update_fields=["secret"])


def date_deliveries(apps: Any, schema_editor: Any) -> None:
    Delivery = apps.get_model("api", "Delivery")
    Event = apps.get_model("mdocs", "OrderEvent")
    happened = Event.objects.filter(pk=OuterRef("event_id")).values("at")[:1]
    keys = list(Delivery.objects.filter(event__isnull=False).values_list("pk", flat=True))
    for start in range(0, len(keys), _BATCH):
        Delivery.objects.filter(pk__in=keys[start : start + _BATCH]).update(created_at=Subquery(happened))


class Migration(migrations.Migration):

    dependencies = [
        ('api', '0007_standard_webhooks'),
    ]

    operations = [
        migrations.RunPython(standardise, migrations.RunPython.noop, elidable=True),
        migrations.RunPython(date_deliveries, migrations.RunPython.noop, elidable=True),
    ]
