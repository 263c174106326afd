"""A field is drawn with its label, its help and its errors tied together for every reader."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django import forms
from django.conf import settings
from django.forms.renderers import get_default_renderer
from pytest_django.asserts import assertHTMLEqual

from xueji.pages.forms import first_error, in_our_words
from xueji.pages.renderers import Renderer


class PupilForm(forms.Form):
    """One field of each kind."""

    name = forms.CharField(label="姓名", max_length=20)
    pinyin = forms.CharField(label="姓名拼音", required=False, help_text="自动填写，可改")
    board = forms.ChoiceField(
        label="就读方式", choices=[("1", "走读"), ("2", "住校")], widget=forms.RadioSelect
    )
    only_child = forms.BooleanField(label="独生子女", required=False)
    guardian = forms.BooleanField(label="成员1是否监护人", required=False)
    code = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["name"].width = "w4"
        self.fields["pinyin"].origin = "自动"


def test_forms_are_drawn_by_our_renderer():
    assert type(get_default_renderer()) is Renderer


@pytest.mark.parametrize(
    ("field", "html"),
    [
        (
            "name",
            """<div class="field w4"><div class="label"><label for="id_name">姓名</label></div>
               <input type="text" name="name" maxlength="20" required id="id_name"></div>""",
        ),
        (
            "pinyin",
            """<div class="field">
               <div class="label"><label for="id_pinyin">姓名拼音</label>
                 <span class="opt">选填</span>
                 <span class="from" id="id_pinyin_origin">自动</span></div>
               <input type="text" name="pinyin" aria-describedby="id_pinyin_helptext"
                 id="id_pinyin">
               <p class="help" id="id_pinyin_helptext">自动填写，可改</p></div>""",
        ),
        (
            "board",
            """<div class="field" id="id_board" tabindex="-1" role="radiogroup"
                 aria-labelledby="id_board_label">
               <div class="label"><span id="id_board_label">就读方式</span></div>
               <div class="choices">
               <label class="check" for="id_board_0">
                 <input type="radio" name="board" value="1" required id="id_board_0">走读</label>
               <label class="check" for="id_board_1">
                 <input type="radio" name="board" value="2" required id="id_board_1">住校</label>
               </div></div>""",
        ),
        (
            "only_child",
            """<div class="field field-check"><label class="check" for="id_only_child">
               <input type="checkbox" name="only_child" id="id_only_child">独生子女</label>
               </div>""",
        ),
        (
            "guardian",
            """<div class="field field-check"><label class="check" for="id_guardian">
               <input type="checkbox" name="guardian" id="id_guardian">成员1是否监护人</label>
               </div>""",
        ),
        ("code", """<input type="hidden" name="code" id="id_code">"""),
    ],
)
def test_a_field_has_its_label_help_and_width(field, html):
    assertHTMLEqual(PupilForm()[field].as_field_group(), html)


def test_an_error_is_tied_to_its_field():
    assertHTMLEqual(
        PupilForm({"name": ""})["name"].as_field_group(),
        """<div class="field w4"><div class="label"><label for="id_name">姓名</label></div>
           <input type="text" name="name" maxlength="20" required aria-invalid="true"
             aria-describedby="id_name_error" id="id_name">
           <div id="id_name_error"><p class="error">还没有填</p></div></div>""",
    )


def test_the_error_of_a_group_describes_the_group():
    html = PupilForm({"name": "王"})["board"].as_field_group()

    assert (
        'role="radiogroup" aria-labelledby="id_board_label" aria-describedby="id_board_error"'
        in html
    )
    assert '<div id="id_board_error"><p class="error">还没有填</p></div>' in html


def test_a_form_of_filters_can_leave_out_the_mark_of_optional_fields():
    form = PupilForm()
    form.mark_optional = False

    assert "选填" not in str(form)


def test_a_whole_form_is_a_grid_under_what_concerns_no_field():
    class Form(forms.Form):
        name = forms.CharField(label="姓名")
        code = forms.CharField(widget=forms.HiddenInput, required=False)

    form = Form({"name": "王", "code": "1"})
    form.add_error(None, "本校还没有开通")

    assertHTMLEqual(
        str(form),
        """<div class="notice notice-bad" role="alert"><p>本校还没有开通</p></div>
           <div class="fields">
           <div class="field"><div class="label"><label for="id_name">姓名</label></div>
           <input type="text" name="name" value="王" required id="id_name"></div>
           <input type="hidden" name="code" value="1" id="id_code"></div>""",
    )


def test_what_django_would_say_of_an_empty_or_a_long_field_is_said_in_our_words():
    form = PupilForm({"name": "赵" * 21})
    assert in_our_words(form.errors["name"]) == ["最多 20 个字，现在有 21 个，请写短一些。"]
    assert in_our_words(form.errors["board"]) == ["还没有填"]
    assert "最多 20 个字，现在有 21 个，请写短一些。" in str(form)
    assert first_error(form) == "最多 20 个字，现在有 21 个，请写短一些。"


LISTED = re.compile(
    r"{% (for|endfor|include)\b(?: \"([^\"]+)\")?|name=\"form_key\" value=\"{{ (\w+)"
)


def shared_keys(template: Path, *, depth: int = 0) -> Iterator[str]:
    """Keys that every form of a list would carry, also in what the list includes."""
    for found in LISTED.finditer(template.read_text(encoding="utf-8")):
        word, included, key = found.groups()
        depth += {"for": 1, "endfor": -1}.get(word, 0)
        if included and depth:
            yield from shared_keys(settings.ROOT / "templates" / included, depth=depth)
        if key and depth:
            yield f"{template.name}: {key}"


def test_each_form_of_a_list_has_a_key_of_its_own():
    """Of two with one key and the same content, pressed one soon after the other, the second
    would be taken for a repeat of the first: nothing done, and nothing said."""
    found = {
        shared
        for template in (settings.ROOT / "templates").rglob("*.html")
        for shared in shared_keys(template)
    }
    assert found == {"notices.html: key"}  # drawn for each line
