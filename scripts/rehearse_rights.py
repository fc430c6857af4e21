"""What each role may really do: every kind of call with every function's own credentials, against enforced IAM.

The policies are compared with a list by .ci/template/test_permissions.py; here somebody tries to use them.
"""

import contextlib
import json
import sys

import boto3
import botocore.exceptions

DENIED = {"AccessDenied", "AccessDeniedException", "UnauthorizedOperation"}
ROLES = [
    "LoginRole", "CheckSessionRole", "AuthorizerRole", "SessionsRole", "OpenDataRole", "AccountsRole", "WechatRole", "PushRole",
    "ErasuresRole", "EventsRole",
]

# Who may make which call. "users" and "sessions" are the tables, "apps" and "ring" the secrets; every pair of call and
# role that is not here must be refused.
ALLOWED = {
    "users BatchGetItem": {"LoginRole", "CheckSessionRole", "AuthorizerRole"},
    "users GetItem": {"LoginRole", "SessionsRole", "OpenDataRole", "AccountsRole", "WechatRole", "ErasuresRole"},
    "users PutItem": {"SessionsRole", "AccountsRole", "ErasuresRole"},
    "users UpdateItem": {"LoginRole", "SessionsRole", "OpenDataRole", "AccountsRole"},
    "users Query by_unionid": {"AccountsRole"},
    "users Query by_external_id": {"AccountsRole"},
    "sessions BatchGetItem": {"LoginRole", "CheckSessionRole", "AuthorizerRole", "SessionsRole", "AccountsRole"},
    "sessions GetItem": {"ErasuresRole"},
    "sessions PutItem": {"LoginRole", "SessionsRole", "PushRole"},
    "sessions Query": {"ErasuresRole"},
    "sessions UpdateItem": {"LoginRole", "CheckSessionRole", "SessionsRole", "AccountsRole", "ErasuresRole"},
    "apps GetSecretValue": {"LoginRole", "OpenDataRole", "WechatRole", "PushRole"},
    "ring GetSecretValue": {"LoginRole", "OpenDataRole", "WechatRole"},
}


def check(stack):
    """Tries every call as every role, then as a role that may do everything: there nothing may be refused."""
    refused = 0
    for role in ROLES:
        calls = attempts(credentials(stack["StackName"], role), stack)
        for call, attempt in calls.items():
            wanted, got = role not in ALLOWED.get(call, ()), is_refused(attempt)
            if wanted != got:
                sys.exit(f"{role}, {call}: expected {'a refusal' if wanted else 'no refusal'}")
            refused += got
    with all_rights(stack["StackName"], "AuthorizerRole") as session:
        for call, attempt in attempts(session, stack).items():
            if is_refused(attempt):
                sys.exit(f"{call} is refused even to a role that may do everything: this check proves nothing about it")
    of_the_authorizer = sum("AuthorizerRole" not in ALLOWED.get(call, ()) for call in calls)
    print(f"  rights: {len(ROLES)} roles x {len(calls)} calls; {refused} refused as they must be, "
          f"{of_the_authorizer} of them to the authorizer; none to a role with every right")


def attempts(session, stack):
    """One harmless example of each kind of call: keys that nobody has."""
    dynamodb, secrets = session.client("dynamodb"), session.client("secretsmanager")
    tables = {
        "users": (stack["UsersTableName"], {"user_id": {"S": "nobody"}}),
        "sessions": (stack["SessionsTableName"], {"pk": {"S": "nobody"}, "sk": {"S": "nothing"}}),
    }
    found = {}
    for name, (table, key) in tables.items():
        found |= {f"{name} {call}": attempt for call, attempt in of_table(dynamodb, table, key).items()}
    for index in ("by_unionid", "by_external_id"):
        found[f"users Query {index}"] = lambda index=index: dynamodb.query(
            TableName=stack["UsersTableName"], IndexName=index, KeyConditionExpression="#k = :k",
            ExpressionAttributeNames={"#k": index.removeprefix("by_")}, ExpressionAttributeValues={":k": {"S": "nobody"}},
        )
    for name, secret in (("apps", stack["AppsSecretArn"]), ("ring", stack["SessionKeyRingSecretArn"])):
        found[f"{name} GetSecretValue"] = lambda secret=secret: secrets.get_secret_value(SecretId=secret)
        # Of a version that is not there, so that nothing changes when it is allowed.
        found[f"{name} UpdateSecretVersionStage"] = lambda secret=secret: secrets.update_secret_version_stage(
            SecretId=secret, VersionStage="REHEARSAL", MoveToVersionId="0" * 36
        )
    return found


def of_table(dynamodb, table, key):
    hash_name = next(iter(key))
    return {
        "BatchGetItem": lambda: dynamodb.batch_get_item(RequestItems={table: {"Keys": [key]}}),
        "GetItem": lambda: dynamodb.get_item(TableName=table, Key=key),
        "Query": lambda: dynamodb.query(
            TableName=table, KeyConditionExpression="#k = :k", ExpressionAttributeNames={"#k": hash_name},
            ExpressionAttributeValues={":k": {"S": "nobody"}},
        ),
        "Scan": lambda: dynamodb.scan(TableName=table),
        "ExecuteStatement": lambda: dynamodb.execute_statement(Statement=f'SELECT * FROM "{table}"'),
        "DescribeTable": lambda: dynamodb.describe_table(TableName=table),
        "PutItem": lambda: dynamodb.put_item(TableName=table, Item=key, ConditionExpression=f"attribute_exists({hash_name})"),
        "UpdateItem": lambda: dynamodb.update_item(
            TableName=table, Key=key, UpdateExpression="SET probe = :p", ExpressionAttributeValues={":p": {"S": "probe"}},
            ConditionExpression=f"attribute_exists({hash_name})",
        ),
        "DeleteItem": lambda: dynamodb.delete_item(TableName=table, Key=key),
        "BatchWriteItem": lambda: dynamodb.batch_write_item(RequestItems={table: [{"DeleteRequest": {"Key": key}}]}),
        "UpdateTimeToLive": lambda: dynamodb.update_time_to_live(
            TableName=table, TimeToLiveSpecification={"Enabled": True, "AttributeName": "ttl"}
        ),
    }


def is_refused(attempt):
    """Whether IAM said no. Any other error means that IAM said yes."""
    try:
        attempt()
    except botocore.exceptions.ClientError as error:
        return error.response["Error"]["Code"] in DENIED
    return False


def role_name(stack_name, logical):
    names = [role["RoleName"] for role in boto3.client("iam").list_roles()["Roles"]]
    (name,) = [name for name in names if name.startswith(f"{stack_name}-{logical}-")]
    return name


def credentials(stack_name, logical):
    """A session with a role's credentials, as its function has them."""
    role = boto3.client("iam").get_role(RoleName=role_name(stack_name, logical))["Role"]["Arn"]
    given = boto3.client("sts").assume_role(RoleArn=role, RoleSessionName="rehearsal")["Credentials"]
    return boto3.Session(given["AccessKeyId"], given["SecretAccessKey"], given["SessionToken"])


@contextlib.contextmanager
def all_rights(stack_name, logical):
    """The same role, for a while with every right."""
    client, role = boto3.client("iam"), role_name(stack_name, logical)
    everything = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}
    client.put_role_policy(RoleName=role, PolicyName="everything", PolicyDocument=json.dumps(everything))
    try:
        yield credentials(stack_name, logical)
    finally:
        client.delete_role_policy(RoleName=role, PolicyName="everything")
