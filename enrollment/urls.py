"""Paths of 新生入学."""

from django.urls import path

from enrollment.views import classes, entry, lists, live

urlpatterns = [
    path("", lists.overview, name="enrollment"),
    path("new/", entry.new, name="enrollment_new"),
    path("resume/", entry.resume, name="enrollment_resume"),
    path("check/", live.check, name="enrollment_check"),
    path("draft/", live.draft, name="enrollment_draft"),
    path("classes/", classes.classes, name="enrollment_classes"),
    path("classes/add/", classes.add, name="enrollment_class_add"),
    path("<str:number>/edit/", entry.edit, name="enrollment_edit"),
    path("<str:number>/discard/", lists.discard, name="enrollment_discard"),
]
