"""python3 -m unittest"""

import contextlib
import io
import json
import unittest

import app

AT = 1_790_000_000
USER = "12bbf084-f063-861b-9b20-51bba2f93072"


class Table:
    """Answers as DynamoDB does to what `Ids` asks of it."""

    def __init__(self):
        self.items, self.is_down = {}, False

    def put_item(self, TableName, Item, ConditionExpression=None, ExpressionAttributeValues=None, ReturnValuesOnConditionCheckFailure=None):
        if self.is_down:
            raise app.ClientError({"Error": {"Code": "InternalServerError"}}, "PutItem")
        there = self.items.get(Item["id"]["S"])
        if ConditionExpression and there:
            held = there.get("held_until")
            if not held or int(held["N"]) >= int(ExpressionAttributeValues[":now"]["N"]):
                raise app.ClientError({"Error": {"Code": "ConditionalCheckFailedException"}, "Item": there}, "PutItem")
        self.items[Item["id"]["S"]] = Item


class Business:
    """What a business holds: (user, when it was stored)."""

    def __init__(self, *things):
        self.things, self.calls, self.fails = list(things), 0, False

    def erase(self, user_id, until):
        self.calls += 1
        if self.fails:
            raise TimeoutError
        self.things = [thing for thing in self.things if thing[0] != user_id or thing[1] > until]


def told(name="e1-0", kind="user.erased", **more):
    detail = {"version": 1, "id": name, "at": AT, "user_id": USER, "app_id": "wx0123456789abcdef"} | more
    return {"version": "0", "id": "of EventBridge", "source": "wxsession", "detail-type": kind, "detail": detail}


def message(name, event):
    return {"messageId": name, "body": event if isinstance(event, str) else json.dumps(event)}


class Consumer(unittest.TestCase):
    def setUp(self):
        self.table, self.business, self.now = Table(), Business((USER, AT - 100), ("another", AT - 100)), AT + 1

    def serve(self, *events):
        """The messages that are to come again, by their numbers."""
        records = [message(str(number), event) for number, event in enumerate(events)]
        self.log = io.StringIO()
        with contextlib.redirect_stdout(self.log):
            answer = app.handler({"Records": records}, None, app.Ids("ids", self.table), self.business.erase, lambda: self.now)
        return [int(each["itemIdentifier"]) for each in answer["batchItemFailures"]]

    def test_what_is_held_of_the_user_goes_and_nothing_of_others(self):
        self.assertEqual(self.serve(told()), [])
        self.assertEqual(self.business.things, [("another", AT - 100)])

    def test_an_event_that_comes_again_is_dealt_with_once(self):
        self.assertEqual(self.serve(told(), told()), [])
        self.now += 2 * 86_400
        self.assertEqual(self.serve(told()), [])
        self.assertEqual(self.business.calls, 1)
        # Another erasure of the same user is another event.
        self.serve(told("e2-0"))
        self.assertEqual(self.business.calls, 2)

    def test_a_late_event_leaves_what_a_user_who_came_back_has_stored(self):
        self.business.things = [(USER, AT - 1), (USER, AT + 60)]
        self.now += 10 * 86_400
        self.assertEqual(self.serve(told()), [])
        self.assertEqual(self.business.things, [(USER, AT + 60)])

    def test_what_failed_comes_again_and_is_done_then(self):
        self.business.fails = True
        self.assertEqual(self.serve(told()), [0])
        self.business.fails = False
        # Too early: whoever has it in hand may still be at it.
        self.assertEqual(self.serve(told()), [0])
        self.assertEqual(self.business.calls, 1)
        self.now += app.HOLD_SECONDS + 1
        self.assertEqual(self.serve(told()), [])
        self.assertEqual(self.business.things, [("another", AT - 100)])

    def test_one_event_that_fails_takes_no_other_along(self):
        strange = [told("v", version=2), told("k", "user.other"), "no JSON", json.dumps({}), "[]"]
        self.assertEqual(self.serve(*strange, told()), [0, 1, 2, 3, 4])
        self.assertEqual(self.business.things, [("another", AT - 100)])

    def test_a_table_that_does_not_answer_loses_nothing(self):
        self.table.is_down = True
        self.assertEqual(self.serve(told()), [0])
        self.assertEqual(self.business.calls, 0)
        self.table.is_down = False
        self.assertEqual(self.serve(told()), [])

    def test_members_that_are_not_known_are_ignored(self):
        self.assertEqual(self.serve(told(later="more") | {"account": "1"}), [])
        self.assertEqual(self.business.calls, 1)

    def test_until_somebody_writes_the_work_nothing_counts_as_done(self):
        self.business.erase = app.erase_ours
        self.assertEqual(self.serve(told()), [0])
        self.assertIn('"error": "NotImplementedError"', self.log.getvalue())

    def test_ids_are_kept_for_longer_than_an_event_can_come_again(self):
        self.serve(told())
        kept = int(self.table.items["e1-0"]["expires_at"]["N"]) - self.now
        self.assertGreaterEqual(kept, 2 * 86_400 + 3600)

    def test_the_log_says_what_came_of_it_and_nobodys_name(self):
        self.serve(told())
        self.assertEqual(json.loads(self.log.getvalue()), {"level": "INFO", "kind": "user.erased", "id": "e1-0", "outcome": "done"})


if __name__ == "__main__":
    unittest.main()
