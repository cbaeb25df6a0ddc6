from django.urls import path

from accounts import views, views_delegations

app_name = "accounts"
urlpatterns = [
    # one's own account
    path("me/", views.me, name="me"),
    path("me/sessions/end-others/", views.end_my_other_sessions, name="end_my_other_sessions"),
    path("me/sessions/<uuid:public_id>/end/", views.end_my_session, name="end_my_session"),
    # people
    path("", views.people_list, name="people_list"),
    path("administration/", views.administration, name="administration"),
    path("rights/", views.table_of_rights, name="table_of_rights"),
    path("letters/", views.letter_list, name="letter_list"),
    path("outbox/", views.outbox, name="outbox"),
    path("<uuid:public_id>/", views.person_detail, name="person_detail"),
    path("<uuid:public_id>/edit/", views.edit_person, name="edit_person"),
    path("<uuid:public_id>/give-post/", views.give_post, name="give_post"),
    path("<uuid:public_id>/disable/", views.disable_person, name="disable_person"),
    path("<uuid:public_id>/enable/", views.enable_person, name="enable_person"),
    path("<uuid:public_id>/reset-second-factor/", views.reset_second_factor, name="reset_second_factor"),
    path("<uuid:public_id>/end-sessions/", views.end_sessions, name="end_sessions"),
    path("<uuid:public_id>/hand-over/", views.hand_over, name="hand_over"),
    path("posts/<uuid:public_id>/end/", views.end_post, name="end_post"),
    path("handovers/<uuid:public_id>/", views.handover_detail, name="handover_detail"),
    # delegations
    path("delegations/", views_delegations.delegation_list, name="delegation_list"),
    path("delegations/add/", views_delegations.add_delegation, name="add_delegation"),
    path("delegations/<uuid:public_id>/", views_delegations.delegation_detail, name="delegation_detail"),
    path("delegations/<uuid:public_id>/end/", views_delegations.end_delegation, name="end_delegation"),
    # invitations
    path("invite/", views.invite_person, name="invite_person"),
    path("invitations/", views.invitation_list, name="invitation_list"),
    path("invitations/<uuid:public_id>/", views.invitation_detail, name="invitation_detail"),
    path("invitations/<uuid:public_id>/withdraw/", views.withdraw_invitation, name="withdraw_invitation"),
    path("invitations/<uuid:public_id>/resend/", views.resend_invitation, name="resend_invitation"),
    path("invitation/<str:token>/", views.accept_invitation, name="accept_invitation"),
    # offices
    path("offices/", views.office_list, name="office_list"),
    path("offices/add/", views.add_office, name="add_office"),
    path("offices/<uuid:public_id>/", views.office_detail, name="office_detail"),
    path("offices/<uuid:public_id>/edit/", views.edit_office, name="edit_office"),
]
