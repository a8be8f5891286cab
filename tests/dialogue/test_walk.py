"""A walk through every stem of the catalogue in the web chat; `--pictures` writes it into docs/走一遍.md."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import pytest
import yaml
from PIL import Image
from playwright.async_api import expect

from tests.browser.conftest import Tab
from tests.dialogue.conftest import ROOT, Chat

WALK = yaml.safe_load((Path(__file__).parent / "walk/stems.yml").read_text(encoding="utf-8"))
PAGE, PICTURES = ROOT / "docs/走一遍.md", ROOT / "docs/pictures/walk"
COLOURS = 64
"Of a picture in the documents; a chat needs no more"


@pytest.mark.parametrize("stem", WALK, ids=[one["stem"] for one in WALK])
async def test_stem_is_served_in_the_web_chat(
    chat: Chat, stem: dict[str, Any], request: pytest.FixtureRequest
) -> None:
    tab = await chat(stem.get("bound"))
    for turn in stem["turns"]:
        before = await tab.page.locator(".line:not(.line-resident)").count()
        if "tap" in turn:
            await tab.page.get_by_role("button", name=turn["tap"], exact=True).last.click()
        else:
            await tab.say(turn["say"])
        answered = tab.page.locator(f".line:not(.line-resident) >> nth={before}")
        await expect(answered).to_be_visible(timeout=15_000)
        await expect(
            tab.page.locator(".line:not(.line-resident)")
            .filter(has_text=turn.get("hears", ""))
            .last
        ).to_be_visible(timeout=15_000)
    assert tab.complaints == []
    if request.config.getoption("--pictures"):
        await _take(tab, stem["stem"])


def test_walk_has_every_stem_that_residents_speak_to() -> None:
    stems = {file.stem for file in (ROOT / "nlu_data/nlu").glob("*.yml")}
    assert {one["stem"] for one in WALK} == stems


def test_page_of_the_walk_shows_every_stem(request: pytest.FixtureRequest) -> None:
    page = _page()
    if request.config.getoption("--pictures"):
        PAGE.write_text(page, encoding="utf-8")
    assert PAGE.read_text(encoding="utf-8") == page
    for one in WALK:
        assert (PICTURES / f"{one['stem']}.png").is_file()


async def _take(tab: Tab, stem: str) -> None:
    PICTURES.mkdir(exist_ok=True)
    taken = Image.open(io.BytesIO(await tab.page.screenshot()))
    taken.convert("P", palette=Image.Palette.ADAPTIVE, colors=COLOURS).save(
        PICTURES / f"{stem}.png", optimize=True
    )


def _page() -> str:
    parts = [
        "# 走一遍\n\n每样服务在网页上是什么样子。由 `tests/dialogue/test_walk.py` 每次测试时重走；"
        "加 `--pictures` 重新拍照、重新写这一页。\n"
    ]
    for one in WALK:
        said = "\n".join(
            f"- {turn.get('say') or '点“' + turn['tap'] + '”'}" for turn in one["turns"]
        )
        picture = f"![{one['title']}的对话](pictures/walk/{one['stem']}.png)"
        parts.append(f"\n## {one['title']}\n\n居民说：\n\n{said}\n\n{picture}\n")
    return "".join(parts)
