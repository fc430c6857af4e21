"""The WeChat simulator, for everything that runs the release binaries or a deployment without WeChat."""

import contextlib
import json
import pathlib
import subprocess
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parents[2]


class Wechat:
    """A running simulator."""

    def __init__(self, url):
        self.url = url

    def code(self, app_id, openid=None):
        """A fresh code of wx.login() of this user or a new one, and whose it is."""
        minted = self._control("codes", {"app_id": app_id} | ({"openid": openid} if openid else {}))
        return minted["code"], minted["openid"]

    def session_key(self, app_id, openid):
        return self._control("session-key", {"app_id": app_id, "openid": openid})["session_key"]

    def _control(self, what, body):
        headers = {"Content-Type": "application/json"}
        request = urllib.request.Request(f"{self.url}/_control/{what}", data=json.dumps(body).encode(), headers=headers)
        with urllib.request.urlopen(request, timeout=30) as answer:
            return json.load(answer)


def build(program):
    """A program of ours, freshly built; its path. Of the whole workspace and beside a test, a small one: so that it needs the same
    features of each crate as the tests, and what those have compiled serves."""
    command = ["cargo", "build", "--quiet", "--locked", "--workspace", "--bin", program, "--test", "parts", "--message-format", "json"]
    done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True)
    made = [json.loads(line).get("executable") for line in done.stdout.splitlines()]
    (path,) = [path for path in made if path and pathlib.Path(path).name == program]
    return path


@contextlib.contextmanager
def running(port=0):
    """A simulator at a port of loopback, or at any free one."""
    program = build("wechat-simulator")
    process = subprocess.Popen([program, "--port", str(port)], stdout=subprocess.PIPE, text=True)
    try:
        yield Wechat(process.stdout.readline().strip())
    finally:
        process.terminate()
        process.wait(10)
