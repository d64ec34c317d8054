"""Addresses below the orders of the admin."""

from django.contrib import admin
from django.urls import path

from mdocs.office.half_years import page as half_years
from mdocs.office.pages import cohorts, confirmation, entitlement, student_order, sweep

app_name = "mdocs_office"
urlpatterns = [
    path("entitlement/", admin.site.admin_view(entitlement.dry_run), name="entitlement"),
    path("entitlement/accept/", admin.site.admin_view(sweep.accept), name="accept_sweep"),
    path("half-years/", admin.site.admin_view(half_years.figures), name="half_years"),
    path("cohort/", admin.site.admin_view(cohorts.order), name="cohort"),
    path("student/<int:student_id>/", admin.site.admin_view(student_order.order), name="student_order"),
    path("confirm/", admin.site.admin_view(confirmation.confirm), name="confirm"),
    path(
        "confirm/<int:job_id>/undo/",
        admin.site.admin_view(confirmation.undo),
        name="undo_confirmation",
    ),
]
