"""Every item of the national sheet says the same in the form, on the page, in print, in history."""

from datetime import timedelta
from html import unescape

import pytest
import time_machine
from django.urls import reverse

from tests import pupils
from tests.enrollment.test_sheet import FULL
from tests.world import NOON
from xueji.identity.classification import DataClass
from xueji.pages.pupil import changes
from xueji.pages.pupil.changes import HIDDEN, SHOWN
from xueji.students import services
from xueji.students.showing import MASKS

MOVED = {
    "phone": "13711112222",
    "address_text": "建昌营镇 军屯村 15 号",
    "family_address": "建昌营镇 军屯村 15 号",
}
EDITED, LOOKED = NOON + timedelta(hours=3), NOON + timedelta(hours=4)
# what the register calls otherwise than the sheet does, or keeps in two columns
TWO_COLUMNS = {"身份证件有效期": ("身份证件有效期自", "身份证件有效期至")}
UNITS = {"上下学距离": " 公里"}


@pytest.fixture
def answers(world, client_of):
    """Form, page, paper and history of a pupil with every item edited, as the clerk sees them."""
    student = pupils.enrolled(world)
    services.edit(
        student_id=student.pk,
        version=student.version,
        row=FULL | MOVED,
        reason="照监护人填的表",
        acting=world.acting("clerk", at=EDITED),
    )
    one, client = [student.pk], client_of("clerk")
    page = reverse("student", args=one)
    with time_machine.travel(LOOKED, tick=False):
        return {
            "form": client.get(reverse("student_edit", args=one)),
            "page": client.get(page, {"tab": "sheet"}),
            "paper": client.post(
                reverse("student_sheet", args=one), {"purpose": "学校存档", "whole": "on"}
            ),
            "history": client.get(page, {"tab": "history", "kind": "changes"}),
        }


def test_form_page_paper_and_history_agree_on_every_item(answers):
    form = answers["form"].context["form"]
    page = [line for group in answers["page"].context["groups"] for line in group.lines]
    blocks = answers["paper"].context["sheet"].blocks
    paper = [cell.item for block in blocks for row in block.rows for cell in row]

    assert [line.label for line in page] == [line.label for line in paper]
    assert [line.text for line in page] == [MASKS.get(line.field, str)(line.text) for line in paper]
    for name, lines in (("page", page), ("paper", paper)):
        html = unescape(answers[name].content.decode())
        assert [line.label for line in lines if line.text not in html] == []
    of_form = {
        (entry.position, entry.item.label): _of_form(entry, form.initial[key])
        for key, entry in form.entries.items()
        if key in form.fields and not entry.is_masked and form.saved.row(entry)
    }
    on_paper = dict(_placed(blocks))
    assert {key: on_paper[key] for key in of_form} == of_form


def test_the_history_tells_each_change_in_the_words_of_the_page_or_that_it_is_hidden(answers):
    """Of the pupil's own items; who belongs to the family is told member by member."""
    page = {
        line.label: line for group in answers["page"].context["groups"][:-2] for line in group.lines
    }
    told = answers["history"].context["timeline"].entries[0].changes
    news = {one.label: one.new for one in told if not one.label.startswith("家庭成员")}
    two = {label for pair in TWO_COLUMNS.values() for label in pair}
    assert two <= news.keys()
    for label, new in news.items():
        if label in two:
            continue
        line = page[label]
        closed = line.data_class in (DataClass.SENSITIVE, DataClass.MEDICAL)
        if closed and line.field not in SHOWN | changes.MASKS.keys():
            assert (label, new) == (label, f"有改动（{HIDDEN}）")
        elif line.field == "phone":
            assert (label, new) == (label, line.text)
        else:
            assert (label, f"{new}{UNITS.get(label, '')}") == (label, line.text)
    medical = {line.label for line in page.values() if line.data_class == DataClass.MEDICAL}
    assert medical <= news.keys()


def _placed(blocks):
    """((member or 0, label), text) of every line of the paper."""
    for block in blocks:
        title = block.title
        position = int(title[-1]) if title.startswith("家庭成员") else 0
        for row in block.rows:
            for cell in row:
                yield (position, cell.item.label), cell.item.text


def _of_form(entry, typed: str) -> str:
    """What stands in a field of the form, in words."""
    words = entry.item.table.get(typed, typed) if entry.item.table else typed
    return words + UNITS.get(entry.item.label, "")
