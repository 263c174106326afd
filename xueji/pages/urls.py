"""Paths of the kernel's own pages."""

from django.urls import path

from xueji.pages.views import (
    cases,
    desk,
    divisions,
    dossiers,
    entrance,
    exceptions,
    papers,
    rules,
)
from xueji.pages.views.students import conduct, edit, file, printing, pupil, roster

urlpatterns = [
    path("", desk.desk, name="desk"),
    path("login/", entrance.login, name="login"),
    path("logout/", entrance.logout, name="logout"),
    path("post/", entrance.switch_post, name="switch_post"),
    path("keys/", entrance.keys, name="keys"),
    path("healthz", entrance.healthz, name="healthz"),
    path("readyz", entrance.readyz, name="readyz"),
    path("students/", roster.roster, name="students"),
    path("students/find/", roster.find, name="students_find"),
    path("students/<int:pk>/", pupil.student, name="student"),
    path("students/<int:pk>/edit/", edit.edit, name="student_edit"),
    path("students/<int:pk>/edit/resume/", edit.resume, name="student_edit_resume"),
    path("students/<int:pk>/reveal/", pupil.reveal, name="student_reveal"),
    path("students/<int:pk>/card/", printing.card, name="student_card"),
    path("students/<int:pk>/sheet/", printing.sheet, name="student_sheet"),
    path("students/classes/<int:pk>/sheets/", printing.class_sheets, name="class_sheets"),
    path("students/<int:pk>/photo/", file.photo, name="student_photo"),
    path("students/<int:pk>/photo/new/", file.upload_photo, name="student_photo_new"),
    path("students/<int:pk>/documents/", file.add_former, name="student_document_new"),
    path("students/<int:pk>/file/", file.add_paper, name="student_paper_new"),
    path("students/<int:pk>/file/<int:paper>/", file.paper, name="student_paper"),
    path(
        "students/<int:pk>/file/<int:paper>/remove/", file.remove_paper, name="student_paper_remove"
    ),
    path("students/<int:pk>/conduct/", conduct.record, name="student_conduct_new"),
    path(
        "students/<int:pk>/conduct/<int:entry>/revoke/",
        conduct.revoke,
        name="student_conduct_revoke",
    ),
    path("students/<int:pk>/conduct/<int:entry>/undo/", conduct.undo, name="student_conduct_undo"),
    path(
        "students/<int:pk>/conduct/<int:entry>/<str:which>/",
        conduct.paper,
        name="student_conduct_paper",
    ),
    path("dossiers/", dossiers.dossiers, name="dossiers"),
    path("cases/", cases.inbox, name="cases"),
    path("cases/decide/", cases.decide_many, name="cases_decide"),
    path("cases/resume/", cases.resume_many, name="cases_resume"),
    path("cases/<str:number>/", cases.case, name="case"),
    path("cases/<str:number>/decide/", cases.decide, name="case_decide"),
    path("cases/<str:number>/resume/", cases.resume, name="case_resume"),
    path("cases/<str:number>/withdraw/", cases.withdraw, name="case_withdraw"),
    path("cases/<str:number>/close/", cases.close, name="case_close"),
    path("cases/<str:number>/reverse/", cases.reverse, name="case_reverse"),
    path("cases/<str:number>/reveal/", cases.reveal, name="case_reveal"),
    path("cases/<str:number>/papers/", papers.upload, name="paper_upload"),
    path("cases/<str:number>/papers/<int:pk>/", papers.open_paper, name="paper"),
    path("cases/<str:number>/papers/<int:pk>/remove/", papers.remove, name="paper_remove"),
    path("divisions/", divisions.choose, name="divisions"),
    path("rules/", rules.rules, name="rules"),
    path("rules/places/", rules.places, name="rules_places"),
    path("rules/exceptions/", exceptions.exceptions, name="rules_exceptions"),
    path("rules/<str:key>/", rules.rule, name="rule"),
]
