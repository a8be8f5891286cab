"""What the account offers, from one YAML file: its menu, its QR scenes, its notices, where houses stand."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any, Literal

import yaml

from community.errors import ConfigError

PACKAGE, SHIPPED = "connectors.wechat", "account.yml"
MENU_BUTTONS, MENU_ITEMS = 3, 5
NAME_MAX_BYTES, ITEM_NAME_MAX_BYTES, KEY_MAX_BYTES, URL_MAX_BYTES = 16, 60, 128, 1024
"Source: developers.weixin.qq.com/doc/offiaccount/Custom_Menus/Creating_Custom-Defined_Menu.html"
SCENE_MAX_CHARACTERS = 64
NEAR_M = 80.0
"A place at most so far from a building is at it"
FIELD_SOURCES = ("title", "state", "text", "time")

_EARTH_M = 6_371_000.0


@dataclass(frozen=True)
class Notice:
    """A template of the account's and what its fields are filled with."""

    template: str
    kind: Literal["template", "subscribe"]
    fields: Mapping[str, str]
    "Name in the template → one of FIELD_SOURCES"


@dataclass(frozen=True)
class AccountFile:
    """The file, checked."""

    menu: tuple[dict[str, Any], ...]
    "As the API takes it, but for `page`, which needs the public address"
    scenes: Mapping[str, str]
    "Name of a code → what scanning it says"
    notice: Notice | None
    buildings: Mapping[int, tuple[float, float]]

    def building_near(self, latitude: float, longitude: float) -> int | None:
        """The building at a place in degrees, GCJ-02; None when none is near."""
        near = {
            number: _distance_m(latitude, longitude, *where)
            for number, where in self.buildings.items()
        }
        nearest = min(near, key=lambda number: near[number], default=None)
        return nearest if nearest is not None and near[nearest] <= NEAR_M else None

    def buttons(self, public_url: str) -> list[dict[str, Any]]:
        """The menu for the API. Without a public address the login is asked for in words."""
        return [_button(one, public_url) for one in self.menu]


def load(path: str) -> AccountFile:
    """Read a file, the shipped one for an empty path. Raises ConfigError with every problem."""
    name = path or SHIPPED
    loaded = _read(name, Path(path) if path else resources.files(PACKAGE).joinpath(SHIPPED))
    problems = [f"{name}: {problem}" for problem in _problems(loaded)]
    if problems:
        raise ConfigError(problems)
    notice = (loaded.get("notices") or {}).get("default")
    return AccountFile(
        tuple(loaded.get("menu") or ()),
        {key: one["says"] for key, one in (loaded.get("scenes") or {}).items()},
        Notice(notice["template"], notice.get("kind", "template"), notice["fields"])
        if notice
        else None,
        {
            number: (float(latitude), float(longitude))
            for number, (latitude, longitude) in (loaded.get("buildings") or {}).items()
        },
    )


def _read(name: str, file: Path | Traversable) -> dict[Any, Any]:
    """What the file holds, whatever that is. Raises ConfigError."""
    try:
        loaded = yaml.safe_load(file.read_text(encoding="utf-8"))
    except yaml.MarkedYAMLError as error:
        where = f"line {error.problem_mark.line + 1}: " if error.problem_mark else ""
        raise ConfigError([f"{name}: {where}{error.problem}"]) from error
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise ConfigError([f"{name}: {type(error).__name__}"]) from error
    except ValueError as error:  # a date that does not exist
        raise ConfigError([f"{name}: {error}"]) from error
    if not isinstance(loaded, dict):
        raise ConfigError([f"{name}: menu, scenes, notices and buildings are expected"])
    return loaded


def _problems(loaded: dict[Any, Any]) -> list[str]:
    unknown = [name for name in loaded if name not in {"menu", "scenes", "notices", "buildings"}]
    problems = [f"{name}: no such part" for name in unknown]
    menu = loaded.get("menu") or []
    if not isinstance(menu, list) or len(menu) > MENU_BUTTONS:
        problems.append(f"menu: at most {MENU_BUTTONS} buttons")
    else:
        for one in menu:
            problems += _menu_problems(one, NAME_MAX_BYTES, may_have_items=True)
    problems += _scene_problems(loaded.get("scenes") or {})
    problems += _notice_problems(loaded.get("notices") or {})
    problems += _building_problems(loaded.get("buildings") or {})
    return problems


def _menu_problems(one: Any, name_max_bytes: int, *, may_have_items: bool) -> list[str]:
    name = one.get("name") if isinstance(one, dict) else None
    if not isinstance(name, str) or not 0 < len(name.encode()) <= name_max_bytes:
        return [f"menu: a name has at most {name_max_bytes} bytes (each 汉字 has 3)"]
    does = set(one) - {"name"}
    if does == {"items"} and may_have_items:
        items = one["items"]
        if not isinstance(items, list) or not 1 <= len(items) <= MENU_ITEMS:
            return [f"menu: {name}: 1 to {MENU_ITEMS} items"]
        return [
            problem
            for item in items
            for problem in _menu_problems(item, ITEM_NAME_MAX_BYTES, may_have_items=False)
        ]
    act = next(iter(does), "")
    if len(does) != 1 or not _may_do(act, one.get(act)):
        return [f"menu: {name}: one of says (≤ {KEY_MAX_BYTES} bytes), url, page: bind, items"]
    return []


def _may_do(act: str, value: Any) -> bool:
    match act:
        case "says":
            return _is_text(value) and len(value.encode()) <= KEY_MAX_BYTES
        case "url":
            return _is_text(value) and len(value.encode()) <= URL_MAX_BYTES
        case _:
            return act == "page" and value == "bind"


def _scene_problems(scenes: Any) -> list[str]:
    if not isinstance(scenes, dict):
        return ["scenes: names with what each says are expected"]
    problems = []
    for name, scene in scenes.items():
        if not isinstance(name, str) or not 1 <= len(name) <= SCENE_MAX_CHARACTERS:
            problems.append(f"scenes: a name has 1 to {SCENE_MAX_CHARACTERS} characters")
        if not isinstance(scene, dict) or not _is_text(scene.get("says")):
            problems.append(f"scenes: {name} needs `says`")
    return problems


def _building_problems(buildings: Any) -> list[str]:
    if not isinstance(buildings, dict):
        return ["buildings: numbers with [latitude, longitude] are expected"]
    return [
        f"buildings: {number} needs [latitude, longitude]"
        for number, where in buildings.items()
        if not isinstance(number, int) or not _is_place(where)
    ]


def _notice_problems(notices: Any) -> list[str]:
    if not isinstance(notices, dict) or set(notices) - {"default"}:
        return ["notices: only `default` is known"]
    one = notices.get("default")
    if one is None:
        return []
    fields = one.get("fields") if isinstance(one, dict) else None
    if not isinstance(fields, dict) or not fields or not _is_text(one.get("template")):
        return ["notices: default needs template and fields"]
    problems = [
        f"notices: {name}: one of {', '.join(FIELD_SOURCES)}"
        for name, source in fields.items()
        if source not in FIELD_SOURCES
    ]
    problems += [
        f"notices: {name}: a field's name is a text" for name in fields if not _is_text(name)
    ]
    if one.get("kind", "template") not in ("template", "subscribe"):
        problems.append("notices: kind is template or subscribe")
    return problems


def _button(one: dict[str, Any], public_url: str) -> dict[str, Any]:
    if "items" in one:
        below = [_button(item, public_url) for item in one["items"]]
        return {"name": one["name"], "sub_button": below}
    if "url" in one:
        return {"name": one["name"], "type": "view", "url": one["url"]}
    if "page" in one and public_url:
        return {"name": one["name"], "type": "view", "url": f"{public_url}/wechat/bind"}
    return {"name": one["name"], "type": "click", "key": one.get("says", "我要绑定房子")}


def _is_text(value: object) -> bool:
    return isinstance(value, str) and bool(value.strip())


def _is_place(where: object) -> bool:
    return (
        isinstance(where, list)
        and len(where) == 2
        and all(isinstance(one, int | float) for one in where)
        and abs(where[0]) <= 90
        and abs(where[1]) <= 180
    )


def _distance_m(latitude: float, longitude: float, other: float, other_longitude: float) -> float:
    """Over the few hundred metres of an estate the earth is flat."""
    north = math.radians(other - latitude)
    east = math.radians(other_longitude - longitude) * math.cos(math.radians(latitude))
    return math.hypot(north, east) * _EARTH_M
