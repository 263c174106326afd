"""The entry form, sent as a browser sends it, and what stands in it."""

import html
import re

from xueji.audit.models import Access

NEW = "/enrollment/new/"
ELSEWHERE = {"address_code": "130283001006", "address_text": "永顺街道 迁钢社区 9 号楼"}


def value_of(answer, name):
    """What stands in a text field."""
    found = re.search(rf'<input[^>]*\bname="{name}"[^>]*>', answer.content.decode())
    value = re.search(r'value="([^"]*)"', found[0]) if found else None
    return html.unescape(value[1]) if value else ""


def send(client, form, *, save="next", at=NEW, **more):
    return client.post(at, {**form, "save": save, **more})


def lines():
    """Every Access row as (kind, students, filter)."""
    return list(Access.objects.order_by("pk").values_list("kind", "students", "filter"))
