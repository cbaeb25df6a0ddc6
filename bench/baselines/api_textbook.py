"""The same list as a textbook writes it: a ModelViewSet of Django REST framework with nested serializers,
`select_related` and `prefetch_related`, on the same tables. DATABASE_URL says where. Imports nothing of the portal.
"""

import os
from datetime import UTC
from urllib.parse import urlsplit

import django
from django.conf import settings

if not settings.configured:
    _url = urlsplit(os.environ["DATABASE_URL"])
    settings.configure(
        SECRET_KEY="x" * 50,
        ALLOWED_HOSTS=["*"],
        ROOT_URLCONF=__name__,
        INSTALLED_APPS=["rest_framework"],
        MIDDLEWARE=["django.middleware.common.CommonMiddleware"],
        USE_TZ=True,
        DATABASES={
            "default": {
                "ENGINE": "django.db.backends.postgresql",
                "NAME": _url.path[1:],
                "USER": _url.username,
                "PASSWORD": _url.password,
                "HOST": _url.hostname,
                "PORT": _url.port,
                "CONN_MAX_AGE": None,
            }
        },
        REST_FRAMEWORK={
            "DEFAULT_AUTHENTICATION_CLASSES": [],
            "DEFAULT_PERMISSION_CLASSES": [],
            "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
            "UNAUTHENTICATED_USER": None,
        },
    )
    django.setup()

from django.core.wsgi import get_wsgi_application
from django.db import models
from django.db.models import Prefetch
from rest_framework import pagination, routers, serializers, viewsets


class Unmanaged(models.Model):
    class Meta:
        abstract = True
        managed = False
        app_label = "textbook"


class Activity(Unmanaged):
    code = models.TextField()
    name_vi = models.TextField()
    name_en = models.TextField()

    class Meta(Unmanaged.Meta):
        db_table = "reference_industrycode"


class Ward(Unmanaged):
    code = models.TextField()
    name_vi = models.TextField()
    name_en = models.TextField()

    class Meta(Unmanaged.Meta):
        db_table = "reference_administrativeunit"


class ProductGroup(Unmanaged):
    code = models.TextField()

    class Meta(Unmanaged.Meta):
        db_table = "reference_productgroup"


class Enterprise(Unmanaged):
    public_id = models.UUIDField()
    tax_code = models.TextField()
    name = models.TextField()
    short_name = models.TextField()
    name_en = models.TextField()
    enterprise_type = models.TextField()
    status = models.TextField()
    status_from = models.DateField(null=True)
    size = models.TextField()
    size_year = models.IntegerField(null=True)
    sort_key = models.TextField()
    main_activity = models.ForeignKey(Activity, models.PROTECT, null=True)
    ward = models.ForeignKey(Ward, models.PROTECT, null=True)
    merged_into = models.ForeignKey("self", models.PROTECT, null=True)
    created_at = models.DateTimeField()

    class Meta(Unmanaged.Meta):
        db_table = "enterprises_enterprise"


class Belonging(Unmanaged):
    enterprise = models.ForeignKey(Enterprise, models.PROTECT, related_name="groups")
    group = models.ForeignKey(ProductGroup, models.PROTECT)
    starts_on = models.DateField()
    ends_on = models.DateField(null=True)

    class Meta(Unmanaged.Meta):
        db_table = "enterprises_enterprisegroup"


class Figures(Unmanaged):
    enterprise = models.ForeignKey(Enterprise, models.PROTECT, related_name="figures")
    year = models.IntegerField()
    scope = models.TextField()
    place = models.TextField()
    prices = models.TextField()
    accounts = models.TextField()
    state = models.TextField()
    superseded_at = models.DateTimeField(null=True)
    output_vnd = models.BigIntegerField(null=True)
    revenue_vnd = models.BigIntegerField(null=True)
    key_product_revenue_vnd = models.BigIntegerField(null=True)
    export_direct_goods_usd_cents = models.BigIntegerField(null=True)
    export_entrusted_goods_usd_cents = models.BigIntegerField(null=True)
    export_direct_services_usd_cents = models.BigIntegerField(null=True)
    export_entrusted_services_usd_cents = models.BigIntegerField(null=True)
    labour_average = models.BigIntegerField(null=True)
    confirmed_at = models.DateTimeField(null=True)

    class Meta(Unmanaged.Meta):
        db_table = "enterprises_figurerevision"


def _moment(**extra):
    return serializers.DateTimeField(format="%Y-%m-%dT%H:%M:%S.%fZ", default_timezone=UTC, **extra)


class ItemSerializer(serializers.Serializer):
    code = serializers.CharField()
    name_vi = serializers.CharField()
    name_en = serializers.CharField()


class BelongingSerializer(serializers.ModelSerializer):
    code = serializers.CharField(source="group.code")

    class Meta:
        model = Belonging
        fields = ["code", "starts_on", "ends_on"]


class FiguresSerializer(serializers.ModelSerializer):
    confirmed_at = _moment()

    class Meta:
        model = Figures
        fields = [
            "year",
            "output_vnd",
            "revenue_vnd",
            "key_product_revenue_vnd",
            "export_direct_goods_usd_cents",
            "export_entrusted_goods_usd_cents",
            "export_direct_services_usd_cents",
            "export_entrusted_services_usd_cents",
            "labour_average",
            "confirmed_at",
        ]


class EnterpriseSerializer(serializers.ModelSerializer):
    id = serializers.UUIDField(source="public_id")
    type = serializers.CharField(source="enterprise_type")
    sector = ItemSerializer(source="main_activity")
    ward = ItemSerializer()
    groups = BelongingSerializer(many=True)
    merged_into = serializers.UUIDField(source="merged_into.public_id", default=None)
    created_at = _moment()
    latest_figures = serializers.SerializerMethodField()

    class Meta:
        model = Enterprise
        fields = [
            "id",
            "tax_code",
            "name",
            "short_name",
            "name_en",
            "type",
            "status",
            "status_from",
            "size",
            "size_year",
            "sector",
            "ward",
            "groups",
            "merged_into",
            "created_at",
            "latest_figures",
        ]

    def get_latest_figures(self, enterprise):
        confirmed = list(enterprise.confirmed)
        return FiguresSerializer(confirmed[0]).data if confirmed else None


class Pages(pagination.CursorPagination):
    page_size = 100
    page_size_query_param = "limit"
    ordering = ("sort_key", "id")


class EnterpriseViewSet(viewsets.ReadOnlyModelViewSet):
    serializer_class = EnterpriseSerializer
    pagination_class = Pages
    queryset = (
        Enterprise.objects.exclude(status="withdrawn")
        .select_related("main_activity", "ward", "merged_into")
        .prefetch_related(
            Prefetch("groups", Belonging.objects.select_related("group").order_by("starts_on", "id")),
            Prefetch(
                "figures",
                Figures.objects.filter(
                    state="confirmed",
                    superseded_at=None,
                    scope="whole",
                    place="hanoi",
                    prices="current",
                    accounts="separate",
                ).order_by("-year"),
                to_attr="confirmed",
            ),
        )
    )


router = routers.SimpleRouter(trailing_slash=False)
router.register("enterprises", EnterpriseViewSet)
urlpatterns = router.urls
application = get_wsgi_application()
