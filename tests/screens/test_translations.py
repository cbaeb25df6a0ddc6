import re

import pytest
from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import override

from screens import translations
from screens.translations import Found, python_messages, template_messages


def said_in_python(source):
    found = Found()
    python_messages(source, "a.py", found)
    return found


def said_in_template(source):
    found = Found()
    template_messages(source, "a.html", found)
    return found


def test_messages_are_found_in_python_under_any_name():
    found = said_in_python(
        "from django.utils.translation import gettext_lazy as _, ngettext, pgettext as p\n"
        "from django.utils import translation\n"
        'a = _("one "\n      "sentence")\n'
        'b = ngettext("%(n)s row", "%(n)s rows", 3)\n'
        'c = p("a day", "Monday")\n'
        'd = translation.gettext("by module")\n'
        "e = _(a)\n"
        'other("not a message")\n'
    )
    assert set(found.places) == {("", "one sentence"), ("", "%(n)s row"), ("a day", "Monday"), ("", "by module")}
    assert found.plurals == {("", "%(n)s row"): "%(n)s rows"}
    assert found.problems == []


def test_a_sentence_with_braces_filled_in_is_a_problem():
    found = said_in_python('from django.utils.translation import gettext as _\na = _(f"so {x}")')
    assert len(found.problems) == 1 and not found.places


def test_messages_are_found_in_templates():
    found = said_in_template(
        '{% translate "Hello" %}{% translate "May" context "month" as m %}{% translate "100% sure" %}'
        '{% include "x" with submit=_("Send") %}{{ a|default:_("none") }}'
        "{% blocktranslate with name=a.b %}Dear {{ name }}, 5%{% endblocktranslate %}"
        "{% blocktranslate trimmed %}\n  two\n  lines\n{% endblocktranslate %}"
        "{% blocktranslate count n=k %}{{ n }} row{% plural %}{{ n }} rows{% endblocktranslate %}"
        '{# {% translate "commented" %} #}'
    )
    assert set(found.places) == {
        ("", "Hello"),
        ("month", "May"),
        ("", "100%% sure"),
        ("", "Send"),
        ("", "none"),
        ("", "Dear %(name)s, 5%%"),
        ("", "two lines"),
        ("", "%(n)s row"),
    }


def written(tmp_path, monkeypatch, **files):
    for name, content in files.items():
        (tmp_path / f"{name}.po").write_text(
            f'msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=UTF-8\\n"\n\n{content}'
        )
    monkeypatch.setattr(translations, "folder", lambda: tmp_path)


def problems_of(monkeypatch, *messages):
    def house(rooms=None):
        found = Found()
        for message in messages:
            found.add(translations.Message(message), "a.py:1")
        return found

    monkeypatch.setattr(translations, "messages_of_the_house", house)
    monkeypatch.setattr(translations, "messages_of_libraries", lambda also_replaced=False: Found())
    return " ".join(translations.check())


def test_missing_empty_uncertain_unused_and_unequal_entries_are_named(tmp_path, monkeypatch):
    written(
        tmp_path,
        monkeypatch,
        one='msgid "empty"\nmsgstr ""\n\n#, fuzzy\nmsgid "unsure"\nmsgstr "x"\n\nmsgid "%(a)s apples"\nmsgstr "%(b)s quả táo"\n\n'
        'msgid "twice"\nmsgstr "hai"\n\nmsgid "gone"\nmsgstr "mất"\n',
        two='msgid "twice"\nmsgstr "đôi"\n',
    )
    told = problems_of(monkeypatch, "empty", "unsure", "%(a)s apples", "twice", "nowhere to be found")
    for words in (
        "no Vietnamese for “nowhere to be found”",
        "“empty” is empty",
        "“unsure” is marked as uncertain",
        "“%(a)s apples” and its Vietnamese have different placeholders",
        "“twice” is translated otherwise",
        "nobody says “gone” any more",
    ):
        assert words in told


def test_a_complete_catalogue_has_no_problem_and_a_room_wins_over_the_libraries(tmp_path, monkeypatch):
    written(
        tmp_path,
        monkeypatch,
        alpha='msgid "Code"\nmsgstr "Mã số"\n',
        vendor='msgid "Code"\nmsgstr "Mã"\n',
    )
    assert problems_of(monkeypatch, "Code") == ""
    translations.compile_if_stale()
    assert not translations.is_stale()
    with (tmp_path / "LC_MESSAGES" / "django.mo").open("rb") as file:
        from babel.messages.mofile import read_mo

        assert read_mo(file).get("Code").string == "Mã số"
    assert [path.name for path in (tmp_path / "LC_MESSAGES").iterdir()] == ["django.mo"]


def test_everything_this_room_says_has_its_vietnamese():
    ours = [problem for problem in translations.check(["screens"]) if "translated otherwise" not in problem]
    assert ours == [], "(what two rooms say differently is found by the check of the whole house)"


def test_what_the_libraries_say_has_its_vietnamese():
    libraries = set(translations.messages_of_libraries().places)
    assert [key for key in translations.missing() if key in libraries] == []


def test_vietnamese_texts_are_no_leftover_english():
    english = re.compile(r"\b(the|and|your|with|this|password|please)\b", re.IGNORECASE)
    for name in ("screens.po", "vendor.po"):
        for key, message in translations.entries_of(translations.catalogues()[name]).items():
            text = message.string if isinstance(message.string, str) else message.string[0]
            assert not english.search(re.sub(r"%\(\w+\)s|<[^>]*>", "", text)), key


def test_stock_sentences_of_forms_are_said_as_the_portal_speaks():
    with override("vi"):
        assert forms.Field().error_messages["required"] == "Hãy điền mục này."
        with pytest.raises(ValidationError, match="Nhiều nhất 3 ký tự; ở đây có 4"):
            forms.CharField(max_length=3).clean("abcd")
        with pytest.raises(ValidationError, match="không có trong danh sách"):
            forms.ChoiceField(choices=[("a", "A")]).clean("b")
