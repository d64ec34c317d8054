"""Addresses of the students app."""

from django.urls import path

from students import views

app_name = "students"
urlpatterns = [
    path("zdjecia/<int:student_id>/", views.photo, name="photo"),
]
