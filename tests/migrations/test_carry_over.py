"""A database from before messages and push had an app of their own is carried over by `migrate`, and loses nothing.

`main-before-notifications.sql` was dumped from a portal of that time (script/server; pg_dump --inserts), without its
sessions and with the keys below. In it the demo cast and some others have ordered by the page, the API and an
application. mDokumenty, the mail server, a push service and the receiver of a webhook had been made to refuse, to hang
or to be away: there are orders in every state, and messages, deliveries and a job that have still to be worked off.
What only months would have brought was set by hand (a last valid day, the end of codes), and so were the entries of the
logs about messages, deliveries and push services, which the portal itself does not write.
"""

import hashlib
import json
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
from auditlog.models import LogEntry
from django.contrib.admin.models import LogEntry as AdminLogEntry
from django.contrib.auth.models import Group, Permission
from django.contrib.contenttypes.models import ContentType
from django.core.management import call_command
from django.db import connection, models, transaction
from django.db.models import OuterRef, Subquery
from django.test import Client, override_settings
from django.urls import reverse

from api.models import Delivery, Endpoint
from mdocs.models import Order, OrderEvent
from mdocs.statuses import Status
from students.fingerprints import holder_fingerprint
from students.models import Student, User
from tests.mdocs.page.html import read
from tests.migrations.before import (
    DUMP,
    FOUND_OUT_ANEW,
    GONE,
    GROW,
    KEYS,
    MADE_ANEW,
    MOVED,
    RENAMED_COLUMNS,
    Before,
    model_of,
    table_before,
)
from tests.migrations.database import Row, all_names, all_rows, loaded

PAGE = "/dla-studentow/moje-studia/mlegitymacja/"
MESSAGES = "/dla-studentow/wiadomosci/"

pytestmark = pytest.mark.django_db  # also what a test changes is gone after it
AT_ONCE, ONE_APP_FIRST = "at once", "one app first"
after_upgrading_at_once = pytest.mark.parametrize("before", [AT_ONCE], indirect=True)


@pytest.fixture(scope="module", params=[AT_ONCE, ONE_APP_FIRST], autouse=True)
def before(request: pytest.FixtureRequest, django_db_setup: None, django_db_blocker: Any) -> Iterator[Before]:
    """Carry the dump over and return what it held.

    Where one app is migrated first, the signals after it make content types and permissions of all apps, of those too
    whose migrations have not run yet.
    """
    with django_db_blocker.unblock(), override_settings(**KEYS):
        new_schema = all_names()
        with loaded(DUMP):
            was = Before(all_rows(), new_schema)
            if request.param == ONE_APP_FIRST:
                call_command("migrate", "students", verbosity=0)
            call_command("migrate", verbosity=0)
            yield was


def browser_of(user: User) -> Client:
    """Return a browser in which somebody is signed in."""
    browser = Client()
    browser.force_login(user)
    return browser


@after_upgrading_at_once
def test_the_dump_has_of_everything(before: Before) -> None:
    assert {order["status"] for order in before.rows["mdocs_order"]} == set(Status)
    for label in MOVED:
        assert before.of(label), label
    assert {message["email_state"] for message in before.of("mdocs.message")} >= {
        "sent",
        "waiting",
        "refused",
    }
    assert len({message["read_at"] is None for message in before.of("mdocs.message")}) == 2
    for deliveries in (before.of("mdocs.pushdelivery"), before.rows["api_delivery"]):
        assert len({delivery["delivered_at"] is None for delivery in deliveries}) == 2
    for log in ("auditlog_logentry", "django_admin_log"):
        about = {before.label(entry["content_type_id"]) for entry in before.rows[log]}
        assert about & MOVED.keys(), log


def test_no_row_is_lost_and_none_is_changed(before: Before) -> None:
    now = all_rows()
    for table, rows in before.rows.items():
        if table in FOUND_OUT_ANEW:
            continue
        present = {table_before(old): model_of(old)._meta.db_table for old in MOVED}.get(table, table)
        anew = MADE_ANEW.get(present, set())
        wanted = Counter(
            _written({name: value for name, value in row.items() if name not in anew})
            for row in _present_rows(before, table, present)
        )
        columns = {
            RENAMED_COLUMNS.get(present, {}).get(column, column) for row in rows for column in row
        } - anew
        assert rows == [] or columns <= now[present][0].keys(), (table, "columns that nobody has named anew")
        found = Counter(_written({name: row[name] for name in columns}) for row in now[present])
        assert wanted <= found if table in GROW else wanted == found, table


def test_orders_keep_their_holders_and_one_spelled_otherwise_ends_nothing(before: Before) -> None:
    fingerprint = (
        Student.objects.filter(pk=OuterRef("student_id")).annotate(now=holder_fingerprint()).values("now")
    )
    changed = Order.objects.exclude(holder_fingerprint="").exclude(holder_fingerprint=Subquery(fingerprint))
    were = {row["id"] for row in before.rows["mdocs_order"] if row["holder_fingerprint"]}
    assert were and not changed.exists()
    for student in Student.objects.filter(orders__in=were):
        Student.objects.filter(pk=student.pk).update(last_name=student.last_name.upper())
    assert not changed.exists()


def _present_rows(before: Before, table: str, present: str) -> Iterator[Row]:
    """Write the rows of then as they have to be now."""
    for row in before.rows[table]:
        if table == "django_content_type" and before.label(row["id"]) == GONE:
            continue
        if table == "auth_permission" and before.label(row["content_type_id"]) == GONE:
            continue
        named = {RENAMED_COLUMNS.get(present, {}).get(column, column): row[column] for column in row}
        if table == "django_content_type":
            old = f"{row['app_label']}.{row['model']}"
            named["app_label"], _dot, named["model"] = MOVED.get(old, old).partition(".")
        if table == "mdocs_order" and row["attention"]:
            named["last_failure"] = ""  # `attention` says it
        if table == "auth_permission":
            named["codename"] = before.present_name(row)[1]
        yield named


def _written(row: Row) -> str:
    return json.dumps(row, sort_keys=True)


@after_upgrading_at_once
def test_orders_are_where_they_were_and_know_how_they_came_there() -> None:
    shown = {}
    for order in Order.objects.select_related("student__user"):
        assert OrderEvent.objects.filter(order=order).latest("id").new == order.status
        if order.status == Status.READY:
            assert order.qr_token and order.activation_code and order.qr_svg, "decrypted"
        if order == order.student.orders.to_show()[0]:
            shown[order.status] = order
    assert shown.keys() == set(Status)
    for order in shown.values():
        page = browser_of(order.student.user).get(PAGE).content.decode()
        assert order.get_status_display() in page, order


@after_upgrading_at_once
def test_students_find_their_messages(before: Before) -> None:
    told = Counter(message["student_id"] for message in before.of("mdocs.message"))
    unread = Counter(
        message["student_id"] for message in before.of("mdocs.message") if message["read_at"] is None
    )
    for student in Student.objects.filter(pk__in=told).select_related("user"):
        page = read(browser_of(student.user).get(MESSAGES))
        headings = page.texts("h2")
        assert len(headings) == told[student.pk]
        assert sum(heading.startswith("nowa ") for heading in headings) == unread[student.pk]


@after_upgrading_at_once
def test_devices_are_still_reached(before: Before) -> None:
    devices = model_of("mdocs.subscription").objects.select_related("student__user")
    assert len(devices) == len(before.of("mdocs.subscription"))
    for device in devices:
        address = json.loads(device.address)
        assert hashlib.sha256(address["endpoint"].encode()).hexdigest() == device.fingerprint
        page = read(browser_of(device.student.user).get(f"{MESSAGES}ustawienia/"))
        assert any(device.fingerprint in item.attrs.get("data-fingerprint", "") for item in page.all("li"))


@after_upgrading_at_once
def test_what_was_unwanted_still_is(before: Before) -> None:
    unwanted = {(row["student_id"], row["channel"], row["kind"]) for row in before.of("mdocs.unwanted")}
    for student in Student.objects.filter(pk__in={student for student, *_ in unwanted}).select_related(
        "user"
    ):
        page = read(browser_of(student.user).get(f"{MESSAGES}ustawienia/"))
        boxes = page.all("input", type="checkbox")
        off = {(box.attrs["name"], box.attrs["value"]) for box in boxes if "checked" not in box.attrs}
        assert off == {(channel, kind) for who, channel, kind in unwanted if who == student.pk}


@after_upgrading_at_once
def test_other_systems_are_still_told(before: Before) -> None:
    assert all(endpoint.secret.startswith("whsec_") for endpoint in Endpoint.objects.all()), "decrypted"
    outgoing: list[tuple[Any, list[Row]]] = [
        (Delivery, before.rows["api_delivery"]),
        (model_of("mdocs.pushdelivery"), before.of("mdocs.pushdelivery")),
    ]
    for model, rows in outgoing:
        pending = {str(row["id"]) for row in rows if row["delivered_at"] is None}
        due = model.objects.filter(next_attempt_at__isnull=False)
        assert {str(key) for key in due.values_list("pk", flat=True)} == pending


def test_groups_and_users_have_their_rights(before: Before) -> None:
    for holders, table, holder, field in (
        (Group, "auth_group_permissions", "group_id", "permissions"),
        (User, "students_user_user_permissions", "user_id", "user_permissions"),
    ):
        held = before.permissions(table, holder)
        assert any(app == label.partition(".")[0] for _who, app, _ in held for label in MOVED.values())
        now = holders.objects.values_list("pk", f"{field}__content_type__app_label", f"{field}__codename")
        assert set(held) <= set(now)


def test_staff_may_look_at_what_they_might_look_at(before: Before) -> None:
    pages = {
        label: reverse(
            f"admin:{model_of(label)._meta.app_label}_{model_of(label)._meta.model_name}_changelist"
        )
        for label in ("mdocs.message", "mdocs.pushservice")
    }
    assert {
        (user.username, label): browser_of(user).get(page).status_code == 200
        for user in User.objects.filter(is_staff=True, is_superuser=False)
        for label, page in pages.items()
    } == {
        ("dziekanat", "mdocs.message"): True,
        ("dziekanat", "mdocs.pushservice"): False,
        ("podglad", "mdocs.message"): True,
        ("podglad", "mdocs.pushservice"): False,
        ("administratorka", "mdocs.message"): True,
        ("administratorka", "mdocs.pushservice"): True,
        ("skargi", "mdocs.message"): True,  # by a group that the university has made
        ("skargi", "mdocs.pushservice"): False,
        ("jedno", "mdocs.message"): True,  # by permissions of its own
        ("jedno", "mdocs.pushservice"): True,
    }


def test_no_content_type_and_no_permission_is_left_behind() -> None:
    assert [str(kind) for kind in ContentType.objects.all() if kind.model_class() is None] == []
    for permission in Permission.objects.select_related("content_type"):
        model = permission.content_type.model_class()
        assert model is not None
        verbs = {f"{verb}_{model._meta.model_name}" for verb in model._meta.default_permissions}
        assert permission.codename in verbs | {codename for codename, _name in model._meta.permissions}


def test_the_logs_speak_of_the_same_things(before: Before) -> None:
    logs: list[tuple[Any, str, str]] = [
        (LogEntry, "auditlog_logentry", "object_pk"),
        (AdminLogEntry, "django_admin_log", "object_id"),
    ]
    for log, table, key in logs:
        for row in before.rows[table]:
            label = before.label(row["content_type_id"])
            if label in MOVED:
                assert log.objects.get(pk=row["id"]).content_type.model_class() is model_of(label)
                was_there = any(str(thing["id"]) == row[key] for thing in before.of(label))
                assert model_of(label)._base_manager.filter(pk=row[key]).exists() == was_there


@after_upgrading_at_once
def test_the_office_reads_in_the_audit_log_about_devices(before: Before) -> None:
    kind = ContentType.objects.get_for_model(model_of("mdocs.subscription"))
    log = reverse("admin:students_auditentry_changelist")
    page = browser_of(User.objects.get(username="admin")).get(log, {"kind": kind.pk})
    entries = [before.label(row["content_type_id"]) for row in before.rows["auditlog_logentry"]]
    assert page.context["cl"].result_count == entries.count("mdocs.subscription") > 0


@after_upgrading_at_once
def test_nothing_has_the_name_of_a_table_that_is_gone(before: Before) -> None:
    gone = [table_before(label) for label in MOVED if model_of(label)._meta.db_table != table_before(label)]
    assert gone
    names = {name for _kind, *where in all_names() for name in where}
    assert {name for name in names if any(table in name for table in gone)} == set()


@after_upgrading_at_once
def test_the_schema_is_that_of_a_new_database(before: Before) -> None:
    assert all_names() ^ before.new_schema == set()


@after_upgrading_at_once
@pytest.mark.parametrize("label", MOVED)
def test_new_rows_get_new_numbers(label: str) -> None:
    model = model_of(label)
    rows = model._base_manager
    row: models.Model = rows.latest("pk")
    highest = row.pk
    with transaction.atomic():
        rows.filter(pk=highest)._raw_delete(connection.alias)  # makes room where a row has to be the only one
        row.pk = None
        row.save(force_insert=True)
        assert row.pk > highest
        assert rows.filter(pk=row.pk).exists()
        transaction.set_rollback(True)  # before anything asks for the row that has been deleted


def test_nothing_is_left_to_be_migrated() -> None:
    call_command("migrate", "--check", verbosity=0)
