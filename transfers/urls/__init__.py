"""Paths of 转学."""

from django.urls import path

from transfers.views import lists, new, printing, take, turn

urlpatterns = [
    path("", lists.overview, name="transfers"),
    path("new/", new.new, name="transfer_new"),
    path("take/", take.new, name="transfer_take"),
    path("<str:number>/edit/", new.edit, name="transfer_edit"),
    path("<str:number>/discard/", lists.discard, name="transfer_discard"),
    path("<str:number>/turn/", turn.turn, name="transfer_turn"),
    path("<str:number>/receipt/", turn.receipt, name="transfer_receipt"),
    path("<str:number>/certificate/", printing.certificate, name="transfer_certificate"),
    path("<str:number>/form/", printing.form, name="transfer_form"),
]
