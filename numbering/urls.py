"""Paths of 编号."""

from django.urls import path

from numbering import views

urlpatterns = [
    path("", views.overview, name="numbering"),
    path("<int:school_id>/<str:stage>/<int:year>/", views.series, name="numbering_series"),
    path("<int:school_id>/<str:stage>/<int:year>/issue/", views.issue, name="numbering_issue"),
]
