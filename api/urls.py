"""URLs of the API, without a slash at the end."""

from django.urls import path

from api import converters, token_views  # noqa: F401  # converters register themselves
from api.docs import Docs, Document
from api.views import cards, own, own_actions, staff, webhooks

app_name = "api"

ROOT = "api/v1/"
WEBHOOK = f"{ROOT}webhooks/<int:endpoint_id>"
DELIVERY = f"{WEBHOOK}/deliveries/<any_uuid:delivery_id>"

resources = [
    path(f"{ROOT}me/eligibility", own.Eligibility.as_view(), name="eligibility"),
    path(f"{ROOT}me/order", own.CurrentOrder.as_view(), name="current_order"),
    path(f"{ROOT}me/orders", own.OwnOrders.as_view(), name="own_orders"),
    path(f"{ROOT}me/orders/<any_uuid:order_id>", own.OwnOrder.as_view(), name="own_order"),
    path(f"{ROOT}me/orders/<any_uuid:order_id>/cancel", own_actions.Cancel.as_view(), name="cancel"),
    path(f"{ROOT}me/orders/<any_uuid:order_id>/revoke", own_actions.Revoke.as_view(), name="revoke"),
    path(
        f"{ROOT}me/orders/<any_uuid:order_id>/order-again",
        own_actions.OrderAgain.as_view(),
        name="order_again",
    ),
    path(
        f"{ROOT}me/orders/<any_uuid:order_id>/order-next", own_actions.OrderNext.as_view(), name="order_next"
    ),
    path(
        f"{ROOT}me/orders/<any_uuid:order_id>/withdraw-next",
        own_actions.WithdrawNext.as_view(),
        name="withdraw_next",
    ),
    path(f"{ROOT}me/orders/<any_uuid:order_id>/codes", own.Codes.as_view(), name="codes"),
    path(f"{ROOT}me/cards", own.OwnCards.as_view(), name="own_cards"),
    path(f"{ROOT}students", staff.Students.as_view(), name="students"),
    path(f"{ROOT}students/search", staff.StudentByPesel.as_view(), name="student_search"),
    path(f"{ROOT}students/<int:student_id>", staff.OneStudent.as_view(), name="student"),
    path(f"{ROOT}cards", cards.Cards.as_view(), name="cards"),
    path(f"{ROOT}cards/<int:card_id>/extend", cards.ExtendCard.as_view(), name="extend_card"),
    path(f"{ROOT}cards/<int:card_id>/end", cards.EndCard.as_view(), name="end_card"),
    path(f"{ROOT}orders", staff.Orders.as_view(), name="orders"),
    path(f"{ROOT}orders/<any_uuid:order_id>", staff.OneOrder.as_view(), name="order"),
    path(f"{ROOT}orders/<any_uuid:order_id>/cancel", staff.CancelOrder.as_view(), name="cancel_order"),
    path(f"{ROOT}orders/<any_uuid:order_id>/revoke", staff.RevokeOrder.as_view(), name="revoke_order"),
    path(f"{ROOT}orders/<any_uuid:order_id>/retry", staff.RetryOrder.as_view(), name="retry_order"),
    path(f"{ROOT}jobs", staff.Jobs.as_view(), name="jobs"),
    path(f"{ROOT}jobs/<int:job_id>", staff.OneJob.as_view(), name="job"),
    path(f"{ROOT}webhooks", webhooks.Endpoints.as_view(), name="webhooks"),
    path(f"{WEBHOOK}/test", webhooks.SendTest.as_view(), name="webhook_test"),
    path(f"{WEBHOOK}/deliveries", webhooks.Deliveries.as_view(), name="webhook_deliveries"),
    path(f"{DELIVERY}", webhooks.OneDelivery.as_view(), name="webhook_delivery"),
    path(f"{DELIVERY}/send-again", webhooks.SendAgain.as_view(), name="webhook_send_again"),
]

TOKENS = "dla-studentow/tokeny/"

urlpatterns = [
    *resources,
    path(f"{ROOT}schema/", Document.as_view(), name="schema"),
    path(f"{ROOT}docs/", Docs.as_view(), name="docs"),
    path(TOKENS, token_views.tokens, name="tokens"),
    path(f"{TOKENS}<int:token_id>/zakoncz/", token_views.end, name="end_token"),
]
