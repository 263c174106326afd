"""Paths of 编号."""

from django.urls import path

from numbering import views

SERIES = "<int:school_id>/<str:stage>/<int:year>/"

urlpatterns = [
    path("", views.overview, name="numbering"),
    path(SERIES, views.series, name="numbering_series"),
    path(SERIES + "issue/", views.issue, name="numbering_issue"),
    path(SERIES + "freeze/", views.freeze, name="numbering_freeze"),
    path(SERIES + "confirm/", views.confirm, name="numbering_confirm"),
    path(SERIES + "reopen/", views.reopen, name="numbering_reopen"),
    path(SERIES + "renumber/", views.renumber, name="numbering_renumber"),
    path(SERIES + "renumbered/", views.renumbered, name="numbering_renumbered"),
]
