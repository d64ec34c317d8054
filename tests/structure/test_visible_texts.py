"""What people write is visible: a text column refuses control characters, or nobody types into it."""

from collections.abc import Iterator

import pytest
from django.apps import apps
from django.core.exceptions import ValidationError
from django.db import models

from tests.structure.tree import APPS

# Columns that accept anything, and who writes them instead of a person.
WRITTEN_BY_THE_PORTAL = {
    "accounts.AccountEvent": {"device", "network", "detail", "email_failure"},
    "accounts.KnownDevice": {"name", "key_hash"},
    "accounts.Session": {
        *("session_key", "session_data", "device", "network", "university_session", "university_subject"),
    },
    "api.Delivery": {"last_answer"},
    "api.Endpoint": {"secret", "previous_secret"},
    "api.IdempotentResponse": {"key", "fingerprint"},
    "api.Token": {"key_hash", "prefix"},
    "mdocs.Breaker": {"cause_detail", "run_kind"},
    "mdocs.CertificateWarning": {"what"},
    "mdocs.KeptFigures": {"scope"},
    "mdocs.Order": {
        *(
            "album_number",
            "card_number",
            "holder",
            "holder_fingerprint",
        ),  # copied from the student and the card
        *("mdokumenty_id", "rejection_code", "qr_token", "activation_code", "qr_svg", "blocked_by"),
    },
    "mdocs.OrderEvent": {"detail"},
    "mdocs.OrphanDocument": {"mdokumenty_id", "status_there"},
    "notifications.Message": {"email_failure"},
    "notifications.PushService": {"origin"},
    "notifications.Subscription": {"address", "fingerprint", "key", "name"},  # named after the browser
    "operations.Alarm": {"subject", "status"},
    "operations.Sign": {"process", "queue", "busy_with", "version"},
    "operations.StorageMarker": {"storage", "text", "written_by"},
    "students.AuditEntry": {"object_pk", "object_repr", "changes_text", "cid", "actor_email"},
    "students.ImportedChange": {"changes"},
    "students.Job": {"kind", "title", "failure"},
    "students.JobNote": {
        "subject",
        "outcome",
        "detail",
        "album_number",
        "holder",
    },  # of imports, as escaped there
    "students.KeyCanary": {"value"},
    "students.PeriodicTask": {"name", "error"},
    "students.Look": {"program", "shown", "filter"},
    "students.Photo": {"source_digest"},
    "students.Student": {"pesel", "pesel_index"},  # checked digit by digit
    "notifications.Mailing": {"template_name"},
    "students.SavedFilter": {"list", "query"},
    "students.StudentCard": {"holder_first_names", "holder_last_name", "holder_pesel", "holder_pesel_index"},
    "students.User": {"password"},
    "usos_api.AccessToken": {"key_hash", "secret"},
    "usos_api.Consumer": {"key", "secret", "callbacks"},  # the form takes addresses only
    "usos_api.RequestToken": {"key_hash", "secret", "callback", "verifier_hash"},
}
UNSEEN = {
    "a control character": "A\x01B",
    "NUL": "A\0B",
    "the end of a line in C1": "A\x85B",
    "from right to left": "A\u202eB",
    "a space without width": "A\u200bB",
}


def text_columns() -> Iterator[tuple[str, "models.Field[object, object]"]]:
    """Yield the text columns of our models with the model's label; those with choices take nothing else."""
    for model in apps.get_models():
        if model._meta.app_label in APPS:
            for field in model._meta.concrete_fields:
                if isinstance(field, models.CharField | models.TextField) and not field.choices:
                    yield model._meta.label, field


@pytest.mark.parametrize("unseen", UNSEEN.values(), ids=UNSEEN)
def test_a_column_that_people_write_refuses_what_nobody_sees(unseen: str) -> None:
    takes_anything: dict[str, set[str]] = {}
    for label, field in text_columns():
        try:
            field.clean(unseen[: field.max_length], None)
        except ValidationError:
            continue
        takes_anything.setdefault(label, set()).add(field.name)
    assert takes_anything == WRITTEN_BY_THE_PORTAL
