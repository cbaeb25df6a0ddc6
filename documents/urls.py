from django.urls import path

from documents import views

app_name = "documents"
urlpatterns = [
    # imports
    path("imports/", views.import_list, name="import_list"),
    path("imports/new/<slug:code>/", views.start_import, name="start_import"),
    path("imports/new/<slug:code>/template/", views.import_template, name="import_template"),
    path("imports/<uuid:public_id>/", views.import_detail, name="import_detail"),
    path("imports/<uuid:public_id>/progress/", views.import_progress, name="import_progress"),
    path("imports/<uuid:public_id>/file/", views.import_file, name="import_file"),
    path("imports/<uuid:public_id>/bad-rows/", views.bad_rows, name="bad_rows"),
    path("imports/<uuid:public_id>/reading/", views.change_reading, name="change_reading"),
    path("imports/<uuid:public_id>/apply/", views.apply_import, name="apply_import"),
    path("imports/<uuid:public_id>/discard/", views.discard_import, name="discard_import"),
    path("imports/<uuid:public_id>/resume/", views.resume_import, name="resume_import"),
    path("imports/<uuid:public_id>/undo/", views.undo_import, name="undo_import"),
]
