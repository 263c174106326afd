"""Paths of 新生入学."""

from django.urls import path

from enrollment.views import (
    admissions,
    attendance,
    classes,
    deferrals,
    draws,
    entry,
    lists,
    live,
    national_check,
    printing,
    school_class,
)

urlpatterns = [
    path("", lists.overview, name="enrollment"),
    path("new/", entry.new, name="enrollment_new"),
    path("resume/", entry.resume, name="enrollment_resume"),
    path("check/", live.check, name="enrollment_check"),
    path("draft/", live.draft, name="enrollment_draft"),
    path("national-check/", national_check.overview, name="enrollment_national_check"),
    path("national-check/list/", national_check.export, name="enrollment_national_export"),
    path("national-check/results/", national_check.results, name="enrollment_national_results"),
    path("deferrals/", deferrals.overview, name="enrollment_deferrals"),
    path("deferrals/new/", deferrals.new, name="enrollment_deferral_new"),
    path("deferrals/<str:number>/edit/", deferrals.edit, name="enrollment_deferral_edit"),
    path("classes/", classes.classes, name="enrollment_classes"),
    path("classes/add/", classes.add, name="enrollment_class_add"),
    path("classes/draw/", draws.new, name="enrollment_draw_new"),
    path("classes/<int:pk>/", school_class.show, name="enrollment_class"),
    path("classes/<int:pk>/move/", school_class.move, name="enrollment_class_move"),
    path("classes/<int:pk>/excess/", school_class.excess, name="enrollment_excess"),
    path("draws/<int:pk>/", draws.show, name="enrollment_draw"),
    path("admissions/", admissions.admissions, name="enrollment_admissions"),
    path("admissions/new/", admissions.new, name="enrollment_admission_new"),
    path("admissions/<str:number>/edit/", admissions.edit, name="enrollment_admission_edit"),
    path("attendance/<int:pk>/", attendance.attendance, name="enrollment_attendance"),
    path("roll/<int:school_id>/<int:year>/", printing.roll, name="enrollment_roll"),
    path("<str:number>/sheet/", printing.sheet, name="enrollment_sheet"),
    path("<str:number>/edit/", entry.edit, name="enrollment_edit"),
    path("<str:number>/discard/", lists.discard, name="enrollment_discard"),
]
