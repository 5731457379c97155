"""A real browser, and what it has seen: requests, violations of the policy, errors."""

import json
import pathlib
import shutil

import axe_core_python
from selenium import webdriver
from selenium.common.exceptions import WebDriverException
from selenium.webdriver.chrome.options import Options
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By
from selenium.webdriver.support.select import Select
from selenium.webdriver.support.wait import WebDriverWait

AXE = (pathlib.Path(axe_core_python.__file__).parent / "axe.min.js").read_text()

# Set before the page's own scripts: hostile content must not be able to call this, and violations
# of the policy are counted even if no console shows them.
WATCH = """
window.hostile = () => { window.wasHostile = true; };
window.violations = [];
document.addEventListener("securitypolicyviolation", (event) => violations.push(`${event.violatedDirective} ${event.blockedURI}`));
"""


# How long anything may take that a test waits for. Much, because the machine may do other work.
WAIT_SECONDS = 60


class Unavailable(Exception):
    """The browser does not start."""


class Browser:
    def __init__(self, url, language="en"):
        options = Options()
        # Without a sandbox of its own, because tests may run as root in a container.
        for argument in ("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage",
                         "--hide-scrollbars", "--autoplay-policy=no-user-gesture-required", f"--lang={language}"):
            options.add_argument(argument)
        options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
        try:
            self.driver = webdriver.Chrome(options=options, service=Service(shutil.which("chromedriver")))
        except WebDriverException as error:
            raise Unavailable(error.msg) from None
        self.url = url
        self.size(1280)
        self.driver.execute_cdp_cmd("Page.addScriptToEvaluateOnNewDocument", {"source": WATCH})
        self.driver.get(url + "/")
        self.script("localStorage.setItem('cashin-receiver.language', arguments[0])", language)
        self.driver.get(url + "/")

    def script(self, text, *arguments):
        return self.driver.execute_script(text, *arguments)

    def open(self, view):
        """Opens a view by its address."""
        self.driver.get(f"{self.url}/#/{view}")

    def find(self, selector):
        """The first element of a CSS selector; waits for it."""
        return self.wait(lambda: self.driver.find_elements(By.CSS_SELECTOR, selector), selector)[0]

    def button(self, text, within="body"):
        """The button or link with a text; waits until it can be used."""
        def usable():
            return [one for one in self.driver.find_elements(By.CSS_SELECTOR, f"{within} button, {within} a")
                    if one.text.strip() == text and one.is_displayed() and one.is_enabled()]
        return self.wait(usable, f"button {text!r}")[0]

    def field(self, label):
        """The field whose label begins with a text."""
        def labelled():
            return [one.find_element(By.CSS_SELECTOR, "input, select, textarea")
                    for one in self.driver.find_elements(By.CSS_SELECTOR, "label") if one.text.strip().startswith(label)]
        return self.wait(labelled, f"field {label!r}")[0]

    def choose(self, label, value):
        """Selects an option of a field by its value."""
        Select(self.field(label)).select_by_value(value)

    def see(self, text, within="body"):
        """Waits until a text is shown."""
        self.wait(lambda: text in self.driver.find_element(By.CSS_SELECTOR, within).text, f"text {text!r}")

    def wait(self, condition, name):
        def check(_):
            # An element can be replaced while it is read.
            try:
                return condition()
            except Exception as error:
                if "stale element" in str(error) or "no such element" in str(error):
                    return False
                raise
        try:
            return WebDriverWait(self.driver, WAIT_SECONDS, 0.05).until(check)
        except Exception:
            shown = self.driver.find_element(By.CSS_SELECTOR, "body").text
            raise AssertionError(f"not seen within {WAIT_SECONDS} s: {name}\nshown:\n{shown}") from None

    def sign_in(self, token):
        self.find("#token").send_keys(token)
        self.button("Sign in").click()
        self.find("nav")

    def size(self, width, height=900):
        self.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", {
            "width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 600})

    def scheme(self, name):
        self.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {
            "features": [{"name": "prefers-color-scheme", "value": name}]})

    def screenshot(self, path, width):
        """A picture of the whole view at a width; returns by how many pixels it is too wide."""
        self.size(width)
        height = self.script("return document.documentElement.scrollHeight")
        self.size(width, min(max(height, 700), 3000))
        # The charts are drawn for the width by an observer: two frames later.
        self.driver.execute_async_script("requestAnimationFrame(() => requestAnimationFrame(arguments[0]))")
        self.driver.save_screenshot(str(path))
        return self.script("return document.documentElement.scrollWidth") - width

    def accessibility(self):
        """Findings of axe-core that are serious or critical, as lines."""
        self.script(AXE)
        result = self.driver.execute_async_script(
            "const done = arguments[0]; axe.run(document, {resultTypes: ['violations']}).then(done, (error) => done({error: String(error)}))")
        if "error" in result:
            raise AssertionError(f"axe-core: {result['error']}")
        return [f"{finding['id']}: {node['html'][:160]}" for finding in result["violations"]
                if finding["impact"] in ("serious", "critical") for node in finding["nodes"]]

    def complaints(self):
        """Requests to anywhere else, violations of the policy and errors of scripts."""
        found = [f"violation: {text}" for text in self.script("return window.violations")]
        for entry in self.driver.get_log("performance"):
            message = json.loads(entry["message"])["message"]
            if message["method"] == "Network.requestWillBeSent":
                target = message["params"]["request"]["url"]
                if not target.startswith((self.url + "/", f"blob:{self.url}/", "data:")):
                    found.append(f"request: {target}")
                if "token" in target.lower():
                    found.append(f"a token in a URL: {target}")
        for entry in self.driver.get_log("browser"):
            # A response that is a problem is written to the console by the browser itself.
            if entry["level"] == "SEVERE" and "Failed to load resource" not in entry["message"]:
                found.append(f"console: {entry['message']}")
        return found

    def first_paint(self):
        """Milliseconds from the navigation to the first text or picture."""
        return self.script("return performance.getEntriesByName('first-contentful-paint')[0]?.startTime")

    def close(self):
        self.driver.quit()
