"""The doctor finds what an operator has to mend, and the account's commands do what they say."""

import asyncio
import os
import re
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from community.config import Secret
from community.times import SystemClock
from connectors.wechat import account_file
from connectors.wechat.__main__ import main
from connectors.wechat.account import account_of
from connectors.wechat.doctor import Doctor
from connectors.wechat.sim.faults import Refuse
from tests.connectors.wechat.account import settings_of
from tests.connectors.wechat.conftest import NOTICE

ROOT = Path(__file__).resolve().parents[3]

ALL_GOOD = {
    "公众号文件": True, "服务器地址": True, "时钟": True, "接口凭证": True, "微信找过来": True,
    "客服消息权限": True, "自定义菜单": True,
}  # fmt: skip


@pytest.fixture
def examine(open_account, client, session):
    """Look at an account whose gateway runs and whose menu is up; `changes` replace settings."""

    async def examine(menu=None, **changes):
        gateway, _ = await open_account()
        address = str(gateway.server.make_url("/")).rstrip("/")
        settings = replace(gateway.settings, **({"public_url": address} | changes))
        await client.create_menu(menu or account_file.load("").buttons(settings.public_url))
        doctor = Doctor(settings, account_of(settings), client, session, SystemClock())
        return {one.name: one for one in await doctor.examine()}

    return examine


async def test_account_in_order_has_nothing_to_mend(examine):
    findings = await examine()
    assert {name: one.ok for name, one in findings.items()} == ALL_GOOD


async def test_wrong_token_shows_at_the_address(examine):
    findings = await examine(wechat_token=Secret("another-token"))
    assert findings["服务器地址"].ok is False
    assert findings["服务器地址"].detail.startswith("公网地址有回应，但不对（状态 403）")


async def test_address_that_cannot_be_reached_is_told(examine, unused_url):
    findings = await examine(public_url=unused_url)
    assert findings["服务器地址"].ok is False


async def test_address_is_not_looked_at_without_one(examine):
    findings = await examine(public_url="")
    assert findings["服务器地址"].ok is None


async def test_broken_file_is_told_line_by_line(examine, tmp_path):
    file = tmp_path / "account.yml"
    file.write_text("menu: [{name: 报修}]\nfoo: 1\n", "utf-8")
    findings = await examine(wechat_file=str(file))
    assert findings["公众号文件"].ok is False
    assert "no such part" in findings["公众号文件"].detail
    assert findings["自定义菜单"].ok is None


@pytest.mark.parametrize(
    ("errcode", "told"),
    [
        (40164, "没拿到：这台机器的出口地址不在公众号后台的 IP 白名单里（40164）"),
        (40125, "没拿到：AppSecret 不对（40125）"),
        (65535, "没拿到：errcode 65535: record"),
    ],
)
async def test_refused_token_is_told_in_words_and_ends_the_examination(examine, sim, errcode, told):
    sim.inject("getcallbackip", Refuse(errcode))
    findings = await examine()
    assert findings["接口凭证"].detail == told
    assert "客服消息权限" not in findings


async def test_missing_right_is_told(examine, sim):
    sim.inject("message/custom/typing", Refuse(48001))
    findings = await examine()
    assert findings["客服消息权限"].ok is False
    assert "LINSHENG_WECHAT_CAN_PUSH=false" in findings["客服消息权限"].detail


async def test_right_that_the_settings_do_without_is_not_asked_for(examine, sim):
    sim.inject("message/custom/typing", Refuse(48001))
    findings = await examine(wechat_can_push=False)
    assert {name: one.ok for name, one in findings.items()} == ALL_GOOD | {"客服消息权限": None}
    assert sim.calls["message/custom/typing"] == 0


@pytest.mark.parametrize(
    ("found_at", "package_loss", "ok", "told"),
    [
        (["203.0.113.9", "203.0.113.10"], "0%", True,
         "后台填的服务器地址，微信找得到（203.0.113.9、203.0.113.10）"),
        (["203.0.113.9"], "100%", None,
         "微信解析得到地址（203.0.113.9），但没有收到 ping 的回应。很多机房不回 ping；只要收得到消息就不用管"),
        ([], "0%", False, "后台填的服务器地址，微信解析不到。请核对域名和它的解析"),
    ],
)  # fmt: skip
async def test_wechats_own_look_at_the_address_is_told(
    examine, sim, found_at, package_loss, ok, told
):
    sim.found_at, sim.package_loss = found_at, package_loss
    found = (await examine())["微信找过来"]
    assert (found.ok, found.detail) == (ok, told)


async def test_address_that_the_console_does_not_know_yet_is_told(examine, sim):
    sim.inject("callback/check", Refuse(40201))
    found = (await examine())["微信找过来"]
    told = "没试成：后台的“服务器配置”里还没有填服务器地址（40201）"
    assert (found.ok, found.detail) == (False, told)


FILE = """
scenes: {{lift: {{says: 电梯坏了}}}}
notices: {{default: {{template: {template}, kind: {kind}, fields: {{事项: {source}, 时间: time}}}}}}
"""


@pytest.fixture
def account_yml(tmp_path):
    """Writes an account's file with a code and a notice; returns its path."""

    def write(template=NOTICE, kind="template", source="title"):
        file = tmp_path / "account.yml"
        file.write_text(FILE.format(template=template, kind=kind, source=source), "utf-8")
        return str(file)

    return write


@pytest.mark.parametrize(
    ("kind", "errcode"), [("template", 40003), ("subscribe", 40003), ("subscribe", 43101)]
)
async def test_rights_that_the_file_makes_use_of_are_tried_and_nobody_is_told_anything(
    examine, sim, account_yml, kind, errcode
):
    if errcode != 40003:  # which is what the simulated one says first
        sim.inject("message/subscribe/bizsend", Refuse(errcode))
    findings = await examine(wechat_file=account_yml(kind=kind))
    assert (findings["通知权限"].ok, findings["二维码权限"].ok) == (True, True)
    assert sim.take_finished() == []


@pytest.mark.parametrize(
    ("api", "errcode", "name", "told"),
    [
        ("message/template/send", 48001, "通知权限", "没有或不可用：公众号没有这项接口权限（48001）"),
        ("message/template/send", 40037, "通知权限",
         "没有或不可用：没有这个编号的模板，请核对公众号文件的 template（40037）"),
        ("message/template/send", 47003, "通知权限",
         "没有或不可用：模板里没有这几项，或填的不合要求，请核对公众号文件的 fields（47003）"),
        ("qrcode/create", 48001, "二维码权限", "没有或不可用：公众号没有这项接口权限（48001）"),
    ],
)  # fmt: skip
async def test_right_that_is_missing_is_told(examine, sim, account_yml, api, errcode, name, told):
    sim.inject(api, Refuse(errcode))
    found = (await examine(wechat_file=account_yml()))[name]
    assert (found.ok, found.detail) == (False, told)


async def test_other_menu_is_told(examine):
    findings = await examine(menu=[{"name": "旧菜单", "type": "click", "key": "旧"}])
    assert findings["自定义菜单"].ok is False
    assert "python -m connectors.wechat menu" in findings["自定义菜单"].detail


def test_commands_without_an_account_say_that_the_channel_is_off(capsys):
    assert main(["doctor"]) == 2
    assert capsys.readouterr().err.startswith("公众号还没有配置")


def test_commands_refuse_half_an_account(capsys, monkeypatch):
    monkeypatch.setenv("LINSHENG_WECHAT_APPID", "wx1")
    assert main(["menu"]) == 2
    assert "LINSHENG_WECHAT_SECRET: WeChat needs this one too" in capsys.readouterr().err


COMMANDS = re.findall(
    r"^ *\.venv/bin/python -m (connectors\.wechat \w+.*)$",
    (ROOT / "docs/微信接入手册.md").read_text("utf-8"),
    re.M,
)


async def run(command, environment):
    """Exit code and output of a command of the handbook."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", *command.split(),
        cwd=ROOT, env=os.environ | environment,
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
    )  # fmt: skip
    out, _ = await asyncio.wait_for(process.communicate(), 60)
    return process.returncode, out.decode()


async def test_commands_of_the_handbook_do_what_it_says(sim, base_url, tmp_path):
    file = tmp_path / "account.yml"
    file.write_text("menu: [{name: 报修, says: 我要报修}]\nscenes: {lift-3-2: {says: 电梯坏了}}\n")
    settings = settings_of(sim, base_url) | {"wechat_file": str(file)}
    environment = {
        f"LINSHENG_{name.upper()}": value.reveal() if isinstance(value, Secret) else value
        for name, value in settings.items()
    }
    done = {command: await run(command, environment) for command in COMMANDS}
    assert sorted(done) == [
        "connectors.wechat doctor", "connectors.wechat menu", "connectors.wechat qr lift-3-2",
    ]  # fmt: skip
    code, told = done["connectors.wechat doctor"]
    assert code == 1
    assert "✗ 自定义菜单：和公众号文件不一样" in told
    assert done["connectors.wechat menu"][0] == 0
    assert sim.menu == [{"name": "报修", "type": "click", "key": "我要报修"}]
    code, address = done["connectors.wechat qr lift-3-2"]
    assert (code, address.startswith("http")) == (0, True)
    sim.inject("message/custom/typing", Refuse(48001))
    code, told = await run("connectors.wechat doctor", environment)
    assert (code, told.count("✗")) == (1, 1)
    setting = re.search(r"请设 (LINSHENG_\w+)=(\w+)", told)
    sim.inject("message/custom/typing", Refuse(48001))
    code, told = await run("connectors.wechat doctor", environment | {setting[1]: setting[2]})
    assert (code, "✗" in told) == (0, False)
    assert (await run("connectors.wechat qr other", environment))[0] == 2
