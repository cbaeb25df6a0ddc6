from django.urls import path

from reference import views
from reference.registry import KINDS

app_name = "reference"

urlpatterns = [
    path("", views.home, name="home"),
    path("map/", views.unit_map, name="map"),
    path("calendar/", views.calendar, name="calendar"),
    path("loads/", views.load_list, name="load_list"),
    path("loads/<uuid:public_id>/", views.load_detail, name="load"),
]

# each table: its list, its rows, and what is done to a row
for kind in KINDS:
    table = {"table": kind.code}
    one = f"{kind.slug}/<uuid:public_id>/"
    urlpatterns += [
        path(f"{kind.slug}/", views.entry_list, table, name=f"{kind.code}_list"),
        path(f"{kind.slug}/add/", views.add_entry, table, name=f"add_{kind.code}"),
        path(one, views.entry_detail, table, name=kind.code),
        path(f"{one}edit/", views.edit_entry, table, name=f"edit_{kind.code}"),
    ]
    if kind.is_item:
        urlpatterns.append(path(f"{one}end/", views.end_entry, table, name=f"end_{kind.code}"))
    if kind.is_replaced:
        urlpatterns.append(path(f"{one}replace/", views.replace_entry, table, name=f"replace_{kind.code}"))
    if kind.code == "exchangerate":
        urlpatterns.append(path(f"{one}withdraw/", views.withdraw_rate, table, name="withdraw_exchangerate"))
