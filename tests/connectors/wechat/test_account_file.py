"""The account's file: what is wrong in it is named, all at once; places become buildings."""

from contextlib import suppress

import pytest

from community.errors import ConfigError
from connectors.wechat import account_file
from connectors.wechat.sim.menus import check_menu

NOTICE = "{default: {template: T, fields: {thing1: title}}}"


def written(tmp_path, text):
    file = tmp_path / "account.yml"
    file.write_text(text, encoding="utf-8")
    return str(file)


@pytest.mark.parametrize("public_url", ["", "https://community.example"])
def test_shipped_menu_is_one_that_wechat_takes(public_url):
    buttons = account_file.load("").buttons(public_url)
    assert check_menu(buttons) == buttons
    login = buttons[1]["sub_button"][2]
    assert login["type"] == ("view" if public_url else "click")


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("[1, 2]", "menu, scenes, notices and buildings are expected"),
        ("scenes: {}\nmenu: {", "line 2: expected the node content, but found '<stream end>'"),
        ("scenes: {}\n\tmenu: []", "line 2: found character '\\t' that cannot start any token"),
        ("buildings: 2025-13-01", "month must be in 1..12"),
        ("else: 1", "else: no such part"),
        ("menu: [{name: a, says: a}, {name: b, says: b}, {name: c, says: c}, {name: d, says: d}]",
         "menu: at most 3 buttons"),
        ("menu: [{name: 一二三四五六, says: a}]", "menu: a name has at most 16 bytes (each 汉字 has 3)"),
        ("menu: [{name: a}]", "menu: a: one of says (≤ 128 bytes), url, page: bind, items"),
        ("menu: [{name: a, page: other}]", "menu: a: one of says (≤ 128 bytes), url, page: bind, items"),
        ("menu: [{name: a, items: [{name: b, items: []}]}]",
         "menu: b: one of says (≤ 128 bytes), url, page: bind, items"),
        ("menu: [{name: a, items: []}]", "menu: a: 1 to 5 items"),
        ("menu: 1", "menu: at most 3 buttons"),
        ("scenes: [a]", "scenes: names with what each says are expected"),
        ("scenes: lift", "scenes: names with what each says are expected"),
        ("scenes: {lift: a}", "scenes: lift needs `says`"),
        ("scenes: {lift: {}}", "scenes: lift needs `says`"),
        (f"scenes: {{{'x' * 65}: {{says: a}}}}", "scenes: a name has 1 to 64 characters"),
        ("notices: {other: {}}", "notices: only `default` is known"),
        ("notices: [a]", "notices: only `default` is known"),
        ("notices: {default: {template: T, fields: {1: title}}}", "notices: 1: a field's name is a text"),
        ("notices: {default: {template: T, kind: [a], fields: {a: time}}}",
         "notices: kind is template or subscribe"),
        ("notices: {default: {template: T}}", "notices: default needs template and fields"),
        ("notices: {default: {template: T, fields: {a: b}}}", "notices: a: one of title, state, text, time"),
        ("notices: {default: {template: T, kind: mail, fields: {a: time}}}",
         "notices: kind is template or subscribe"),
        ("buildings: [1]", "buildings: numbers with [latitude, longitude] are expected"),
        ("buildings: {3: here}", "buildings: 3 needs [latitude, longitude]"),
        ("buildings: {3: [1]}", "buildings: 3 needs [latitude, longitude]"),
        ("buildings: {3: [91, 0]}", "buildings: 3 needs [latitude, longitude]"),
    ],
)  # fmt: skip
def test_mistake_is_named(tmp_path, text, problem):
    file = written(tmp_path, text)
    with pytest.raises(ConfigError) as caught:
        account_file.load(file)
    assert caught.value.problems == [f"{file}: {problem}"]


PARTS = ("menu", "scenes", "notices", "buildings")
SHAPES = ("", "a", "1", "1.5", "true", "2025-11-03", "[]", "[1]", "[a]", "[[a]]", "[{}]", "[{a: 1}]",
          "{}", "{a: 1}", "{1: a}", "{a: [b]}", "{a: {b: c}}", "{default: 1}", "{default: [a]}",
          "{default: {fields: [a]}}", "{default: {template: [a], fields: {a: {b: c}}}}",
          "[{name: [a]}]", "[{name: a, items: 1}]", "[{name: a, items: [1, a]}]", "{1: {}, a: []}")  # fmt: skip


@pytest.mark.parametrize("part", [*PARTS, "1", "[a]: 1, b"])
@pytest.mark.parametrize("shape", SHAPES)
def test_whatever_stands_where_it_is_not_due_is_a_problem_and_no_crash(tmp_path, part, shape):
    with suppress(ConfigError):
        account_file.load(written(tmp_path, f"{{{part}: {shape}, other: 1}}"))
    with suppress(ConfigError):
        account_file.load(written(tmp_path, f"{part}: {shape}"))


def test_missing_file_is_named():
    with pytest.raises(ConfigError, match="FileNotFoundError"):
        account_file.load("/nowhere/account.yml")


def test_building_is_found_from_near_and_not_from_afar(tmp_path):
    file = account_file.load(
        written(tmp_path, "buildings: {3: [31.2304, 121.4737], 5: [31.2310, 121.4737]}")
    )
    assert file.building_near(31.2305, 121.4738) == 3
    assert file.building_near(31.2309, 121.4737) == 5
    assert file.building_near(31.2400, 121.4737) is None


def test_notice_is_read(tmp_path):
    file = account_file.load(written(tmp_path, f"notices: {NOTICE}"))
    assert file.notice == account_file.Notice("T", "template", {"thing1": "title"})


async def test_gateway_does_not_start_with_a_broken_file(open_account, tmp_path):
    with pytest.raises(ConfigError):
        await open_account(wechat_file=written(tmp_path, "else: 1"))
