from django.urls import path

from screens import views

app_name = "screens"
urlpatterns = [
    path("language/", views.set_language, name="set_language"),
    path("kept/", views.kept_form, name="kept_form"),
]
