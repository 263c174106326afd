"""Where nothing could be done the audit has no row of an act, whatever was pressed."""

import pytest
from django.urls import reverse

from tests import pupils
from tests.browsing import key, verdict, words
from tests.transfers import movers
from xueji.audit.models import Act
from xueji.establishment.services.divisions import NewDivision, add_divisions
from xueji.notices.models import Notice
from xueji.pages.once import Done

pytestmark = pytest.mark.usefixtures("noon")


def signed_meanwhile(world, client_of):
    case = pupils.submitted(world)
    sent = verdict(case)
    pupils.sign(world, case, "principal")
    return "principal", reverse("case_decide", args=[case.number]), sent, "这一步刚由他人办理"


def all_signed_meanwhile(world, client_of):
    case = pupils.submitted(world)
    sent = {**verdict(case), "case": [f"{case.pk}:{case.version}"]}
    pupils.sign(world, case, "principal")
    return "principal", reverse("cases_decide"), sent, "1 件没有签署"


def of_nobody_waiting(world, client_of):
    sent = {"case": ["1:1"], "result": "passed", "text": ""}
    told = "所选的学生不在本岗位等待查重 没有登记。请刷新名单后再选。"
    return "county", reverse("enrollment_national_results"), sent, told


def transfer_submitted_meanwhile(world, client_of):
    case = movers.submitted(world, movers.numbered(world))
    told = "没有删除 已提交过的业务件不能删除，只能撤回。"
    return "clerk", reverse("transfer_discard", args=[case.number]), {}, told


def no_other_session(world, client_of):
    return "clerk", reverse("my_sessions_end"), {}, "没有别处的登录了"


def columns_forgotten_before(world, client_of):
    sent = {"act": "forget", "choice": "1"}
    return "clerk", reverse("reports_roster_new"), sent, "没有删除 这套列已经不在了。"


def villages_that_are_there(world, client_of):
    town = NewDivision("130283104000", "新集镇")
    add_divisions(rows=[town], acting=world.acting("county"))
    sent = {"what": "divisions", "reason": "批文", "text": f"代码,名称\n{town.code},{town.name}"}
    told = "没有增加 表里的村、社区、乡镇都已经有了。"
    return "county", reverse("organisations_import"), sent, told


def notices_read_before(world, client_of):
    pupils.submitted(world)
    Notice.objects.update(read_at=world.acting("clerk").at)
    return "principal", reverse("notices_read"), {}, ""


NOT_DONE = [
    signed_meanwhile,
    all_signed_meanwhile,
    of_nobody_waiting,
    transfer_submitted_meanwhile,
    no_other_session,
    columns_forgotten_before,
    villages_that_are_there,
    notices_read_before,
]


@pytest.mark.parametrize("prepared", NOT_DONE)
def test_what_was_not_done_is_told_and_leaves_no_row_of_an_act(world, client_of, prepared):
    username, path, sent, told = prepared(world, client_of)
    client = client_of(username)
    answer = client.post(path, key(**sent))
    assert (answer.status_code, Act.objects.count()) == (302, 0)
    assert told in words(client.get(answer["Location"]))


def test_an_act_of_which_only_a_warning_is_told_cannot_be_written():
    """It would be a row of something that nobody did: such an answer is NotDone."""
    with pytest.raises(ValueError, match="^a warning alone is NotDone$"):
        Done("/", warning="没有删除")
