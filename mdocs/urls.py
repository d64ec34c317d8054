"""The addresses of the student's page (design, "The stable surface")."""

from django.urls import path

from mdocs import code_views, own_history, views
from mdocs.messages import views as message_views

app_name = "mdocs"

PAGE = "dla-studentow/moje-studia/mlegitymacja/"
ORDER = f"{PAGE}zamowienia/<uuid:order_id>/"
MESSAGES = "dla-studentow/wiadomosci/"

urlpatterns = [
    path(PAGE, views.page, name="page"),
    path(f"{PAGE}historia/", own_history.history, name="history"),
    path(f"{PAGE}zamow/", views.place, name="place"),
    path(f"{ORDER}anuluj/", views.cancel, name="cancel"),
    path(f"{ORDER}uniewaznij/", views.revoke, name="revoke"),
    path(f"{ORDER}zamow-ponownie/", views.order_again, name="order_again"),
    path(f"{ORDER}kody/", code_views.codes, name="codes"),
    path(f"{ORDER}kod-qr.svg", code_views.qr_svg, name="qr_code"),
    path(f"{ORDER}kod-qr.png", code_views.qr_png, name="qr_code_png"),
    path(MESSAGES, message_views.messages, name="messages"),
    path(f"{MESSAGES}przeczytane/", message_views.mark_as_read, name="messages_read"),
    path(f"{MESSAGES}ustawienia/", message_views.message_settings, name="message_settings"),
]
