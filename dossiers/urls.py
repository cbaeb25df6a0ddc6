from django.urls import path

from dossiers.views import (
    applications,
    dossiers,
    handling,
    lodging,
    many,
    procedures,
    register,
    results,
    supplements,
    talking,
    tally,
)

app_name = "dossiers"
VERSION = "procedures/versions/<uuid:public_id>/"

DOSSIER = "<uuid:public_id>/"
SUPPLEMENT = f"{DOSSIER}supplements/<uuid:request_id>/"

urlpatterns = [
    # dossiers
    path("", dossiers.dossier_list, name="dossier_list"),
    path("register/", register.register, name="register"),
    path("tally/", tally.tally, name="tally"),
    path("receive/", many.bulk_receive, name="bulk_receive"),
    path("assign/", many.bulk_assign, name="bulk_assign"),
    path("type-in/", lodging.type_in_dossier, name="type_in_dossier"),
    path("tra-cuu/<str:token>/", dossiers.look_up_dossier, name="look_up_dossier"),
    path("own/", lodging.own_dossiers, name="own_dossiers"),
    path("own/start/", lodging.open_procedures, name="open_procedures"),
    path("own/start/<uuid:public_id>/", lodging.start_dossier, name="start_dossier"),
    path(DOSSIER, dossiers.dossier, name="dossier"),
    path(f"{DOSSIER}fill/", lodging.fill_dossier, name="fill_dossier"),
    path(f"{DOSSIER}components/", lodging.dossier_components, name="dossier_components"),
    path(f"{DOSSIER}components/<uuid:component_id>/add/", lodging.add_file, name="add_file"),
    path(f"{DOSSIER}components/<uuid:component_id>/template/", lodging.dossier_template, name="dossier_template"),
    path(f"{DOSSIER}files/<uuid:file_id>/", lodging.dossier_file, name="dossier_file"),
    path(f"{DOSSIER}files/<uuid:file_id>/remove/", lodging.remove_file, name="remove_file"),
    path(f"{DOSSIER}application/attach/", applications.attach_application, name="attach_application"),
    path(f"{DOSSIER}application/<uuid:file_id>/remove/", applications.remove_application, name="remove_application"),
    path(
        f"{DOSSIER}application/<uuid:file_id>/signatures/",
        applications.application_signatures,
        name="application_signatures",
    ),
    path(f"{DOSSIER}move/", lodging.move_draft, name="move_draft"),
    path(f"{DOSSIER}check/", lodging.check_dossier, name="check_dossier"),
    path(f"{DOSSIER}lodge/", lodging.lodge_dossier, name="lodge_dossier"),
    path(f"{DOSSIER}lodged/", lodging.lodged_dossier, name="lodged_dossier"),
    path(f"{DOSSIER}copy/", lodging.copy_dossier, name="copy_dossier"),
    path(f"{DOSSIER}withdraw/", lodging.withdraw_dossier, name="withdraw_dossier"),
    # handling
    *(path(f"{DOSSIER}{name}/", handling.act, {"name": name}, name=f"{name}_dossier") for name in handling.ACTS),
    path(f"{DOSSIER}result/draft/", results.begin_result, name="begin_result"),
    path(f"{DOSSIER}result/as-drafted/", results.result_draft, name="result_draft"),
    path(f"{DOSSIER}note/", handling.note_dossier, name="note_dossier"),
    path(f"{DOSSIER}slip/", dossiers.control_slip, name="control_slip"),
    path(f"{DOSSIER}slip/pdf/", dossiers.control_slip, {"kind": "pdf"}, name="control_slip_pdf"),
    path(f"{DOSSIER}slip/word/", dossiers.control_slip, {"kind": "word"}, name="control_slip_word"),
    path(f"{DOSSIER}forms/<uuid:line_id>/", dossiers.dossier_form, name="dossier_form"),
    path(f"{DOSSIER}forms/<uuid:line_id>/pdf/", dossiers.dossier_form, {"kind": "pdf"}, name="dossier_form_pdf"),
    path(f"{DOSSIER}forms/<uuid:line_id>/word/", dossiers.dossier_form, {"kind": "word"}, name="dossier_form_word"),
    path(f"{DOSSIER}result/<uuid:line_id>/", dossiers.result_file, name="result_file"),
    path(f"{DOSSIER}result/<uuid:line_id>/signatures/", dossiers.result_signatures, name="result_signatures"),
    # messages and links
    path(f"{DOSSIER}messages/write/", talking.write_message, name="write_message"),
    path(f"{DOSSIER}links/add/", talking.link_dossier, name="link_dossier"),
    path(f"{DOSSIER}links/<uuid:link_id>/end/", talking.end_link, name="end_link"),
    # supplements
    path(f"{DOSSIER}supplements/ask/", supplements.ask_supplement, name="ask_supplement"),
    path(f"{SUPPLEMENT}edit/", supplements.edit_supplement, name="edit_supplement"),
    path(f"{SUPPLEMENT}send/", supplements.send_supplement, name="send_supplement"),
    path(f"{SUPPLEMENT}drop/", supplements.drop_supplement, name="drop_supplement"),
    path(f"{DOSSIER}answer/", supplements.answer_supplement, name="answer_supplement"),
    path(f"{DOSSIER}answer/send/", supplements.send_answer, name="send_answer"),
    # procedures
    path("procedures/", procedures.procedure_list, name="procedure_list"),
    path("procedures/add/", procedures.add_procedure, name="add_procedure"),
    path("procedures/<uuid:public_id>/", procedures.procedure_detail, name="procedure"),
    path("procedures/<uuid:public_id>/edit/", procedures.edit_procedure, name="edit_procedure"),
    path("procedures/<uuid:public_id>/close/", procedures.close_procedure, name="close_procedure"),
    path("procedures/<uuid:public_id>/begin/", procedures.begin_version, name="begin_version"),
    # versions
    path(VERSION, procedures.version_detail, name="version"),
    path(f"{VERSION}preview/", procedures.preview_version, name="preview_version"),
    path(f"{VERSION}edit/", procedures.edit_version, name="edit_version"),
    path(f"{VERSION}issue/", procedures.issue_version, name="issue_version"),
    path(f"{VERSION}discard/", procedures.discard_version, name="discard_version"),
    path(f"{VERSION}components/<uuid:part_id>/template/", procedures.component_template, name="component_template"),
]

# parts of a draft: steps, components, fields
for part in ("step", "component", "field"):
    kind = {"part": part}
    one = f"{VERSION}{part}s/<uuid:part_id>/"
    urlpatterns += [
        path(f"{VERSION}{part}s/add/", procedures.add_part, kind, name=f"add_{part}"),
        path(f"{one}edit/", procedures.edit_part, kind, name=f"edit_{part}"),
        path(f"{one}move/", procedures.move_part, kind, name=f"move_{part}"),
        path(f"{one}remove/", procedures.remove_part, kind, name=f"remove_{part}"),
    ]
