"""`sam local invoke` of each function and `sam local start-api` for one conversation, in real containers.

`--docker-network host` does nothing in SAM 1.170 (container.py connects to every network but that one), so the services
listen on the engine's own bridge, which no other machine reaches. Where SAM's local gateway differs from Amazon's is
listed in .ci/emulators.md; such steps expect what it does, and say so.
"""

import contextlib
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import urllib.error
import urllib.request

import containers
import emulator
import judge
import local_cloud
import wechat

ROOT = pathlib.Path(__file__).resolve().parents[1]
BUILT = ".aws-sam/rehearsal/template.yaml"
# The same functions, behind an HTTP API.
BUILT_HTTP = ".aws-sam/rehearsal-http/template.yaml"
PORT = 14570
EVENTS = {
    "LoginFunction": "login-rest.json",
    "CheckSessionFunction": "check-session-rest.json",
    "AuthorizerFunction": "authorizer-rest-token.json",
    "SessionsFunction": "sessions-list-rest.json",
    "OpenDataFunction": "open-data-decrypt-rest.json",
    "AccountsFunction": "accounts-get.json",
    "WechatFunction": "wechat-sign-xpay.json",
    "ErasuresFunction": "erasures-stream.json",
    "EventsFunction": "events-stream.json",
}


def main():
    subprocess.run([".ci/sam-base-image"], cwd=ROOT, check=True)
    bridge = containers.bridge_address()
    with local_cloud.running(bridge) as cloud:
        sam = Sam(bridge)
        for function, event in EVENTS.items():
            invoke(sam, function, event)
        for template in (BUILT, BUILT_HTTP):
            with start_api(sam, template) as url:
                converse(url, log_in(cloud))


class Sam:
    """`sam local` with the options that keep it on this machine."""

    def __init__(self, bridge):
        self.environment = os.environ | {
            "AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": local_cloud.SECRET_ACCESS_KEY,
            "AWS_DEFAULT_REGION": local_cloud.REGION, "SAM_CLI_TELEMETRY": "0",
        }
        # What env.json has for the local service, for MiniStack.
        variables = json.loads((ROOT / "env.json").read_text())
        at = f"http://host.docker.internal:{local_cloud.PORT}"
        variables["Parameters"] |= {"AWS_ENDPOINT_URL_DYNAMODB": at, "AWS_ENDPOINT_URL_SECRETS_MANAGER": at}
        # Plain http is accepted on this machine only, and in a container nothing listens there: no WeChat.
        variables["Parameters"]["WECHAT_API_BASE_URL"] = "http://127.0.0.1:9"
        self.variables = tempfile.NamedTemporaryFile("w", suffix=".json")
        json.dump(variables, self.variables)
        self.variables.flush()
        self.options = [
            "--skip-pull-image", "--env-vars", self.variables.name,
            "--add-host", f"host.docker.internal:{bridge}",
            "--parameter-overrides",
            f"Architecture=x86_64 WechatAppId={local_cloud.APP_ID} WechatAppSecret={local_cloud.APP_SECRET}",
        ]

    def command(self, *words, template=BUILT):
        return ["sam", "local", *words, "--template", template, *self.options]


def invoke(sam, function, event):
    """One invocation in a container of its own."""
    file = ROOT / "events" / event
    done = subprocess.run(
        sam.command("invoke", function, "--event", str(file)),
        cwd=ROOT, env=sam.environment, capture_output=True, text=True, timeout=120,
    )
    try:
        answer = json.loads(done.stdout.strip().splitlines()[-1])
    except (IndexError, json.JSONDecodeError):
        sys.exit(f"sam local invoke {function}: no answer\n{done.stdout[-1000:]}\n{done.stderr[-3000:]}")
    complaint = judge.of(function)
    wrong = complaint(json.loads(file.read_text()), answer)
    if function == "LoginFunction":
        wrong = None if judge.summary(answer) == "503 upstream_unavailable" else f"WeChat was reached: {answer}"
    if wrong:
        sys.exit(f"sam local invoke {function}: {wrong}\n{done.stderr[-3000:]}")
    print(f"sam local invoke {function}: {judge.summary(answer)}")


@contextlib.contextmanager
def start_api(sam, template):
    """SAM's gateway on loopback; its base URL."""
    with tempfile.TemporaryDirectory() as folder:
        log = f"{folder}/log"
        with open(log, "wb") as output:
            process = subprocess.Popen(
                sam.command("start-api", "--host", "127.0.0.1", "--port", str(PORT), "--warm-containers", "LAZY", template=template),
                cwd=ROOT, env=sam.environment, stdout=output, stderr=output,
            )
        try:
            local_cloud.wait_for(PORT, process, log)
            yield f"http://127.0.0.1:{PORT}"
        except SystemExit:
            print(pathlib.Path(log).read_text(errors="replace")[-4000:])
            raise
        finally:
            process.terminate()
            process.wait(60)
            remove_containers()


def remove_containers():
    """`sam local start-api` may leave a container behind. The engine is ours alone, so all of them may go."""
    left = subprocess.run(["docker", "ps", "--quiet", "--all"], capture_output=True, text=True).stdout.split()
    if left:
        subprocess.run(["docker", "rm", "--force", *left], capture_output=True)


def log_in(cloud):
    """A token for the conversation: the login binary outside the container, with the same tables."""
    (rie,) = pathlib.Path(samcli()).glob("local/rapid/aws-lambda-rie-x86_64")
    program = (ROOT / BUILT).parent / "LoginFunction/bootstrap"
    with wechat.running() as simulator:
        event = json.loads((ROOT / "events/login-rest.json").read_text())
        event["body"] = json.dumps({"code": simulator.code(local_cloud.APP_ID)[0]})
        environment = cloud.environment("LoginFunction", simulator.url)
        with emulator.running(str(rie), program, environment, 8) as login:
            return json.loads(json.loads(login.invoke(json.dumps(event).encode())[1])["body"])["token"]


def samcli():
    """Where SAM is installed: it brings the emulator."""
    python = pathlib.Path(shutil.which("sam")).with_name("python")
    command = [python, "-c", "import os, samcli; print(os.path.dirname(samcli.__file__))"]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()


def converse(url, token):
    """A protected call, log out, refused."""
    status, body = call("POST", f"{url}/login", body={"code": "a-code-from-wx-login"})
    step("log in, without WeChat", f"{status} {body['code']}", "503 upstream_unavailable")
    step("check", call("GET", f"{url}/session", token)[0], 200)
    step("protected call, through the authorizer", call("GET", f"{url}/sessions", token)[0], 200)
    step("protected call without a token", call("GET", f"{url}/sessions")[0], 401)
    step("log out", call("DELETE", f"{url}/session", token)[0], 204)
    step("check after logout", call("GET", f"{url}/session", token)[0], 401)
    # SAM's gateway knows no gateway responses; Amazon's makes this a 401.
    step("protected call after logout (SAM: 403 where AWS answers 401)", call("GET", f"{url}/sessions", token)[0], 403)


def call(method, url, token=None, body=None):
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    data = None
    if body is not None:
        data, headers["Content-Type"] = json.dumps(body).encode(), "application/json"
    request = urllib.request.Request(url, method=method, headers=headers, data=data)
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:
            return answer.status, json.loads(answer.read() or b"{}")
    except urllib.error.HTTPError as answer:
        return answer.code, json.loads(answer.read() or b"{}")


def step(what, got, expected):
    if got != expected:
        sys.exit(f"{what}: expected {expected}, got {got}")
    print(f"sam local start-api, {what}: {got}")


if __name__ == "__main__":
    main()
