"""Importing a library when it is first used instead of when a module that might use it is imported.

`while_importing` says what a module should find in place of a library while it is being imported; afterwards the
library can be imported by anybody as usual. `after_importing` waits for a module that may never be needed.
"""

import importlib
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder
from types import ModuleType
from typing import Any

Standing = Callable[[], AbstractContextManager[None]]


class LateName:
    """A name imported from a library; the library is imported when the name is used."""

    def __init__(self, module: str, name: str) -> None:
        self._late = (module, name)

    def __call__(self, *values: Any, **named: Any) -> Any:
        return self._load()(*values, **named)

    def __getattr__(self, attribute: str) -> Any:
        if attribute.startswith("__"):
            raise AttributeError(attribute)
        return getattr(self._load(), attribute)

    def __instancecheck__(self, value: Any) -> bool:
        return isinstance(value, self._load())

    def _load(self) -> Any:
        module, name = self._late
        return getattr(importlib.import_module(module), name)


class LateModule(ModuleType):
    """A library that is imported when something of it is used; `names` are those a `from` import takes early."""

    def __init__(self, name: str, names: Sequence[str]) -> None:
        super().__init__(name)
        for late in names:
            setattr(self, late, LateName(name, late))

    def __getattr__(self, attribute: str) -> Any:
        if attribute.startswith("__"):
            raise AttributeError(attribute)
        if sys.modules.get(self.__name__) is self:
            del sys.modules[self.__name__]
        return getattr(importlib.import_module(self.__name__), attribute)


def late(module: str, *names: str) -> Standing:
    """`module` is imported later; `names` are what the importing module takes from it with `from`."""
    return lambda: _standing_in(module, lambda: LateModule(module, names))


def absent(module: str) -> Standing:
    """`module` cannot be imported, as if it were not installed."""
    return lambda: _standing_in(module, lambda: None)


def unused(module: str, *names: str) -> Standing:
    """`names` of `module` are empty classes: for tests against components that are not configured."""

    def stand_in() -> ModuleType:
        found = ModuleType(module)
        for name in names:
            setattr(found, name, type(name, (), {"__module__": module}))
        return found

    return lambda: _standing_in(module, stand_in)


@contextmanager
def _standing_in(name: str, make: Callable[[], ModuleType | None]) -> Iterator[None]:
    if name in sys.modules:
        yield
        return
    stand_in = sys.modules[name] = make()  # type: ignore[assignment]
    try:
        yield
    finally:
        if sys.modules.get(name) is stand_in:
            del sys.modules[name]


class _Finder(MetaPathFinder):
    def __init__(self) -> None:
        self.standing: dict[str, tuple[Standing, ...]] = {}
        self.after: dict[str, Callable[[ModuleType], None]] = {}

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if fullname not in self.standing and fullname not in self.after:
            return None
        spec = PathFinder.find_spec(fullname, path, target)
        if spec is not None and spec.loader is not None:
            after = self.after.get(fullname, _nothing)
            spec.loader = _Loader(spec.loader, self.standing.get(fullname, ()), after)
        return spec


class _Loader(Loader):
    def __init__(
        self, loader: Loader, standing: Sequence[Standing], after: Callable[[ModuleType], None]
    ) -> None:
        self._loader = loader
        self._standing = standing
        self._after = after

    def __getattr__(self, name: str) -> Any:
        return getattr(self._loader, name)

    def create_module(self, spec: ModuleSpec) -> ModuleType | None:
        return self._loader.create_module(spec)

    def exec_module(self, module: ModuleType) -> None:
        with ExitStack() as stack:
            for stand_in in self._standing:
                stack.enter_context(stand_in())
            self._loader.exec_module(module)
        self._after(module)


def _nothing(module: ModuleType) -> None:
    return None


_finder = _Finder()


def while_importing(module: str, *standing: Standing) -> None:
    """Let `module` meet these stand-ins when it is imported; nothing changes if it was imported before."""
    _finder.standing[module] = standing
    _hook_in()


def after_importing(module: str, call: Callable[[ModuleType], None]) -> None:
    """Call with `module` once it is imported: now, if it is already."""
    if module in sys.modules:
        call(sys.modules[module])
        return
    _finder.after[module] = call
    _hook_in()


def _hook_in() -> None:
    if _finder not in sys.meta_path:
        sys.meta_path.insert(0, _finder)
