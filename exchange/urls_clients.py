from django.urls import path

from exchange import views_clients

app_name = "systems"
urlpatterns = [
    path("", views_clients.client_list, name="client_list"),
    path("add/", views_clients.add_client, name="add_client"),
    path("<uuid:public_id>/", views_clients.client_detail, name="client_detail"),
    path("<uuid:public_id>/edit/", views_clients.edit_client, name="edit_client"),
    path("<uuid:public_id>/secret/", views_clients.make_secret, name="make_secret"),
    path("<uuid:public_id>/switch-off/", views_clients.switch_off_client, name="switch_off_client"),
]
