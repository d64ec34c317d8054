"""Orders leave as CSV and XLSX: what was chosen or the whole list, harmless to a spreadsheet, and noted in the log."""

import csv
import io
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from openpyxl import load_workbook

from mdocs.models import Order
from mdocs.statuses import Status
from students.exporting import harmless
from students.models import AuditEntry, Faculty, User
from tests.mdocs.factories import ACTIVATION_CODE, QR_TOKEN
from tests.mdocs.office.admin.office import ORDERS, act, order_at, said

pytestmark = pytest.mark.django_db

Table = list[list[Any]]
# Formulas behind what a spreadsheet drops, or does not show.
BEHIND = ["\x01=1+1", "\x9f=1", " =1+1", "\xa0\u200b@SUM(1)"]


def table(response: Any) -> Table:
    """Read the file of an answer, the header first."""
    content = b"".join(response.streaming_content)
    if "csv" in response["Content-Type"]:
        return list(csv.reader(io.StringIO(content.decode("utf-8-sig")), delimiter=";"))
    return [list(row) for row in load_workbook(io.BytesIO(content)).active.values]


def numbers(found: Table) -> set[str]:
    return {row[0] for row in found[1:]}


@pytest.mark.parametrize("format", ["csv", "xlsx"])
def test_chosen_orders_leave_with_what_staff_need_to_know(
    office: Client, faculty: Faculty, format: str
) -> None:
    order = order_at(faculty, Status.REVOKED, who={"last_name": "Żółć"})
    refused = order_at(faculty, Status.REJECTED)
    order_at(faculty)
    response = act(office, f"export_{format}", order, refused)
    assert f".{format}" in response["Content-Disposition"]
    assert "no-store" in response["Cache-Control"]
    found = table(response)
    assert found[0][:6] == [
        "numer zamówienia",
        "numer w mDokumentach",
        "numer albumu",
        "nazwisko",
        "imiona",
        "status",
    ]
    rows = {row[0]: row for row in found[1:]}
    assert rows.keys() == {str(order.pk), str(refused.pk)}
    assert rows[str(order.pk)][2:6] == [order.album_number, "Żółć", "Anna Maria", "unieważniona"]
    assert rows[str(refused.pk)][-1] == "odrzucone: zdjęcie nie zostało przyjęte"


@pytest.mark.parametrize("format", ["csv", "xlsx"])
def test_the_whole_list_leaves_as_it_is_filtered(
    office: Client, faculty: Faculty, elsewhere: Faculty, format: str
) -> None:
    ready = {order_at(faculty) for _ in range(2)}
    order_at(faculty, Status.WAITING)
    foreign = order_at(elsewhere)
    query = "?status__exact=ready"
    for chosen in ([], [foreign]):
        response = act(office, f"export_{format}", *chosen, query=query, select_across="1")
        assert numbers(table(response)) == {str(order.pk) for order in ready}
    assert numbers(table(act(office, f"export_{format}", foreign))) == set()


@pytest.mark.parametrize("format", ["csv", "xlsx"])
def test_neither_pesel_nor_codes_leave(office: Client, faculty: Faculty, format: str) -> None:
    order = order_at(faculty)
    cells = " ".join(str(cell) for row in table(act(office, f"export_{format}", order)) for cell in row)
    for secret in (order.student.pesel, QR_TOKEN, ACTIVATION_CODE):
        assert secret
        assert secret not in cells


@pytest.mark.parametrize("format", ["csv", "xlsx"])
@pytest.mark.parametrize(
    "evil", ["=cmd|' /C calc'!A0", "+1+1", "-2+3", "@SUM(1)", "\t=1", "\r=1", "＝1", *BEHIND]
)
def test_what_a_spreadsheet_would_run_leaves_as_text(
    office: Client, faculty: Faculty, evil: str, format: str
) -> None:
    order = order_at(faculty)
    Order.objects.filter(pk=order.pk).update(mdokumenty_id=evil)
    cell = table(act(office, f"export_{format}", order))[1][1]
    assert cell.startswith("'")
    assert cell.removeprefix("'").strip() == evil.replace("\x01", "").replace("\x9f", "").strip()


def test_what_is_no_text_stays_what_it_is() -> None:
    assert [harmless(cell) for cell in (-5, 1.5, True, None, "a=b", "\x00x")] == [
        -5,
        1.5,
        True,
        "",
        "a=b",
        "x",
    ]


def test_an_export_is_in_the_audit_log(office: Client, faculty: Faculty, officer: User) -> None:
    chosen = [order_at(faculty) for _ in range(3)]
    act(office, "export_csv", *chosen)
    entry = AuditEntry.objects.get(additional_data__has_key="exported")
    assert entry.actor == officer
    assert entry.remote_addr == "127.0.0.1"
    assert entry.additional_data == {"exported": 3, "format": "csv"}


def test_more_rows_cost_no_more_queries(office: Client, faculty: Faculty) -> None:
    def cost() -> int:
        with CaptureQueriesContext(connection) as queries:
            table(act(office, "export_csv", select_across="1"))
        return len(queries)

    order_at(faculty)
    cost()
    few = cost()
    for _ in range(5):
        order_at(faculty)
    assert cost() == few


def test_too_many_for_a_workbook_are_told_and_csv_is_offered(
    office: Client, faculty: Faculty, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("students.admin.table_exports.MOST_ROWS_XLSX", 1)
    response = act(office, "export_xlsx", order_at(faculty), order_at(faculty))
    assert response.status_code == 302
    assert "wybierz CSV" in said(response)[0]
    assert not AuditEntry.objects.filter(additional_data__has_key="exported").exists()


def test_the_list_has_buttons_that_export_it_without_javascript(office: Client, faculty: Faculty) -> None:
    order = order_at(faculty)
    page = office.get(ORDERS, {"needs_attention": "no"}).content.decode()
    assert 'name="action" value="export_csv"' in page
    assert 'name="action" value="export_xlsx"' in page
    assert str(order.pk) in page
