from django.contrib import messages
from django.db.models import Case, CharField, Count, Exists, OuterRef, Subquery, Value, When
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from enterprises.filters import ProductFilter, TitleFilter
from enterprises.forms import CorrectTitleForm, EndTitleForm, ProductForm, ReasonForm, TitleForm
from enterprises.models import Enterprise, Product, Title
from enterprises.permissions import REGISTER
from enterprises.services import products as services
from enterprises.tables import TITLE_STATE_TAGS, TITLE_STATES, ProductTable, TitleTable
from enterprises.views.answers import do_once, found, tried
from screens.forms import form_data
from screens.lists import show_list


def product_list(request):
    on = timezone.localdate()
    titles = Title.objects.standing().filter(product_id=OuterRef("pk")).order_by()
    # subqueries, so that only the fifty rows of a page pay for them
    queryset = (
        Product.objects.visible_to(request.user)
        .standing()
        .annotate(
            titles_count=Subquery(titles.values("product").annotate(count=Count("pk")).values("count")),
            last_round=Subquery(titles.order_by("-round_year").values("round_year")[:1]),
            has_title=Exists(Title.objects.in_force(on).filter(product_id=OuterRef("pk"))),
        )
    )
    return show_list(
        request,
        name="products",
        title=_("Products"),
        table_class=ProductTable,
        filterset_class=ProductFilter,
        queryset=queryset,
        ordering=("sort_key", "pk"),
        template="enterprises/product_list.html",
        export_name="san-pham",
        empty=_("Open an enterprise and add its products, or import the list of recognised products."),
    )


def with_state(titles, on):
    """Titles with `title_state` on a day."""
    return titles.annotate(
        title_state=Case(
            When(ended_on__lte=on, then=Value("ended")),
            When(valid_from__gt=on, then=Value("ahead")),
            When(valid_to__lt=on, then=Value("expired")),
            default=Value("in_force"),
            output_field=CharField(),
        )
    )


def title_list(request):
    titles = Title.objects.visible_to(request.user).standing()
    return show_list(
        request,
        name="titles",
        title=_("Titles"),
        table_class=TitleTable,
        filterset_class=TitleFilter,
        queryset=with_state(titles, timezone.localdate()),
        ordering=("-round_year", "-pk"),
        export_name="danh-hieu",
        empty=_("Open a product and record its title, or import the list of recognised products."),
    )


def product_detail(request, public_id):
    products = Product.objects.visible_to(request.user).select_related("enterprise", "group", "activity")
    product = found(products, public_id)
    titles = with_state(product.titles.standing(), timezone.localdate()).order_by("-round_year", "-id")
    context = {
        "product": product,
        "titles": list(titles),
        "state_labels": dict(TITLE_STATES),
        "state_tags": TITLE_STATE_TAGS,
        "may_edit": request.user.may(REGISTER) and not product.withdrawn_at,
    }
    return render(request, "enterprises/product_detail.html", context)


def add_product(request, public_id):
    now = timezone.now()
    enterprise = found(Enterprise.objects.visible_to(request.user).standing(), public_id)
    form = ProductForm(*form_data(request), on=timezone.localdate(now))
    answer = {}

    def act():
        answer.update(do_once(request, "add product", add, now=now))

    def add():
        product = services.add_product(enterprise=enterprise, **form.values(), by=request.user, now=now)
        return {"public_id": str(product.public_id)}

    if request.method == "POST" and form.is_valid() and tried(form, act):
        messages.success(request, _("The product was added."))
        return redirect("enterprises:product_detail", public_id=answer["public_id"])
    return render(request, "enterprises/add_product.html", {"form": form, "enterprise": enterprise})


def _product(request, public_id):
    return found(Product.objects.visible_to(request.user).select_related("enterprise"), public_id)


def edit_product(request, public_id):
    now = timezone.now()
    product = _product(request, public_id)
    form = ProductForm(*form_data(request), instance=product, on=timezone.localdate(now))

    def act():
        version = form.cleaned_data["version"] or 0
        services.edit_product(product=product, version=version, values=form.values(), by=request.user, now=now)

    if request.method == "POST" and form.is_valid() and tried(form, act):
        messages.success(request, _("The product was saved."))
        return redirect("enterprises:product_detail", public_id=public_id)
    return render(request, "enterprises/edit_product.html", {"form": form, "product": product})


def withdraw_product(request, public_id):
    now = timezone.now()
    product = _product(request, public_id)
    form = ReasonForm(*form_data(request))

    def act():
        services.withdraw_product(product=product, reason=form.cleaned_data["reason"], by=request.user, now=now)

    if request.method == "POST" and form.is_valid() and tried(form, act):
        messages.success(request, _("The product was withdrawn."))
        return redirect("enterprises:enterprise_detail", public_id=product.enterprise.public_id)
    return render(request, "enterprises/withdraw_product.html", {"form": form, "product": product})


# --- titles -----------------------------------------------------------------------------------
def record_title(request, public_id):
    now = timezone.now()
    product = _product(request, public_id)
    form = TitleForm(*form_data(request))
    answer = {}

    def act():
        answer.update(do_once(request, "record title", record, now=now))

    def record():
        title = services.record_title(product=product, **form.values(), by=request.user, now=now)
        return {"public_id": str(title.public_id)}

    if request.method == "POST" and form.is_valid() and tried(form, act):
        messages.success(request, _("The title was recorded."))
        return redirect("enterprises:title_detail", public_id=answer["public_id"])
    return render(request, "enterprises/record_title.html", {"form": form, "product": product})


def _title(request, public_id):
    titles = Title.objects.visible_to(request.user).select_related("product", "product__enterprise")
    return found(with_state(titles, timezone.localdate()), public_id)


def title_detail(request, public_id):
    title = _title(request, public_id)
    context = {
        "title": title,
        "state_label": dict(TITLE_STATES)[title.title_state],
        "state_tag": TITLE_STATE_TAGS[title.title_state],
        "may_edit": request.user.may(REGISTER) and not title.withdrawn_at,
    }
    return render(request, "enterprises/title_detail.html", context)


def correct_title(request, public_id):
    now = timezone.now()
    title = _title(request, public_id)
    initial = {name: getattr(title, name) for name in (*services.TITLE_FIELDS, "version")}
    form = CorrectTitleForm(*form_data(request), initial=initial)

    def act():
        services.correct_title(
            title=title,
            version=form.cleaned_data["version"],
            values=form.values(),
            reason=form.cleaned_data["reason"],
            by=request.user,
            now=now,
        )

    if request.method == "POST" and form.is_valid() and tried(form, act):
        messages.success(request, _("The title was corrected."))
        return redirect("enterprises:title_detail", public_id=public_id)
    return render(request, "enterprises/correct_title.html", {"form": form, "title": title})


def end_title(request, public_id):
    now = timezone.now()
    title = _title(request, public_id)
    form = EndTitleForm(*form_data(request), initial={"version": title.version})

    def act():
        services.end_title(
            title=title,
            version=form.cleaned_data["version"],
            ended_on=form.cleaned_data["ended_on"],
            reason=form.cleaned_data["reason"],
            by=request.user,
            now=now,
        )

    if request.method == "POST" and form.is_valid() and tried(form, act):
        messages.success(request, _("The title ended."))
        return redirect("enterprises:title_detail", public_id=public_id)
    return render(request, "enterprises/end_title.html", {"form": form, "title": title})


def withdraw_title(request, public_id):
    now = timezone.now()
    title = _title(request, public_id)
    form = ReasonForm(*form_data(request))

    def act():
        services.withdraw_title(title=title, reason=form.cleaned_data["reason"], by=request.user, now=now)

    if request.method == "POST" and form.is_valid() and tried(form, act):
        messages.success(request, _("The title was withdrawn."))
        return redirect("enterprises:product_detail", public_id=title.product.public_id)
    return render(request, "enterprises/withdraw_title.html", {"form": form, "title": title})
