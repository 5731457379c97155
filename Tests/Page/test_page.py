"""The operator page in a real browser. Called by scripts/test-page."""

import json
import pathlib
import subprocess
import sys
import tempfile
import time

from browser import Browser, Unavailable
from service import Service

VIEWS = ["now", "find?amount=25000", "payment/TRX-LOST", "attention", "live", "day", "cashier", "gateway"]

# Markup, the end of an attribute, a change of direction, and more text than fits.
MARKUP = "<img src=x onerror=hostile()><script>hostile()</script>\"'><b>bold</b>"
HOSTILE = MARKUP + "\u202egnp.exe\u200b" + "x" * 60_000


def traffic(service):
    """A shop's afternoon: paid, not paid, callback lost, other amount, refused, hostile."""
    for number, amount in enumerate([15000, 25000, 27500, 125000, 50000, 75000]):
        service.generate(f"TRX-{number}", amount)
        if number % 3 != 2:
            service.pay(f"TRX-{number}", ["duplicate=1"] if number == 1 else [])
    service.generate("TRX-LOST", 25000)
    service.pay("TRX-LOST", ["drop"], wait=False)
    service.generate("TRX-OTHER", 40000)
    service.pay("TRX-OTHER", ["amount=35000", "query=refuse"])
    subprocess.run(["openssl", "genpkey", "-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048",
                    "-out", service.directory / "other.pem"], check=True, capture_output=True)
    assert service.callback(b'{"originalReferenceNo": "TRX-2"}', key="other.pem") == 401
    hostile = json.dumps({
        "originalPartnerReferenceNo": MARKUP[:40], "originalReferenceNo": "\u202eTRX-HOSTILE", "latestTransactionStatus": "00",
        "amount": {"value": "25000.00", "currency": "IDR"}, "createdTime": "2026-11-22T10:00:00+07:00",
        "additionalInfo": {"note": HOSTILE}}, ensure_ascii=False).encode()
    assert service.callback(hostile) in (200, 400)
    assert service.callback(b"{" + HOSTILE.encode() + b"}") == 400
    # Callbacks are stored when they are answered; rejected ones shortly after.
    wait(lambda: service.api("/v1/callbacks?outcome=refused")["callbacks"], "a refused callback")


def wait(condition, name):
    for _ in range(1200):
        if result := condition():
            return result
        time.sleep(0.05)
    raise AssertionError(f"not seen within 60 s: {name}")


def sign_in(browser, service):
    """A wrong token is refused in words; the right one is never in an address."""
    browser.find("#token").send_keys("0" * 40)
    browser.button("Sign in").click()
    browser.see("does not know this token")
    browser.find("#token").clear()
    browser.sign_in(service.token)
    assert service.token not in browser.driver.current_url
    assert browser.script("return document.cookie") == ""


def find_and_ask(browser, service):
    """The lost payment, by amount and time as the customer says them; the gateway knows more."""
    browser.button("Find").click()
    browser.field("Amount").send_keys("25000")
    browser.field("Time").send_keys(time.strftime("%H:%M", time.gmtime(time.time() + 7 * 3600)))
    browser.see("TRX-LOST", "#results")
    card = "#results li:has(a[href='#/payment/TRX-LOST'])"
    browser.button("Ask the gateway now", card).click()
    browser.see("a query found the payment", "#results")
    assert service.api("/v1/transactions/TRX-LOST")["status"] == "success"


def decide(browser, live, service):
    """An entry is resolved with a status, after a dry run; another tab sees the change at once."""
    live.open("live")
    live.see("connected")
    before = service.api("/v1/transitions?after=latest")["head"]
    browser.open("attention")
    card = "li:has(a[href='#/payment/TRX-OTHER'])"
    browser.see("Other amount", card)
    browser.button("Decide", card).click()
    browser.choose("Status", "00")
    browser.field("Note").send_keys("checked with the customer")
    browser.button("Show what would change", "dialog").click()
    browser.see("This would be written", "dialog")
    browser.see("Pending → Paid Rp 35,000", "dialog")
    assert service.api("/v1/transitions?after=latest")["head"] == before, "a dry run writes nothing"
    browser.button("Confirm", "dialog").click()
    browser.wait(lambda: not browser.driver.find_elements("css selector", "dialog"), "the dialog is closed")
    live.see("TRX-OTHER", "table.feed tr.new, table.feed tbody tr:first-child")
    payment = service.api("/v1/transactions/TRX-OTHER")
    assert (payment["status"], payment["paidAmount"]["value"]) == ("success", "35000.00")
    assert payment["transitions"][-1]["operator"] == "ops"
    browser.choose("State", "resolved")
    browser.see("checked with the customer", card)


def read_code(browser, directory):
    """The picture on the screen is the code, for a phone."""
    browser.open("payment/TRX-2")
    image = browser.find("img.qr")
    browser.wait(lambda: browser.script("return arguments[0].complete && arguments[0].naturalWidth > 0", image), "the picture")
    picture = pathlib.Path(directory, "code.png")
    image.screenshot(str(picture))
    read = subprocess.run(["zbarimg", "--quiet", "--raw", picture], capture_output=True, check=True).stdout.decode().strip()
    browser.find("details summary").click()
    assert browser.find("details pre").text == read, read


def cashier(browser, service):
    """From an amount to the green screen, which only a verified payment brings."""
    browser.open("cashier")
    browser.find("input.amount").send_keys("17500")
    browser.button("Show the code").click()
    browser.find("img.qr")
    browser.see("Valid for")
    reference = browser.find("main p.mono").text
    assert not browser.driver.find_elements("css selector", ".paid-screen")
    service.pay(reference)
    browser.see("Rp 17,500", ".paid-screen")
    browser.button("Next customer").click()
    browser.find("input.amount")

    # What an operator says is not what a customer has paid.
    browser.find("input.amount").send_keys("18500")
    browser.button("Show the code").click()
    browser.find("img.qr")
    reference = browser.find("main p.mono").text
    service.api(f"/admin/transactions/{reference}/accept", {"status": "00", "amount": "18500.00", "note": "test"})
    browser.see("An operator set this payment to paid")
    assert not browser.driver.find_elements("css selector", ".paid-screen")


def day(browser, service, directory):
    """The gateway's report, as a spreadsheet here writes it, against the payments of today."""
    browser.open("day")
    browser.see("Rp", "main section:nth-of-type(2)")
    today = time.strftime("%d/%m/%Y", time.gmtime(time.time() + 7 * 3600))
    rows = ["Tanggal;No Invoice;Nominal", f"{today};TRX-0;15.000", f"{today};TRX-1;20.000", f"{today};TRX-ELSEWHERE;10.000"]
    report = pathlib.Path(directory, "report.csv")
    report.write_text("\ufeff" + "\r\n".join(rows) + "\r\n", encoding="utf-8")
    browser.find("input[type=file]").send_keys(str(report))
    # The columns are guessed from their names.
    browser.wait(lambda: browser.field("Column of the reference").get_attribute("value") == "No Invoice", "the guess")
    browser.button("Compare").click()
    # Nothing in this file says which reading is right: the page asks.
    first, second = today.split("/")[:2]
    if int(first) <= 12 and first != second:
        browser.button("The day is first").click()
    browser.button("25.000 is twenty-five thousand").click()
    browser.see("Report and receiver differ")
    for text in ("Only in the report: 1", "TRX-ELSEWHERE", "The amounts differ: 1", "Only here"):
        browser.see(text)


def diagnose(browser, service):
    """A pasted request says what is wrong with it."""
    browser.open("gateway")
    browser.find("textarea").send_keys(
        "POST /v1.0/debit/notify HTTP/1.1\nX-TIMESTAMP: 2026-11-22T10:00:00+07:00\nX-PARTNER-ID: CID-PAGE\n"
        "X-EXTERNAL-ID: 1\nX-SIGNATURE: c2lnbmF0dXJl\n\n{}")
    browser.button("Diagnose").click()
    browser.see("unusableSignature")
    browser.button("Run the self-test").click()
    browser.see("accepts key, client id and path")


def hostile(browser, service):
    """What others have written is text, everywhere."""
    browser.open("find?text=hostile")
    browser.see("Callback", "#results")
    written = [one["id"] for one in service.api("/v1/callbacks")["callbacks"] if "hostile" in (one["body"] or "")]
    assert len(written) == 2, written
    for callback in written:
        browser.open(f"callback/{callback}")
        browser.see("Strings that were tried")
        browser.see("onerror=hostile()")
        assert browser.script("return [...document.querySelectorAll('pre')].some((pre) => pre.textContent.length > 60000)")
    assert browser.script("return document.querySelector('.escape')?.textContent") == "\\u202E"
    for view in ("attention", "gateway", "live"):
        browser.open(view)
        browser.find("main h1")
    assert browser.script("return window.wasHostile") is None
    assert browser.script("return document.querySelectorAll('main img, main script, main b').length") == 0


def scopes(service, directory):
    """A token shows what it may: no decisions for one that may only read the feed and generate."""
    browser = Browser(service.url)
    try:
        browser.sign_in(pathlib.Path(directory, "orders.token").read_text().strip())
        titles = [link.text for link in browser.driver.find_elements("css selector", "nav a")]
        assert [title.split("\n")[0] for title in titles] == ["Now", "Attention", "Live", "Day", "Cashier"], titles
        browser.open("attention")
        browser.find("main h1")
        assert not browser.driver.find_elements("xpath", "//button[text()='Decide']")
        browser.open("find")
        browser.find("nav a[data-view=now][aria-current]")
        browser.button("Sign out").click()
        browser.find("#token")
        assert browser.script("return sessionStorage.length") == 0
        return browser.complaints()
    finally:
        browser.close()


def keyboard(browser):
    """Everything can be reached and used without a mouse: the first key jumps over the navigation."""
    browser.open("attention")
    browser.find("main h1")
    browser.script("document.activeElement.blur(); window.scrollTo(0, 0)")
    from selenium.webdriver.common.action_chains import ActionChains
    from selenium.webdriver.common.keys import Keys
    browser.driver.execute_script("document.getElementById('skip').focus()")
    ActionChains(browser.driver).send_keys(Keys.ENTER).perform()
    assert browser.script("return document.activeElement.id") == "main"
    ActionChains(browser.driver).send_keys(Keys.TAB).perform()
    assert browser.script("return document.activeElement.closest('main') !== null")


def look(browser, screenshots):
    """Each view at both widths, in both schemes: nothing is too wide, axe-core finds nothing serious."""
    findings = []
    for scheme in ("light", "dark"):
        browser.scheme(scheme)
        for view in VIEWS:
            browser.size(1280)
            browser.open(view)
            browser.find("main h1, main .health")
            browser.wait(lambda: not browser.driver.find_elements("css selector", "[aria-busy]"), "all is loaded")
            name = view.split("?")[0].split("/")[0]
            for width in (1280, 390):
                suffix = "" if scheme == "light" else "-dark"
                excess = browser.screenshot(screenshots / f"{name}-{width}{suffix}.png", width)
                if excess > 0:
                    findings.append(f"{name} is {excess} pixels too wide at {width}")
                findings += [f"{name} at {width}, {scheme}: {finding}" for finding in browser.accessibility()]
    assert not findings, "\n".join(findings)


def outage(browser, service):
    """A receiver that is gone is said, not hidden behind old figures; the token stays for later."""
    browser.open("now")
    browser.find("main .health")
    service.stop_receiver()
    # As a person who comes back to the tab.
    browser.script("document.dispatchEvent(new Event('visibilitychange'))")
    browser.see("The receiver does not respond", "#connection")
    assert browser.script("return sessionStorage.length") == 1


def indonesian(service, screenshots):
    browser = Browser(service.url, language="id")
    try:
        browser.screenshot(screenshots / "signin-1280.png", 1280)
        browser.find("#token").send_keys(service.token)
        browser.button("Masuk").click()
        browser.find("nav")
        browser.see("Sekarang", "nav")
        assert browser.script("return document.documentElement.lang") == "id"
        browser.screenshot(screenshots / "now-1280-indonesian.png", 1280)
        return browser.complaints()
    finally:
        browser.close()


def main(programs, screenshots):
    screenshots = pathlib.Path(screenshots)
    with tempfile.TemporaryDirectory() as directory:
        service = Service(programs, directory)
        browsers = []
        try:
            traffic(service)
            browser, live = Browser(service.url), Browser(service.url)
            browsers += [browser, live]
            steps = [
                ("signs in", lambda: sign_in(browser, service)),
                ("signs in again", lambda: live.sign_in(service.token)),
                ("finds the lost payment and asks the gateway", lambda: find_and_ask(browser, service)),
                ("decides, and sees the change live", lambda: decide(browser, live, service)),
                ("reads the code back", lambda: read_code(browser, directory)),
                ("sells at the cashier", lambda: cashier(browser, service)),
                ("compares a report", lambda: day(browser, service, directory)),
                ("diagnoses a request", lambda: diagnose(browser, service)),
                ("shows hostile content as text", lambda: hostile(browser, service)),
                ("works by keyboard", lambda: keyboard(browser)),
                ("looks right at 1280 and 390 pixels, in light and dark", lambda: look(browser, screenshots)),
            ]
            for name, step in steps:
                began = time.monotonic()
                step()
                print(f"ok  {name} ({time.monotonic() - began:.1f} s)", flush=True)
            complaints = [line for one in browsers for line in one.complaints()]
            complaints += scopes(service, directory) + indonesian(service, screenshots)
            assert not complaints, "\n".join(complaints)
            print("ok  scopes, Indonesian; no violation, no foreign request, no error", flush=True)
            browser.driver.refresh()
            browser.find("main h1, main .health")
            first_paint = browser.wait(browser.first_paint, "a paint")
            outage(browser, service)
            print("ok  says that the receiver is gone", flush=True)
            print(f"first paint after {first_paint:.0f} ms", flush=True)
        finally:
            for browser in browsers:
                browser.close()
            service.close()
    print(f"passed; screenshots in {screenshots}")


if __name__ == "__main__":
    try:
        main(*sys.argv[1:])
    except Unavailable as error:
        print(f"test-page: the browser does not start: {error}", file=sys.stderr)
        sys.exit(69)
