"""Asking for the pages of offices, and reading what they answer."""

from uuid import uuid4

from django.urls import reverse

from xueji.establishment.models import OrganisationAct


def send(client, page: str, /, *args: object, query: str = "", **typed: object):
    return client.post(
        reverse(page, args=args) + query, {"form_key": str(uuid4()), **typed}, follow=True
    )


def problems(answer) -> str:
    return " ".join(
        str(error) for errors in answer.context["form"].errors.values() for error in errors
    )


def acts(kind: str) -> list[tuple]:
    rows = OrganisationAct.objects.filter(kind=kind).order_by("pk")
    return [(str(row.organisation), row.post.role, row.reason, row.changes) for row in rows]
