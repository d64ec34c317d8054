"""The dump, what it held, and what has another name since."""

from base64 import urlsafe_b64encode
from pathlib import Path
from typing import Any, NamedTuple

from django.apps import apps

from tests.migrations.database import Row

DUMP = Path(__file__).with_name("main-before-notifications.sql")
KEYS = {  # of this dump, and of no installation
    "FIELD_ENCRYPTION_KEYS": [urlsafe_b64encode(b"test key of the carry-over dump.").decode()],
    "FIELD_INDEX_KEY": "test-index-key-of-the-carry-over-dump",
    "PUSH_KEY": urlsafe_b64encode(b"test push key of carry-over dump").decode().rstrip("="),
}
# Models that have moved, and their present labels; and columns that have another name since, by their present table.
MOVED = {
    "mdocs.message": "notifications.message",
    "mdocs.unwanted": "notifications.notificationoptout",
    "mdocs.pushservice": "notifications.pushservice",
    "mdocs.subscription": "notifications.subscription",
    "mdocs.pushdelivery": "notifications.pushdelivery",
    "api.remembered": "api.idempotentresponse",
}
RENAMED_COLUMNS: dict[str, dict[str, str]] = {
    "mdocs_orderevent": {"told_at": "dispatched_at"},
    "mdocs_order": {
        "routine": "low_priority",
        "urgency": "priority",
        "watched_until": "poll_fast_until",
        "refusal": "rejection_code",
    },
    "notifications_message": {"routine": "low_priority"},
    "notifications_pushdelivery": {"routine": "low_priority"},
}
# What `migrate` itself adds to.
# What a few calls tell, and sessions, which have a table of their own since: not carried over.
FOUND_OUT_ANEW = {"mdocs_breaker", "django_session"}
GONE = "sessions.session"  # with its content type and permissions
# Columns that have other values since. Tokens that may read codes end sooner.
MADE_ANEW = {"mdocs_order": {"holder_fingerprint"}, "api_token": {"expires_at"}, "api_endpoint": {"secret"}}
GROW = {"django_migrations", "django_content_type", "auth_permission", "auth_group_permissions"}


class Before(NamedTuple):
    """What the dump held, and the names of a schema that was made from nothing by today's migrations."""

    rows: dict[str, list[Row]]
    new_schema: set[tuple[str, str, str]]

    def label(self, content_type: int) -> str:
        """Return the label that a content type had."""
        (row,) = (row for row in self.rows["django_content_type"] if row["id"] == content_type)
        return f"{row['app_label']}.{row['model']}"

    def of(self, label: str) -> list[Row]:
        """Return the rows of a model, by the label that it had."""
        return self.rows[table_before(label)]

    def permissions(self, table: str, holder: str) -> list[tuple[int, str, str]]:
        """Return who held what: the holder's key, and the permission by its present label and codename."""
        named = {row["id"]: row for row in self.rows["auth_permission"]}
        held = [(row[holder], named[row["permission_id"]]) for row in self.rows[table]]
        return [(who, *self.present_name(what)) for who, what in held]

    def present_name(self, permission: Row) -> tuple[str, str]:
        """Return the label of the app and the codename that a permission has to have now."""
        old = self.label(permission["content_type_id"])
        new = MOVED.get(old, old)
        verb, _underscore, thing = str(permission["codename"]).partition("_")
        is_of_every_model = thing == old.partition(".")[2]
        (app, _dot, model) = new.partition(".")
        return app, f"{verb}_{model}" if is_of_every_model else str(permission["codename"])


def table_before(label: str) -> str:
    """Return the table that a model had."""
    return label.replace(".", "_")


def model_of(label: str) -> Any:
    """Return the model of today that a label of then means."""
    return apps.get_model(MOVED.get(label, label))
