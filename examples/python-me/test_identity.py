"""python3 -m unittest"""

import json
import pathlib
import unittest
from dataclasses import asdict

from identity import identity_in, identity_of

TABLE = json.loads((pathlib.Path(__file__).resolve().parent / "events/cases.json").read_text(encoding="utf-8"))
FIRST = TABLE["cases"][0]


def cases():
    """What the table says: of whole identities, of the first one with other names in it, and with one name that spoils it."""
    for case in TABLE["cases"]:
        yield case["what"], case["authorizer"], case["identity"]
    for case in TABLE["changed"]:
        gives = case["gives"]
        yield case["what"], FIRST["authorizer"] | case["with"], None if gives is None else FIRST["identity"] | gives
    for name, values in TABLE["refused"].items():
        for value in values:
            yield json.dumps({name: value}), FIRST["authorizer"] | {name: value}, None


def read(identity):
    return identity and asdict(identity) | {"roles": list(identity.roles)}


class Reading(unittest.TestCase):
    def test_reads_what_is_an_identity_and_nothing_else_as_every_reader_does(self):
        self.assertGreater(len(list(cases())), 350)
        for what, authorizer, identity in cases():
            with self.subTest(what):
                self.assertEqual(read(identity_in(authorizer)), identity)

    def test_reads_it_where_each_kind_of_api_puts_it(self):
        authorizer, identity = FIRST["authorizer"], FIRST["identity"]
        self.assertEqual(read(identity_of({"requestContext": {"authorizer": authorizer}})), identity)
        self.assertEqual(read(identity_of({"requestContext": {"authorizer": {"lambda": authorizer}}})), identity)
        for event in ({}, None, "x", {"requestContext": None}, {"headers": authorizer, "body": authorizer}):
            self.assertIsNone(identity_of(event))


if __name__ == "__main__":
    unittest.main()
