from django.urls import path

from enterprises.views import claims, enterprises, figures, own, products, years

app_name = "enterprises"
urlpatterns = [
    # enterprises
    path("", enterprises.enterprise_list, name="enterprise_list"),
    path("register/", enterprises.register_enterprise, name="register_enterprise"),
    path("duplicates/", enterprises.duplicates, name="duplicates"),
    path("<uuid:public_id>/", enterprises.enterprise_detail, name="enterprise_detail"),
    path("<uuid:public_id>/edit/", enterprises.edit_enterprise, name="edit_enterprise"),
    path("<uuid:public_id>/status/", enterprises.change_status, name="change_status"),
    path("<uuid:public_id>/withdraw/", enterprises.withdraw_enterprise, name="withdraw_enterprise"),
    path("<uuid:public_id>/merge/", enterprises.merge_enterprises, name="merge_enterprises"),
    path("<uuid:public_id>/invite/", enterprises.invite_member, name="invite_member"),
    path("memberships/<uuid:public_id>/end/", enterprises.end_membership, name="end_membership"),
    # claims
    path("claim/", claims.claim_enterprise, name="claim_enterprise"),
    path("claim/sent/", claims.claim_sent, name="claim_sent"),
    path("claims/", claims.claim_list, name="claim_list"),
    path("claims/<uuid:public_id>/", claims.claim_detail, name="claim_detail"),
    path("claims/<uuid:public_id>/paper/", claims.claim_file, name="claim_file"),
    path("claims/<uuid:public_id>/signatures/", claims.claim_signatures, name="claim_signatures"),
    path("claims/<uuid:public_id>/confirm/", claims.confirm_claim, name="confirm_claim"),
    path("claims/<uuid:public_id>/refuse/", claims.refuse_claim, name="refuse_claim"),
    path("claims/<uuid:public_id>/invite-again/", claims.invite_claimant_again, name="invite_claimant_again"),
    # products and titles
    path("products/", products.product_list, name="product_list"),
    path("<uuid:public_id>/products/add/", products.add_product, name="add_product"),
    path("products/<uuid:public_id>/", products.product_detail, name="product_detail"),
    path("products/<uuid:public_id>/edit/", products.edit_product, name="edit_product"),
    path("products/<uuid:public_id>/withdraw/", products.withdraw_product, name="withdraw_product"),
    path("products/<uuid:public_id>/titles/record/", products.record_title, name="record_title"),
    path("products/titles/", products.title_list, name="title_list"),
    path("products/titles/<uuid:public_id>/", products.title_detail, name="title_detail"),
    path("products/titles/<uuid:public_id>/correct/", products.correct_title, name="correct_title"),
    path("products/titles/<uuid:public_id>/end/", products.end_title, name="end_title"),
    path("products/titles/<uuid:public_id>/withdraw/", products.withdraw_title, name="withdraw_title"),
    # figures
    path("figures/", figures.figures_list, name="figures_list"),
    path("figures/waiting/", figures.figures_waiting, name="figures_waiting"),
    path("figures/confirm/", figures.bulk_confirm, name="bulk_confirm"),
    path("figures/return/", figures.bulk_return, name="bulk_return"),
    path("figures/confirm-all/", figures.confirm_all, name="confirm_all"),
    path("figures/years/", years.years, name="years"),
    path("figures/years/<int:year>/close/", years.close_year, name="close_year"),
    path("figures/years/<int:year>/reopen/", years.reopen_year, name="reopen_year"),
    path("<uuid:public_id>/figures/declare/", figures.declare_figures, name="declare_figures"),
    path("figures/<uuid:public_id>/", figures.figures_detail, name="figures_detail"),
    path("figures/<uuid:public_id>/submit/", figures.submit_figures, name="submit_figures"),
    path("figures/<uuid:public_id>/confirm/", figures.confirm_figures, name="confirm_figures"),
    path("figures/<uuid:public_id>/return/", figures.return_figures, name="return_figures"),
    path("figures/<uuid:public_id>/withdraw/", figures.withdraw_figures, name="withdraw_figures"),
    # one's own enterprise
    path("own/", own.own_home, name="own_home"),
    path("own/enterprise/", own.own_enterprise, name="own_enterprise"),
    path("own/enterprise/<uuid:public_id>/contact/", own.edit_contact, name="edit_contact"),
    path("own/figures/", own.own_figures, name="own_figures"),
    path("own/help/", own.own_help, name="own_help"),
]
