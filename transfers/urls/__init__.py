"""Paths of 转学."""

from django.urls import path

from transfers.views import letters, lists, live, new, papers, printing, reinstate, take, turn

urlpatterns = [
    path("", lists.overview, name="transfers"),
    path("new/", new.new, name="transfer_new"),
    path("draft/", live.draft, name="transfer_draft"),
    path("take/", take.new, name="transfer_take"),
    path("<int:pk>/return/", reinstate.new, name="transfer_reinstate"),
    path("register/", papers.register, name="transfer_register"),
    path("<str:number>/edit/", new.edit, name="transfer_edit"),
    path("<str:number>/discard/", lists.discard, name="transfer_discard"),
    path("<str:number>/turn/", turn.turn, name="transfer_turn"),
    path("<str:number>/receipt/", turn.receipt, name="transfer_receipt"),
    path("<str:number>/file/", papers.paper_file, name="transfer_file"),
    path("<str:number>/file/slip/", papers.file_slip, name="transfer_file_slip"),
    path("<str:number>/certificate/", printing.certificate, name="transfer_certificate"),
    path("<str:number>/consent/", letters.consent, name="transfer_consent"),
    path("<str:number>/contact/", letters.contact, name="transfer_contact"),
    path("<str:number>/form/", printing.form, name="transfer_form"),
]
