import importlib
import json
import os
import sys
import types
import urllib.request

file, name = sys.argv[1].split(".")
sys.dont_write_bytecode = True
handler = getattr(importlib.import_module(file), name)
api = f"http://{os.environ['AWS_LAMBDA_RUNTIME_API']}/2018-06-01/runtime/invocation"

while True:
    with urllib.request.urlopen(f"{api}/next") as next_event:
        request_id = next_event.headers["Lambda-Runtime-Aws-Request-Id"]
        event = json.load(next_event)
    try:
        outcome, body = "response", handler(event, types.SimpleNamespace(aws_request_id=request_id))
    except Exception as error:
        outcome, body = "error", {"errorType": type(error).__name__, "errorMessage": str(error)}
    answer = urllib.request.Request(f"{api}/{request_id}/{outcome}", data=json.dumps(body).encode(), method="POST")
    urllib.request.urlopen(answer).close()
