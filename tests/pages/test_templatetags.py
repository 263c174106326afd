"""How pages write numbers, statuses, dates, deadlines, findings and errors."""

import datetime as dt

import pytest
from django import forms

from xueji.identity.problems import Problem
from xueji.pages.templatetags import rules
from xueji.pages.templatetags import xueji as tags
from xueji.students.models import Student

TODAY = dt.date(2026, 9, 2)  # a Wednesday
SHANGHAI = dt.timezone(dt.timedelta(hours=8))


def time_of(iso, words, name=""):
    return (
        f'<time class="{name}" datetime="{iso}">{words}</time>'
        if name
        else (f'<time datetime="{iso}">{words}</time>')
    )


# -- numbers ------------------------------------------------------------------------------------
def test_a_register_number_is_shown_in_six_parts_and_copied_as_14_digits():
    shown = tags.regno("02262602170001")

    assert shown == (
        '<span class="regno"><i>02</i><i>26</i><i>26</i><i>021</i><i>7</i><i>0001</i></span>'
    )


@pytest.mark.parametrize(
    ("number", "shown"),
    [
        ("", ""),
        (None, ""),
        ("J20260001", '<span class="regno">J20260001</span>'),
        ("0226260217000", '<span class="regno">0226260217000</span>'),
        ("022626021700011", '<span class="regno">022626021700011</span>'),
        ("０２２６２６０２１７０００１", '<span class="regno">０２２６２６０２１７０００１</span>'),
        ("<b>", '<span class="regno">&lt;b&gt;</span>'),
    ],
)
def test_what_is_not_a_register_number_stays_whole(number, shown):
    assert tags.regno(number) == shown


# -- status -------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("word", "shown"),
    [
        ("在读", "在读"),
        ("待建籍", '<span class="tag tag-plan">待建籍</span>'),
        ("缓学", '<span class="tag tag-plan">缓学</span>'),
        ("休学", '<span class="tag tag-warn">休学</span>'),
        ("辍学", '<span class="tag tag-bad">辍学</span>'),
        ("转出", '<span class="tag tag-gone">转出</span>'),
        ("毕业", '<span class="tag">毕业</span>'),
        ("办理中", '<span class="tag tag-open">办理中</span>'),
        ("退回", '<span class="tag tag-bad">退回</span>'),
        ("不同意", '<span class="tag tag-gone">不同意</span>'),
        ("已办结", '<span class="tag tag-ok">已办结</span>'),
        ("轮到我", '<span class="tag tag-now">轮到我</span>'),
        ("没见过的<词>", '<span class="tag">没见过的&lt;词&gt;</span>'),
    ],
)
def test_a_status_is_a_word_and_its_colour(word, shown):
    assert tags.status_tag(word) == shown


def test_the_normal_status_is_a_tag_only_where_it_stands_alone():
    assert tags.status_tag("在读", "alone") == '<span class="tag tag-ok">在读</span>'


def test_no_status_word_has_two_colours():
    words = " ".join(tags.STATUS_CLASSES.values()).split()

    assert sorted(words) == sorted(set(words))


# -- dates --------------------------------------------------------------------------------------
def test_a_certificate_says_sex_and_birthday_with_what_is_filled_in_underlined():
    shown = tags.born_in_full(Student(sex="2", birth_date=dt.date(2017, 3, 7)))

    assert shown == "性别<u>女</u>，<u>2017</u>年<u>3</u>月<u>7</u>日出生"


@pytest.mark.parametrize(
    ("date", "words"),
    [
        (dt.date(2026, 9, 2), "9 月 2 日"),
        (dt.date(2026, 1, 1), "1 月 1 日"),
        (dt.date(2026, 12, 31), "12 月 31 日"),
        (dt.date(2025, 12, 31), "2025-12-31"),
        (dt.date(2027, 1, 1), "2027-01-01"),
    ],
)
def test_only_other_years_name_the_year(date, words):
    assert tags.day(date, TODAY) == time_of(date.isoformat(), words)


@pytest.mark.parametrize(
    ("date", "words"),
    [
        (dt.date(2025, 9, 2), ("逾期 365 天", "late")),
        (dt.date(2026, 8, 31), ("逾期 2 天", "late")),
        (dt.date(2026, 9, 1), ("逾期 1 天", "late")),
        (dt.date(2026, 9, 2), ("今天", "soon")),
        (dt.date(2026, 9, 3), ("明天", "soon")),
        (dt.date(2026, 9, 4), ("周五", "")),
        (dt.date(2026, 9, 6), ("周日", "")),
        (dt.date(2026, 9, 8), ("周二", "")),
        (dt.date(2026, 9, 9), ("", "")),
        (dt.date(2027, 9, 2), ("", "")),
    ],
)
def test_a_deadline_says_how_far_off_it_is(date, words):
    assert tags.distance(date, TODAY) == words


@pytest.mark.parametrize(
    ("date", "today", "shown"),
    [
        (
            dt.date(2026, 9, 1),
            TODAY,
            time_of("2026-09-01", "逾期 1 天", "late") + '<span class="why-in">9 月 1 日</span>',
        ),
        (
            dt.date(2026, 9, 4),
            TODAY,
            time_of("2026-09-04", "周五") + '<span class="why-in">9 月 4 日</span>',
        ),
        (dt.date(2026, 9, 14), TODAY, time_of("2026-09-14", "9 月 14 日")),
        (
            dt.date(2027, 1, 1),
            dt.date(2026, 12, 31),
            time_of("2027-01-01", "明天", "soon") + '<span class="why-in">2027-01-01</span>',
        ),
        (dt.date(2027, 3, 1), dt.date(2026, 12, 31), time_of("2027-03-01", "2027-03-01")),
        (None, TODAY, ""),
    ],
)
def test_a_deadline_in_a_table_has_its_distance_and_its_date(date, today, shown):
    assert tags.due(date, today) == shown


@pytest.mark.parametrize(
    ("date", "shown"),
    [
        (dt.date(2026, 9, 1), time_of("2026-09-01", "逾期 1 天（9 月 1 日到期）", "late")),
        (dt.date(2026, 9, 2), time_of("2026-09-02", "今天到期", "soon")),
        (dt.date(2026, 9, 3), time_of("2026-09-03", "明天到期", "soon")),
        (dt.date(2026, 9, 5), time_of("2026-09-05", "9 月 5 日到期")),
        (None, ""),
    ],
)
def test_a_deadline_in_a_sentence_ends_in_due(date, shown):
    assert tags.due_by(date, TODAY) == shown


@pytest.mark.parametrize(
    ("moment", "words"),
    [
        (dt.datetime(2026, 9, 2, 0, 0, tzinfo=SHANGHAI), "今天 00:00"),
        (dt.datetime(2026, 9, 1, 23, 59, tzinfo=SHANGHAI), "昨天 23:59"),
        (dt.datetime(2026, 8, 31, 16, 40, tzinfo=SHANGHAI), "8 月 31 日 16:40"),
        (dt.datetime(2025, 9, 2, 8, 5, tzinfo=SHANGHAI), "2025-09-02 08:05"),
    ],
)
def test_a_moment_is_told_from_today(moment, words):
    iso = moment.isoformat(timespec="minutes")

    assert tags.moment(moment, TODAY) == f'<time datetime="{iso}">{words}</time>'


def test_a_moment_stored_in_utc_belongs_to_the_day_here():
    late_evening_in_utc = dt.datetime(2026, 9, 1, 16, 30, tzinfo=dt.UTC)

    assert tags.moment(late_evening_in_utc, TODAY) == (
        '<time datetime="2026-09-02T00:30+08:00">今天 00:30</time>'
    )
    assert tags.waited(late_evening_in_utc, TODAY) == "今天送到"


@pytest.mark.parametrize(
    ("since", "today", "words"),
    [
        (dt.date(2026, 9, 2), TODAY, "今天送到"),
        (dt.date(2026, 9, 1), TODAY, "已等 1 天"),
        (dt.date(2026, 8, 24), TODAY, "已等 9 天"),
        (dt.date(2025, 12, 31), dt.date(2026, 1, 1), "已等 1 天"),
        (None, TODAY, ""),
    ],
)
def test_waiting_is_counted_in_calendar_days(since, today, words):
    assert tags.waited(since, today) == words


def test_dates_compare_with_today_when_no_day_is_given(time_machine):
    time_machine.move_to(dt.datetime(2026, 9, 1, 17, tzinfo=dt.UTC))  # 2 September, 1 o'clock here

    assert tags.due_by(TODAY) == time_of("2026-09-02", "今天到期", "soon")


# -- crumbs, findings, errors ---------------------------------------------------------------------
def test_the_last_crumb_is_the_page_itself():
    assert tags.crumbs("业务待办", "/cases/", "转学", "/cases/?kind=transfer", "转 2026-00431") == {
        "crumbs": [
            ("业务待办", "/cases/"),
            ("转学", "/cases/?kind=transfer"),
            ("转 2026-00431", ""),
        ]
    }


class PupilForm(forms.Form):
    """A text one types, and the hidden code that it stands for."""

    name = forms.CharField(label="姓名")
    hukou_code = forms.CharField(widget=forms.HiddenInput)
    hukou = forms.CharField(
        label="户口所在地",
        widget=forms.TextInput(attrs={"data-code-target": "#id_hukou_code"}),
    )


def test_findings_are_told_worst_first_and_link_to_what_one_can_see():
    found = [
        {"effect": "pass", "message": "年满 6 周岁", "citation": "《制度》二（一）"},
        {"effect": "record", "pending": True, "message": "待核", "field": "hukou_code"},
        Problem("missing", "还没有填姓名。", "请补填姓名。", field="name"),
        {"effect": "block", "message": "不得变更年级", "field": "grade"},
        Problem("phone.length", "少一位。", "请补上。", "warning", "phone"),
    ]

    told = tags.findings(found, PupilForm())["findings"]

    assert [(line["effect"], line.get("anchor"), line.get("label")) for line in told] == [
        ("block", None, None),
        ("missing", "id_name", "姓名"),
        ("warn", None, None),
        ("pending", "id_hukou", "户口所在地"),
        ("pass", None, None),
    ]


@pytest.mark.parametrize(
    ("citation", "is_local"),
    [
        ("《学生学籍管理制度》二（二）2“学生转学一律不得变更年级”", False),
        ("文件未规定，按本县设定（可改）：class.capacity", True),
        ("", False),
    ],
)
def test_a_setting_of_the_county_is_not_shown_as_a_clause(citation, is_local):
    [line] = tags.findings([{"effect": "warn", "message": "满员", "citation": citation}])[
        "findings"
    ]

    assert (line["citation"], rules.cite(citation)["is_local"]) == (citation, is_local)


@pytest.mark.parametrize(
    ("agent", "words"),
    [
        (
            "Mozilla/5.0 (Windows NT 6.1; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko)"
            " Chrome/109.0.0.0 Safari/537.36",
            "Chrome 109，Windows 7",
        ),
        (
            "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko)"
            " Chrome/120.0.0.0 Safari/537.36 Edg/120.0.0.0",
            "Edge 120，Windows 10 或 11",
        ),
        (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) AppleWebKit/605.1.15"
            " (KHTML, like Gecko) Version/17.0 Mobile/15E148 Safari/604.1",
            "Safari 17，iPhone",
        ),
        (
            "Mozilla/5.0 (Windows NT 10.0; rv:128.0) Gecko/20100101 Firefox/128.0",
            "火狐 128，Windows 10 或 11",
        ),
        ("curl/8.1", "curl/8.1"),
        ("", ""),
    ],
)
def test_a_browser_is_told_in_words_that_its_user_knows(agent, words):
    assert tags.browser(agent) == words
