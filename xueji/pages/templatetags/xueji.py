"""One way to write a number, a date, a deadline and a status on every page.

Filters that compare with today take the day as their argument; without one they read the clock.
"""

import datetime as dt

from django import template
from django.utils import timezone
from django.utils.html import conditional_escape, format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

from xueji.cases import kinds
from xueji.identity import masking
from xueji.pages.forms import in_our_words
from xueji.pages.people.browsers import browser_words
from xueji.students.showing import lacks_code

register = template.Library()

NUMBER_PARTS = (2, 2, 2, 3, 1, 4)  # prefecture, county, entry year, school, category, serial

STATUS_CLASSES = {
    "plan": "待建籍 缓学 草稿 排队中",
    "warn": "休学 疑似重复 提醒",
    "bad": "辍学 失踪 退回 退回补正 不能办 有误 缺 没做成",
    "gone": "出国 退学 开除 其他离校 转出 死亡 不同意 已撤回 已撤销 逾期失效 停用",
    "ok": "已办结 通过 已批准",
    "open": "办理中 待决定 进行中 已核准待接收 借出 借入",
    "now": "轮到我",
}
CLASS_OF = {word: name for name, words in STATUS_CLASSES.items() for word in words.split()}
QUIET = "在读"  # plain in a list, a tag where it stands alone

# worst first: the order in which findings are told
EFFECTS = {
    "block": ("不能办", "bad"),
    "error": ("有误", "bad"),
    "missing": ("缺", "bad"),
    "warn": ("提醒", "warn"),
    "pending": ("待核", "plan"),
    "notify": ("通知", "open"),
    "record": ("记录", ""),
    "pass": ("通过", "ok"),
}


# -- numbers ------------------------------------------------------------------------------------
@register.filter
def regno(value: str | None) -> SafeString:
    """A register number in its six parts to read; copied, it is 14 plain digits."""
    text = str(value or "")
    if not text:
        return mark_safe("")
    if len(text) != sum(NUMBER_PARTS) or not (text.isascii() and text.isdigit()):
        return format_html('<span class="regno">{}</span>', text)
    parts, start = [], 0
    for length in NUMBER_PARTS:
        parts.append((text[start : start + length],))
        start += length
    return format_html('<span class="regno">{}</span>', format_html_join("", "<i>{}</i>", parts))


register.filter("mask_id", masking.mask_id)
register.filter("mask_phone", masking.mask_phone)
register.filter("mask_name", masking.mask_name)
register.filter("lacks_code", lacks_code)


# -- status -------------------------------------------------------------------------------------
def _tag(word: str, name: str) -> SafeString:
    return format_html('<span class="{}">{}</span>', f"tag tag-{name}" if name else "tag", word)


@register.filter
def status_tag(word: str, place: str = "list") -> SafeString:
    """The status word with its colour; 在读 stays plain text unless ``place`` is "alone"."""
    word = str(word)
    if word == QUIET:
        return _tag(word, "ok") if place == "alone" else conditional_escape(word)
    return _tag(word, CLASS_OF.get(word, ""))


# -- dates --------------------------------------------------------------------------------------
def _date(value: dt.date | dt.datetime | None) -> dt.date:
    """The day on our calendar; without a value, today."""
    if value is None or value == "":
        return timezone.localdate()
    if isinstance(value, dt.datetime):
        return timezone.localtime(value).date()
    return value


def _time(value: dt.date, words: str, name: str = "") -> SafeString:
    if name:
        return format_html(
            '<time class="{}" datetime="{}">{}</time>', name, value.isoformat(), words
        )
    return format_html('<time datetime="{}">{}</time>', value.isoformat(), words)


def day_words(value: dt.date, today: dt.date) -> str:
    """9 月 2 日 in the present year, 2025-09-02 in any other."""
    if value.year == today.year:
        return f"{value.month} 月 {value.day} 日"
    return value.isoformat()


def distance(value: dt.date, today: dt.date) -> tuple[str, str]:
    """How far off a due date is, in words and as a class; no words beyond the coming six days."""
    days = (value - today).days
    if days < 0:
        return f"逾期 {-days} 天", "late"
    if days < 2:
        return ("今天", "明天")[days], "soon"
    if days < 7:
        return "周" + "一二三四五六日"[value.weekday()], ""
    return "", ""


@register.filter
def day(value, today=None):
    """A date as people write it."""
    return _time(_date(value), day_words(_date(value), _date(today))) if value else ""


@register.filter
def moment(value, today=None):
    """A point in time: 今天 08:21, 昨天 16:40, 9 月 1 日 15:20, 2025-09-01 15:20."""
    if not value:
        return ""
    here, today = timezone.localtime(value), _date(today)
    words = {0: "今天", 1: "昨天"}.get((today - here.date()).days) or day_words(here.date(), today)
    return format_html(
        '<time datetime="{}">{}</time>',
        here.isoformat(timespec="minutes"),
        f"{words} {here:%H:%M}",
    )


@register.filter
def due(value, today=None):
    """A due date for a table: its distance, then the date itself."""
    if not value:
        return ""
    date, today = _date(value), _date(today)
    words, name = distance(date, today)
    if not words:
        return _time(date, day_words(date, today))
    return format_html(
        '{}<span class="why-in">{}</span>', _time(date, words, name), day_words(date, today)
    )


@register.filter
def due_by(value, today=None):
    """A due date inside a sentence: 9 月 16 日到期, 明天到期, 逾期 2 天（9 月 1 日到期）."""
    if not value:
        return ""
    date, today = _date(value), _date(today)
    words, name = distance(date, today)
    if name == "late":
        return _time(date, f"{words}（{day_words(date, today)}到期）", name)
    return _time(date, f"{words if name else day_words(date, today)}到期", name)


@register.filter
def browser(agent):
    """Which browser on which system, from what it says of itself."""
    return browser_words(agent)


@register.filter
def days_since(value, today=None):
    """Whole calendar days from ``value`` to today."""
    return (_date(today) - _date(value)).days


@register.filter
def born_in_full(student) -> SafeString:
    """Sex and birthday in a sentence of a certificate, what is filled in underlined."""
    born = student.birth_date
    sentence = "性别<u>{}</u>，<u>{}</u>年<u>{}</u>月<u>{}</u>日出生"
    return format_html(sentence, student.get_sex_display(), born.year, born.month, born.day)


@register.filter
def waited(value, today=None):
    """已等 n 天; on the first day 今天送到."""
    if not value:
        return ""
    days = days_since(value, today)
    return f"已等 {days} 天" if days else "今天送到"


# -- parts that take their content from the tag ----------------------------------------------------
@register.inclusion_tag("parts/crumbs.html")
def crumbs(*labels_and_urls):
    """Label, address, label, address …, label: the last one is the page itself."""
    labels, urls = labels_and_urls[::2], labels_and_urls[1::2]
    return {"crumbs": [*zip(labels, urls, strict=False), (labels[-1], "")]}


@register.filter
def field_errors(field):
    return in_our_words(field.errors)


def _shown(form, field):
    """The field one can see: for a hidden code, the one whose text it stands for."""
    if not field.is_hidden:
        return field
    target = f"#{field.auto_id}"
    return next(
        (other for other in form if other.field.widget.attrs.get("data-code-target") == target),
        None,
    )


def _link(field) -> dict[str, str]:
    return {"anchor": field.auto_id, "label": field.label} if field else {}


@register.inclusion_tag("parts/findings.html")
def findings(found, form=None, case=None):
    """What rules and checks found, worst first; with the form, each links to its field.

    Of a submitted case the citations lead to the rules that it was judged by.

    Takes findings, problems, what a case keeps of them, and dicts such as
    ``{"effect": "pass", "message": …, "citation": …}``.
    """
    told = [_told(item, form, case) for item in found]
    return {"findings": sorted(told, key=lambda line: list(EFFECTS).index(line["effect"]))}


def _told(item, form, case):
    def get(name):
        return (item.get(name) if isinstance(item, dict) else getattr(item, name, None)) or ""

    effect, name = str(get("effect")), get("field")
    if get("pending"):
        effect = "pending"
    elif not effect:  # a problem of one value
        effect = "warn" if get("severity") == "warning" else "error"
        effect = "missing" if get("code") == "missing" else effect
    field = _shown(form, form[name]) if form is not None and name in form.fields else None
    return {
        "effect": effect,
        "tag": _tag(*EFFECTS[effect]),
        "message": get("message"),
        "remedy": get("remedy"),
        "citation": get("citation"),
        "key": get("key"),
        "case": case,
        "apart": form is not None,  # what was typed stays where it is
        **_link(field),
    }


# -- cases --------------------------------------------------------------------------------------
@register.simple_tag
def kind_label(case) -> str:
    """The workflow of a case: 新生入学."""
    return kinds.get(case.kind).label


@register.simple_tag
def kind_tag(case) -> SafeString:
    return _tag(kind_label(case), "")


@register.simple_tag
def findings_word(case) -> SafeString:
    """全部通过, or the first warning of the submission and how much is left to judge (待核)."""
    words = []
    if case.warnings:
        words.append((_tag(*EFFECTS[case.warnings[0]["effect"]]), case.warnings[0]["message"]))
    if case.unproven:
        tag = _tag(f"{len(case.unproven)} 项待核", EFFECTS["pending"][1])
        words.append((tag, case.unproven[0]["message"]))
    if not words:
        return format_html('<span class="muted">{}</span>', "全部通过")
    return format_html_join(" ", '{}<span class="why">{}</span>', words)
