"""URLs of the students app."""

from django.urls import path

from students import data_copy, own_data, own_looks, views
from students.admin import import_downloads, importing

app_name = "students"
urlpatterns = [
    path("dla-studentow/moje-dane/", own_data.my_data, name="my_data"),
    path("dla-studentow/moje-dane/pobierz/", data_copy.download, name="data_copy"),
    path("dla-studentow/moje-dane/odczyty/", own_looks.who_looked, name="who_looked"),
    path("zdjecia/<int:student_id>/", views.photo, name="photo"),
    path("zdjecia/<int:student_id>/miniatura/", views.thumbnail, name="thumbnail"),
    path("admin/students/import/", importing.upload, name="import"),
    path("admin/students/import/<int:job_id>/apply/", importing.apply, name="import_apply"),
    path("admin/students/import/<int:job_id>/undo/", importing.preview_undo, name="import_undo"),
    path("admin/students/import/<int:job_id>/undo/apply/", importing.undo, name="import_undo_apply"),
    path(
        "admin/students/import/<int:job_id>/<slug:name>.<slug:format>",
        import_downloads.guarded_download,
        name="import_download",
    ),
]
