"""Paths of 报表."""

from django.urls import path

from reports.views import asking, rosters, taken

urlpatterns = [
    path("rosters/", rosters.overview, name="reports_rosters"),
    path("rosters/new/", asking.new, name="reports_roster_new"),
    path("rosters/taken/", taken.taken, name="reports_taken"),
    path("rosters/<int:pk>/", rosters.show, name="reports_roster"),
    path("rosters/<int:pk>/file/", rosters.file, name="reports_roster_file"),
    path("rosters/<int:pk>/decide/", rosters.decide, name="reports_roster_decide"),
]
