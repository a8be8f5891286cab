"""Visitors: a pass for a guest or a delivery."""

from __future__ import annotations

import re

from rasa_sdk.events import EventType

from actions import reading
from actions.base import ServiceAction
from actions.binding import BindingQuestions
from actions.form_end import finished
from actions.forms import STRANGE, Fields
from actions.hearing import Hearing
from community.labels import label
from community.services import visitor
from community.times import date_words, window_words
from language.plates import find_plates

_COMES = re.compile(
    r"(?:(?:要|会|想)过?来了?|过来了?|来了|"
    r"(?<=儿子|女儿|妈妈|爸爸|老妈|老爸|哥哥|姐姐|弟弟|妹妹|孙子|孙女|侄子|侄女|外甥|老公|老婆|朋友|亲戚|"
    r"同学|同事|客人|师傅|快递|外卖|保姆|护工|阿姨|叔叔|舅舅|姑姑|外公|外婆|爷爷|奶奶)来)$"
)
"What is said after who comes; 王福来 is a name"
_KIN = re.compile(
    "(?:我|俺|咱|我们)家?(?:的)?(?:大|小|二|三|老)?(?:妈妈?|娘|爸爸?|爹|儿子|女儿|闺女|姑娘|儿媳妇?|女婿|孙子|孙女|外孙女?|哥|姐|弟|妹|"
    "舅舅?|姨妈?|姑姑?|姑妈|叔叔?|伯伯?|侄子|侄女|外甥女?|亲家|亲戚|朋友|同学|同事|老乡|战友|保姆)"
)
_SURNAMES = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗郑梁谢宋唐许韩邓冯曹彭曾肖田董潘袁蔡蒋余于杜叶程魏苏吕丁任"
    "卢姚沈钟姜崔谭陆范汪廖石金韦贾夏付方邹熊白孟秦邱侯江尹薛闫段雷龙黎史陶贺毛郝顾龚邵万覃武钱戴严莫孔"
)
_NAME = re.compile(f"(?:[他她]?叫)?(?P<name>[{_SURNAMES}][\u4e00-\u9fff]{{1,2}})[。，,.吧呢啊]?")


class ValidateVisitorForm(BindingQuestions):
    """Who comes, when, with which car if one was named; confirmed before the pass is made."""

    stem = "visitor"
    intents = frozenset({"invite_visitor", "bind_identity"})

    async def begin(self, heard: Hearing) -> Fields:
        known: Fields = self._person(heard) | self._plate(heard) | self._time(heard)
        phone = reading.phone(heard)
        return known | ({"visitor_phone": phone} if phone else {})

    def _person(self, heard: Hearing) -> Fields:
        kin = _KIN.search(heard.words)
        person = heard.entity("person") or (kin[0] if kin else None)
        return {"visitor_person": person} if person else {}

    def _name(self, heard: Hearing) -> Fields:
        """A bare name, which names no service: 张三, 他叫张三."""
        named = _NAME.fullmatch(heard.text) if heard.intent in STRANGE else None
        return {"visitor_person": named["name"]} if named else {}

    def _may_be_a_name(self, heard: Hearing) -> bool:
        """Whether short words that name nobody we know may still be who comes."""
        return 0 < len(heard.text) <= 10 and heard.intent not in {"affirm", "deny"}

    def _plate(self, heard: Hearing) -> Fields:
        found = find_plates(heard.words)
        return {"visitor_plate": found[-1].value} if found else {}

    def _time(self, heard: Hearing) -> Fields:
        window = reading.window(heard)
        return {"visitor_time": window} if window and not window["past"] else {}

    async def missing(self, heard: Hearing, known: Fields) -> str | None:
        open_binding = await self.bind_missing(heard, known)
        if open_binding:
            return open_binding
        for slot in ("visitor_person", "visitor_time"):
            if not known.get(slot):
                return slot
        return None if known.get("visitor_confirm") else "visitor_confirm"

    async def read(self, heard: Hearing, question: str, known: Fields) -> Fields | None:
        match question:
            case "visitor_room" | "visitor_code":
                return await self.bind_read(heard, question, known)
            case "visitor_person":
                found = self._person(heard)
                if not found and not self._time(heard) and self._may_be_a_name(heard):
                    said = heard.text.rstrip("。！，,.! 吧呢啊的")
                    found = {"visitor_person": _COMES.sub("", said) or said}
                return (found | self._time(heard) | self._plate(heard)) or None
            case "visitor_time":
                return self._time(heard) | self._plate(heard) or None
            case _:
                answer = reading.yes_or_no(heard)
                return None if answer is None else {"visitor_confirm": answer}

    def amend(self, heard: Hearing, known: Fields) -> Fields:
        amended = self._person(heard) or self._name(heard)
        amended |= self._plate(heard) | self._time(heard)
        phone = reading.phone(heard)
        return amended | ({"visitor_phone": phone} if phone else {})

    async def put(self, heard: Hearing, question: str, known: Fields) -> None:
        match question:
            case "visitor_room" | "visitor_code":
                self.bind_put(heard, question, known)
            case "visitor_person":
                heard.ask("utter_visitor_ask_person")
            case "visitor_time":
                heard.ask("utter_visitor_ask_time")
            case _ if known.get("visitor_confirm") is False:
                heard.ask("utter_visitor_what_to_change")
            case _:
                plate = known.get("visitor_plate")
                heard.ask(
                    "utter_visitor_ask_confirm",
                    person=known["visitor_person"],
                    time=known["visitor_time"]["said"],
                    car=f"，{label('slot', 'visitor_plate')}{plate}" if plate else "",
                )


class ActionVisitorCreate(ServiceAction):
    writes = "visitor"

    def name(self) -> str:
        return "action_visitor_create"

    async def handle(self, heard: Hearing) -> list[EventType]:
        window = reading.moments(heard.slot("visitor_time"))
        assert window is not None  # noqa: S101 - the form asked for it
        made = await visitor.invite(
            heard.ctx,
            await heard.party(),
            turn_id=heard.turn_id,
            visitor=str(heard.slot("visitor_person")),
            window=window,
            plate=heard.slot("visitor_plate"),
            phone=heard.slot("visitor_phone"),
        )
        heard.say(
            "utter_visitor_created",
            person=made.visitor,
            code=" ".join((made.code[:3], made.code[3:])),
            when=window_words(made.starts_at, made.ends_at),
            card={
                "title": f"{label('word', 'visitor_code')} {made.code}",
                "state": label("visit_state", made.state),
                "tone": "work",
                "facts": [
                    [label("slot", "visitor_person"), made.visitor],
                    [label("word", "valid_until"), date_words(made.ends_at)],
                ],
            },
        )
        return finished(heard, "visitor")
