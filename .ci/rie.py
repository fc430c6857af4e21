"""Each release binary under AWS's Runtime Interface Emulator: does it start, answer its events and keep secrets?

The emulator is the one that AWS ships with SAM. DynamoDB and Secrets Manager are MiniStack's, holding the tables of
template.yaml, empty; WeChat answers every js_code as it answers made-up ones. What the answers must say in detail is
asserted by `cargo test`, over the same events; here it matters that the deployed binary gives them.
"""

import argparse
import contextlib
import http.server
import json
import os
import pathlib
import re
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT / "scripts"), str(ROOT / ".ci/template")]

import local_cloud  # noqa: E402
from transformed import FUNCTIONS, REST, source  # noqa: E402

QEMU_ROOT = "/usr/aarch64-linux-gnu"


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rie", required=True)
    parser.add_argument("--build", help="folder of a sam build")
    parser.add_argument("--lambda", dest="cargo_lambda", help="target/lambda of cargo-lambda")
    parser.add_argument("--qemu", help="interpreter for a foreign processor")
    options = parser.parse_args()
    with local_cloud.running() as cloud, wechat() as wechat_url:
        wrong = [line for function in FUNCTIONS for line in rehearse(function, options, cloud, wechat_url)]
    for line in wrong:
        print(f"WRONG {line}")
    sys.exit(1 if wrong else 0)


def rehearse(function, options, cloud, wechat_url):
    """Complaints about one function."""
    resource = source(REST)["Resources"][function]
    binary = resource["Metadata"]["BuildProperties"]["Binary"]
    program = bootstrap(options, function, binary)
    environment = cloud.environment(function, wechat_url)
    events = [file for file in sorted((ROOT / "events").glob("*.json")) if owner(file.name) == binary]
    if len(events) < 2:
        yield f"{binary}: {len(events)} events, at least 2 are expected"
    with emulator(options, program, environment, resource["Properties"]["Timeout"]) as rie:
        for file in events:
            yield from answer_is_right(binary, file, rie, environment)
    yield from names_what_is_missing(binary, options, program, environment)


def bootstrap(options, function, binary):
    if options.build:
        return (ROOT / options.build / function / "bootstrap").resolve()
    return pathlib.Path(options.cargo_lambda, binary, "bootstrap").resolve()


def owner(name):
    """The function an event is for: events/<function>-<case>.json."""
    binaries = [source(REST)["Resources"][function]["Metadata"]["BuildProperties"]["Binary"] for function in FUNCTIONS]
    fitting = [binary for binary in binaries if name.startswith(f"{binary}-")]
    return max(fitting, key=len, default=None)


# ---- what an answer must be


def answer_is_right(binary, file, rie, environment):
    event = json.loads(file.read_text())
    status, body = rie.invoke(file.read_bytes())
    complaint = None if status == 200 else f"the emulator answers {status}: {body[:300]}"
    if complaint is None:
        answer = json.loads(body)
        judge = authorizer_complaint if binary == "authorizer" else http_complaint
        complaint = judge(event, answer)
    if complaint:
        yield f"{file.name}: {complaint}\n{rie.log()[-1500:]}"
        return
    print(f"{file.name}: {summary(answer)}")
    secrets = [environment["AWS_SECRET_ACCESS_KEY"], local_cloud.APP_SECRET, local_cloud.RING_KEY]
    secrets += re.findall(r"wxs_[A-Za-z0-9_-]{70}", file.read_text())
    for secret in secrets:
        if secret in rie.log():
            yield f"{file.name}: the log shows a secret"


def authorizer_complaint(event, answer):
    """Nobody is logged in, so every shape must be refused, in its own form and not by an error."""
    if "errorMessage" in answer:
        return f"an error instead of an answer: {answer}"
    if event.get("version") == "2.0" or "requestContext" in event and "operationName" in event["requestContext"]:
        return None if answer.get("isAuthorized") is False else f"not a refusal: {answer}"
    effects = [entry["Effect"] for entry in answer["policyDocument"]["Statement"]]
    return None if effects == ["Deny"] else f"not a refusal: {answer}"


def http_complaint(_event, answer):
    status = answer.get("statusCode")
    if not isinstance(status, int) or status >= 500:
        return f"not an answer for a client: {answer}"
    headers = {name.lower(): value for name, value in answer.get("headers", {}).items()}
    headers |= {name.lower(): value[0] for name, value in answer.get("multiValueHeaders", {}).items()}
    if headers.get("cache-control") != "no-store":
        return f"may be cached: {answer}"
    if status >= 400 and headers.get("content-type") != "application/problem+json":
        return f"not a problem document: {answer}"
    return None


def summary(answer):
    if "statusCode" not in answer:
        return "refused"
    code = json.loads(answer.get("body") or "{}").get("code", "")
    return f"{answer['statusCode']} {code}".strip()


def names_what_is_missing(binary, options, program, environment):
    """A setting that is missing stops start-up, and the log names it."""
    without = {name: value for name, value in environment.items() if name != "USERS_TABLE"}
    with emulator(options, program, without, 5) as rie:
        status, body = rie.invoke(b"{}")
        if status == 200 and "errorMessage" not in body:
            yield f"{binary}: starts without USERS_TABLE and answers {body[:200]}"
        elif "USERS_TABLE" not in rie.log():
            yield f"{binary}: does not name USERS_TABLE when it is missing:\n{rie.log()[-1500:]}"
        else:
            print(f"{binary}: without USERS_TABLE it does not start, and says so")


# ---- the emulator


class Emulator:
    """One running emulator. It takes one call at a time: two at once crash it (aws-lambda-runtime-interface-emulator#97)."""

    def __init__(self, port, log):
        self.url = f"http://127.0.0.1:{port}/2015-03-31/functions/function/invocations"
        self.path = log

    def invoke(self, event):
        try:
            with urllib.request.urlopen(urllib.request.Request(self.url, data=event), timeout=60) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as answer:
            return answer.code, answer.read().decode()

    def log(self):
        return pathlib.Path(self.path).read_text(errors="replace")


@contextlib.contextmanager
def emulator(options, program, environment, timeout):
    invoke, runtime = free_port(), free_port()
    with tempfile.TemporaryDirectory() as folder:
        log = f"{folder}/log"
        command = str(program)
        if options.qemu:
            # The emulator starts one program, so the interpreter is put into a script.
            command = f"{folder}/bootstrap"
            pathlib.Path(command).write_text(f"#!/bin/sh\nexec {options.qemu} -L {QEMU_ROOT} {program}\n")
            os.chmod(command, 0o755)
        full = environment | {"AWS_LAMBDA_FUNCTION_TIMEOUT": str(timeout), "PATH": os.environ["PATH"]}
        with open(log, "wb") as output:
            process = subprocess.Popen(
                [options.rie, "--log-level", "info", "--runtime-api-address", f"127.0.0.1:{runtime}",
                 "--runtime-interface-emulator-address", f"127.0.0.1:{invoke}", command],
                env=full, stdout=output, stderr=output,
            )
        try:
            local_cloud.wait_for(invoke, process, log)
            yield Emulator(invoke, log)
        finally:
            process.terminate()
            process.wait(10)


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


# ---- WeChat, for codes that nobody got from wx.login


@contextlib.contextmanager
def wechat():
    class Answer(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            body = b'{"errcode":40029,"errmsg":"invalid code, rid: 00000000-00000000-00000000"}'
            self.send_response(200)
            self.send_header("Content-Type", "text/plain")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_POST = do_GET

        def log_message(self, *_):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Answer)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()


if __name__ == "__main__":
    main()
