"""Runs the commands of events/README.md, as a stranger would paste them: `.ci/local_invoke.py cargo-lambda` or `… sam`.

The two long-running commands are started first, then each line of the block with that name. With LOCAL_INVOKE_PORTS=N the
services listen on N and the ports after it, for machines where the usual ones are taken.
"""

import contextlib
import json
import os
import pathlib
import re
import signal
import socket
import subprocess
import sys
import tempfile
import time

import containers

ROOT = pathlib.Path(__file__).resolve().parents[1]
PAGE = (ROOT / "events/README.md").read_text(encoding="utf-8")
# What each function answers to a user who has just logged in.
GOOD = {
    "login": lambda answer: answer["statusCode"] == 200 and "token" in json.loads(answer["body"]),
    "check-session": lambda answer: answer["statusCode"] == 200,
    "sessions": lambda answer: answer["statusCode"] == 200,
    "open-data": lambda answer: answer["statusCode"] == 200,
    "authorizer": lambda answer: answer["policyDocument"]["Statement"][0]["Effect"] == "Allow",
    "accounts": lambda answer: "result" in answer,
    "wechat": lambda answer: "result" in answer,
    # Its time is long past.
    "push": lambda answer: answer["statusCode"] == 200 and answer["body"] == "success",
    "events": lambda answer: answer == {"batchItemFailures": []},
    "erasures": lambda answer: answer == {"batchItemFailures": []},
}
USUAL = [3000, 3001, 3002, 8000, 8001, 9000]


def block(name):
    """The lines of the block that is marked with `name`."""
    found = re.search(rf"<!-- run: {name} -->\n```sh\n(.*?)```", PAGE, flags=re.S)
    return [line for line in found[1].splitlines() if line.strip()]


def terminals():
    """The commands that are started first, without their comments."""
    lines = re.search(r"```sh\n(cargo run -p local .*?)```", PAGE, flags=re.S)[1].splitlines()
    return [line.split("#")[0].strip() for line in lines]


class Ports:
    """The usual ports, or others in their place."""

    def __init__(self):
        first = os.environ.get("LOCAL_INVOKE_PORTS")
        self.of = dict(zip(USUAL, USUAL if first is None else range(int(first), int(first) + len(USUAL))))
        self.moved = first is not None

    def command(self, line):
        if not self.moved:
            return line
        at = self.of
        line = re.sub(
            r"cargo run -p local\b",
            f"cargo run -p local -- --port {at[3000]} --wechat-port {at[3001]} --web-view-port {at[3002]} --dynamodb-port {at[8000]} --secrets-port {at[8001]}",
            line,
        )
        line = line.replace(
            "local -- event", f"local -- event --url http://127.0.0.1:{at[3000]} --wechat-url http://127.0.0.1:{at[3001]}"
        )
        return re.sub(r"cargo lambda (watch|invoke)", rf"cargo lambda \1 --invoke-port {at[9000]}", line)

    def file(self, text):
        for usual, port in self.of.items():
            text = text.replace(f":{usual}\n", f":{port}\n").replace(f':{usual}"', f':{port}"')
        return text


@contextlib.contextmanager
def running(command, port, log):
    """A command with all that it starts, until the block ends; `port` answers then."""
    with open(log, "wb") as output:
        process = subprocess.Popen(
            ["bash", "-c", f"exec {command}"], cwd=ROOT, stdout=output, stderr=output, start_new_session=True
        )
    try:
        wait_for(port, process, log)
        yield
    except SystemExit:
        print(f"{command}:\n{pathlib.Path(log).read_text(errors='replace')[-3000:]}", file=sys.stderr)
        raise
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGINT)
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def wait_for(port, process, log):
    for _ in range(6000):
        for address in ("127.0.0.1", "::1"):
            with contextlib.suppress(OSError), socket.create_connection((address, port), timeout=1):
                return
        if process.poll() is not None:
            break
        time.sleep(0.1)
    sys.exit(f"port {port} does not answer\n{pathlib.Path(log).read_text(errors='replace')[-3000:]}")


def named(line):
    """The function that a line invokes, by its binary's name; None for a line that only prepares."""
    found = re.search(r"sam local invoke\b.* (\w+Function)\b", line) or re.search(r"cargo lambda invoke(?: --[\w-]+ \S+)* ([\w-]+)", line)
    if found is None:
        return None
    return re.sub(r"(?<!^)(?=[A-Z])", "-", found[1].removesuffix("Function")).lower()


def invoke_each(lines, ports):
    for line in lines:
        done = subprocess.run(
            ["bash", "-o", "pipefail", "-c", ports.command(line)], cwd=ROOT, capture_output=True, text=True, timeout=900
        )
        if done.returncode != 0:
            sys.exit(f"{line}\n{done.stdout[-2000:]}{done.stderr[-3000:]}")
        function = named(line)
        if function is None:
            continue
        answer = json.loads(done.stdout.strip().splitlines()[-1])
        if not GOOD[function](answer):
            sys.exit(f"{line}: {answer}")
        print(f"{line}: as expected")


def cargo_lambda():
    ports = Ports()
    local, watch = terminals()
    with tempfile.TemporaryDirectory() as folder:
        env = pathlib.Path(folder) / "local.env"
        env.write_text(ports.file((ROOT / "events/local.env").read_text()))
        watch = watch.replace("events/local.env", str(env))
        with running(ports.command(local), ports.of[3000], f"{folder}/local"):
            with running(ports.command(watch), ports.of[9000], f"{folder}/watch"):
                invoke_each(block("cargo-lambda"), ports)


def sam():
    """With what `sam build` has left, and a Docker engine."""
    ports = Ports()
    bridge = containers.bridge_address()
    # The page's reader has the folder of a plain `sam build`; the gate builds into one of its own, for x86_64.
    options = (
        "--template .aws-sam/rehearsal/template.yaml --parameter-overrides Architecture=x86_64 --skip-pull-image"
        f" --add-host host.docker.internal:{bridge}"
    )
    lines = [line.replace("sam local invoke", f"sam local invoke {options}") for line in block("sam")]
    with tempfile.TemporaryDirectory() as folder:
        command = f"cargo run -q -p local -- --host {bridge} --containers"
        with running(command, ports.of[3000], f"{folder}/local"):
            invoke_each(lines, ports)


if __name__ == "__main__":
    {"cargo-lambda": cargo_lambda, "sam": sam}[sys.argv[1]]()
