from django.urls import path

from screens import views

app_name = "screens"
urlpatterns = [
    path("language/", views.set_language, name="set_language"),
    path("look/", views.style_guide, name="style_guide"),
    path("results/<uuid:key>/", views.bulk_results, name="bulk_results"),
    path("views/save/", views.save_view, name="save_view"),
    path("views/<uuid:public_id>/remove/", views.delete_view, name="delete_view"),
]
