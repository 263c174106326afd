"""Paths of 借读."""

from django.urls import path

from transfers.views import borrow, borrow_change, borrow_lists, lend, live

urlpatterns = [
    path("", borrow_lists.overview, name="borrowing"),
    path("new/", borrow.new, name="borrowing_new"),
    path("out/", lend.new, name="borrowing_lend"),
    path("out/draft/", live.lent_draft, name="borrowing_lend_draft"),
    path("draft/", live.guest_draft, name="borrowing_draft"),
    path("<int:pk>/end/", borrow_change.end, name="borrowing_end"),
    path("<int:pk>/convert/", borrow_change.convert, name="borrowing_convert"),
    path("<int:pk>/roll/", borrow_lists.roll, name="borrowing_roll"),
    path("<str:number>/edit/", borrow.edit, name="borrowing_edit"),
    path("<str:number>/discard/", borrow_lists.discard, name="borrowing_discard"),
    path("<str:number>/letter/", lend.letter, name="borrowing_letter"),
    path("<str:number>/sheet/", borrow_lists.sheet, name="borrowing_sheet"),
]
