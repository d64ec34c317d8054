"""The addresses of the student's page; some are promised (docs/reference/design.md, The stable surface)."""

from django.urls import path

from mdocs.messages import views as message_views
from mdocs.page import codes_views, history_views, views
from mdocs.push import views as push_views

app_name = "mdocs"

PAGE = "dla-studentow/moje-studia/mlegitymacja/"
ORDER = f"{PAGE}zamowienia/<uuid:order_id>/"
MESSAGES = "dla-studentow/wiadomosci/"
DEVICES = f"{MESSAGES}urzadzenia/"

urlpatterns = [
    path(PAGE, views.page, name="page"),
    path(f"{PAGE}stan/", views.state, name="state"),
    path(f"{PAGE}historia/", history_views.history, name="history"),
    path(f"{PAGE}zamow/", views.place, name="place"),
    path(f"{ORDER}anuluj/", views.cancel, name="cancel"),
    path(f"{ORDER}uniewaznij/", views.revoke, name="revoke"),
    path(f"{ORDER}zamow-ponownie/", views.order_again, name="order_again"),
    path(f"{ORDER}kody/", codes_views.codes, name="codes"),
    path(f"{ORDER}kod-qr.svg", codes_views.qr_svg, name="qr_code"),
    path(f"{ORDER}kod-qr.png", codes_views.qr_png, name="qr_code_png"),
    path(MESSAGES, message_views.messages, name="messages"),
    path(f"{MESSAGES}przeczytane/", message_views.mark_as_read, name="messages_read"),
    path(f"{MESSAGES}ustawienia/", message_views.message_settings, name="message_settings"),
    path(DEVICES, push_views.turn_on, name="turn_device_on"),
    path(f"{DEVICES}<int:device_id>/wylacz/", push_views.turn_off, name="turn_device_off"),
    path(f"{DEVICES}nowy-adres/", push_views.move, name="move_device"),
]
