"""Chromium through its driver: what a page says, whether axe-core finds it accessible, and what its console says."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import require

_FLAGS = (
    "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update",
    "--disable-sync", "--window-size=1280,1000",
)  # fmt: skip
_AXE = "const done = arguments[arguments.length - 1]; axe.run(document, {runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'best-practice']}).then(done, e => done({violations: [{id: String(e), nodes: []}]}));"


class Browser:
    """One browser. ``driver`` is selenium's."""

    def __init__(self, driver: Any) -> None:
        self.driver = driver

    def open(self, url: str) -> None:
        self.driver.get(url)

    def dark(self, on: bool) -> None:
        """As a user who likes it dark, or light."""
        self.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [{"name": "prefers-color-scheme", "value": "dark" if on else "light"}]})

    def width(self, pixels: int) -> None:
        self.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", {"width": pixels, "height": 900, "deviceScaleFactor": 1, "mobile": False})

    def axe(self) -> list[str]:
        """What axe-core finds wrong, in words: rules of WCAG 2.1 A and AA, and its best practices."""
        import axe_core_python

        script = next(Path(axe_core_python.__file__).parent.rglob("axe.min.js"))
        self.driver.execute_script(script.read_text("utf-8"))
        found = self.driver.execute_async_script(_AXE)
        return [f"{v['id']}: {[n['target'] for n in v['nodes']]}" for v in found["violations"]]

    def console(self) -> list[str]:
        """What pages said since it was asked last; what the browser's own first page says is not about ours."""
        return [entry["message"] for entry in self.driver.get_log("browser") if not entry["message"].startswith("chrome://")]

    def text(self, selector: str = "body") -> str:
        return str(self.driver.execute_script("return document.querySelector(arguments[0]).innerText", selector))

    def find(self, selector: str) -> Any:
        from selenium.webdriver.common.by import By

        return self.driver.find_element(By.CSS_SELECTOR, selector)

    def all(self, selector: str) -> list[Any]:
        from selenium.webdriver.common.by import By

        return list(self.driver.find_elements(By.CSS_SELECTOR, selector))

    def press(self, *keys: str) -> None:
        """Keys to whatever has the focus."""
        from selenium.webdriver.common.action_chains import ActionChains

        actions = ActionChains(self.driver)
        for key in keys:
            actions.send_keys(key)
        actions.perform()

    def focused(self) -> Any:
        return self.driver.switch_to.active_element

    def tab_to(self, wanted: str, most: int = 60) -> Any:
        """Press Tab until what has the focus has that id or href, or fits in that text."""
        from selenium.webdriver.common.keys import Keys

        for _ in range(most):
            self.press(Keys.TAB)
            at = self.focused()
            if wanted in {at.get_attribute("id"), at.get_attribute("href"), at.text}:
                return at
        pytest.fail(f"the keyboard does not reach {wanted}")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    require(shutil.which("chromium") is not None, "Chromium")
    require(shutil.which("chromedriver") is not None, "ChromeDriver")
    from selenium import webdriver

    options = webdriver.ChromeOptions()
    folder = tempfile.mkdtemp()
    for flag in (*_FLAGS, f"--user-data-dir={folder}"):
        options.add_argument(flag)
    options.binary_location = shutil.which("chromium")
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    driver = webdriver.Chrome(options=options, service=webdriver.ChromeService(shutil.which("chromedriver")))
    driver.set_script_timeout(60)
    yield Browser(driver)
    driver.quit()
    shutil.rmtree(folder, ignore_errors=True)
