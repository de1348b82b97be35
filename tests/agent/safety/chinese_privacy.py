"""Three hundred Chinese messages with what identifies somebody in them, in ``{braces}``; every person is invented.

Numbers carry valid check digits where they have any, made here by counting, so that no real one is written down.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass

from agent.safety.privacy import _ID_CHECK, _ID_WEIGHTS

SURNAMES = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎余潘杜戴夏钟汪田任姜范方石姚谭廖邹熊金陆郝孔白崔康毛邱秦江史顾侯邵孟龙万段雷钱汤尹黎易常武乔贺赖龚文"
GIVEN = [
    "建国",
    "秀英",
    "丽",
    "伟",
    "桂兰",
    "志强",
    "敏",
    "静怡",
    "子轩",
    "梓涵",
    "欣怡",
    "浩然",
    "雨桐",
    "国庆",
    "淑珍",
    "晓东",
    "雪梅",
    "俊杰",
    "思远",
    "一诺",
    "玉兰",
    "海燕",
    "明",
    "芳",
    "磊",
    "婷",
    "佳怡",
    "凤英",
    "德胜",
    "春花",
]
CITIES = [
    "北京市朝阳区",
    "上海市浦东新区",
    "广州市天河区",
    "成都市武侯区",
    "杭州市西湖区",
    "南京市鼓楼区",
    "武汉市洪山区",
    "西安市雁塔区",
    "沈阳市和平区",
    "长沙市岳麓区",
]
ROADS = ["建设路", "人民路", "中山大道", "解放街", "文化巷", "学院路", "长江路", "和平街", "滨河路", "新华街"]

PATTERNS = [
    "我叫{name}，今年{age}岁，最近总是头晕。",
    "患者姓名：{name}，性别：女，主诉反复咳嗽两周。",
    "姓名：{name} 电话：{mobile} 想预约复查",
    "我是{name}，身份证号{idcard}，想查一下化验结果。",
    "请联系我，手机{mobile}，我胃疼得厉害。",
    "微信号码是{mobile}，检查报告发我就行",
    "家住{address}，这几天喝水后拉肚子。",
    "我妈妈{name}有高血压，药吃完了怎么办？",
    "病历号{record}，上次做的胃镜结果出来了吗",
    "住院号：{record}，3床，术后第二天发烧38.5度",
    "出生日期{birth}，乙肝疫苗打过三针",
    "我儿子{name}，{birth}出生，现在还不会走路",
    "邮箱{mail}，请把用药说明发过来，谢谢",
    "我的电话是{mobile}，晚上睡不着想咨询一下",
    "帮{name}女士问一下，怀孕六周能吃布洛芬吗",
    "{name}先生的血糖是8.9，需要吃药吗",
    "身份证{idcard}，社保在异地，能报销吗",
    "地址是{address}，能不能上门抽血",
    "老公叫{name}，痛风犯了，脚趾肿",
    "座机{landline}，下班后打也行，孩子咳嗽好几天",
    "医生，我外婆{name}今年82岁，走路喘",
    "本人{name}，既往体健，昨起右下腹痛",
    "医保卡号{record}，为什么门诊不能刷",
    "就诊卡号：{record}，抽血要空腹吗？",
    "我同事{name}被猫抓了，要打针吗，他电话{mobile}",
    "银行卡{card}已经交过费了，退药怎么退",
    "王主任您好，我是{name}的女儿，她化疗后一直吐",
    "护照号{passport}，出国前要打什么疫苗",
    "我女儿（{name}，5岁）起了一身红疹",
    "收件人{name}，{mobile}，{address}，药寄这里",
]


@dataclass(frozen=True)
class Message:
    text: str
    private: tuple[str, ...]


def messages(seed: int = 11, count: int = 300) -> Iterator[Message]:
    rng = random.Random(seed)
    for number in range(count):
        text, private = PATTERNS[number % len(PATTERNS)], []
        for field, make in _FIELDS.items():
            if "{" + field + "}" in text:
                value = make(rng)
                text = text.replace("{" + field + "}", value)
                if field != "age":
                    private.append(value)
        yield Message(text, tuple(private))


def _name(rng: random.Random) -> str:
    return rng.choice(SURNAMES) + rng.choice(GIVEN)


def _birth(rng: random.Random) -> str:
    year, month, day = rng.randint(1938, 2024), rng.randint(1, 12), rng.randint(1, 28)
    return rng.choice([f"{year}年{month}月{day}日", f"{year}-{month:02}-{day:02}", f"{year}.{month}.{day}"])


def _id_card(rng: random.Random) -> str:
    body = f"{rng.choice(['110105', '310115', '440106', '510107', '330106'])}{rng.randint(1940, 2015)}"
    body += f"{rng.randint(1, 12):02}{rng.randint(1, 28):02}{rng.randint(0, 999):03}"
    return body + _ID_CHECK[sum(int(d) * w for d, w in zip(body, _ID_WEIGHTS, strict=True)) % 11]


def _mobile(rng: random.Random) -> str:
    digits = f"1{rng.choice('3456789')}{rng.randint(0, 999_999_999):09}"
    return rng.choice(
        [digits, f"{digits[:3]} {digits[3:7]} {digits[7:]}", f"{digits[:3]}-{digits[3:7]}-{digits[7:]}"]
    )


def _card(rng: random.Random) -> str:
    body = f"6222{rng.randint(0, 10**14 - 1):014}"
    total = sum(sum(divmod(2 * int(d), 10)) if i % 2 == 0 else int(d) for i, d in enumerate(reversed(body)))
    return body + str(-total % 10)


def _address(rng: random.Random) -> str:
    place = f"{rng.choice(CITIES)}{rng.choice(ROADS)}{rng.randint(1, 300)}号"
    return place + rng.choice(
        ["", f"{rng.randint(1, 20)}栋{rng.randint(1, 4)}单元{rng.randint(101, 2404)}室"]
    )


_FIELDS = {
    "name": _name,
    "age": lambda rng: str(rng.randint(18, 88)),
    "mobile": _mobile,
    "idcard": _id_card,
    "address": _address,
    "record": lambda rng: rng.choice(["", "ZY", "M"]) + str(rng.randint(100_000, 99_999_999)),
    "birth": _birth,
    "mail": lambda rng: f"user{rng.randint(10, 9999)}@example.com",
    "landline": lambda rng: f"0{rng.choice(['10', '21', '755', '28'])}-{rng.randint(60_000_000, 89_999_999)}",
    "card": _card,
    "passport": lambda rng: f"E{rng.randint(10_000_000, 99_999_999)}",
}
