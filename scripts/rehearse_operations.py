"""What an operator does to a deployment, done: other session rules, a second stack, the realm, back again, delete and adopt.

Everything goes by the commands of docs/operations.md, so that they are tried where they are written.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request

import boto3

import ministack_gaps
from local_cloud import APP_ID

# Each alone took logins down once, or is an end of its range.
RULES = [
    ("IdleSeconds", "900"), ("IdleSeconds", "1800"), ("IdleSeconds", "3600"), ("IdleSeconds", "604800"),
    ("IdleSeconds", "86400"), ("AbsoluteSeconds", "3600"), ("AbsoluteSeconds", "43200"), ("AbsoluteSeconds", "172800"),
    ("RenewAfterSeconds", "300"), ("RenewAfterSeconds", "86400"), ("MaxSessionsPerUser", "1"),
    ("MaxSessionsPerUser", "50"), ("StoreSessionKey", "false"),
]


def rehearse(stack, built, deployment, simulator):
    """`deployment` knows how to deploy a template and where a stack's API is; `simulator` is the WeChat they all ask."""
    deployment.simulator = simulator
    session_rules(stack, deployment)
    realm(stack, deployment)
    second = second_stack(stack, built, deployment)
    roll_back(second, built, deployment)
    delete_and_adopt(stack, built, deployment)


def session_rules(stack, deployment):
    """Every rule at the ends of its range, one after the other on one stack, so that they also meet each other."""
    for name, value in RULES:
        set_parameters(stack, f"{name}={value}")
        login = log_in(deployment, stack)
        status, body = call("GET", f"{deployment.url(stack)}/session", login["token"])
        expect(f"{name}={value}, GET /session", status, 200, body)
        lives = login["expires_at"] - time.time()
        rules = parameters(stack)
        wanted = min(int(rules["IdleSeconds"]), int(rules["AbsoluteSeconds"]))
        if not wanted - 60 < lives <= wanted + 1:
            sys.exit(f"{name}={value}: a session lives {lives:.0f} s, not {wanted}")
    print(f"  session rules: {len(RULES)} updates, a login and a check after each")


def realm(stack, deployment):
    """The emergency command, on a stack whose other parameters are by now not the defaults."""
    before, code = parameters(stack), code_of(stack)
    token = log_in(deployment, stack)["token"]
    set_parameters(stack, "Realm=rehearsal.2")
    status, body = call("GET", f"{deployment.url(stack)}/session", token)
    expect("a session of the former realm", status, 401, body)
    log_in(deployment, stack)
    if parameters(stack) != before | {"Realm": "rehearsal.2"}:
        sys.exit(f"the realm command changed other parameters: {parameters(stack)}, were {before}")
    if code_of(stack) != code:
        sys.exit("the realm command changed code")
    print("  realm: former sessions are refused, nothing else changed")


def second_stack(stack, built, deployment):
    """Staging beside production, in the same account."""
    second = deployment.deploy(built, "wxsession-staging", "LogLevel=error", "Metrics=full")
    ministack_gaps.fill(second, built)
    token, theirs = log_in(deployment, stack)["token"], log_in(deployment, second)["token"]
    for holder, other, what in ((stack, theirs, "a token of staging"), (second, token, "a token of production")):
        status, body = call("GET", f"{deployment.url(holder)}/sessions", other)
        expect(what, status, 401, body)
    for each in (stack, second):
        named = stacks_in_metrics(each)
        if named != {each["StackName"]}:
            sys.exit(f"the metrics of {each['StackName']} name the stacks {named}")
    print("  second stack: no token and no metric of the one is the other's")
    return second


def roll_back(stack, built, deployment):
    """A deployment that turned out wrong is taken back."""
    before, code = parameters(stack), code_of(stack)
    with tempfile.TemporaryDirectory() as folder:
        command("scripts/roll-back", stack, "remember", folder)
        broken = folder + "/broken.yaml"
        text = open(built).read()
        with open(broken, "w") as file:
            file.write(text.replace("CodeUri: LoginFunction\n", "CodeUri: AuthorizerFunction\n"))
        for name in ("AuthorizerFunction", "CheckSessionFunction", "SessionsFunction", "OpenDataFunction"):
            os.symlink(built.parent / name, f"{folder}/{name}")
        deployment.deploy(broken, stack["StackName"], "IdleSeconds=1200")
        status, body = post(f"{deployment.url(stack)}/login", {"code": deployment.simulator.code(APP_ID)[0]})
        if status == 200:
            sys.exit(f"the broken deployment logs people in: {body}")
        command("scripts/roll-back", stack, "restore", folder)
    log_in(deployment, stack)
    if parameters(stack) != before or code_of(stack) != code:
        sys.exit(f"not as it was: {parameters(stack)}, was {before}")
    print("  roll-back: logins failed, and work again; parameters and code are the former ones")


def delete_and_adopt(stack, built, deployment):
    """Users and key ring outlive their stack, and the next stack takes them over; sessions do not."""
    openid = "rehearsal-adopted"
    set_parameters(stack, "StoreSessionKey=true")
    first = log_in(deployment, stack, openid)
    client = boto3.client("cloudformation")
    client.delete_stack(StackName=stack["StackName"])
    client.get_waiter("stack_delete_complete").wait(StackName=stack["StackName"], WaiterConfig={"Delay": 1})
    tables = boto3.client("dynamodb").list_tables()["TableNames"]
    if stack["UsersTableName"] not in tables or stack["SessionsTableName"] in tables:
        sys.exit(f"after the deletion there are the tables {tables}")
    heir = deployment.deploy(
        built, "wxsession-heir", f"ExistingUsersTable={stack['UsersTableName']}",
        f"ExistingKeyRingArn={stack['SessionKeyRingSecretArn']}",
    )
    ministack_gaps.fill(heir, built)
    if heir["UsersTableName"] != stack["UsersTableName"]:
        sys.exit(f"the new stack uses {heir['UsersTableName']}")
    status, body = call("GET", f"{deployment.url(heir)}/session", first["token"])
    expect("a session of the deleted stack", status, 401, body)
    again = log_in(deployment, heir, openid)
    if again["user"] != {"id": first["user"]["id"], "is_new": False}:
        sys.exit(f"the user is not known to the new stack: {again['user']}")
    # The vault of the former stack can be opened with its ring.
    status, body = call("GET", f"{deployment.url(heir)}/session-key", again["token"])
    expect("the session_key", status, 200, body)
    print("  delete and adopt: sessions are gone, users and their vaults are the new stack's")


# ---- the commands


def set_parameters(stack, *changes):
    command("scripts/set-parameter", stack, *changes)


def command(program, stack, *arguments):
    done = subprocess.run(
        [program, *arguments], env=os.environ | {"STACK": stack["StackName"]}, capture_output=True, text=True
    )
    if done.returncode != 0:
        sys.exit(f"{program} {' '.join(arguments)} failed:\n{done.stdout[-2000:]}{done.stderr[-2000:]}")


# ---- what a stack is


def parameters(stack):
    described = boto3.client("cloudformation").describe_stacks(StackName=stack["StackName"])["Stacks"][0]
    return {each["ParameterKey"]: each["ParameterValue"] for each in described["Parameters"]}


def code_of(stack):
    """SHA-256 of the code of each function."""
    found = boto3.client("lambda").list_functions()["Functions"]
    return {each["FunctionName"]: each["CodeSha256"] for each in found
            if is_of(stack, each["FunctionName"])}


def is_of(stack, function):
    """By CloudFormation's names: the stack's, a dash, the logical id, a dash, something."""
    rest = function.removeprefix(f"{stack['StackName']}-")
    return rest != function and rest.count("-") == 1


def stacks_in_metrics(stack):
    """What the functions of a stack put into the dimension `stack`. (MiniStack keeps no log of a running function.)"""
    found = boto3.client("lambda").list_functions()["Functions"]
    return {each["Environment"]["Variables"].get("STACK_NAME") for each in found
            if is_of(stack, each["FunctionName"])}


# ---- a Mini Program


def log_in(deployment, stack, openid=None):
    status, body = post(f"{deployment.url(stack)}/login", {"code": deployment.simulator.code(APP_ID, openid)[0]})
    expect(f"login at {stack['StackName']}", status, 200, body)
    return json.loads(body)


def post(url, body):
    request = urllib.request.Request(
        url, method="POST", data=json.dumps(body).encode(), headers={"Content-Type": "application/json"}
    )
    return answer_to(request)


def call(method, url, token):
    return answer_to(urllib.request.Request(url, method=method, headers={"Authorization": f"Bearer {token}"}))


def answer_to(request):
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as answer:
        return answer.code, answer.read().decode()


def expect(what, got, wanted, body):
    if got != wanted:
        sys.exit(f"{what}: expected {wanted}, got {got} {body[:500]}")
