from django.urls import path

from exchange import views_clients
from exchange import views_subscriptions as events

app_name = "systems"
urlpatterns = [
    path("", views_clients.client_list, name="client_list"),
    path("add/", views_clients.add_client, name="add_client"),
    path("<uuid:public_id>/", views_clients.client_detail, name="client_detail"),
    path("<uuid:public_id>/edit/", views_clients.edit_client, name="edit_client"),
    path("<uuid:public_id>/secret/", views_clients.make_secret, name="make_secret"),
    path("<uuid:public_id>/switch-off/", views_clients.switch_off_client, name="switch_off_client"),
    path("<uuid:public_id>/events/add/", events.add_subscription, name="add_subscription"),
    path("events/<uuid:public_id>/", events.subscription_detail, name="subscription_detail"),
    path("events/<uuid:public_id>/edit/", events.edit_subscription, name="edit_subscription"),
    path("events/<uuid:public_id>/secret/", events.make_signing_secret, name="make_signing_secret"),
    path("events/<uuid:public_id>/pause/", events.pause_subscription, name="pause_subscription"),
    path("events/<uuid:public_id>/resume/", events.resume_subscription, name="resume_subscription"),
    path("events/<uuid:public_id>/end/", events.end_subscription, name="end_subscription"),
    path("events/<uuid:public_id>/replay/", events.replay_subscription, name="replay_subscription"),
    path("events/<uuid:public_id>/test/", events.test_subscription, name="test_subscription"),
    path("sendings/", events.sending_list, name="sending_list"),
    path("sendings/again/", events.send_many_again, name="send_many_again"),
    path("sendings/leave-out/", events.leave_many_out, name="leave_many_out"),
    path("sendings/<uuid:public_id>/", events.sending_detail, name="sending_detail"),
    path("sendings/<uuid:public_id>/again/", events.send_again, name="send_again"),
    path("sendings/<uuid:public_id>/leave-out/", events.leave_out, name="leave_out"),
]
