"""URLs of a student's messages, settings and devices."""

from django.urls import path

from notifications import settings_views
from notifications.messages import unsubscribe_views
from notifications.messages import views as message_views
from notifications.push import views as push_views

app_name = "notifications"

MESSAGES = "dla-studentow/wiadomosci/"
DEVICES = f"{MESSAGES}urzadzenia/"

urlpatterns = [
    path(MESSAGES, message_views.message_list, name="messages"),
    path(f"{MESSAGES}przeczytane/", message_views.mark_as_read, name="messages_read"),
    path(f"{MESSAGES}ustawienia/", settings_views.message_settings, name="message_settings"),
    path(f"{MESSAGES}rezygnacja/", unsubscribe_views.unsubscribe, name="unsubscribe"),
    path(DEVICES, push_views.turn_on, name="turn_device_on"),
    path(f"{DEVICES}<int:device_id>/wylacz/", push_views.turn_off, name="turn_device_off"),
    path(f"{DEVICES}nowy-adres/", push_views.replace_endpoint, name="move_device"),
]
