"""A real Chromium for the pages: `browse()` opens a fresh browser profile on a running gateway."""

from __future__ import annotations

import shutil
import subprocess
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

CHROMIUM = "/usr/bin/chromium"
ARGUMENTS = [
    "--no-sandbox", "--disable-gpu", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--no-first-run",
]  # fmt: skip
AXE = Path(__file__).parent / "vendor" / "axe.min.js"


@pytest.fixture(scope="session")
def chromium_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """One Chromium for the whole run, or a skip that says what to install."""
    with running_chromium(tmp_path_factory.mktemp("chromium")) as url:
        yield url


@contextmanager
def running_chromium(profile: Path, *arguments: str) -> Iterator[str]:
    """The address of a Chromium with these arguments more; skips where there is none."""
    if shutil.which(CHROMIUM) is None:
        pytest.skip("no Chromium here: apt-get install -y chromium fonts-noto-cjk")
    process = subprocess.Popen(
        [CHROMIUM, "--headless=new", "--remote-debugging-port=0", f"--user-data-dir={profile}",
         *ARGUMENTS, *arguments, "about:blank"],
        stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert process.stderr is not None
    address = next(
        (line.split()[-1] for line in process.stderr if line.startswith("DevTools listening")), None
    )
    assert address, "Chromium did not start"
    drain = threading.Thread(target=process.stderr.read, daemon=True)
    drain.start()
    try:
        yield address
    finally:
        process.terminate()
        process.wait(timeout=10)
        drain.join(timeout=10)
        process.stderr.close()


@pytest.fixture
async def chromium(chromium_url: str) -> AsyncIterator[Any]:
    """The browser, as Playwright knows it."""
    playwright_api = pytest.importorskip("playwright.async_api")
    async with playwright_api.async_playwright() as playwright:
        yield await playwright.chromium.connect_over_cdp(chromium_url)


class Tab:
    """A page with what it complained about; delegates to Playwright's page."""

    def __init__(self, page: Any) -> None:
        self.page = page
        self.complaints: list[str] = []
        page.on("console", self._on_console)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("dialog", lambda dialog: self.complaints.append(f"dialog: {dialog.message}"))

    def _on_console(self, message: Any) -> None:
        if message.type in {"error", "warning"}:
            self.complaints.append(message.text)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.page, name)

    async def texts(self) -> list[str]:
        """The words of all bubbles, in order."""
        found: list[str] = await self.page.locator("#log .text").all_text_contents()
        return found

    async def say(self, text: str) -> None:
        await self.page.fill("#words", text)
        await self.page.press("#words", "Enter")

    async def heard(self, text: str) -> None:
        """Wait until a bubble of the other side holds exactly this."""
        await self.page.wait_for_function(
            "text => [...document.querySelectorAll('.line:not(.line-resident) .text')]"
            ".some(part => part.textContent === text)",
            arg=text,
        )

    async def flaws(self, *extra_rules: str) -> list[str]:
        """Serious and critical findings of axe-core, with where they are."""
        await self.page.evaluate(AXE.read_text())
        found = await self.page.evaluate(
            "rules => axe.run({ rules: Object.fromEntries(rules.map(r => [r, { enabled: true }])) })",
            list(extra_rules),
        )
        return [
            f"{flaw['id']}: {node['target']} {node['failureSummary']}"
            for flaw in found["violations"]
            if flaw["impact"] in {"serious", "critical"} or flaw["id"] in extra_rules
            for node in flaw["nodes"]
        ]

    async def overflow(self) -> int:
        """Pixels by which the page or the conversation is wider than the screen."""
        wide: int = await self.page.evaluate(
            "() => Math.max(...[document.documentElement, document.body,"
            " ...document.querySelectorAll('main, header, footer, dialog[open]')]"
            ".map(part => part.scrollWidth - part.clientWidth))"
        )
        return wide


@pytest.fixture
async def browse(chromium: Any) -> AsyncIterator[Callable[..., Any]]:
    """`await browse(gateway, width=390)` → a Tab of a new resident; keyword arguments as Playwright's."""
    contexts: list[Any] = []

    async def browse(gateway: Any, *, width: int = 390, height: int = 844, **options: Any) -> Tab:
        context = await chromium.new_context(viewport={"width": width, "height": height}, **options)
        context.set_default_timeout(20_000)
        contexts.append(context)
        tab = Tab(await context.new_page())
        await tab.page.goto(str(gateway.server.make_url("/")))
        await tab.page.wait_for_selector("#welcome:not([hidden])")
        return tab

    yield browse
    for context in contexts:
        await context.close()
