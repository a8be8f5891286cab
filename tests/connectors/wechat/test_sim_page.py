"""The page pushes what a person does on it, and shows what the account makes of it."""

import asyncio
import io
import sys

import aiohttp
import pytest

from connectors.wechat.sim.api import serving
from connectors.wechat.sim.faults import Delay, Refuse, Reset
from connectors.wechat.sim.page import RESIDENTS, Page
from connectors.wechat.sim.pushes import SERVICE_FAULT
from tests.connectors.wechat.account import TOKEN, reply

WANG, LI, _ = RESIDENTS
CLICK = {"type": "click", "name": "报修", "key": "repair"}
HEARD = (("MsgType", "text"), ("Content", "听到"))


class Person:
    """Somebody in front of the page."""

    def __init__(self, page, session, url):
        self.page, self.session, self.url = page, session, url

    async def post(self, path, headers=None, **fields):
        form = aiohttp.FormData({"openid": WANG, "times": "1"} | fields, default_to_multipart=True)
        async with self.session.post(f"{self.url}{path}", data=form, headers=headers) as response:
            return response.status, await response.text()

    async def do(self, deed, **fields):
        """Do it and wait until it is over; returns the status and the words at once."""
        answer = await self.post("/sim/do", deed=deed, **fields)
        await asyncio.gather(*self.page.running)
        return answer

    async def break_(self, what, **fields):
        return await self.post("/sim/break", what=what, **fields)

    async def send(self, deed, data, name):
        form = aiohttp.FormData()
        for field, value in (("openid", WANG), ("deed", deed)):
            form.add_field(field, value)
        form.add_field("file", io.BytesIO(data), filename=name)
        async with self.session.post(f"{self.url}/sim/do", data=form) as response:
            answer = response.status, await response.text()
        await asyncio.gather(*self.page.running)
        return answer

    async def get(self, path):
        async with self.session.get(f"{self.url}{path}") as response:
            return response.status, response.content_type, await response.read()

    async def state(self, openid=""):
        async with self.session.get(f"{self.url}/sim/state", params={"openid": openid}) as response:
            return await response.json()

    async def lines(self):
        lines = (await self.state())["lines"]
        return [(line["side"], line["kind"], line["content"]) for line in lines]


@pytest.fixture
async def person(sim, make_pushes, session):
    """王阿姨 follows already."""
    page = Page(make_pushes())
    sim.user_followed(WANG)
    async with serving(sim, routes=page.routes()) as url:
        yield Person(page, session, url)
        await page.close()


async def test_the_page_stands_alone(person):
    status, content_type, body = await person.get("/")
    assert (status, content_type) == (200, "text/html")
    assert b'<html lang="zh-CN">' in body
    outside = (b'src="http', b'rel="stylesheet"', b"@import", b"url(")
    assert [mark for mark in outside if mark in body] == []


async def test_residents_follow_before_they_do_anything_else(person, stand_in):
    state = await person.state(LI)
    assert (state["openid"], state["follows"], state["lines"]) == (LI, False, [])
    assert await person.do("say", openid=LI, text="你好") == (400, "先关注，或扫码")
    assert stand_in.taken == []
    assert await person.do("follow", openid=LI) == (202, "")
    assert await person.do("say", openid=LI, text="你好") == (202, "")
    follow = {user["name"]: user["follows"] for user in (await person.state())["users"]}
    assert follow == {"王阿姨": True, "李叔": True, "小张": False}


async def test_nobody_has_no_chat(person):
    async with person.session.get(f"{person.url}/sim/state?openid=nobody") as response:
        assert response.status == 404


async def test_both_sides_of_a_chat_are_shown(person, clock, stand_in):
    stand_in.answers = [reply(person.page.pushes, WANG, *HEARD)]
    await person.do("say", text="灯坏了")
    clock.advance(1)
    await person.do("click", key="repair")
    assert await person.lines() == [
        ("me", "text", "灯坏了"), ("account", "text", "听到"),
        ("me", "CLICK", "repair"), ("account", "text", "听到"),
    ]  # fmt: skip
    assert (await person.state(LI))["lines"] == []


async def test_every_deed_is_shown_as_what_was_done(person, sim):
    sim.menu = [CLICK]
    await person.do("unfollow")
    await person.do("scan", scene="3栋")
    await person.do("scan", scene="3栋")
    await person.do("click", key="repair")
    await person.do("view", url="https://example.com/")
    await person.do("scancode", key="k", type="scancode_waitmsg", result="r")
    await person.do("location", latitude="31.2", longitude="121.4", label="家")
    await person.do("choose", id="1", label="满意")
    await person.do("unfollow")
    assert await person.lines() == [
        ("me", "unsubscribe", ""),
        ("me", "subscribe", "qrscene_3栋"), ("me", "SCAN", "3栋"), ("me", "CLICK", "repair"),
        ("me", "VIEW", "https://example.com/"), ("me", "scancode_waitmsg", "k"),
        ("me", "location", "家（31.200000，121.400000）"), ("me", "text", "满意"),
        ("me", "unsubscribe", ""),
    ]  # fmt: skip
    state = await person.state()
    assert (state["menu"], state["scenes"], state["follows"]) == ([CLICK], ["3栋"], False)


@pytest.mark.parametrize(
    ("deed", "data", "name", "content_type"),
    [
        ("image", b"\x89PNG\r\n\x1a\n", "a.png", "image/png"),
        ("voice", b"#!AMR\nclip", "a.amr", "audio/amr"),
        ("voice", b"ID3clip", "a.MP3", "audio/mp3"),
    ],
)
async def test_files_are_sent_and_shown(person, deed, data, name, content_type):
    assert await person.send(deed, data, name) == (202, "")
    ((_, kind, media_id),) = await person.lines()
    assert (kind, await person.get(f"/sim/media/{media_id}")) == (deed, (200, content_type, data))
    assert (await person.get("/sim/media/none"))[0] == 404


@pytest.mark.parametrize(
    ("deed", "fields", "said"),
    [
        ("say", {"text": " "}, "缺少 text"), ("sing", {}, "没有这件事可做"),
        ("image", {}, "没有选文件"), ("image", {"file": "words"}, "没有选文件"),
        ("location", {"latitude": "x", "longitude": "1"}, "latitude 不是数"),
        ("location", {"latitude": "nan", "longitude": "1"}, "latitude 不是数"),
        ("location", {"latitude": "91", "longitude": "1"}, "没有这样的经纬度"),
        ("scan", {"scene": "字" * 65}, "场景值至多 64 个字"), ("say", {"openid": ""}, "缺少 openid"),
    ],
)  # fmt: skip
async def test_what_cannot_be_done_is_said(person, stand_in, deed, fields, said):
    assert await person.do(deed, **fields) == (400, said)
    assert stand_in.taken == []


async def test_a_clip_of_an_unknown_kind_is_refused(person):
    assert await person.send("voice", b"x", "a.wav") == (400, "语音只能是 .amr、.mp3、.silk 文件")


async def test_a_fault_and_its_reason_are_shown(person, stand_in):
    stand_in.answers = [b"ok"]
    await person.do("say", text="你好")
    assert await person.lines() == [
        ("me", "text", "你好"),
        ("account", "fault", SERVICE_FAULT),
        ("note", "note", "微信不收这样的回答：no XML"),
    ]
    assert (await person.state())["counts"] == {
        "推送": 1, "推送失败": 1, "暂停时丢掉": 0, "服务故障": 1, "转人工坐席": 0, "接口调用": 0,
        "还要丢的应答": 0, "正在推送": 0,
    }  # fmt: skip


async def test_faults_are_ordered_and_called_off(person, sim):
    assert await person.break_("lose", times="2") == (204, "")
    assert (await person.state())["counts"]["还要丢的应答"] == 2
    api = "message/custom/send"
    for fault, detail in (
        ("refuse", "45009"),
        ("delay", "0.5"),
        ("reset", "0"),
        ("reset_after", "0"),
    ):
        await person.break_("inject", api=api, fault=fault, detail=detail)
    taken = [sim.faults.take(api) for _ in range(5)]
    assert taken == [Refuse(45009), Delay(0.5), Reset(), Reset(done=True), None]
    await person.break_("inject", api=api, fault="refuse", detail="-1", times="3")
    await person.break_("clear")
    assert (sim.faults.take(api), person.page.pushes.lose_answers) == (None, 0)
    sim.tokens.stable(force=False)
    await person.break_("revoke")
    assert len({sim.tokens.stable(force=False).value, *sim.tokens.issued}) == 2


@pytest.mark.parametrize(
    ("what", "fields", "said"),
    [
        ("smell", {}, "没有这种故障"), ("lose", {"times": "1001"}, "次数在 0 到 1000 之间"),
        ("lose", {"times": "many"}, "times 不是数"), ("lose", {"times": "inf"}, "times 不是数"),
        ("inject", {"api": "x", "fault": "reset"}, "没有这个接口"),
        ("inject", {"api": "menu/get", "fault": "smell", "detail": "1"}, "没有这种故障"),
        ("inject", {"api": "menu/get", "fault": "refuse", "detail": "x"}, "detail 不是数"),
    ],
)  # fmt: skip
async def test_a_fault_that_cannot_be_is_said(person, what, fields, said):
    assert await person.break_(what, **fields) == (400, said)


@pytest.mark.parametrize("path", ["/sim/do", "/sim/break", "/sim/verify"])
async def test_other_pages_do_nothing_here(person, stand_in, path):
    headers = {"Origin": "https://other.example"}
    assert (await person.post(path, headers, deed="follow", what="revoke"))[0] == 403
    own = {"Origin": person.url}
    assert (await person.post(path, own, deed="follow", what="revoke"))[0] in {202, 204}


async def test_the_account_is_verified_and_told_of_its_notices(person, sim, stand_in, until):
    assert (await person.state())["verified"] is None
    assert (await person.post("/sim/verify"))[0] == 204
    assert (await person.state())["verified"] is False
    sim.notices.send(WANG, "n1", blocked=False)
    watching = asyncio.create_task(person.page.watch())
    await until(lambda: person.page.pushes.pushed)
    watching.cancel()
    assert dict(person.page.pushes.pushed[0].elements)["Status"] == "success"


async def started(*arguments):
    return await asyncio.create_subprocess_exec(
        sys.executable, "-m", "connectors.wechat.sim", *arguments,
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip


async def test_the_command_prints_what_to_export_and_serves_until_it_is_told_to_end(
    session, open_account
):
    gateway, _ = await open_account()
    process = await started(
        "--gateway", str(gateway.server.make_url("")), "--port", "0", "--token", TOKEN,
        "--template", "notice=事项,时间",
    )  # fmt: skip
    try:
        async with asyncio.timeout(30):
            exported = [(await process.stdout.readline()).decode().strip() for _ in range(8)]
            url = exported[6].removeprefix("export LINSHENG_WECHAT_API_URL=")
            async with session.get(f"{url}/") as response:
                assert response.status == 200
            process.terminate()
            assert await process.wait() == 0
    finally:
        if process.returncode is None:
            process.kill()
    assert exported == [
        "export LINSHENG_WECHAT_APPID=wx0123456789abcdef",
        "export LINSHENG_WECHAT_ACCOUNT=gh_0123456789ab",
        f"export LINSHENG_WECHAT_OPEN_URL={url}",
        f"export LINSHENG_WECHAT_TOKEN={TOKEN}",
        "export LINSHENG_WECHAT_AES_KEYS=abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG",
        "export LINSHENG_WECHAT_SECRET=0123456789abcdef0123456789abcdef",
        f"export LINSHENG_WECHAT_API_URL={url}",
        f"export LINSHENG_PUBLIC_URL={str(gateway.server.make_url('')).rstrip('/')}",
    ]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--aes-key", "short"], "EncodingAESKey"),
        (["--template", "notice"], "ID=FIELD,FIELD is expected"),
        (["--token", ""], "token"),
    ],
)
async def test_a_start_that_cannot_be_says_why(arguments, said):
    process = await started("--gateway", "http://127.0.0.1:1", "--port", "0", *arguments)
    async with asyncio.timeout(30):
        _, errors = await process.communicate()
    assert process.returncode == 2
    assert said in errors.decode()
    assert "Traceback" not in errors.decode()
