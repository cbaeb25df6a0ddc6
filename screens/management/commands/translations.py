from django.core.management.base import BaseCommand, CommandError

from screens import translations


class Command(BaseCommand):
    help = "Vietnamese of every sentence: --check the catalogues, show what is --missing, --compile them into one."
    requires_system_checks = []

    def add_arguments(self, parser):
        parser.add_argument("rooms", nargs="*", help="only these rooms (their code, templates and .po file)")
        parser.add_argument("--check", action="store_true")
        parser.add_argument("--missing", action="store_true", help="print empty entries to paste into a .po file")
        parser.add_argument("--compile", action="store_true")

    def handle(self, *, rooms, check, missing, compile, **options):
        if missing:
            found = translations.messages_of_the_house(rooms)
            libraries = translations.messages_of_libraries()
            for key, places in translations.missing(rooms).items():
                context, text = key
                self.stdout.write(f"#: {' '.join(str(place) for place in places[:3])}")
                if context:
                    self.stdout.write(f"msgctxt {quoted(context)}")
                self.stdout.write(f"msgid {quoted(text)}")
                plural = found.plurals.get(key) or libraries.plurals.get(key)
                if plural:
                    self.stdout.write(f'msgid_plural {quoted(plural)}\nmsgstr[0] ""\n')
                else:
                    self.stdout.write('msgstr ""\n')
        if compile:
            self.stdout.write(f"{translations.compile_catalogue()} messages compiled.")
        if check:
            problems = translations.check(rooms)
            for problem in problems:
                self.stderr.write(problem)
            if problems:
                raise CommandError(f"{len(problems)} problems in the translations.")
            self.stdout.write("Translations are complete.")


def quoted(text):
    text = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").replace("\t", "\\t")
    return f'"{text}"'
