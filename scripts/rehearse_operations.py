"""What an operator does to a deployment, done: other session rules, a second stack, the realm, back again, delete and adopt.

Everything goes by the commands of docs/operations.md, so that they are tried where they are written.
"""

import json
import os
import pathlib
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request

import boto3

import ministack_gaps
import wechat
from local_cloud import APP_ID, REGION

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
    workflow(second, built, deployment)
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
        for function in built.parent.glob("*Function"):
            os.symlink(function, f"{folder}/{function.name}")
        deployment.deploy(broken, stack["StackName"], "IdleSeconds=1200")
        if smoke_test(stack, deployment):
            sys.exit("the smoke test passes although nobody can log in")
        command("scripts/roll-back", stack, "restore", folder)
    if not smoke_test(stack, deployment):
        sys.exit("the smoke test fails after the roll-back")
    log_in(deployment, stack)
    if parameters(stack) != before or code_of(stack) != code:
        sys.exit(f"not as it was: {parameters(stack)}, was {before}")
    print("  roll-back: the smoke test failed, and passes again; parameters and code are the former ones")


def smoke_test(stack, deployment):
    wxsession = wechat.build("wxsession")
    done = subprocess.run(
        ["scripts/smoke-test", wxsession, deployment.url(stack)], capture_output=True, text=True,
        env=os.environ | {"STACK": stack["StackName"], "SMOKE_TEST_PAUSE": "0"},
    )
    return done.returncode == 0


def workflow(stack, built, deployment):
    """What .github/workflows/deploy.yml does, with the rights that docs/deploy gives it, and with one less."""
    role, passed = deploy_roles(stack)
    # SAM's bucket refuses what comes without TLS, and MiniStack has none.
    s3 = boto3.client("s3")
    for bucket in s3.list_buckets()["Buckets"]:
        s3.delete_bucket_policy(Bucket=bucket["Name"])
    with tempfile.TemporaryDirectory() as folder:
        command("scripts/roll-back", stack, "remember", folder, env=credentials(role))
        done = deployment.try_to_deploy(
            built, stack["StackName"], "IdleSeconds=2400", options=["--role-arn", passed], env=credentials(role)
        )
        if done.returncode != 0:
            sys.exit(f"the workflow's role cannot deploy:\n{done.stdout[-2000:]}{done.stderr[-2000:]}")
        command("scripts/roll-back", stack, "restore", folder, env=credentials(role))
    client = boto3.client("iam")
    policy = client.get_role_policy(RoleName=role, PolicyName="deploy")["PolicyDocument"]
    for action in ("cloudformation:ExecuteChangeSet", "s3:PutObject"):
        less = json.loads(json.dumps(policy).replace(f'"{action}"', '"cloudformation:DescribeStackEvents"'))
        client.put_role_policy(RoleName=role, PolicyName="deploy", PolicyDocument=json.dumps(less))
        # Another template and another value each time, so that there is something to upload and to execute.
        changed = built.with_name("changed.yaml")
        changed.write_text(built.read_text().replace("Description: WeChat", f"Description: {action} WeChat", 1))
        done = deployment.try_to_deploy(
            changed, stack["StackName"], f"IdleSeconds={2500 + len(action)}", options=["--role-arn", passed], env=credentials(role)
        )
        changed.unlink()
        if done.returncode == 0:
            sys.exit(f"the workflow's role deploys without {action}: this check proves nothing about it")
    print("  workflow: its role deploys and rolls back, and does not with a right less")


def deploy_roles(stack):
    """The roles of docs/deploy, filled in as docs/operations.md says."""
    client, folder = boto3.client("iam"), pathlib.Path("docs/deploy")
    words = {"PARTITION": "aws", "REGION": REGION, "ACCOUNT": boto3.client("sts").get_caller_identity()["Account"],
             "STACK": stack["StackName"]}
    names = {}
    for kind, policy in (("github", "github-role.json"), ("cloudformation", "cloudformation-role.json")):
        text = (folder / policy).read_text()
        for word, value in words.items():
            text = text.replace(word, value)
        names[kind] = f"{stack['StackName']}-{kind}"
        trust = {"Version": "2012-10-17", "Statement": [
            {"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "sts:AssumeRole"}]}
        role = client.create_role(RoleName=names[kind], AssumeRolePolicyDocument=json.dumps(trust))["Role"]["Arn"]
        client.put_role_policy(RoleName=names[kind], PolicyName="deploy", PolicyDocument=text)
    return names["github"], role


def credentials(role):
    arn = boto3.client("iam").get_role(RoleName=role)["Role"]["Arn"]
    given = boto3.client("sts").assume_role(RoleArn=arn, RoleSessionName="workflow")["Credentials"]
    return {"AWS_ACCESS_KEY_ID": given["AccessKeyId"], "AWS_SECRET_ACCESS_KEY": given["SecretAccessKey"],
            "AWS_SESSION_TOKEN": given["SessionToken"]}


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


def command(program, stack, *arguments, env=None):
    done = subprocess.run(
        [program, *arguments], env=os.environ | {"STACK": stack["StackName"]} | (env or {}), capture_output=True, text=True
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
