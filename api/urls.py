"""The addresses of the API. Programs call them as they stand here, without a slash at the end."""

from django.urls import path

from api.views import own

app_name = "api"

ROOT = "api/v1/"

resources = [
    path(f"{ROOT}me/eligibility", own.Eligibility.as_view(), name="eligibility"),
    path(f"{ROOT}me/order", own.CurrentOrder.as_view(), name="current_order"),
    path(f"{ROOT}me/orders", own.OwnOrders.as_view(), name="own_orders"),
    path(f"{ROOT}me/orders/<uuid:order_id>", own.OwnOrder.as_view(), name="own_order"),
    path(f"{ROOT}me/orders/<uuid:order_id>/cancel", own.Cancel.as_view(), name="cancel"),
    path(f"{ROOT}me/orders/<uuid:order_id>/revoke", own.Revoke.as_view(), name="revoke"),
    path(f"{ROOT}me/orders/<uuid:order_id>/order-again", own.OrderAgain.as_view(), name="order_again"),
    path(f"{ROOT}me/orders/<uuid:order_id>/codes", own.Codes.as_view(), name="codes"),
    path(f"{ROOT}me/cards", own.OwnCards.as_view(), name="own_cards"),
]

urlpatterns = [*resources]
