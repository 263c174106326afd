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
        ("𠮷田", "𠮷tian", "𠮷t", "𠮷 Tian"),
        ("", "", "", ""),
    ],
)
def test_a_name_is_read_as_a_name(name, full, initials, display):
    read = (pinyin.full(name), pinyin.initials(name), pinyin.display(name))

    assert read == (full, initials, display)


@given(st.one_of(st.text(), st.text("单张乐·万俟𠮷 aé", max_size=6)))
@settings(deadline=None)
def test_no_input_breaks_the_reading(name):
    full, initials = pinyin.full(name), pinyin.initials(name)

    assert len(initials) <= len(full)
    assert pinyin.full(name) == full == full.lower()
    pinyin.display(name)
