"""DynamoDB and Secrets Manager on this machine, holding what template.yaml declares: tables, secrets, settings.

Used by the checks that run the release binaries without a deployment. MiniStack plays both services.
"""

import argparse
import contextlib
import json
import os
import pathlib
import signal
import socket
import subprocess
import sys
import tempfile
import time

import boto3

from transformed import REST, environment, logical_id, source

REGION = "us-east-1"
PORT = 14567
# Made up, and used nowhere else: the WeChat simulator accepts this Mini Program.
APP_ID, APP_SECRET = "wx0123456789abcdef", "0123456789abcdef0123456789abcdef"
SECRET_ACCESS_KEY = "a-key-that-must-not-be-logged"
RING_KEY = "a-key-for-tests-only-and-of-no-use-anywhere-else-0123456789abcdef"


class Cloud:
    """The services at one address. Resources are named by their logical ids, as `sam local` does."""

    def __init__(self, host, port):
        self.url = f"http://{host}:{port}"

    def create(self):
        """The tables of the template, empty, and both secrets."""
        session = boto3.Session("test", "test", region_name=REGION)
        dynamodb = session.client("dynamodb", endpoint_url=self.url)
        for name in ("UsersTable", "SessionsTable"):
            table = source(REST)["Resources"][name]["Properties"]
            asked = ("BillingMode", "KeySchema", "AttributeDefinitions", "GlobalSecondaryIndexes")
            dynamodb.create_table(TableName=name, **{key: table[key] for key in asked if key in table})
        secrets = session.client("secretsmanager", endpoint_url=self.url)
        secrets.create_secret(Name="AppsSecret", SecretString=json.dumps({APP_ID: APP_SECRET}))
        ring = {"current": "k1", "k1": RING_KEY}
        secrets.create_secret(Name="SessionKeyRingSecret", SecretString=json.dumps(ring))

    def environment(self, function, wechat_url):
        """What Lambda would set for a function of the template, with the parameters at their defaults."""
        parameters = source(REST)["Parameters"]
        given = {"WechatApiBaseUrl": wechat_url}
        found = {"AWS_REGION": REGION, "AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": SECRET_ACCESS_KEY}
        for name, value in environment(REST, function).items():
            if name.startswith("AWS_ENDPOINT_URL_"):
                found[name] = self.url
            else:
                target = logical_id(value).removeprefix("AWS::")
                found[name] = str(given.get(target) or parameters.get(target, {}).get("Default", target))
        return found | {"AWS_LAMBDA_FUNCTION_NAME": function, "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "256"}


def start_ministack(port, state, services, more, host="127.0.0.1"):
    """MiniStack at one address only. Its environment is clean, because functions that it runs inherit it."""
    if reachable(port, host):
        sys.exit(f"port {port} is in use; choose another")
    environment = {
        "PATH": os.environ["PATH"], "HOME": state, "TMPDIR": state, "S3_DATA_DIR": f"{state}/s3", "SERVICES": services,
        "BIND_HOST": host, "GATEWAY_PORT": str(port), "IOT_MTLS_ENABLED": "0", "LAMBDA_EXECUTOR": "local",
        "AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test", "AWS_EC2_METADATA_DISABLED": "true",
        "PYTHONUNBUFFERED": "1",
    }
    log = f"{state}/ministack.log"
    with open(log, "wb") as output:
        process = subprocess.Popen(
            [pathlib.Path(sys.executable).with_name("ministack")], cwd=state, env=environment | more,
            stdout=output, stderr=output, start_new_session=True,
        )
    wait_for(port, process, log, host)
    return process


def stop(process):
    """Ends MiniStack; it ends the functions it started."""
    process.terminate()
    try:
        process.wait(15)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


@contextlib.contextmanager
def running(host="127.0.0.1", port=PORT):
    """DynamoDB and Secrets Manager with everything in place."""
    with tempfile.TemporaryDirectory(prefix="wxsession-ministack-") as state:
        process = start_ministack(port, state, "dynamodb,secretsmanager", {}, host)
        try:
            cloud = Cloud(host, port)
            cloud.create()
            yield cloud
        finally:
            stop(process)


def reachable(port, host="127.0.0.1"):
    with socket.socket() as probe:
        return probe.connect_ex((host, port)) == 0


def wait_for(port, process, log, host="127.0.0.1"):
    """Until something listens on the port; a process that ended first is reported with its log."""
    deadline = time.monotonic() + 30
    while not reachable(port, host):
        if process.poll() is not None or time.monotonic() > deadline:
            sys.exit(f"nothing listens on port {port}:\n" + pathlib.Path(log).read_text(errors="replace")[-3000:])
        time.sleep(0.05)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on")
    with running(parser.parse_args().host) as cloud:
        print(f"DynamoDB and Secrets Manager: {cloud.url}\nMini Program: {APP_ID}, with a made-up AppSecret\nCtrl-C ends it.")
        with contextlib.suppress(KeyboardInterrupt):
            signal.pause()


if __name__ == "__main__":
    main()
