"""What MiniStack 1.5.33 does not take over from a template, filled in from that same template.

Each step first makes sure that the gap is there, so a newer MiniStack that closes it makes the rehearsal fail here, and
the step is removed. Further differences, which need no step, are listed in .ci/emulators.md.
"""

import boto3


def fill(stack, template):
    """Fills the gaps of one deployed stack. `template` is the path of the built template, `stack` its outputs."""
    resources = transform(template)["Resources"]
    gateway_responses(stack, resources["Api"]["Properties"]["Body"])
    if "SessionsTable" in resources:
        time_to_live(stack["SessionsTableName"], resources["SessionsTable"]["Properties"])
        if stack["UsersTableName"].startswith(f"{stack['StackName']}-"):
            time_to_live(stack["UsersTableName"], resources["UsersTable"]["Properties"])


def transform(path):
    """The template after SAM's transform, as CloudFormation gets it."""
    import logging

    logging.getLogger("samtranslator").setLevel(logging.ERROR)
    from samtranslator.translator.transform import transform as translate
    from samtranslator.yaml_helper import yaml_parse

    class NoManagedPolicies:
        def load(self):
            return {"AWSLambdaBasicExecutionRole": "unused"}

    template = yaml_parse(open(path).read())
    for resource in template["Resources"].values():
        if resource["Type"] == "AWS::Serverless::Function":
            resource["Properties"]["CodeUri"] = "s3://bucket/key"
    return translate(template, {}, NoManagedPolicies())


def gateway_responses(stack, body):
    """The extension x-amazon-apigateway-gateway-responses of an imported body is dropped; the API call works."""
    client = boto3.client("apigateway")
    wanted = body["x-amazon-apigateway-gateway-responses"]
    present = client.get_gateway_responses(restApiId=stack["ApiId"])["items"]
    assert all(response["defaultResponse"] for response in present), "gateway responses are imported now"
    for kind, response in wanted.items():
        more = {"statusCode": response["statusCode"]} if "statusCode" in response else {}
        # What is sent by condition is for pages (PageOrigin), and these stacks have none.
        parameters = {name: value for name, value in response["responseParameters"].items() if isinstance(value, str)}
        client.put_gateway_response(
            restApiId=stack["ApiId"], responseType=kind,
            responseParameters=parameters, responseTemplates=response["responseTemplates"], **more,
        )
    client.create_deployment(restApiId=stack["ApiId"], stageName=stack["ApiStage"])
    print(f"  filled in: {len(wanted)} gateway responses (dropped on import)")


def time_to_live(name, table):
    """TimeToLiveSpecification of a table is ignored; UpdateTimeToLive works."""
    client = boto3.client("dynamodb")
    status = client.describe_time_to_live(TableName=name)["TimeToLiveDescription"]["TimeToLiveStatus"]
    assert status == "DISABLED", "time to live is taken over now"
    client.update_time_to_live(TableName=name, TimeToLiveSpecification=table["TimeToLiveSpecification"])
    print(f"  filled in: time to live of {name} on {table['TimeToLiveSpecification']['AttributeName']} (ignored)")
