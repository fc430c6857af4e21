"""The work of scripts/rehearse: start MiniStack, deploy, check what the gateway and the roles do, hold the conversation."""

import argparse
import contextlib
import json
import os
import pathlib
import secrets
import signal
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
import zlib
from base64 import urlsafe_b64encode

import boto3

import local_cloud
import ministack_gaps
import rehearse_operations
import rehearse_rights
import wechat
from local_cloud import APP_ID, APP_SECRET, REGION

ROOT = pathlib.Path(__file__).resolve().parents[1]


def main():
    options = arguments()
    started = time.monotonic()
    built = ROOT / ".aws-sam/rehearsal/template.yaml"
    sample = ROOT / ".aws-sam/rehearsal-examples/template.yaml"
    if not built.exists():
        sys.exit("nothing is built: the first lines of scripts/rehearse have the command")
    with tempfile.TemporaryDirectory(prefix="wxsession-ministack-") as state:
        emulator = start(options.port, state)
        try:
            deployment = Deployment(options)
            stack = deployment.deploy(built, "wxsession")
            ministack_gaps.fill(stack, built)
            url = deployment.url(stack)
            check_deployment(url, stack)
            me_url = ""
            if sample.exists():
                me = deployment.deploy(sample, "wxsession-sample", ours=False)
                ministack_gaps.fill(me, sample)
                me_url = deployment.url(me)
                check_sample(me_url)
            if not options.without_conversation:
                with wechat.running(options.wechat_port) as simulator:
                    converse(url, me_url, simulator)
                    if me_url:
                        # Whoever imports keeps the stack from being deleted.
                        boto3.client("cloudformation").delete_stack(StackName="wxsession-sample")
                    rehearse_operations.rehearse(stack, built, deployment, simulator)
            print(f"rehearsal passed in {time.monotonic() - started:.0f} s: {url}")
            if options.keep:
                wait(url, me_url, options)
        finally:
            local_cloud.stop(emulator)


def arguments():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=14566, help="port of MiniStack")
    parser.add_argument("--wechat-port", type=int, default=13001, help="port of the WeChat simulator")
    parser.add_argument("--keep", action="store_true", help="keep the deployment up until Ctrl-C")
    parser.add_argument("--without-conversation", action="store_true", help="deploy and check, but log nobody in")
    return parser.parse_args()


# ---- the emulator


SERVICES = "s3,dynamodb,lambda,iam,sts,cloudformation,apigateway,logs,ssm,secretsmanager,cloudwatch"


def start(port, state):
    """MiniStack with IAM enforced, and this process set up to talk to it."""
    emulator = local_cloud.start_ministack(port, state, SERVICES, {"AUTH": "true"})
    os.environ.update(
        AWS_ENDPOINT_URL=f"http://127.0.0.1:{port}", AWS_DEFAULT_REGION=REGION, AWS_ACCESS_KEY_ID="test",
        AWS_SECRET_ACCESS_KEY="test", AWS_EC2_METADATA_DISABLED="true", SAM_CLI_TELEMETRY="0",
    )
    for name in ("AWS_PROFILE", "AWS_SESSION_TOKEN"):
        os.environ.pop(name, None)
    print(f"MiniStack is up on 127.0.0.1:{port}, with IAM enforced")
    return emulator


# ---- the deployment


class Deployment:
    """How stacks come to be here, and where their APIs are."""

    def __init__(self, options):
        self.port = options.port
        self.wechat = f"http://127.0.0.1:{options.wechat_port}"

    def deploy(self, template, name, *more, ours=True):
        """A real `sam deploy`; the stack's outputs."""
        started = time.monotonic()
        done = self.try_to_deploy(template, name, *more, ours=ours)
        if done.returncode != 0:
            sys.exit(f"sam deploy of {name} failed:\n{done.stdout[-4000:]}{done.stderr[-2000:]}")
        outputs = boto3.client("cloudformation").describe_stacks(StackName=name)["Stacks"][0]["Outputs"]
        print(f"sam deploy of {name}: done in {time.monotonic() - started:.0f} s")
        return {"StackName": name, "ApiStage": "v1"} | {entry["OutputKey"]: entry["OutputValue"] for entry in outputs}

    def try_to_deploy(self, template, name, *more, ours=True, options=(), env=None):
        """The same as somebody else, perhaps, and perhaps in vain."""
        parameters = ["Architecture=x86_64", *more]
        if ours:
            parameters += [
                f"WechatAppId={APP_ID}", f"WechatAppSecret={APP_SECRET}", "AccessLogs=on",
                f"WechatApiBaseUrl={self.wechat}", f"EndpointOverride=http://127.0.0.1:{self.port}",
            ]
        return subprocess.run(
            ["sam", "deploy", "--template-file", template, "--stack-name", name, "--region", REGION, "--resolve-s3",
             "--capabilities", "CAPABILITY_IAM", "--no-confirm-changeset", "--no-fail-on-empty-changeset",
             *options, "--parameter-overrides", *parameters],
            cwd=pathlib.Path(template).parent, capture_output=True, text=True, env=os.environ | (env or {}),
        )

    def url(self, stack):
        """MiniStack serves a stage below this path; the functions see a stage prefix, as on AWS."""
        return f"http://127.0.0.1:{self.port}/restapis/{stack['ApiId']}/{stack['ApiStage']}/_user_request_"


# ---- checks that need no login


def check_deployment(url, stack):
    """The gateway answers in our words, and the roles of the template are enough and are needed."""
    token = unknown_token()
    expect("no token", call("GET", f"{url}/sessions"), 401, "credentials_missing", "Bearer realm=\"wxs\"")
    expect("junk", call("GET", f"{url}/sessions", "junk"), 401, "credentials_missing", "Bearer realm=\"wxs\"")
    refused = "Bearer realm=\"wxs\", error=\"invalid_token\""
    expect("unknown token, authorizer", call("GET", f"{url}/sessions", token), 401, "session_invalid", refused)
    expect("unknown token, check-session", call("GET", f"{url}/session", token), 401, "session_invalid", None)
    expect("unknown path", call("GET", f"{url}/nothing-here"), 404, "not_found", None)
    with without_policies(stack["StackName"], "AuthorizerRole"):
        expect("authorizer without its role", call("GET", f"{url}/sessions", token), 503, "store_unavailable", None)
    expect("with its role again", call("GET", f"{url}/sessions", token), 401, "session_invalid", refused)
    rehearse_rights.check(stack)


def check_sample(url):
    """The other stack is guarded by our authorizer."""
    expect("sample, no token", call("GET", f"{url}/me"), 401, "credentials_missing", None)
    expect("sample, unknown token", call("GET", f"{url}/me", unknown_token()), 401, "session_invalid", None)


def unknown_token():
    """A token of the right form that nobody was given: only the tables can tell."""
    body = urlsafe_b64encode(secrets.token_bytes(48)).decode()
    rest, check = zlib.crc32(f"wxs_{body}".encode()), ""
    for _ in range(6):
        rest, digit = divmod(rest, 62)
        check = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"[digit] + check
    return f"wxs_{body}{check}"


def call(method, url, token=None):
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    try:
        with urllib.request.urlopen(urllib.request.Request(url, method=method, headers=headers), timeout=30) as answer:
            return answer.status, answer.headers, answer.read()
    except urllib.error.HTTPError as answer:
        return answer.code, answer.headers, answer.read()


def expect(what, answer, status, code, challenge):
    """Compares status, code and the headers every answer of ours has."""
    got, headers, body = answer
    problem = json.loads(body)
    right = (
        got == status and problem.get("code") == code and headers["Cache-Control"] == "no-store"
        and headers["Content-Type"] == "application/problem+json"
        and (challenge is None or headers["WWW-Authenticate"] == challenge)
    )
    if not right:
        sys.exit(f"{what}: expected {status} {code}, got {got} {body.decode()[:500]}\n{headers}")
    print(f"  {what}: {status} {code}")


@contextlib.contextmanager
def without_policies(stack_name, logical):
    """Takes a role's policies away for a while: what it then cannot do, it could do only because of them."""
    client = boto3.client("iam")
    names = [role["RoleName"] for role in client.list_roles()["Roles"]]
    (role,) = [name for name in names if name.startswith(f"{stack_name}-{logical}-")]
    kept = {
        name: client.get_role_policy(RoleName=role, PolicyName=name)["PolicyDocument"]
        for name in client.list_role_policies(RoleName=role)["PolicyNames"]
    }
    for name in kept:
        client.delete_role_policy(RoleName=role, PolicyName=name)
    try:
        yield
    finally:
        for name, document in kept.items():
            client.put_role_policy(RoleName=role, PolicyName=name, PolicyDocument=json.dumps(document))


# ---- the conversation


def converse(url, me_url, simulator):
    """The same suite that runs against the local service; the simulator is the WeChat that the functions ask."""
    wxsession = wechat.build("wxsession")
    command = [wxsession, "verify", "--url", url, "--wechat-url", simulator.url]
    if subprocess.run(command, cwd=ROOT).returncode != 0:
        sys.exit("the conversation failed")
    if me_url:
        call_sample(url, me_url, simulator)


def call_sample(url, me_url, simulator):
    """A session of the one stack opens the API of the other, and the function there learns who calls."""
    login = post(f"{url}/login", {"code": simulator.code(APP_ID)[0]})
    status, _, body = call("GET", f"{me_url}/me", login["token"])
    if status != 200 or login["user"]["id"] not in body.decode():
        sys.exit(f"sample, logged in: expected 200 and the user's id, got {status} {body.decode()[:500]}")
    print(f"  sample, logged in: 200 {body.decode()[:200]}")


def post(url, body):
    request = urllib.request.Request(
        url, method="POST", data=json.dumps(body).encode(), headers={"Content-Type": "application/json"}
    )
    with urllib.request.urlopen(request, timeout=30) as answer:
        return json.load(answer)


def wait(url, me_url, options):
    print(f"base URL   {url}\nsample     {me_url or '(not built)'}\nAWS CLI    aws --endpoint-url http://127.0.0.1:{options.port} …")
    print("Ctrl-C ends it.")
    try:
        signal.pause()
    except KeyboardInterrupt:
        print()


if __name__ == "__main__":
    main()
