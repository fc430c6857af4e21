"""The store's contract tests against a second DynamoDB, by other authors in another language: MiniStack's.

The tests take their engine from TEST_DYNAMODB_ENDPOINT; without it they bring their own. That they really came here is
seen by what they left in the tables.
"""

import os
import pathlib
import subprocess
import sys

import boto3

import local_cloud

ROOT = pathlib.Path(__file__).resolve().parents[1]
def main():
    with local_cloud.running() as cloud:
        environment = os.environ | {"TEST_DYNAMODB_ENDPOINT": cloud.url}
        command = ["cargo", "test", "--locked", "--workspace", "--test", "store_contract"]
        if subprocess.run(command, cwd=ROOT, env=environment).returncode != 0:
            sys.exit(1)
        print(f"the tests left {left_behind(cloud)} items in MiniStack")
        if left_behind(cloud) == 0:
            sys.exit("the tests did not use TEST_DYNAMODB_ENDPOINT")


def left_behind(cloud):
    client = boto3.Session("test", "test", region_name=local_cloud.REGION).client("dynamodb", endpoint_url=cloud.url)
    tables = client.list_tables()["TableNames"]
    return sum(client.scan(TableName=table, Select="COUNT")["Count"] for table in tables)


if __name__ == "__main__":
    main()
