from django.db import models


class SearchIndex(models.Index):
    """For finding any part of a folded text: trigrams on PostgreSQL; elsewhere a narrow copy that is scanned."""

    def __init__(self, *expressions, **options):
        if not expressions and len(options.get("fields", ())) == 1:
            options.setdefault("opclasses", ["gin_trgm_ops"])
        super().__init__(*expressions, **options)

    def create_sql(self, model, schema_editor, using="", **options):
        if schema_editor.connection.vendor == "postgresql":
            using = " USING gin"
        return super().create_sql(model, schema_editor, using=using, **options)
