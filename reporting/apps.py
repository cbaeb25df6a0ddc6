from django.apps import AppConfig


class ReportingConfig(AppConfig):
    name = "reporting"

    def ready(self):
        from documents import imports
        from programme import citations
        from reporting.models import CityStatistic, IndicatorVersion, KpiChoice, KpiPublication
        from reporting.services.publishing import IMPORTED, require_not_published

        for code in IMPORTED:
            imports.rests_on(code, require_not_published)
        citations.register(
            IndicatorVersion._meta.verbose_name_plural,
            lambda: IndicatorVersion.objects.current().select_related("indicator"),
            ("legal_basis", "reason"),
            route="reporting:indicator_detail",
            key="indicator__family",
        )
        citations.register(
            CityStatistic._meta.verbose_name_plural,
            lambda: CityStatistic.objects.current(),
            ("source", "reason"),
            route="reporting:statistic_detail",
        )
        citations.register(
            KpiChoice._meta.verbose_name_plural,
            lambda: KpiChoice.objects.current().select_related("indicator"),
            ("paper_number",),
            dated_by="paper_on",
        )
        citations.register(
            KpiPublication._meta.verbose_name_plural,
            lambda: KpiPublication.objects.in_force(),
            ("paper_number",),
            route="reporting:publication_detail",
            dated_by="paper_on",
        )
