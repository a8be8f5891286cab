"""A day in the life of the official account, against the whole running system.

A resident follows, binds the home, reports a repair with a photo, asks how it stands, speaks, is
helped by a person, rates, is told of progress by a notice, and leaves. `--pictures` writes what was
seen on both sides into the documents.
"""

from __future__ import annotations

import asyncio
import io
import json
import re
import socket
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp
import pytest
import pytest_asyncio
from PIL import Image

from community.config import Secret
from community.times import SystemClock
from connectors.wechat.crypto import Cipher
from connectors.wechat.sim.api import serving
from connectors.wechat.sim.pushes import Pushes
from connectors.wechat.sim.simulator import Simulator
from launch import model
from tests.whole.conftest import start

ROOT = Path(__file__).resolve().parents[2]
DOCUMENT = ROOT / "docs/微信的一天.md"
CLIP = ROOT / "tests/voice/samples/wide.amr"
READER = "oReader-0000000000000000001"
ROOM = "3号楼2单元501"
TOKEN, KEY, ACCOUNT = "token-of-the-account", "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG", "gh_1"
TEMPLATE = "template-of-progress"

pytestmark = pytest.mark.asyncio(loop_scope="module")


@dataclass
class Day:
    """Both sides of the account, and what was seen."""

    sim: Simulator
    pushes: Pushes
    session: aiohttp.ClientSession
    chat: str
    desk: str
    data_dir: Path
    credentials: dict[str, Any]
    log: list[str]
    transcript: list[tuple[str, str]] = field(default_factory=list)
    _shown: int = 0

    def note(self, who: str, words: str) -> None:
        self.transcript.append((who, words))

    async def until(self, holds: Callable[[], bool]) -> None:
        """Wait until it is true, at most 60 s, and note what the resident sees then."""
        async with asyncio.timeout(60):
            while not holds():  # noqa: ASYNC110 - what is waited for is other processes' work
                await asyncio.sleep(0.05)
        self.look()

    async def sees(self, words: str, kind: str = "") -> None:
        """Wait until the resident's screen has these words."""
        await self.until(
            lambda: any(
                words in seen.content and kind in {"", seen.kind}
                for seen in self.sim.transcript(READER)
            )
        )

    def look(self) -> None:
        """Note what is new on the resident's screen."""
        screen = self.sim.transcript(READER)
        for seen in screen[self._shown :]:
            who = "通知" if seen.kind == "template" else "公众号"
            self.note(who, "（一张照片）" if seen.kind == "image" else seen.content)
        self._shown = len(screen)

    async def says(self, text: str, expected: str) -> None:
        self.note("居民", text)
        await self.pushes.say(READER, text)
        await self.sees(expected)

    async def opens(self, path: str, **form: str) -> str:
        """A page of the desk, or what a form of it leads to."""
        headers = {"Sec-Fetch-Site": "same-origin"}
        method = "POST" if form else "GET"
        async with self.session.request(
            method, f"{self.desk}{path}", data=form or None, headers=headers
        ) as answer:
            assert answer.status == 200, (path, answer.status)
            return await answer.text()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def day(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Day]:
    if not model.path_of(ROOT).exists():
        pytest.skip("no model of the present inputs: run scripts/train")
    data_dir = tmp_path_factory.mktemp("data")
    file = tmp_path_factory.mktemp("account") / "account.yml"
    file.write_text(
        f"notices: {{default: {{template: {TEMPLATE}, "
        "fields: {thing1: title, thing2: text, time3: time}}}",
        encoding="utf-8",
    )
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
    sim = Simulator(
        SystemClock(), templates={TEMPLATE: ["thing1", "thing2", "time3"]}, login_domain="127.0.0.1"
    )
    async with (
        serving(sim) as api_url,
        aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as session,
    ):
        chat = f"http://127.0.0.1:{port}"
        process = await start(
            "--port", str(port), "--desk-port", "0", "--data", str(data_dir),
            LINSHENG_WECHAT_APPID=sim.appid, LINSHENG_WECHAT_ACCOUNT=ACCOUNT,
            LINSHENG_WECHAT_TOKEN=TOKEN, LINSHENG_WECHAT_AES_KEYS=KEY,
            LINSHENG_WECHAT_SECRET=sim.secret, LINSHENG_WECHAT_API_URL=api_url,
            LINSHENG_WECHAT_OPEN_URL=api_url, LINSHENG_WECHAT_FILE=str(file),
            LINSHENG_PUBLIC_URL=chat,
        )  # fmt: skip
        log: list[str] = []
        errors = asyncio.create_task(collect(process, log))
        assert process.stdout is not None
        line = (await asyncio.wait_for(process.stdout.readline(), 90)).decode()
        found = re.fullmatch(r"ready: web chat (\S+) desk (\S+)\n", line)
        assert found, line
        cipher = Cipher(Secret(TOKEN), [Secret(KEY)], sim.appid)
        pushes = Pushes(sim, session, f"{chat}/wechat", ACCOUNT, cipher)
        credentials = json.loads((data_dir / "demo-credentials.json").read_text("utf-8"))
        yield Day(sim, pushes, session, chat, found[2], data_dir, credentials, log)
        process.terminate()
        await process.wait()
        await errors


async def collect(process: asyncio.subprocess.Process, log: list[str]) -> None:
    assert process.stderr is not None
    while line := await process.stderr.readline():
        log.append(line.decode())


def photo() -> bytes:
    data = io.BytesIO()
    Image.new("RGB", (640, 480), (90, 130, 160)).save(data, "JPEG")
    return data.getvalue()


async def test_a_day_in_the_life_of_the_official_account(
    day: Day, request: pytest.FixtureRequest
) -> None:
    await follow_and_bind(day)
    await report_with_a_photo(day)
    await speak_and_be_helped(day)
    await be_told_of_progress(day)
    await leave(day)
    if request.config.getoption("--pictures"):
        DOCUMENT.write_text(document(day), encoding="utf-8")


async def follow_and_bind(day: Day) -> None:
    day.note("居民", "（关注公众号）")
    await day.pushes.follow(READER)
    await day.sees("您好，我是邻声")
    code = next(h["code"] for h in day.credentials["households"] if h["room"] == ROOM)
    async with day.session.get(f"{day.chat}/wechat/bind", allow_redirects=False) as answer:
        assert answer.status == 302
        login = answer.headers["Location"].partition("#")[0]
    async with day.session.get(
        login.replace("/authorize?", "/chosen?") + f"&openid={READER}"
    ) as answer:
        page = await answer.text()
        assert answer.status == 200, page
        assert "户号" in page
    day.note("居民", "（点菜单“绑定房子”，在登录页填户号）")
    async with day.session.post(
        f"{day.chat}/wechat/bind/home", data=form_of(page) | {"code": code},
        headers={"Sec-Fetch-Site": "same-origin", "Origin": day.chat},
    ) as answer:  # fmt: skip
        page = await answer.text()
        assert answer.status == 200, page
        assert "好了" in page
    day.note(
        "登录页",
        re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page.partition("<main")[2])).strip(" >"),
    )


def form_of(page: str) -> dict[str, str]:
    return dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', page))


async def report_with_a_photo(day: Day) -> None:
    await day.says("厨房水管漏水，滴滴答答一晚上", "师傅什么时候")
    day.note("居民", "（发来一张照片）")
    await day.pushes.send_image(READER, photo())
    await day.sees("照片收到了")
    await day.says("明天上午", "对吗？")
    await day.says("对", "报好了，单号")
    await day.says("我报的修到哪一步了", "正在派师傅")
    kept = list((day.data_dir / "photos").glob("*.jpg"))
    assert len(kept) == 1


async def speak_and_be_helped(day: Day) -> None:
    day.note("居民", "（发来一段语音）")
    await day.pushes.send_voice(READER, CLIP.read_bytes())
    await day.sees("您这段语音我还听不了")
    clerk = next(u for u in day.credentials["desk_users"] if u["role"] == "clerk")
    await day.opens("login", user=clerk["user"], password=clerk["password"])
    queue = await day.opens("")
    case = re.search(r'href="/cases/([^"?]+)"', queue)
    assert case, queue
    page = await day.opens(f"cases/{case[1]}/claim", go="1")
    clip = re.search(r'src="/(clips/[^"]+)"', page)
    assert clip, page
    async with day.session.get(f"{day.desk}{clip[1]}") as answer:
        assert (await answer.read())[:4] == b"RIFF"
    day.note("值班台", "（客服认领，听语音，看报修单和照片）")
    page = await day.opens(
        f"cases/{case[1]}/reply",
        text="您好，语音我听了，师傅明天九点到。",
        key="reply-of-the-day-1",
    )
    assert re.search(r"微信还能发 \d 条 · 到", page), "the clerk is told the allowance"
    await day.sees("师傅明天九点到")
    await show_a_photo(day, case[1])
    await day.opens(
        f"cases/{case[1]}/resolve", resolution="solved", note="约好师傅明天九点上门", promise="",
        promise_until="",
    )  # fmt: skip
    await day.sees("您觉得这次服务怎么样")
    await day.says("5", "谢谢您的评价")


async def show_a_photo(day: Day, case_id: str) -> None:
    """The clerk shows what the master brings."""
    form = aiohttp.FormData({"key": "photo-of-the-day-1"})
    form.add_field("photo", photo(), filename="IMG_0001.jpg", content_type="image/jpeg")
    day.note("值班台", "（客服发一张照片）")
    async with day.session.post(
        f"{day.desk}cases/{case_id}/photos", data=form, headers={"Sec-Fetch-Site": "same-origin"}
    ) as answer:
        assert answer.status == 200, await answer.text()

    def pictures() -> list[str]:
        return [seen.content for seen in day.sim.transcript(READER) if seen.kind == "image"]

    await day.until(lambda: bool(pictures()))
    assert day.sim.shelf.find(pictures()[0], "image").content_type == "image/jpeg"


async def be_told_of_progress(day: Day) -> None:
    """More news than the allowance lets through: the last is told of by a notice."""
    orders = await day.opens("orders")
    order = re.search(r'href="/orders/([^"?]+)"', orders)
    assert order
    for act in ("dispatch", "pause", "resume", "finish"):
        page = await day.opens(f"orders/{order[1]}")
        version = re.search(r'name="version" value="(\d+)"', page)
        worker = re.search(r'name="assignee" value="([^"]+)"', page)
        assert version
        form = {"act": act, "version": version[1]}
        if act == "dispatch":
            assert worker
            form["assignee"] = worker[1]
        day.note(
            "值班台",
            {
                "dispatch": "（派师傅）",
                "pause": "（等配件，暂停）",
                "resume": "（接着修）",
                "finish": "（修好了）",
            }[act],
        )
        await day.opens(f"orders/{order[1]}/act", **form)
        await asyncio.sleep(1)
        day.look()
    await day.sees("", "template")
    await day.pushes.report_notices()
    await day.says("好的，谢谢师傅", "")
    await day.sees("接着修了", "text")


async def leave(day: Day) -> None:
    day.note("居民", "（取消关注）")
    await day.pushes.unfollow(READER)
    await day.until(
        lambda: not list((day.data_dir / "voices").glob("*")) and not traces(day.data_dir)
    )
    kept = list((day.data_dir / "photos").glob("*.jpg"))
    assert len(kept) == 1, "the one of the work order"
    logged = "".join(day.log)
    for secret in (READER, TOKEN, KEY, day.sim.secret, "漏水", *day.sim.tokens.issued):
        assert secret not in logged


def traces(folder: Path) -> list[str]:
    return [
        str(file) for file in folder.rglob("*")
        if file.is_file() and READER.encode() in file.read_bytes()
    ]  # fmt: skip


def document(day: Day) -> str:
    lines = [
        "# 微信的一天",
        "",
        "下面是整套系统（网关、引擎、动作服务、值班台）对着模拟的微信跑出来的记录，没有改过一个字。",
        "由 `tests/whole/test_wechat_day.py` 每次测试时重跑；加 `--pictures` 重新写这一页。",
        "",
        "| 谁 | 说了什么、做了什么 |",
        "|---|---|",
    ]
    lines += [
        f"| {who} | {words.replace(chr(10), '<br>').replace('|', '¦')} |"
        for who, words in day.transcript
    ]
    return "\n".join([*lines, ""])
