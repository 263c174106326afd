"""The form in which a school edits an approved pupil: built from the one list of items.

It shows and takes text; ``students.editing`` judges it. Masked items stand empty. After two windows
wrote, ``merged`` puts both versions beside each other and together.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from django import forms

from xueji.identity.problems import Problem
from xueji.pages.fields import code_field, mark_chosen, of_item, plain, text, tick
from xueji.rules.engine import Finding, Rules
from xueji.students import editing, sheet
from xueji.students.editing import GONE, NOTHING, PLACES, Entry, Saved
from xueji.students.services import LONGEST_REASON
from xueji.students.showing import MASKS, text_of

KEEPS = "不改就空着"
ELSEWHERE = {
    "name_full": "由姓名生成",
    "number": "编号时产生",
    "grade": "随升级改变",
    "school_class": "在分班、调班里改",
    "entered_on": "入学业务件核准时登记",
    "attendance": "在学生页的上课形式里改",
    "migrant": "学籍类别由它决定，请报教育局",
}


class Fixed(NamedTuple):
    """An item of a group that is changed elsewhere."""

    label: str
    text: str
    where: str


@dataclass(frozen=True)
class KeyData:
    """Items that only the county changes, by one clause, each as (label, text)."""

    lines: list[tuple[str, str]]
    finding: Finding

    @property
    def labels(self) -> str:
        return "、".join(label for label, _ in self.lines)


class Group(NamedTuple):
    """Items that stand folded until one of them is changed or wrong."""

    title: str
    summary: str
    fields: list[forms.BoundField]
    fixed: list[Fixed]
    is_open: bool


class Difference(NamedTuple):
    """One item in two versions, and which of them stands in the form now."""

    label: str
    here: str
    there: str
    is_here: bool


class EditForm(forms.Form):
    """Every item that the school may change, as it is saved, and why it is changed."""

    mark_optional = False

    def __init__(
        self,
        data: Mapping[str, str] | None = None,
        *,
        saved: Saved,
        rules: Rules,
        medical: bool,
    ):
        self.saved, self.rules, self.medical = saved, rules, medical
        self.positions = editing.positions(saved, data or {})
        self.texts = saved.texts(self.positions)
        self.entries = editing.entries(self.positions)
        masked = {key for key, entry in self.entries.items() if entry.is_masked}
        initial = {key: "" if key in masked else value for key, value in self.texts.items()}
        super().__init__(data, initial=initial, use_required_attribute=False)
        left_out = editing.not_typed(rules, medical=medical)
        for key, entry in self.entries.items():
            if key not in left_out:
                self._add(key, entry)
        for n in saved.family:
            self.fields[f"m{n}_{GONE}"] = tick("w12")
            self.fields[f"m{n}_{GONE}"].label = "删去这名成员"
        self.fields["reason"] = text("w12", maxlength=str(LONGEST_REASON))
        self.fields["reason"].label = "修改原因"
        self.fields["reason"].help_text = "为什么改、根据什么，如：家长来电换了手机号；看过户口簿"
        members = [f"m{n}" for n in self.positions]
        mark_chosen(self, (*PLACES, *sheet.member_places(members)))

    def _add(self, key: str, entry: Entry) -> None:
        field = of_item(key, entry.item, empty="未填")
        field.label = entry.label
        if entry.item.required and (not entry.position or entry.position in self.saved.family):
            field.star = True
            field.widget.attrs["aria-required"] = "true"
        if entry.is_masked and self.texts[key]:
            shown = MASKS[entry.item.field](self.texts[key])
            clears = "" if entry.item.required else f"；删去填「{NOTHING}」"
            field.help_text = f"现为 {shown}，{KEEPS}{clears}"
        self.fields[key] = field
        if entry.item.is_place:
            self.fields[f"{key[:-4]}code"] = code_field()

    @property
    def row(self) -> dict[str, str]:
        """What stands in the fields now, as text; what was not sent is not there."""
        sent = self.fields if not self.is_bound else self.fields.keys() & self.data.keys()
        return {name: plain(self[name].value()) for name in sent}

    def tell(self, problems: Sequence[Problem]) -> None:
        """Put what is wrong at the fields, in the words of the checks."""
        self.full_clean()
        for problem in problems:
            self.add_error(problem.field if problem.field in self.fields else None, str(problem))
        first = next((name for name in self.fields if name in self.errors), "reason")
        self.fields[first].widget.attrs["autofocus"] = True

    @property
    def key_data(self) -> list[KeyData]:
        """What is shown, and by which clause it is not edited here."""
        found: dict[str, KeyData] = {}
        for key, finding in editing.locked(self.rules).items():
            item = self.entries[key].item
            shown = text_of(item, self.saved.student)
            line = (item.label, MASKS.get(item.field, str)(shown))
            found.setdefault(finding.key, KeyData([], finding)).lines.append(line)
        return list(found.values())

    @property
    def codes(self) -> list[forms.BoundField]:
        """The division codes, which nobody sees."""
        return [self[name] for name in self.fields if self[name].is_hidden]

    @property
    def groups(self) -> list[Group]:
        return [*self._of_pupil(), *(self._of_member(n) for n in self.positions)]

    def _of_pupil(self) -> Iterator[Group]:
        locked = editing.locked(self.rules)
        for title, items in sheet.GROUPS:
            fields = [self[item.key] for item in items if item.key in self.fields]
            fixed = [
                self._fixed(item)
                for item in items
                if item.field in ELSEWHERE
                and item.key not in self.fields
                and item.key not in locked
            ]
            labels = "、".join(str(field.label) for field in fields)
            yield Group(title, labels, fields, fixed, self._is_told(fields))

    def _fixed(self, item: sheet.Item) -> Fixed:
        return Fixed(item.label, text_of(item, self.saved.student), ELSEWHERE[item.field])

    def _of_member(self, n: int) -> Group:
        names = [key for key, entry in self.entries.items() if entry.position == n]
        fields = [self[name] for name in (*names, f"m{n}_{GONE}") if name in self.fields]
        member = self.saved.family.get(n)
        summary = (
            f"{member.name}（{member.get_relation_display()}）" if member else "添加一名家庭成员"
        )
        return Group(f"家庭成员{n}", summary, fields, [], self._is_told(fields))

    def _is_told(self, fields: Sequence[forms.BoundField]) -> bool:
        """Whether one of these fields is other than saved, or wrong."""
        return self.is_bound and any(
            plain(field.value()) != plain(self.initial.get(field.name)) or field.errors
            for field in fields
        )


def merged(form: EditForm, base: Saved | None) -> tuple[dict[str, str], list[Difference]]:
    """Two versions of one pupil: what is typed in ``form`` and what its ``saved`` says now.

    Returns what to fill the form with, and every item in which the two differ. What was typed
    since ``base``, the version on the screen, stays typed; else the saved text is taken.
    """
    row, now = form.row, form.texts
    before = base.texts(form.positions) if base else now
    data = {name: value for name, value in row.items() if name not in now}
    found = []
    for key, entry in form.entries.items():
        if key not in form.fields:
            continue
        names = (key, f"{key[:-4]}code") if entry.item.is_place else (key,)
        old = {name: "" if entry.is_masked else before[name] for name in names}
        saved = {name: "" if entry.is_masked else now[name] for name in names}
        typed = {name: row.get(name, old[name]) for name in names}
        is_here = any(typed[name].strip() != old[name].strip() for name in names)
        data |= typed if is_here else saved
        is_there = any(before[name] != now[name] for name in names)
        here, there = _word(entry, typed[key] if is_here else before[key]), _word(entry, now[key])
        if here != there or (entry.is_masked and (is_here or is_there)):
            found.append(Difference(entry.label, here, there, is_here))
    return data, found


def _word(entry: Entry, typed: str) -> str:
    """A typed text as people read it; masked where the sheet masks it."""
    if entry.is_masked:
        return "删去" if typed.strip() == NOTHING else MASKS[entry.item.field](typed)
    return entry.item.table.get(typed, typed) if entry.item.table else typed
