"""What words say of a dose: taken, put off, left out; unsure when they say none of it.

A log of medicines never claims what nobody said: only words that say so are `taken`, and words that
say two things at once (一样吃了，另一样没吃) are unsure too.
"""

from __future__ import annotations

import re

from language.clean import fold

_V = "(?:[吃服喝吞咽恰食造整嚼]|[打戳扎]|注射|[贴滴含吸涂抹喂喷]|(?<![了到几一二三四五六七八九十半\\d])点)"
_DONE = "(?:完|好|过|掉|下|光|进|上|去|罢|脱|咖|落|锅|国|药|要)"
_PAST = "(?:了|啦|喽|咗|哒|咧|唻|喇)"
_REST = (
    "(?=$|[ \\W吧呢啊呀哈嘛嘞滴撒的哦呗得哩]|[吃服喝吞咽恰食点了咧啦喇唻]|.{0,8}[药素片丸]|[一两二三四五六七八九十半几\\d]"
    "|不用|莫|别)"
)
"What may follow 吃了 when it is the medicine: nothing, a particle, how much, or the medicine"
_MEAL = re.compile(
    "[吃喝食恰做打煮叫点买](?:完|好|过|罢|咗|脱)?[了着过]?[我你]?[一二两三四五六七八九十半几\\d]*[点个口碗顿些杯把圈]?(?:早中晚|[早中午晚夜晌朝])?"
    "(?:饭|餐|点心|宵夜|东西|粥|面条|茶|酒|水果|饺子|馒头|包子|豆浆|牛奶|西瓜|苹果|牌|麻将|球|拳|电话|外卖|菜)"
    "(?:了|啦)?"
)
_ORDERS = re.compile(
    "(?:[别莫甭勿没]|不用|不要|唔好|唔使)(?:让|叫|要|再|得)*[^，,。！!…]{0,6}?"
    "(?:等[你我]|催|喊|叫|嗌|响|吵|打电话|念叨|吹|吆喝|操心|担心)[^，,。！!…]*"
)
_DOUBTS = re.compile(
    "搞不清|拿不准|[记弄说]不[清得住准]|不确定|算吃了吧|不知道|不晓得|[吃喝打服]没[吃喝打服]|是不是|有没有[吃喝打服]"
    f"|谁说|没说.{{0,4}}[吃服]|骗|(?:好像|大概|可能|也许|应该|估计|八成|多半|似乎)[^，,。]{{0,6}}{_V}"
    f"|{_V}[^，,。不]{{0,3}}(?:吗|么)[？?]?$|{_V}(?:过|了|完|咗)(?:没有?|冇|未|伐|木|不)[呀啊哦]?[？?]?$"
)
_FORGOT = re.compile(
    f"忘记?[了脱哒]?{_V}(?:药|要)?(?:了|咗|哒)?|{_V}药?(?:都|给)?忘记?[了哒脱]|^忘记?[了哒脱]$"
)
_NEARLY = re.compile(
    "(?:差点|还真|想起来)[^，,。]{0,3}忘了?|[昨前][天日][^，,。]{0,4}忘了?|水都[^，,。]*|没喝水"
)
_SOON = re.compile(
    "(?:马上|这就|就去|立马|立刻|现在就?|正要|刚要|正?准备|快要?|[该要得去来](?=.药))(?:就|去|来|要)?"
    f"{_V}(?:药|要)?(?:了|啦)?"
)
_TAKEN = re.compile(
    f"(?<![没未冒不唔勿甭别]){_V}{_DONE}*{_PAST}{_REST}"
    f"|(?<![没未冒不]){_V}过药?(?=$|\\W)|药[次痴知]了|[次痴知]过药|(?:已经?|刚刚?|才|都|全){_V}{_DONE}*(?=$|\\W)|{_V}(?:进去|下去(?=$|了)|进肚|下肚)|送下去"
    f"|(?:下|落|进)(?:了|了?肚子?里?)?肚|已入口|嘴里了|含着呢|[进下]去[了啦]"
    f"|(?:着|自己|碎了|着我|着他|着她){_V}的(?=$|算)|吃的[算是]|{_V}[了过]一[半样]|少[吃服]了一"
    "|齐活|见底|药量?都?完成|一格没剩"
)
_LATER = re.compile(
    "等(?!明|后天|下回)|一会儿?|待会|晚[点些]|稍后|迟[啲点]|先不急|先放着|到家|回去|回头|先挂|饭后|出来吃|挪到|睡醒"
    "|(?<!明[朝天])再[吃恰食喝打服叫喊提说补讲]|完.{0,6}[再就先]吃?|过.{1,6}(?:分|钟|小时|钟头)|[打看]完(?!了|$)|饭[后再先]|饭就[吃恰食喝服]"
    "|推迟|[时分钟头]以?后"
)
_NO = re.compile(
    f"^没有?[啊呀呢哦嘞]?$|[不没未冒唔勿甭]有?(?:用|要|让|顾上|来得及)?再?{_V}|没饭|{_V}不[下了进]|药没了|[不没][想敢肯法得](?=$|往|{_V})|跳过|免了|不补|漏了|省了|没药|停[一了两]|断货"
    f"|算了|不算|算没有|先不|别[记算]|没呢|(?<!水都)还没有?(?=$|[呢饭])|忘带"
)
_NOT_YET = re.compile(f"[没未冒]有?{_V}|还没|没[呢饭]|^没有?\\w?$")
_GIVEN_UP = re.compile(
    "不吃|不想|跳过|免了|不补|漏了|省了|没得|没法|停|忘|[不没]敢|不疼|不用|算了|没药|断货|叼|过敏|不肯|抽血|不喝"
)
_TAKES_BACK = re.compile(
    "别[记算]|[记弄按点说搞听]错|(?:其实|刚才|实际)[^，,。]{0,6}[没未冇][有]?[吃喝打服]|不是吃了|没说.{0,2}[吃服]|谁说.{0,2}[吃服]"
)
_CLAUSE = re.compile("[，,。！!；;…~、 ]+")


def act_of(words: str) -> str:
    """taken, later, skipped, or unsure, which is none of them or more than one."""
    said = _ORDERS.sub("", fold(words))
    if _DOUBTS.search(said):
        return "unsure"
    said, times_forgotten = _FORGOT.subn("", _NEARLY.sub("", _MEAL.sub("饭", said)))
    said, times_soon = _SOON.subn("", said)
    found = {_of_clause(clause) for clause in _CLAUSE.split(said)} - {None}
    if "taken" in found:
        return "taken" if found == {"taken"} else "unsure"
    if "later" in found:
        return "later"
    if "no" in found:
        is_only_late = _NOT_YET.search(said) and not _GIVEN_UP.search(words)
        return "later" if is_only_late else "skipped"
    return "later" if times_forgotten or times_soon else "unsure"


def takes_back(words: str) -> bool:
    """Whether the words take back that a dose was taken: 我没吃，你别记成吃了."""
    said = fold(words)
    return _TAKES_BACK.search(said) is not None and act_of(said) != "taken"


def doubts(words: str) -> bool:
    """Whether the speaker does not know, or asks; who cannot be understood may know very well."""
    return _DOUBTS.search(_ORDERS.sub("", fold(words))) is not None


def _of_clause(said: str) -> str | None:
    """taken, later or no, of one clause; None when it says nothing of a dose."""
    if _LATER.search(said):
        return "later"
    if _NO.search(said):
        return "no"
    return "taken" if _TAKEN.search(said) else None
