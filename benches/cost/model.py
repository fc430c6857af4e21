"""What a request, and what a month, costs: prices that were stated times calls, sizes and times that were measured."""

import json
import math
from pathlib import Path

HERE = Path(__file__).parent
MILLION = 1_000_000
GIGABYTE = 1_000_000_000


class Inputs:
    """Prices, what was measured, what is assumed."""

    def __init__(self, folder=HERE):
        self.folder = folder
        self.prices = json.loads((folder / "prices.json").read_text())
        self.measured = json.loads((folder / "measured.json").read_text())
        self.assumed = json.loads((folder / "assumed.json").read_text())

    def usd(self, name):
        return self.prices["usd"][name][0]

    def month(self, name):
        return self.usd(name) * self.assumed["hours_a_month"]


class Requests:
    """US dollars per million requests, part by part."""

    def __init__(self, inputs, memory=256, processor="arm64"):
        self.inputs, self.memory, self.processor = inputs, memory, processor
        self.assumed, self.calls = inputs.assumed, inputs.measured["dynamodb_calls"]

    def billed_ms(self, function, waits_ms):
        """Own CPU time at this memory's share of a processor, and waiting; a started millisecond counts."""
        share = min(1, self.memory / self.assumed["mb_of_one_vcpu"])
        busy = self.inputs.measured["functions"][function]["cpu_us"] / 1000 / share
        return math.ceil(busy + waits_ms)

    def compute(self, milliseconds):
        gb_seconds = milliseconds / 1000 * self.memory / 1024
        return self.inputs.usd("lambda_million_requests") + gb_seconds * MILLION * self.inputs.usd(
            f"lambda_gb_second_{self.processor}")

    def function(self, name, waits_ms):
        """Initialisation is billed too, where an environment is new."""
        cold = self.assumed["cold_start_share"] * self.assumed["cold_start_ms"]
        return self.compute(self.billed_ms(name, waits_ms) + cold)

    def logs(self, byte_count):
        return byte_count * MILLION / GIGABYTE * self.inputs.usd("logs_gb")

    def write_units(self, table):
        return math.ceil(self.inputs.measured["item_bytes"][table] / 1024)

    def writes(self, units):
        return units * self.inputs.usd("dynamodb_million_writes")

    def reads(self, units):
        return units * self.inputs.usd("dynamodb_million_reads")

    def log_bytes(self, function):
        return self.inputs.measured["functions"][function]["log_bytes"]

    def login(self):
        """A user's update, a session's put, the tombstone of an older one; what is read first is a unit an item, and of a
        list of sessions as many as a user may have."""
        calls, wait = self.calls["login"], self.assumed["dynamodb_ms"]
        ended = self.assumed["ended_sessions_per_login"]
        units = (calls["UpdateItem"] * self.write_units("UsersTable")
                 + (calls["PutItem"] + ended) * self.write_units("SessionsTable"))
        return {
            "Lambda": self.function("login", self.assumed["wechat_ms"] + wait * (2 + ended)),
            "DynamoDB": self.writes(units) + self.reads(
                calls.get("Query", 0) + calls.get("GetItem", 0)
                + calls.get("BatchGetItem", 0) * self.assumed["sessions_of_a_full_list"]),
            "logs": self.logs(self.log_bytes("login")),
        }

    def authorized(self, cache=False):
        """Two items are read: each is rounded up on its own. A cached answer asks nobody."""
        asked = 1 / self.assumed["calls_of_one_client_a_minute"] if cache else 1
        parts = {
            "Lambda": self.function("authorizer", self.assumed["dynamodb_ms"]),
            "DynamoDB": self.reads(2 * self.calls["check or authorize"]["BatchGetItem"]),
            "logs": self.logs(self.log_bytes("authorizer")),
        }
        return {name: usd * asked for name, usd in parts.items()}

    def check(self, renews=False):
        writes = self.calls["renewal"]["UpdateItem"] * self.write_units("SessionsTable") if renews else 0
        waits = self.assumed["dynamodb_ms"] * (2 if renews else 1)
        return {
            "Lambda": self.function("check-session", waits),
            "DynamoDB": self.reads(2 * self.calls["check or authorize"]["BatchGetItem"]) + self.writes(writes),
            "logs": self.logs(self.log_bytes("check-session")),
        }


class Month:
    """US dollars a month for so many million authorized calls, and the logins and checks that come with them."""

    def __init__(self, inputs):
        self.inputs, self.assumed, self.requests = inputs, inputs.assumed, Requests(inputs)
        share = self.assumed["renewing_share_of_checks"]
        self.per_login = self.requests.login()
        self.per_call = self.requests.authorized()
        both = self.requests.check(), self.requests.check(renews=True)
        self.per_check = {name: both[0][name] * (1 - share) + both[1][name] * share for name in both[0]}

    def per_million_calls(self, part=None):
        """Of all three kinds; `part` alone, when one is named."""
        def of(parts):
            return parts[part] if part else sum(parts.values())
        return (of(self.per_call) + self.assumed["logins_per_call"] * of(self.per_login)
                + self.assumed["checks_per_call"] * of(self.per_check))

    def requests_per_call(self):
        return 1 + self.assumed["logins_per_call"] + self.assumed["checks_per_call"]

    def own_function(self):
        return (self.requests.compute(self.assumed["own_function_ms"])
                + self.requests.logs(self.assumed["own_function_log_bytes"]))

    def storage(self):
        """Of a million calls' logins: sessions until they are swept, users for good, with point-in-time recovery."""
        sizes, logins = self.inputs.measured["item_bytes"], self.assumed["logins_per_call"] * MILLION
        sessions = logins * sizes["SessionsTable"] * self.assumed["session_row_days"] / 30
        users = logins * self.assumed["users_per_monthly_login"] * sizes["UsersTable"]
        kept = self.inputs.usd("dynamodb_gb_month")
        return (sessions * kept + users * (kept + self.inputs.usd("dynamodb_recovery_gb_month"))) / GIGABYTE

    def fixed(self):
        """What costs the same whether anybody calls or not."""
        calls = (self.assumed["login_environments"] * self.assumed["secrets"]
                 * self.assumed["secret_calls_per_environment_hour"] / 2 * self.assumed["hours_a_month"])
        return {
            "secrets": self.assumed["secrets"] * self.inputs.usd("secret_month"),
            "reading the secrets": calls / MILLION * self.inputs.usd("secret_million_calls"),
            "alarms": self.assumed["alarm_metrics"] * self.inputs.usd("alarm_metric_month"),
            "custom metrics": self.assumed["few_metrics"] * self.inputs.usd("metric_month"),
        }

    def full_metrics(self):
        """By function, and by function and outcome; the dashboard that comes with them as if it were the fourth."""
        count = (self.assumed["functions"] * self.assumed["full_metrics_of_a_function"]
                 * (1 + self.assumed["outcomes_of_a_function"]))
        return {
            "custom metrics": count * self.inputs.usd("metric_month"),
            "dashboard": self.inputs.usd("dashboard_month"),
        }

    def bus(self):
        """Its alarms, and a million events of 64 KB at most."""
        return {
            "alarms": self.assumed["bus_alarm_metrics"] * self.inputs.usd("alarm_metric_month"),
            "events": self.inputs.usd("eventbridge_million_events"),
        }

    def address_limit(self):
        return self.inputs.usd("web_acl_month") + self.inputs.usd("web_acl_rule_month")

    def hourly(self, api):
        """A month in which every route is called once an hour. Each call is taken for the dearest there is, a login that
        the authorizer lets through as well, in environments that are all new, with secrets that are all too old."""
        assumed, hours = self.assumed, self.assumed["hours_a_month"]
        calls = assumed["routes"] * hours / MILLION
        cold = self.requests.compute(assumed["cold_start_ms"]) * 2
        parts = {name: calls * (self.per_login[name] + self.per_call[name]) for name in self.per_login}
        parts["Lambda"] += calls * cold
        reads = assumed["routes_that_need_secrets"] * assumed["secrets"] * hours / MILLION
        fixed = self.fixed()
        return {
            "API Gateway": calls * self.inputs.usd(f"{api}_api_million_calls"),
            **parts,
            "secrets": fixed["secrets"],
            "reading the secrets": reads * self.inputs.usd("secret_million_calls"),
            "alarms": fixed["alarms"],
            "custom metrics": fixed["custom metrics"],
        }

    def ours(self, millions, api):
        variable = (self.per_million_calls() + self.own_function() + self.storage()
                    + self.inputs.usd(f"{api}_api_million_calls") * self.requests_per_call())
        return sum(self.fixed().values()) + millions * variable
