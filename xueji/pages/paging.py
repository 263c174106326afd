"""Keyset paging: the address names the row a page starts after, and nothing about it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import BooleanField, F, Func, Model, QuerySet, Value
from django.http import HttpRequest

from xueji.pages.ids import whole

SIZE = 50


class RowCompare(Func):
    """``ROW(a, b) > ROW(x, y)``: one index range, where a chain of ORs would be a filter."""

    output_field = BooleanField()
    conditional = True

    def __init__(self, fields: Sequence[str], values: Sequence[Any], *, operator: str):
        self.half, self.operator = len(fields), operator
        super().__init__(*(F(field) for field in fields), *(Value(value) for value in values))

    def as_sql(self, compiler, connection, **context):
        parts, parameters = [], []
        for expression in self.source_expressions:
            sql, values = compiler.compile(expression)
            parts.append(sql)
            parameters += values
        left, right = ", ".join(parts[: self.half]), ", ".join(parts[self.half :])
        return f"ROW({left}) {self.operator} ROW({right})", parameters


@dataclass(frozen=True)
class Page:
    """One page of rows with the addresses of its neighbours ("" where there is none)."""

    rows: list[Any]
    previous: str
    next: str


def page(
    request: HttpRequest,
    rows: QuerySet,
    *,
    order: Sequence[str],
    size: int = SIZE,
    newest_first: bool = False,
    shown_from: QuerySet | None = None,
    at: str = "",
) -> Page:
    """The page that ``?after=`` or ``?before=`` (ids) asks for; ``order`` must end in the id.

    ``newest_first`` turns the whole order round. With ``shown_from`` the ids alone are found in
    ``rows`` and the rows read from it: what is joined to be shown has no say in how they are found.
    ``at`` is the address of a list that is shown again where only a form can be sent.
    """
    backwards = "before" in request.GET and "after" not in request.GET
    mark = _mark(rows, request.GET.get("before" if backwards else "after", ""), order)
    falls = backwards != newest_first
    ordered = rows.order_by(*([f"-{field}" for field in order] if falls else order))
    if mark:
        ordered = ordered.filter(RowCompare(order, mark, operator="<" if falls else ">"))
    found = (
        list(ordered[: size + 1]) if shown_from is None else _read(ordered, size + 1, shown_from)
    )
    more, found = len(found) > size, found[:size]
    if backwards:
        found.reverse()
    has_previous = more if backwards else mark is not None
    has_next = mark is not None if backwards else more
    return Page(
        rows=found,
        previous=_address(request, at, "before", found[0]) if found and has_previous else "",
        next=_address(request, at, "after", found[-1]) if found and has_next else "",
    )


def _read(ordered: QuerySet, most: int, shown_from: QuerySet) -> list[Any]:
    keys = list(ordered.values_list("pk", flat=True)[:most])
    rows = {row.pk: row for row in shown_from.filter(pk__in=keys)}
    return [rows[key] for key in keys if key in rows]


def _mark(rows: QuerySet, pk: str, order: Sequence[str]) -> tuple[Any, ...] | None:
    """The key of the row named in the address; None when it is gone or out of reach."""
    known = whole(pk)
    return None if known is None else rows.order_by().filter(pk=known).values_list(*order).first()


def _address(request: HttpRequest, at: str, name: str, row: Model) -> str:
    query = request.GET.copy()
    for other in ("after", "before"):
        query.pop(other, None)
    query[name] = str(row.pk)
    return f"{at}?{query.urlencode()}"
