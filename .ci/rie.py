"""Each release binary under AWS's Runtime Interface Emulator: does it start, answer its events and keep secrets?

The emulator is the one that AWS ships with SAM. DynamoDB and Secrets Manager are MiniStack's, holding the tables of
template.yaml, empty. What the answers must say in detail is asserted by `cargo test`, over the same events; here it
matters that the deployed binaries give them, and that together they log somebody in and out.
"""

import argparse
import contextlib
import json
import pathlib
import re
import sys

import emulator
import judge
import local_cloud
import wechat
from transformed import FUNCTIONS, REST, source

ROOT = pathlib.Path(__file__).resolve().parents[1]
TOKEN = re.compile(r"wxs_[A-Za-z0-9_-]{70}")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rie", required=True)
    parser.add_argument("--build", help="folder of a sam build")
    parser.add_argument("--lambda", dest="cargo_lambda", help="target/lambda of cargo-lambda")
    parser.add_argument("--qemu", help="interpreter for a foreign processor")
    options = parser.parse_args()
    with local_cloud.running() as cloud, wechat.running() as simulator:
        bench = Bench(options, cloud, simulator)
        wrong = [line for function in FUNCTIONS for line in events(bench, function)]
        wrong += [line for function in FUNCTIONS for line in names_what_is_missing(bench, function)]
        wrong += list(conversation(bench))
    for line in wrong:
        print(f"WRONG {line}")
    sys.exit(1 if wrong else 0)


class Bench:
    """Where the binaries are and what they are given."""

    def __init__(self, options, cloud, simulator):
        self.options, self.cloud, self.simulator = options, cloud, simulator

    def run(self, function, without=None):
        """An emulator around the binary of a function."""
        environment = self.cloud.environment(function, self.simulator.url)
        environment.pop(without, None)
        timeout = source(REST)["Resources"][function]["Properties"]["Timeout"]
        return emulator.running(self.options.rie, self.program(function), environment, timeout, self.options.qemu)

    def program(self, function):
        if self.options.build:
            return (ROOT / self.options.build / function / "bootstrap").resolve()
        return pathlib.Path(self.options.cargo_lambda, binary(function), "bootstrap").resolve()


def binary(function):
    return source(REST)["Resources"][function]["Metadata"]["BuildProperties"]["Binary"]


def owner(name):
    """The function an event is for: events/<function>-<case>.json."""
    fitting = [function for function in FUNCTIONS if name.startswith(f"{binary(function)}-")]
    return max(fitting, key=lambda function: len(binary(function)), default=None)


def events(bench, function):
    """Complaints about the answers to the sample events, and about what the log shows."""
    files = [file for file in sorted((ROOT / "events").glob("*.json")) if owner(file.name) == function]
    if len(files) < 2:
        yield f"{function}: {len(files)} events, at least 2 are expected"
    complaint = judge.of(function)
    with bench.run(function) as rie:
        for file in files:
            status, body = rie.invoke(file.read_bytes())
            wrong = f"the emulator answers {status}: {body[:300]}"
            if status == 200:
                answer = json.loads(body)
                wrong = complaint(json.loads(file.read_text()), answer)
            if wrong:
                yield f"{file.name}: {wrong}\n{rie.log()[-1500:]}"
            else:
                print(f"{file.name}: {judge.summary(answer)}")
        yield from shown(function, rie, TOKEN.findall("".join(file.read_text() for file in files)))


def shown(what, rie, more):
    """Secrets in a log."""
    secrets = [local_cloud.APP_SECRET, local_cloud.RING_KEY, local_cloud.SECRET_ACCESS_KEY]
    for secret in secrets + more:
        if secret in rie.log():
            yield f"{what}: the log shows a secret: {secret[:8]}…"


def names_what_is_missing(bench, function):
    """A setting that is missing stops start-up, and the log names it."""
    with bench.run(function, without="USERS_TABLE") as rie:
        try:
            status, body = rie.invoke(b"{}")
        except ConnectionError:
            # The emulator sometimes dies with a function that ends during start-up. No answer is what
            # is wanted here; the log still has to say why.
            status, body = 502, ""
        if status == 200 and "errorMessage" not in body:
            yield f"{function}: starts without USERS_TABLE and answers {body[:200]}"
        elif "USERS_TABLE" not in rie.log():
            yield f"{function}: does not name USERS_TABLE when it is missing:\n{rie.log()[-1500:]}"
        else:
            print(f"{binary(function)}: without USERS_TABLE it does not start, and says so")


def conversation(bench):
    """Log in, check, authorize, log out, refused: five calls over three binaries."""
    with contextlib.ExitStack() as stack:
        login = stack.enter_context(bench.run("LoginFunction"))
        check = stack.enter_context(bench.run("CheckSessionFunction"))
        authorizer = stack.enter_context(bench.run("AuthorizerFunction"))
        event = json.loads((ROOT / "events/login-rest.json").read_text())
        code, openid = bench.simulator.code(local_cloud.APP_ID)
        event["body"] = json.dumps({"code": code})
        answer = ask(login, json.dumps(event))
        if answer.get("statusCode") != 200:
            yield f"login: {answer}\n{login.log()[-2000:]}"
            return
        token = json.loads(answer["body"])["token"]
        steps = [
            ("check", check, "check-session-rest.json", lambda got: got["statusCode"] == 200),
            ("authorize", authorizer, "authorizer-rest-token.json", lambda got: allows(got, token)),
            ("log out", check, "check-session-logout-rest.json", lambda got: got["statusCode"] == 204),
            ("authorize again", authorizer, "authorizer-rest-token.json", lambda got: not allows(got, token)),
        ]
        for what, rie, file, right in steps:
            got = ask(rie, TOKEN.sub(token, (ROOT / "events" / file).read_text()))
            if not right(got):
                yield f"{what}: {got}\n{rie.log()[-2000:]}"
        session_key = bench.simulator.session_key(local_cloud.APP_ID, openid)
        for what, rie in (("login", login), ("check-session", check), ("authorizer", authorizer)):
            yield from shown(what, rie, [token, code, openid, session_key])
    print("logged in, checked, allowed, logged out, refused: no secret in any log")


def ask(rie, event):
    return json.loads(rie.invoke(event.encode())[1])


def allows(answer, token):
    """An Allow whose context is flat text and does not carry the token."""
    allowed = [entry["Effect"] for entry in answer["policyDocument"]["Statement"]] == ["Allow"]
    flat = all(isinstance(value, str) for value in answer.get("context", {}).values())
    return allowed and flat and token not in json.dumps(answer)


if __name__ == "__main__":
    main()
