from django.urls import path

from dossiers.views import procedures

app_name = "dossiers"
VERSION = "procedures/versions/<uuid:public_id>/"

urlpatterns = [
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
