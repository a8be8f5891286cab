"""One suite over every channel of the registry: what a resident may rely on whatever they write with.

A channel that is new in the registry fails here until it has a Driver below.
"""

from __future__ import annotations

import asyncio
from abc import ABC, abstractmethod

import aiohttp
import pytest
from sqlalchemy import select

from community.services import speakers as services
from community.store import identities, schema, speakers
from connectors import store
from connectors.registry import CHANNELS
from connectors.skills.exchange import sender_of
from connectors.wechat.sim.api import serving
from connectors.wechat.sim.simulator import Simulator
from connectors.wecom.sim import api as wecom_api
from connectors.wecom.sim.simulator import Simulator as WeComSimulator
from conversation import inbox, outbox
from conversation.messages import Draft, Inbound, Sender
from tests.connectors.skills import makers as skills
from tests.connectors.speaker.conftest import Box
from tests.connectors.wechat.account import pushes_to, settings_of
from tests.connectors.wecom import account as corporation
from voice.scripted import ScriptedSynthesiser

TOKEN = "token-of-the-first-client"
SECRET_WORDS = "保险柜密码是蓝色大象"


class Driver(ABC):
    """A resident on one channel, as far as the suite needs one."""

    def __init__(self, gateway, user):
        self.gateway = gateway
        self.user = user

    @abstractmethod
    async def say(self, message_id, text):
        """Send a message; a retry sends the same again."""

    @abstractmethod
    async def read(self):
        """All that the reader has: [(number, speaker, text)], oldest first."""

    @abstractmethod
    async def refused(self):
        """Whether somebody with wrong credentials is turned away."""

    @abstractmethod
    async def read_of(self, other):
        """What this resident gets when they ask for the other's conversation."""

    @abstractmethod
    def secrets(self):
        """What must never be in a log."""

    @abstractmethod
    async def conversation(self):
        """The id of the conversation."""


class WebChatDriver(Driver):
    async def _page(self):
        if not hasattr(self, "page"):
            self.page = await self.gateway.page()
        return self.page

    async def say(self, message_id, text):
        page = await self._page()
        await page.say(text, message_id)
        await page.hear("stored", id=message_id)

    async def read(self):
        page = await self._page()
        fresh = type(page)(page.client)
        await fresh.connect(after=0)
        await fresh.hear("history")
        await fresh.leave()
        return [(m["seq"], m["from"], m["text"]) for m in fresh.messages()]

    async def refused(self):
        client = await self.gateway.new_client()
        client.session.cookie_jar.update_cookies({"linsheng_session": "0" * 32 + ".x.y"})
        socket = await client.ws_connect("/webchat/socket")
        await socket.receive()
        return socket.close_code == 4401

    async def read_of(self, other):
        page = await self._page()
        conversation = await other.conversation()
        fresh = type(page)(page.client)
        await fresh.connect(after=0)
        await fresh.send(type="earlier", before=1000, conversation=conversation)
        await fresh.hear("earlier")
        await fresh.leave()
        return [(m["seq"], m["from"], m["text"]) for m in fresh.messages()]

    def secrets(self):
        cookie = next(iter(self.page.client.session.cookie_jar)).value
        return [cookie, cookie.split(".")[0]]

    async def conversation(self):
        return (await self._page()).told[0]["conversation"]


class ApiDriver(Driver):
    async def say(self, message_id, text):
        status, self.answer = await self.gateway.say(self.user, message_id, text)
        assert status in {200, 202}

    async def read(self):
        status, read = await self.gateway.get(
            f"/api/v1/conversations/{self.answer['conversation']}/messages"
        )
        assert status == 200
        return [(m["seq"], m["from"], m["text"]) for m in read["messages"]]

    async def refused(self):
        status, _ = await self.gateway.say("u", "m", "你好", token="wrong-token-0123456789")
        return status == 401

    async def read_of(self, other):
        status, _ = await self.gateway.get(
            f"/api/v1/conversations/{await other.conversation()}/messages",
            token="token-of-the-other-client",
        )
        assert status == 404
        return []

    def secrets(self):
        return [TOKEN, "wrong-token-0123456789"]

    async def conversation(self):
        return self.answer["conversation"]


class WeChatDriver(Driver):
    @property
    def openid(self):
        return f"oReader-of-{self.user}"

    async def say(self, message_id, text):
        self.said = text
        await self.gateway.pushes.say(self.openid, text, msg_id=int(message_id.strip("m")))

    async def read(self):
        """What the screen shows, under the numbers that the outbox gave it."""
        conversation = await self.conversation()
        async with asyncio.timeout(10):
            while {"ready", "sending"} & await self._states(conversation):  # noqa: ASYNC110 - another's work
                await asyncio.sleep(0.05)
        seen = self._seen()
        async with self.gateway.db.read() as conn:
            said = await outbox.transcript(conn, conversation)
        return [
            (one.seq, one.sender, one.text)
            for one in said
            if one.sender == "resident" or one.text in seen
        ]

    def _seen(self):
        return [one.content for one in self.gateway.pushes.sim.transcript(self.openid)]

    async def _states(self, conversation):
        async with self.gateway.db.read() as conn:
            rows = await conn.execute(
                select(schema.outbox.c.state).where(schema.outbox.c.conversation_id == conversation)
            )
            return set(rows.scalars())

    async def refused(self):
        pushes = self.gateway.pushes
        query, body = pushes.sealed(b"<xml/>")
        async with pushes.session.post(
            pushes.url, params=query | {"msg_signature": "0" * 40}, data=body
        ) as response:
            return response.status == 403

    async def read_of(self, other):
        return await self.read()

    def secrets(self):
        return [self.openid, "token-of-the-official-account"]

    async def conversation(self):
        async with self.gateway.db.read() as conn:
            return await store.find_conversation(conn, Sender("wechat", self.openid))


class WeComDriver(WeChatDriver):
    """A resident who is known to customer service; what is sent twice is announced twice."""

    @property
    def external_userid(self):
        return f"wmReader-of-{self.user}"

    async def say(self, message_id, text):
        self.said = getattr(self, "said", {})
        if message_id not in self.said:
            self.said[message_id] = self.gateway.callbacks.sim.says(self.external_userid, text)
        await self.gateway.callbacks.call()
        async with asyncio.timeout(10):
            while not await self._is_stored(self.said[message_id]):  # noqa: ASYNC110 - another's work
                await asyncio.sleep(0.02)

    async def _is_stored(self, msgid):
        async with self.gateway.db.read() as conn:
            rows = await conn.execute(
                select(schema.wechat_answer.c.turn_id)
                .join(schema.inbound, schema.inbound.c.turn_id == schema.wechat_answer.c.turn_id)
                .where(schema.inbound.c.channel_key == msgid)
            )
            return rows.first() is not None

    def _seen(self):
        """Answers that are ready together come in one message."""
        return "\n".join(self.gateway.callbacks.sim.screen(self.external_userid)).split("\n")

    async def refused(self):
        callbacks = self.gateway.callbacks
        query, sealed = callbacks.sealed(callbacks.news())
        async with callbacks.session.post(
            callbacks.url,
            params=query | {"msg_signature": "0" * 40},
            data=callbacks.wrapped(sealed),
        ) as response:
            return response.status == 403

    def secrets(self):
        sim = self.gateway.callbacks.sim
        return [self.external_userid, corporation.TOKEN, sim.secret, *sim.tokens.issued]

    async def conversation(self):
        user_key = f"{self.gateway.callbacks.sim.open_kfid}/{self.external_userid}"
        async with self.gateway.db.read() as conn:
            return await store.find_conversation(conn, Sender("wecom", user_key))


class SkillDriver(Driver):
    """A resident at a commercial speaker; what was said aloud is what they have."""

    @property
    def speaker(self):
        if not hasattr(self, "_speaker"):
            self._speaker = self.gateway.skill.speaker(user=self.user)
            self._requests = {}
        return self._speaker

    async def say(self, message_id, text):
        maker = self.gateway.skill.maker
        speaker = self.speaker
        request = self._requests.setdefault(message_id, maker.request(speaker, "said", text))
        heard = await speaker.send(maker.again(speaker, request))
        speaker.heard.append(heard)

    async def read(self):
        """What was said aloud, under the numbers that the outbox gave it; what waits is asked for."""
        self.speaker.heard.append(await self.speaker.enter())
        aloud = "".join(one.text for one in self.speaker.heard)
        async with self.gateway.db.read() as conn:
            said = await outbox.transcript(conn, await self.conversation())
        return [
            (one.seq, one.sender, one.text)
            for one in said
            if one.sender == "resident" or one.text in aloud
        ]

    async def refused(self):
        skill = self.gateway.skill
        request = skill.maker.request(self.speaker, "said", "你好")
        wrong = {"signature": "AAAA", "Authorization": "x", "X-Linsheng-Token": "x"}
        async with skill.session.post(
            skill.url, data=request.body, headers=request.headers | wrong
        ) as response:
            return response.status == 403

    async def read_of(self, other):
        return await self.read()

    def secrets(self):
        return [*skills.SECRETS[self.gateway.skill.maker.name], self.user]

    async def conversation(self):
        sender = sender_of(self.gateway.skill.maker.name, self.user, self.speaker.device)
        async with self.gateway.db.read() as conn:
            return await store.find_conversation(conn, sender)


class SpeakerDriver(Driver):
    """A speaker that is talked to in writing; what it has is what it has said aloud."""

    SECRET = "a-secret-of-the-device-itself-0123456789"

    async def _box(self):
        if not hasattr(self, "box"):
            await self._move_in()
            self.box = Box(await self._connect(self.SECRET))
        return self.box

    async def _move_in(self):
        """A speaker in no home says its code first."""
        one = await services.meet(
            self.gateway.parts.context, f"client:{self.user}", "client", "音箱", self.SECRET
        )
        async with self.gateway.db.write() as conn:
            number = "501" if self.user == "resident" else "502"
            await conn.execute(
                schema.room.insert().values(
                    id=self.user, building=3, unit=2, number=number, label=f"3号楼2单元{number}"
                )
            )
            await identities.bind(conn, self.gateway.clock, one.identity_id, self.user, None)

    async def _connect(self, secret):
        client = await self.gateway.new_client()
        return await client.ws_connect(
            f"/speaker/v1/socket?device={self.user}", headers={"Authorization": f"Bearer {secret}"}
        )

    async def say(self, message_id, text):
        box = await self._box()
        told = len(box.told)
        await box.tell("say", id=message_id, text=text)
        await box.until("stored", since=told, id=message_id)

    async def read(self):
        conversation = await self.conversation()
        async with asyncio.timeout(60):  # news wait until nobody is listened to
            while await self._owed(conversation):
                await (await self._box()).change()
        async with self.gateway.db.read() as conn:
            said = await outbox.transcript(conn, conversation)
            fates = await speakers.fates(conn, conversation)
        return [
            (one.seq, one.sender, one.text)
            for one in said
            if one.sender == "resident" or one.seq in fates
        ]

    async def _owed(self, conversation):
        async with self.gateway.db.read() as conn:
            found = await conn.execute(
                select(schema.outbox.c.seq).where(
                    schema.outbox.c.conversation_id == conversation,
                    schema.outbox.c.state == outbox.READY,
                )
            )
            return found.first() is not None

    async def refused(self):
        await self._box()
        with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
            await self._connect("x" * 40)
        return refused.value.status == 401

    async def read_of(self, other):
        return await self.read()

    def secrets(self):
        return [self.SECRET]

    async def conversation(self):
        async with self.gateway.db.read() as conn:
            return await store.find_conversation(conn, Sender("speaker", f"client:{self.user}"))


DRIVERS = {
    "webchat": WebChatDriver,
    "api": ApiDriver,
    "wechat": WeChatDriver,
    "wecom": WeComDriver,
    "dueros": SkillDriver,
    "aligenie": SkillDriver,
    "xiaoai": SkillDriver,
    "speaker": SpeakerDriver,
}


@pytest.fixture(params=CHANNELS, ids=lambda channel: channel.name)
def channel(request):
    assert request.param.name in DRIVERS, "a new channel needs a Driver in this file"
    return request.param


@pytest.fixture
async def gateway(start_gateway, channel, clock):
    """A gateway with the channel open; all but our own with a simulated maker on their other side."""
    if channel.name == "wechat":
        sim = Simulator(clock)
        async with serving(sim) as url, aiohttp.ClientSession() as session:
            started = await start_gateway(**settings_of(sim, url))
            started.pushes = pushes_to(started, sim, session)
            yield started
    elif channel.name == "wecom":
        sim = WeComSimulator(clock)
        async with wecom_api.serving(sim) as url, aiohttp.ClientSession() as session:
            started = await start_gateway(**corporation.settings_of(sim, url))
            started.callbacks = corporation.callbacks_to(started, sim, session)
            yield started
    elif channel.name in skills.ADDRESSES:
        async with (
            aiohttp.ClientSession() as session,
            skills.skill_of(channel.name, start_gateway, session, clock) as skill,
        ):
            skill.gateway.skill = skill
            yield skill.gateway
    else:
        yield await start_gateway(voice=ScriptedSynthesiser())


@pytest.fixture
def resident(gateway, channel):
    return DRIVERS[channel.name](gateway, "resident")


@pytest.fixture
def stranger(gateway, channel):
    return DRIVERS[channel.name](gateway, "stranger")


@pytest.fixture
def settled(gateway, until):
    """Waits until everything that was said is answered."""

    async def settled(driver):
        conversation = await driver.conversation()
        await until(lambda: not gateway.parts.runner.is_working(conversation))

    return settled


async def test_message_is_answered_once_and_in_order(gateway, resident, settled):
    await resident.say("m1", "一")
    await resident.say("m2", "二")
    await settled(resident)
    read = await resident.read()
    assert [seq for seq, _, _ in read] == [1, 2, 3, 4]
    assert {text for _, _, text in read} == {"一", "二", "听到：一", "听到：二"}


async def test_duplicate_is_not_run_twice(gateway, resident, settled):
    for _ in range(3):
        await resident.say("m1", "你好")
    await settled(resident)
    assert len(gateway.engine.asked) == 1
    assert [text for _, _, text in await resident.read()] == ["你好", "听到：你好"]


async def test_wrong_credentials_are_refused(gateway, resident):
    assert await resident.refused()
    assert not gateway.engine.asked


async def test_late_reply_arrives(gateway, resident, settled, until):
    gateway.engine.gate.clear()
    say = asyncio.create_task(resident.say("m1", "你好"))
    await until(lambda: gateway.engine.asked)
    await asyncio.sleep(0.2)
    gateway.engine.gate.set()
    await say
    await settled(resident)
    assert (await resident.read())[-1][2] == "听到：你好"


async def test_words_of_another_process_arrive(gateway, resident, settled):
    await resident.say("m1", "你好")
    await settled(resident)
    async with gateway.db.write() as conn:
        await outbox.say(
            conn, gateway.clock, await resident.conversation(), [Draft("明天停水。")],
            epoch=0, key="notice-1",
        )  # fmt: skip
    assert (await resident.read())[-1][2] == "明天停水。"


async def test_reply_refused_as_stale_never_arrives(gateway, resident, clerk, settled):
    from conversation import queue

    await resident.say("m1", "你好")
    await settled(resident)
    conversation = await resident.conversation()
    async with gateway.db.write() as conn:
        await outbox.say(
            conn, gateway.clock, conversation, [Draft("过时")], epoch=0, key="late", turn_id="t"
        )
        case = await queue.open_case(
            conn, gateway.clock, conversation, lane=queue.Lane.NORMAL, reason="asked", summary={}
        )
        await queue.claim(conn, gateway.clock, case.id, clerk, lease_s=60)
    assert "过时" not in [text for _, _, text in await resident.read()]


async def test_others_conversation_is_unreadable(gateway, resident, stranger, settled):
    await resident.say("m1", SECRET_WORDS)
    await stranger.say("m1", "我是别人")
    await settled(resident)
    assert not any(SECRET_WORDS in text for _, _, text in await stranger.read_of(resident))


async def test_secrets_and_words_are_not_in_logs(gateway, resident, caplog, settled):
    caplog.set_level("DEBUG")
    await resident.say("m1", SECRET_WORDS)
    await settled(resident)
    await resident.refused()
    logged = "\n".join(
        record.getMessage() + (record.exc_text or "")
        for record in caplog.records
        if record.name.split(".")[0] in {"connectors", "bot", "conversation", "community"}
        or record.name.startswith("aiohttp")
    )
    assert "turn conversation=" in logged
    for secret in (SECRET_WORDS, "蓝色大象", *resident.secrets()):
        assert secret not in logged


async def test_channel_keys_of_two_channels_do_not_meet(gateway, channel, db, clock):
    key = "the-same-key"
    for name in {channel.name, "another"}:
        _, fresh = await inbox.receive(
            db, clock, Inbound(Sender(name, "u"), key, "你好"), lease_s=5
        )
        assert fresh


def test_names_are_unique_and_folders_are_apart():
    names = [channel.name for channel in CHANNELS]
    assert len(names) == len(set(names))
    folders = [channel.__module__.split(".")[-2] for channel in CHANNELS]
    assert folders == names
