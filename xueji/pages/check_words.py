"""What the proofs of the register are called, and what each kind of fault means."""

from xueji.ledger.examinations import LEDGER, NUMBERS

# what is proved, and what is counted of it
PROVED = {
    LEDGER: ("学籍台账", "名学生", "学生、就读、历史记录与台账是否一致"),
    NUMBERS: ("学籍号", "个号", "每个号段从 1 到已发到的号，是否各有一次、都有着落"),
}
FAULTS = {
    # of the ledger
    "place_is_copied": "学生的学校、班级与就读记录不一致",
    "history_is_complete": "学生现在的内容与最后一条历史记录不一致",
    "counts_agree": "在读人数与台账累计不一致",
    "history_agrees": "历史记录里的人数与台账不一致",
    "dates_agree": "事件的发生日期与就读记录不一致",
    "reversals_are_opposite": "撤销与被撤销的事件不相抵",
    "reversed_once": "同一事件撤销了不止一次",
    "months_are_right": "事件计入的月份不对",
    "status_has_its_place": "学籍状态与就读记录不符",
    "borrowing_has_a_home": "借读生没有学籍所在学校",
    "places_do_not_overlap": "同一学生的就读时间重叠",
    "turn_is_copied": "在办业务件轮到谁与环节不一致",
    "receipt_is_awaited": "待回执的标记与转学不一致",
    "papers_are_awaited": "纸质材料未到的标记与转递登记不一致",
    # of the numbers
    "gap": "号段中间缺号",
    "duplicate": "同一个号发了两次",
    "serial_twice": "同一顺序号有两条",
    "beyond_last": "号大于号段已发到的号",
    "not_of_its_series": "号不属于所在的号段",
    "unexplained_void": "空号没有说明",
    "unexplained_given_back": "退回的号没有说明",
    "unexplained_historic": "历史空号没有建库记录",
    "renumbered_wrongly": "改编的号与改编记录不符",
    "freeze_without_its_act": "冻结与冻结记录不符",
    "holes_changed_after_freeze": "冻结以后空号有变化",
    "confirmed_by_who_froze": "冻结与确认是同一人",
    "two_live_numbers": "一名学生有两个在用的号",
    "holder_shows_another": "学生身上的号与发出的不同",
    "student_without_live_number": "学生身上的号没有发出记录",
    "prefix_not_of_the_codes": "号段的开头与现行代码不同",
}
