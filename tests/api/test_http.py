"""What HTTP's own standards want of the API: preconditions, links, locations, names of limits and of formats."""

from typing import Any

import pytest
from django.test import Client

from mdocs.models import Order
from mdocs.statuses import RevocationReason, Status
from students.models import Student
from tests.api.caller import Caller
from tests.mdocs.factories import make_order
from tests.usos_api.phone import Phone, let_in
from usos_api.models import Consumer


def test_an_order_is_ended_only_as_it_was_looked_at(script: Caller, student: Student) -> None:
    order = make_order(student, Status.READY)
    place = f"me/orders/{order.pk}"
    tag = script.get(place)["ETag"]
    refused = script.post(f"{place}/revoke", If_Match='"another"')
    assert (refused.status_code, refused.json()["code"]) == (412, "precondition_failed")
    Order.objects.update(valid_until="2027-10-31")
    assert script.post(f"{place}/revoke", If_Match=tag).status_code == 412
    assert Order.objects.get().status == Status.READY
    tag = script.get(place)["ETag"]
    assert script.post(f"{place}/revoke", If_Match=f'"x", {tag}').json()["status"] == "revoking"
    assert Order.objects.get().status == Status.REVOKING
    assert script.post(f"{place}/revoke", If_Match="*").json()["code"] == "not_allowed"


def test_staff_end_an_order_only_as_they_looked_at_it(office: Caller, student: Student) -> None:
    order = make_order(student, Status.READY)
    place, reason = f"orders/{order.pk}", {"reason": "issued_in_error"}
    tag = office.get(place)["ETag"]
    Order.objects.update(failures=1)
    assert office.post(f"{place}/revoke", reason, If_Match=tag).status_code == 412
    tag = office.get(place)["ETag"]
    assert office.post(f"{place}/revoke", reason, If_Match=tag).status_code == 200


def test_412_is_described_exactly_where_if_match_is_read(db: None) -> None:
    document = Client().get("/api/v1/schema/?format=json").json()
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            names = {parameter["name"] for parameter in operation.get("parameters", ())}
            assert ("412" in operation["responses"]) == ("If-Match" in names), (method, path)
            assert (
                "201" not in operation["responses"] or "Location" in operation["responses"]["201"]["headers"]
            )
    assert [server["url"] for server in document["servers"]] == ["http://testserver"]


def test_a_list_links_its_neighbours(script: Caller, student: Student) -> None:
    for _ in range(3):
        make_order(student, Status.CANCELLED)
    first = script.get("me/orders?limit=1")
    assert first["Link"] == f'<{first.json()["next"]}>; rel="next"'
    second = script.get(first.json()["next"])
    assert second["Link"] == (
        f'<{second.json()["next"]}>; rel="next", <{second.json()["previous"]}>; rel="prev"'
    )
    assert "Link" not in script.get("me/orders?limit=10")


def test_what_is_made_says_where_it_is_also_when_it_is_repeated(script: Caller) -> None:
    made = [script.post("me/orders", Idempotency_Key="k") for _ in range(2)]
    place = f"/api/v1/me/orders/{made[0].json()['id']}"
    assert [answer["Location"] for answer in made] == [place, place]
    assert script.get(place).status_code == 200


@pytest.mark.parametrize(("first", "second"), [("abc", '"abc"'), ('"a\\"c"', '"a\\"c"'), ('"x y"', "x y")])
def test_a_key_in_quotes_is_the_same_key(script: Caller, student: Student, first: str, second: str) -> None:
    made = script.post("me/orders", Idempotency_Key=first)
    again = script.post("me/orders", Idempotency_Key=second)
    assert (again.status_code, again["Idempotency-Replayed"]) == (201, "true")
    assert again.json() == made.json()
    assert Order.objects.count() == 1


def test_an_id_is_read_in_any_case(script: Caller, student: Student) -> None:
    order = make_order(student, Status.PROCESSING)
    shown = script.get(f"me/orders/{str(order.pk).upper()}")
    assert shown.json()["id"] == str(order.pk)
    assert script.post(f"me/orders/{str(order.pk).upper()}/cancel").json()["status"] == "cancelling"


@pytest.mark.parametrize("address", ["me/eligibility", "me/orders?limit=1", "schema/"])
def test_format_json_gives_json_whatever_is_accepted(script: Caller, address: str) -> None:
    mark = "&" if "?" in address else "?"
    answer = script.get(f"{address}{mark}format=json", Accept="text/html")
    assert answer.status_code == 200 and answer["Content-Type"].startswith("application/")
    assert isinstance(answer.json(), dict)
    assert script.get("schema/?format=yaml").content.startswith(b"openapi: ")


def test_limits_are_told_in_the_words_of_the_draft(script: Caller, settings: Any) -> None:
    settings.API_CALLS_PER_MINUTE = 7
    answer = script.get("me/eligibility")
    assert answer["RateLimit-Policy"] == '"user";q=7;w=60'
    left = answer["RateLimit"].split(";")
    assert (left[0], left[1]) == ('"user"', "r=6")
    assert 1 <= int(left[2].removeprefix("t=")) <= 60


def test_a_page_of_another_site_may_read_every_header_that_a_method_sends(client: Client, db: None) -> None:
    exposed = client.get("/services/apisrv/now")["Access-Control-Expose-Headers"]
    assert {name.strip() for name in exposed.split(",")} == {
        "Retry-After",
        "WWW-Authenticate",
        "X-Request-Id",
    }


@pytest.fixture
def refused_photo(student: Student) -> Order:
    """Return an order that was refused for the photo that the student still has."""
    return make_order(student, Status.REJECTED, rejection_code="photo_rejected")


def test_a_refused_photo_is_sent_again_only_to_who_says_so(
    script: Caller, student: Student, refused_photo: Order
) -> None:
    refused = script.post("me/orders")
    assert (refused.status_code, refused.json()["code"]) == (409, "photo_refused")
    assert script.post("me/orders", {"anyway": False}).status_code == 409
    assert Order.objects.count() == 1
    assert script.post("me/orders", {"anyway": True}).status_code == 201


def test_so_it_is_by_the_mobile_door(student: Student, refused_photo: Order, db: None) -> None:
    consumer = Consumer.objects.create(name="mUSOS", email="a@example.edu.pl", scopes=["cards"])
    phone = let_in(consumer, student.user, "cards")
    assert isinstance(phone, Phone)
    refused = phone.call("services/cards/make_mcard_order", "POST")
    assert refused.json["error"] == "object_invalid"
    assert "zdjęcie" in refused.json["user_messages"]["generic_message"]["pl"]
    assert phone.call("services/cards/make_mcard_order", "POST", anyway="true").json == {"success": True}
    assert Order.objects.count() == 2


def test_a_new_order_follows_one_that_is_ending_until_it_is_called_off(
    script: Caller, stranger: Caller, student: Student
) -> None:
    order = make_order(student, Status.READY)
    place = f"me/orders/{order.pk}"
    assert script.post(f"{place}/order-next").json()["code"] == "not_allowed"
    assert script.post(f"{place}/revoke").json()["can"] == ["order-next"]
    asked = script.post(f"{place}/order-next").json()
    assert (asked["order_again"], asked["can"]) == (True, ["withdraw-next"])
    assert stranger.post(f"{place}/withdraw-next").status_code == 404
    withdrawn = script.post(f"{place}/withdraw-next").json()
    assert (withdrawn["order_again"], withdrawn["can"]) == (False, ["order-next"])
    Order.objects.update(revocation_reason=RevocationReason.ISSUED_IN_ERROR)
    assert script.get(place).json()["can"] == []
