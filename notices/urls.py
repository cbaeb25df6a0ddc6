from django.urls import path

from notices.views import log, own, reminders, texts

app_name = "notices"
urlpatterns = [
    path("", own.own_notices, name="own_notices"),
    path("read/", own.read_notices, name="read_notices"),
    path("ways/", own.preferences, name="preferences"),
    path("<uuid:public_id>/", own.own_notice, name="own_notice"),
    path("<uuid:public_id>/read/", own.read_notice, name="read_notice"),
    path("log/", log.delivery_list, name="delivery_list"),
    path("log/again/", log.send_many_again, name="send_many_again"),
    path("log/<uuid:public_id>/", log.delivery, name="delivery"),
    path("log/<uuid:public_id>/again/", log.send_again, name="send_again"),
    path("log/<uuid:public_id>/give-up/", log.give_up_sending, name="give_up_sending"),
    path("matters/", log.telling_list, name="telling_list"),
    path("matters/<uuid:public_id>/", log.telling, name="telling"),
    path("matters/<uuid:public_id>/again/", log.pass_on_again, name="pass_on_again"),
    path("reminders/", reminders.reminder_list, name="reminder_list"),
    path("reminders/<uuid:public_id>/", reminders.reminder, name="reminder"),
    path("reminders/<uuid:public_id>/settle/", reminders.settle_reminder, name="settle_reminder"),
    path("remind/<str:subject>/<uuid:public_id>/", reminders.remind, name="remind"),
    path("texts/", texts.text_list, name="text_list"),
    path("texts/<str:kind>/", texts.text, name="text"),
    path("texts/<str:kind>/edit/", texts.edit_text, name="edit_text"),
]
