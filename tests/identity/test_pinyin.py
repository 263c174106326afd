import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from xueji.identity import pinyin


@pytest.mark.parametrize(
    ("name", "full", "initials", "display"),
    [
        ("张依诺", "zhangyinuo", "zyn", "Zhang Yinuo"),
        ("单雄信", "shanxiongxin", "sxx", "Shan Xiongxin"),
        ("曾国藩", "zengguofan", "zgf", "Zeng Guofan"),
        ("仇和", "qiuhe", "qh", "Qiu He"),
        ("解晓东", "xiexiaodong", "xxd", "Xie Xiaodong"),
        ("朴恩", "piaoen", "pe", "Piao En"),
        ("区伟", "ouwei", "ow", "Ou Wei"),
        ("查小明", "zhaxiaoming", "zxm", "Zha Xiaoming"),
        ("任我行", "renwoxing", "rwx", "Ren Woxing"),
        ("盖聂", "genie", "gn", "Ge Nie"),
        ("宁静", "ningjing", "nj", "Ning Jing"),
        ("乐乐", "yuele", "yl", "Yue Le"),
        ("翟天临", "zhaitianlin", "ztl", "Zhai Tianlin"),
        ("缪杰", "miaojie", "mj", "Miao Jie"),
        ("燕青", "yanqing", "yq", "Yan Qing"),
        ("华罗庚", "hualuogeng", "hlg", "Hua Luogeng"),
        ("尉迟恭", "yuchigong", "ycg", "Yuchi Gong"),
        ("万俟卨", "moqixie", "mqx", "Moqi Xie"),
        ("澹台明", "tantaiming", "ttm", "Tantai Ming"),
        ("长孙无忌", "zhangsunwuji", "zswj", "Zhangsun Wuji"),
        ("乐正绫", "yuezhengling", "yzl", "Yuezheng Ling"),
        ("欧阳娜", "ouyangna", "oyn", "Ouyang Na"),
        ("吕布", "lvbu", "lb", "Lü Bu"),
        ("闾丘露", "lvqiulu", "lql", "Lüqiu Lu"),
        ("张西安", "zhangxian", "zxa", "Zhang Xi'an"),
        ("王晟", "wangsheng", "ws", "Wang Sheng"),
        ("王单", "wangdan", "wd", "Wang Dan"),
        ("单", "shan", "s", "Shan"),
        ("万俟", "moqi", "mq", "Moqi"),
        ("买买提·艾力", "maimaitiaili", "mmtal", "Maimaiti Aili"),
        ("John Smith", "johnsmith", "js", "John Smith"),
        ("Anna-Maria Müller", "annamariamuller", "am", "Anna-Maria Müller"),
        ("Ángeles D’Souza", "angelesdsouza", "ad", "Ángeles D’Souza"),
        ("Bjørn Weiß", "bjørnweiss", "bw", "Bjørn Weiß"),
        ("阿卜杜拉·买买提", "abudulamaimaiti", "abdlmmt", "Abudula Maimaiti"),
        ("卜一", "buyi", "by", "Bu Yi"),
        ("𠮷田", "jitian", "jt", "Ji Tian"),
        ("𠀋田", "𠀋tian", "𠀋t", "𠀋 Tian"),
        ("", "", "", ""),
    ],
)
def test_a_name_is_read_as_a_name(name, full, initials, display):
    read = (pinyin.full(name), pinyin.initials(name), pinyin.display(name))

    assert read == (full, initials, display)


def test_names_are_sorted_by_syllable_then_tone_then_character():
    ordered = ["欧阳娜", "单雄信", "阎鑫", "颜一", "杨宇", "尉迟恭", "张一诺", "张依诺", "章一"]
    ordered += ["赵", "赵𠀋", "㐂田", "𠀋田"]  # without a reading: last, by their codes

    assert sorted(set(ordered), key=pinyin.order) == ordered


def test_lu_comes_before_lü_and_lü_before_luan():
    assert sorted(["栾", "吕", "鲁"], key=pinyin.order) == ["鲁", "吕", "栾"]


@pytest.mark.parametrize(
    ("typed", "surname", "ours"),
    [
        ("gai", "盖", "ge"),
        ("gaixiao", "盖", "gexiao"),
        ("danxx", "单", "shanxx"),
        ("dxx", "单", "sxx"),
        ("cengkx", "曾", "zengkx"),
        ("chou", "仇", "qiu"),
        ("jiexd", "解", "xiexd"),
        ("chaxm", "查", "zhaxm"),
        ("weichi", "尉迟", "yuchi"),
        ("wansi", "万俟", "moqi"),
        ("xinx", "莘", "shenx"),
        ("xunx", "郇", "huanx"),
    ],
)
def test_a_surname_typed_by_another_reading_is_known(typed, surname, ours):
    assert (surname, ours) in pinyin.otherwise(typed)


@given(st.one_of(st.text(), st.text("单张乐·万俟𠮷 aé", max_size=6)))
@settings(deadline=None)
def test_no_input_breaks_the_reading(name):
    full, initials = pinyin.full(name), pinyin.initials(name)

    assert len(initials) <= len(full)
    assert pinyin.full(name) == full == full.lower()
    pinyin.display(name)
    pinyin.order(name)
