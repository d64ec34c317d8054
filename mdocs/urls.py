"""Addresses of the student's page; some are promised (docs/reference/design.md, The stable surface)."""

from django.urls import path

from mdocs.page import codes_views, history_views, views

app_name = "mdocs"

PAGE = "dla-studentow/moje-studia/mlegitymacja/"
ORDER = f"{PAGE}zamowienia/<uuid:order_id>/"

urlpatterns = [
    path(PAGE, views.page, name="page"),
    path(f"{PAGE}stan/", views.state, name="state"),
    path(f"{PAGE}historia/", history_views.history, name="history"),
    path(f"{PAGE}adres-qr.svg", codes_views.page_qr, name="page_qr"),
    path(f"{PAGE}zamow/", views.place, name="place"),
    path(f"{ORDER}anuluj/", views.cancel, name="cancel"),
    path(f"{ORDER}uniewaznij/", views.revoke, name="revoke"),
    path(f"{ORDER}zamow-ponownie/", views.order_again, name="order_again"),
    path(f"{ORDER}zamow-potem/", views.order_next, name="order_next"),
    path(f"{ORDER}nie-zamawiaj-potem/", views.withdraw_next, name="withdraw_next"),
    path(f"{ORDER}kody/", codes_views.codes, name="codes"),
    path(f"{ORDER}kod-qr.svg", codes_views.qr_svg, name="qr_code"),
    path(f"{ORDER}kod-qr.png", codes_views.qr_png, name="qr_code_png"),
]
