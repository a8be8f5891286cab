"""The whole road in a real browser: a resident binds, reports, corrects, asks, is helped, and rates."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from playwright.async_api import Page, async_playwright, expect

CHROMIUM = shutil.which("chromium")
SWITCHES = [
    "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip
ROOM = "3号楼2单元501"
PICTURES = Path(__file__).resolve().parents[2] / "docs/pictures"


async def said(page: Page, words: str) -> None:
    """Wait until the bot or a person has said this."""
    await expect(
        page.locator(".line:not(.line-resident)").filter(has_text=words).last
    ).to_be_visible(timeout=15_000)


async def write(page: Page, words: str) -> None:
    await page.get_by_label("您想说的话").fill(words)
    await page.get_by_role("button", name="发送", exact=True).click()


@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.skipif(CHROMIUM is None, reason="Debian's chromium is not installed")
async def test_a_resident_is_helped_from_the_first_word_to_the_rating(
    served: Any, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    photo = tmp_path / "leak.jpg"
    Image.new("RGB", (1200, 900), (90, 130, 160)).save(photo)
    code = next(h["code"] for h in served.credentials["households"] if h["room"] == ROOM)
    clerk = next(u for u in served.credentials["desk_users"] if u["role"] == "clerk")
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=SWITCHES)
        faults: list[str] = []
        phone = await browser.new_context(viewport={"width": 390, "height": 844}, locale="zh-CN")
        page = await phone.new_page()
        page.on("pageerror", lambda error: faults.append(str(error)))
        await page.goto(served.chat)

        await write(page, "我要绑定房子，3号楼2单元501")
        await said(page, "户号")
        await write(page, code)
        await said(page, f"已经绑定{ROOM}")

        await write(page, "厨房水管漏水，滴滴答答一晚上")
        await said(page, "师傅什么时候")
        await page.locator("#file").set_input_files(photo)
        await page.get_by_role("button", name="发送", exact=True).click()
        await said(page, "照片收到了")
        await write(page, "明天上午")
        await said(page, "对吗？")
        await write(page, "不是厨房，是卫生间")
        await said(page, "卫生间水管漏水")
        await page.get_by_role("button", name="对，没错").last.click()
        await said(page, "报好了，单号")
        if request.config.getoption("--pictures"):
            await page.screenshot(path=PICTURES / "webchat.png")

        await write(page, "我报的修到哪一步了")
        await said(page, "正在派师傅")
        await write(page, "转人工")
        await said(page, "请工作人员来")

        desk_context = await browser.new_context(
            viewport={"width": 1440, "height": 900}, locale="zh-CN"
        )
        desk = await desk_context.new_page()
        desk.on("pageerror", lambda error: faults.append(str(error)))
        await desk.goto(served.desk)
        await desk.get_by_label("用户名").fill(clerk["user"])
        await desk.get_by_label("密码").fill(clerk["password"])
        await desk.get_by_role("button", name="登录").click()
        await desk.locator(".row-link").filter(has_text=ROOM).click()
        await desk.locator("[data-claim]").first.click()
        await said(page, "为您服务")
        await desk.get_by_label("回复居民", exact=True).last.fill("您好，我这就联系师傅。")
        await desk.get_by_role("button", name="发送").click()
        await said(page, "我这就联系师傅")
        await write(page, "好的，谢谢")
        await expect(desk.locator(".by-resident").filter(has_text="好的，谢谢")).to_be_visible()
        if request.config.getoption("--pictures"):
            await desk.screenshot(path=PICTURES / "desk.png")
        await desk.locator("[data-resolve] > summary").click()
        await desk.get_by_text("已解决", exact=True).click()
        await desk.get_by_label("办了什么").fill("已经联系师傅，明天上午上门")
        await desk.get_by_role("button", name="办结，请居民评价").click()
        await said(page, "您觉得这次服务怎么样")
        await page.get_by_role("button", name="5 很满意").last.click()
        await said(page, "谢谢您的评价")

        await write(page, "你好")
        await said(page, "已经联系师傅，明天上午上门")
        await browser.close()
        assert faults == []
