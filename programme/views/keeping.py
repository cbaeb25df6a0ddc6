"""Pages by which the accountants keep years and lines, and the names of who did what on them."""

from django.contrib import messages
from django.http import HttpResponseRedirect
from django.shortcuts import render
from django.utils import timezone

from accounts.models import User
from audit.events import actor_names
from audit.refusals import Refused, StaleVersion
from programme.models import BudgetLine
from programme.presenting import money as presenting
from programme.queries import money as queries
from reference.sending import sent_once
from screens import formats


def keep_page(request, form, *, verb, title, submit, done, back, act, lead="", obstacles=(), never=""):
    """A form that does one thing to a year or a line, once, and leads back to its page; `obstacles` stand above it.

    `never` says in its place why it cannot be done.
    """
    now = timezone.now()
    if request.method == "POST" and form.is_valid():
        try:
            with sent_once(request, form, verb, now=now, label=title) as operation:
                if not operation.done:
                    act(form, by=request.user, now=now)
            messages.success(request, done)
            return HttpResponseRedirect(back.get_absolute_url())
        except StaleVersion as conflict:
            form.meet_conflict(conflict.current, conflict)
        except Refused as refusal:
            form.add_error(None, str(refusal))
    trail = [(back.get_absolute_url(), str(back))]
    return form_page(
        request,
        form,
        title=title,
        submit=submit,
        back=back.get_absolute_url(),
        trail=trail,
        lead=lead,
        obstacles=obstacles,
        never="" if form.errors else never,  # what was typed stays, with why it did not go
    )


def form_page(request, form, *, title, submit, back, trail=(), lead="", obstacles=(), never=""):
    context = {"form": form, "title": title, "submit": submit, "back": back, "trail": trail, "lead": lead}
    context |= {"obstacles": obstacles, "never": never}
    return render(request, "programme/money_form.html", context)


def people_named(ids):
    """{id: name} of the people behind these ids, in one look."""
    wanted = {each for each in ids if each}
    names = actor_names({f"user:{each}" for each in wanted}) if wanted else {}
    return {None: formats.NOTHING} | {each: names[f"user:{each}"] for each in wanted}


def names_of(ids):
    """The same without posts, for a narrow column."""
    known = dict(
        User.objects.filter(public_id__in={each for each in ids if each}).values_list("public_id", "full_name")
    )
    return lambda each: known.get(each) or formats.NOTHING


def line_period(line, today):
    compared = queries.with_sums(BudgetLine.objects.filter(pk=line.pk), today)
    sums = compared.values_list("spent_sum_vnd", "before_sum_vnd").get()
    return f"{presenting.period_text(line.year, today)} – {presenting.beside_last_year(line.year.year, *sums, today)}"
