"""Erases what you hold of a user whose account is gone: takes `user.erased` from the bus, by way of a queue. docs/events.md.

At least once, and in no order: an event comes again with the same `id`, and may be days late when it was in the dead-letter
queue. So each id is dealt with once, and nothing is erased that is newer than the event.
"""

import json
import os
import time

try:
    from botocore.exceptions import ClientError  # Lambda's Python has it
except ImportError:  # the tests bring a client of their own

    class ClientError(Exception):
        def __init__(self, response, operation):
            super().__init__(operation)
            self.response = response


# The stream sends an event again for a day, EventBridge for another, and the queue for a few minutes.
KEEP_SECONDS = 3 * 86_400
# Longer than the function may run, shorter than the queue hides a message: whoever died has let go when it comes again.
HOLD_SECONDS = 40


def erase_ours(user_id, until):
    """Your own work goes here: deletes what was stored under `user_id` up to `until`, unix seconds.

    Whoever logs in again after an erasure has the same `user_id`: what they stored since then stays. It may run twice, because a
    function can die after the work and before it is noted.
    """
    # Until you write it, every event ends in the dead-letter queue. None is taken for done.
    raise NotImplementedError("examples/python-events: erase_ours")


def erased(detail, erase):
    # Whole seconds: whether what was stored within that one second goes or stays is yours to decide.
    erase(detail["user_id"], detail["at"])


# detail-type -> what is done. The template's rule lets no other through.
WORK = {"user.erased": erased}


class Busy(Exception):
    """Another invocation has this event in hand: later."""


class Ids:
    """The ids that were dealt with, in a table with the key `id` and time to live in `expires_at`."""

    def __init__(self, table, client=None):
        if client is None:
            import boto3

            client = boto3.client("dynamodb")
        self.table, self.client = table, client

    def take(self, name, now):
        """Whether it is still to be done. Then it is ours for a while."""
        try:
            self.client.put_item(
                TableName=self.table,
                Item={"id": {"S": name}, "held_until": {"N": str(now + HOLD_SECONDS)}, "expires_at": {"N": str(now + KEEP_SECONDS)}},
                ConditionExpression="attribute_not_exists(id) OR held_until < :now",
                ExpressionAttributeValues={":now": {"N": str(now)}},
                ReturnValuesOnConditionCheckFailure="ALL_OLD",
            )
        except ClientError as error:
            if error.response["Error"]["Code"] != "ConditionalCheckFailedException":
                raise
            if "held_until" in error.response.get("Item", {}):
                raise Busy from None
            return False
        return True

    def done(self, name, now):
        item = {"id": {"S": name}, "expires_at": {"N": str(now + KEEP_SECONDS)}}
        self.client.put_item(TableName=self.table, Item=item)


def handler(event, context, ids=None, erase=erase_ours, now=time.time):
    ids = ids or Ids(os.environ["IDS_TABLE"])
    # The queue sends again what is named here, and only that.
    failed = [record["messageId"] for record in event["Records"] if not _deal_with(record, ids, erase, now)]
    return {"batchItemFailures": [{"itemIdentifier": name} for name in failed]}


def _deal_with(record, ids, erase, now):
    line = {"level": "INFO"}
    try:
        told = json.loads(record["body"])
        detail = told["detail"]
        line |= {"kind": told["detail-type"], "id": detail["id"]}
        # A version that this was not written for may mean something else.
        if detail["version"] != 1:
            raise ValueError("a version that is not known here")
        work = WORK[told["detail-type"]]
        if ids.take(detail["id"], int(now())):
            work(detail, erase)
            ids.done(detail["id"], int(now()))
            line["outcome"] = "done"
        else:
            line["outcome"] = "done_before"
    # One event that cannot be dealt with must not take the others along; after some tries it is in the dead-letter queue.
    except Exception as error:
        line |= {"level": "INFO" if isinstance(error, Busy) else "ERROR", "outcome": "later", "error": type(error).__name__}
    print(json.dumps(line))
    return line["outcome"] != "later"
