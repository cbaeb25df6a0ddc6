from django.urls import path

from documents.permissions.copies import STEPS as STEPS_OF_COPIES
from documents.permissions.incoming import ACTIONS
from documents.permissions.papers import STEPS
from documents.views import copies, handovers, incoming, numbers, papers, trust, way, work_files
from documents.views import imports as views

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
    # papers that go out
    path("papers/", papers.paper_list, name="paper_list"),
    path("papers/draft/", papers.draft_paper, name="draft_paper"),
    path("papers/<uuid:public_id>/", papers.paper_detail, name="paper"),
    path("papers/<uuid:public_id>/preview/", papers.paper_preview, name="paper_preview"),
    path("papers/<uuid:public_id>/pages/<int:page>/", papers.paper_page, name="paper_page"),
    path("papers/<uuid:public_id>/pdf/", papers.paper_pdf, name="paper_pdf"),
    path("papers/<uuid:public_id>/word/", papers.paper_word, name="paper_word"),
    path("papers/<uuid:public_id>/edit/", papers.edit_paper, name="edit_paper"),
    path("papers/<uuid:public_id>/discard/", papers.discard_paper, name="discard_paper"),
    path("papers/<uuid:public_id>/signatures/", way.paper_signatures, name="paper_signatures"),
    path("papers/<uuid:public_id>/upload/signed/", way.upload_signature, {"verb": "sign"}, name="upload_signed"),
    path("papers/<uuid:public_id>/upload/sealed/", way.upload_signature, {"verb": "seal"}, name="upload_sealed"),
    path("van-ban/<str:token>/", way.confirm_paper, name="confirm_paper"),
    # trusted certifying organisations
    path("papers/certificates/", trust.certificate_list, name="certificate_list"),
    path("papers/certificates/add/", trust.add_certificate, name="add_certificate"),
    path("papers/certificates/<uuid:public_id>/", trust.certificate_detail, name="certificate"),
    path("papers/certificates/<uuid:public_id>/end/", trust.end_certificate, name="end_certificate"),
    # the register of papers that go out
    path("papers/numbers/", numbers.number_list, name="number_list"),
    path("papers/numbers/give/", numbers.give_number, name="give_number"),
    path("papers/numbers/<uuid:public_id>/", numbers.number_detail, name="number"),
    path("papers/numbers/<uuid:public_id>/correct/", numbers.correct_number, name="correct_number"),
    path("papers/numbers/<uuid:public_id>/void/", numbers.void_number, name="void_number"),
    # series of numbers
    path("papers/series/", numbers.series_list, name="series_list"),
    path("papers/series/add/", numbers.add_series, name="add_series"),
    path("papers/series/<uuid:public_id>/", numbers.series_detail, name="series"),
    path("papers/series/<uuid:public_id>/edit/", numbers.edit_series, name="edit_series"),
    path("papers/series/<uuid:public_id>/end/", numbers.end_series, name="end_series"),
    path("papers/series/<uuid:public_id>/resume/", numbers.resume_series, name="resume_series"),
    path("papers/series/<uuid:public_id>/continue/", numbers.continue_series, name="continue_series"),
]

# papers that came in
urlpatterns += [
    path("incoming/", incoming.incoming_list, name="incoming_list"),
    path("incoming/enter/", incoming.enter_incoming, name="enter_incoming"),
    path("incoming/scans/<uuid:public_id>/", incoming.incoming_scan, name="incoming_scan"),
    path("incoming/scans/<uuid:public_id>/signatures/", incoming.scan_signatures, name="scan_signatures"),
    path("incoming/<uuid:public_id>/", incoming.incoming_detail, name="incoming"),
    path("incoming/<uuid:public_id>/correct/", incoming.correct_incoming, name="correct_incoming"),
    *(
        path(f"incoming/<uuid:public_id>/{verb}/", incoming.take_step, {"verb": verb}, name=f"{verb}_incoming")
        for verb in ACTIONS
    ),
]

# work files
urlpatterns += [
    path("files/", work_files.work_file_list, name="work_file_list"),
    path("files/open/", work_files.open_work_file, name="open_work_file"),
    path("files/put/<slug:kind>/<uuid:public_id>/", work_files.put_into_file, name="put_into_file"),
    path("files/items/<uuid:public_id>/take-out/", work_files.take_out_item, name="take_out_item"),
    path("files/<uuid:public_id>/", work_files.work_file_detail, name="work_file"),
    path("files/<uuid:public_id>/contents/", work_files.work_file_contents, name="work_file_contents"),
    path("files/<uuid:public_id>/edit/", work_files.edit_work_file, name="edit_work_file"),
    path("files/<uuid:public_id>/close/", work_files.close_work_file, name="close_work_file"),
]

# copies of papers
urlpatterns += [
    path("papers/<uuid:public_id>/copy/", copies.copy_outgoing, name="copy_outgoing"),
    path("incoming/<uuid:public_id>/copy/", copies.copy_incoming, name="copy_incoming"),
    path("copies/<uuid:public_id>/", copies.copy_detail, name="copy"),
    path("copies/<uuid:public_id>/pages/<int:page>/", copies.copy_page, name="copy_page"),
    path("copies/<uuid:public_id>/pdf/", copies.copy_pdf, name="copy_pdf"),
    path(
        "copies/<uuid:public_id>/upload/signed/", copies.upload_signature, {"verb": "sign"}, name="upload_signed_copy"
    ),
    path(
        "copies/<uuid:public_id>/upload/sealed/", copies.upload_signature, {"verb": "issue"}, name="upload_sealed_copy"
    ),
    *(
        path(f"copies/<uuid:public_id>/{verb}/", copies.take_step, {"verb": verb}, name=f"{verb}_copy")
        for verb in STEPS_OF_COPIES
    ),
]

# the steps of a paper on its way
urlpatterns += [
    path(f"papers/<uuid:public_id>/{verb}/", way.take_step, {"verb": verb}, name=f"{verb}_paper") for verb in STEPS
]

# records of handovers
urlpatterns += [
    path(
        f"handovers/<uuid:public_id>/{kind}/", handovers.handover_record, {"kind": kind}, name=f"handover_record_{kind}"
    )
    for kind in ("pdf", "word")
]
