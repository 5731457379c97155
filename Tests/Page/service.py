"""Receiver and simulator, as a shop would run them, for the tests of the page."""

import base64
import json
import pathlib
import re
import socket
import subprocess
import time
import urllib.error
import urllib.request
import uuid


class Service:
    """Both programs with their keys and tokens in one directory; `close` ends them."""

    def __init__(self, programs, directory):
        self.directory = pathlib.Path(directory)
        self.processes = []
        receiver = pathlib.Path(programs, "cashin-receiver")
        simulator = pathlib.Path(programs, "cashin-simulator")
        run = lambda *words: subprocess.run(words, check=True, capture_output=True)
        run(receiver, "init", "--dir", self.directory)
        private = self.directory / "gateway-private.pem"
        run("openssl", "genpkey", "-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048", "-out", private)
        run("openssl", "pkey", "-in", private, "-pubout", "-out", self.directory / "cashin-public.pem")
        configuration = self.directory / "config.json5"
        text = configuration.read_text()
        self.signed_url = "http://127.0.0.1:8080/v1.0/debit/notify"
        for name, value in (("publicURL", self.signed_url), ("clientId", "CID-PAGE"), ("merchantId", "MCH-PAGE")):
            text = text.replace(f'{name}: ""', f'{name}: "{value}"')
        configuration.write_text(text)
        self.notify = f"127.0.0.1:{free_port()}"
        try:
            self.gateway = self._start(
                "simulator", "", simulator, "serve", "--listen", "127.0.0.1:0", "--keys", self.directory,
                "--client-id", "CID-PAGE", "--merchant-id", "MCH-PAGE", "--retry-seconds", "none",
                "--notify-url", f"http://{self.notify}/v1.0/debit/notify", "--registered-url", self.signed_url)
            self.url = self._start(
                "receiver", "listener=internal", receiver, "serve", "--config", configuration,
                "--set", f"notify.listen={self.notify}", "--set", "internal.listen=127.0.0.1:0",
                "--set", f"cashIn.baseURL={self.gateway}/pg/fo")
        except BaseException:
            self.close()
            raise
        self.token = (self.directory / "ops.token").read_text().strip()

    def _start(self, name, listener, *words):
        """Starts a program, and returns the URL that its log shows."""
        log = self.directory / f"{name}.log"
        with log.open("wb") as output:
            self.processes.append(subprocess.Popen([str(word) for word in words], stderr=output))
        for _ in range(200):
            match = re.search(rf"message=listening.*{listener}.*address=(\S+)", log.read_text())
            if match:
                return f"http://{match[1]}"
            if self.processes[-1].poll() is not None:
                break
            time.sleep(0.05)
        raise RuntimeError(f"{name} did not start:\n{log.read_text()}")

    def stop_receiver(self):
        """Ends the receiver, as a deployment does."""
        receiver = self.processes.pop()
        receiver.terminate()
        receiver.wait(30)

    def close(self):
        for process in reversed(self.processes):
            process.terminate()
            process.wait(30)

    # Requests

    def api(self, path, body=None):
        """Sends a request to the internal API; returns the JSON of the response."""
        return self._send(self.url + path, body, {"Authorization": f"Bearer {self.token}"})

    def generate(self, reference, amount):
        return self.api("/admin/qr/generate", {"partnerReferenceNo": reference, "amount": amount})

    def pay(self, reference, faults=(), wait=True):
        """A customer pays. Without `wait`, the callback may still be on its way."""
        path = f"{self.gateway}/simulator/transactions/{reference}/pay"
        return self._send(path, {"faults": list(faults), "wait": wait}, {})

    def callback(self, body, key="gateway-private.pem", partner="CID-PAGE"):
        """Posts a signed callback with any body; returns the status of the response."""
        timestamp = time.strftime("%Y-%m-%dT%H:%M:%S+07:00", time.gmtime(time.time() + 7 * 3600))
        digest = subprocess.run(["openssl", "dgst", "-sha256", "-r"], input=body, capture_output=True, check=True)
        text = f"POST:/v1.0/debit/notify:{digest.stdout.split()[0].decode()}:{timestamp}"
        signature = subprocess.run(
            ["openssl", "dgst", "-sha256", "-sign", self.directory / key], input=text.encode(), capture_output=True, check=True)
        request = urllib.request.Request(f"http://{self.notify}/v1.0/debit/notify", data=body, headers={
            "Content-Type": "application/json", "X-PARTNER-ID": partner, "X-EXTERNAL-ID": uuid.uuid4().hex,
            "X-TIMESTAMP": timestamp, "X-SIGNATURE": base64.b64encode(signature.stdout).decode(), "CHANNEL-ID": "95051"})
        try:
            return urllib.request.urlopen(request, timeout=10).status
        except urllib.error.HTTPError as error:
            return error.code

    @staticmethod
    def _send(url, body, headers):
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(url, data=data, headers={**headers, "Content-Type": "application/json"})
        with urllib.request.urlopen(request, timeout=30) as response:
            return json.load(response)


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]
