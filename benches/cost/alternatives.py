"""What others would build: sessions in Redis behind the same functions, or two Express servers."""

import math

from model import MILLION

SECONDS_AN_HOUR = 3600


class Alternatives:
    """US dollars a month for so many million authorized calls."""

    def __init__(self, month):
        self.month, self.inputs, self.assumed = month, month.inputs, month.inputs.assumed

    def nat(self):
        return self.inputs.month("nat_gateway_hour") + self.inputs.month("public_ipv4_hour")

    def sessions(self, millions):
        """Alive at a time."""
        return millions * MILLION * self.assumed["logins_per_call"] * self.assumed["session_days"] / 30

    def nodes(self, millions, copies=2):
        """Each session on so many nodes; more sessions than one holds need more of them, or larger ones."""
        each = math.ceil(max(1, self.sessions(millions)) / self.assumed["sessions_of_a_redis_node"])
        return copies * each * self.inputs.month("redis_t4g_micro_hour")

    def serverless_cache(self, millions):
        """Billed for at least 100 MB; a read or a write of a session is about one unit."""
        size = max(0.1, self.sessions(millions) * self.inputs.measured["item_bytes"]["SessionsTable"] / 1e9)
        units = millions * self.month.requests_per_call() * 1.5
        return (size * self.inputs.month("valkey_serverless_gb_hour")
                + units * self.inputs.usd("valkey_serverless_million_units"))

    def redis(self, millions, api, store):
        """The same functions; only the tables' part is another one. Users stay in DynamoDB, so what a login writes
        there is paid here too."""
        ours = self.month.ours(millions, api)
        tables = self.month.per_million_calls("DynamoDB") + self.month.storage()
        user = self.assumed["logins_per_call"] * self.month.requests.writes(
            self.month.requests.write_units("UsersTable"))
        return ours - millions * (tables - user) + store

    def balancer(self, millions):
        """Hours, and units for what uses most of them: new connections (25 a second) or bytes (1 GB an hour)."""
        hours = self.assumed["hours_a_month"]
        calls_an_hour = millions * MILLION * self.month.requests_per_call() / hours
        connections = calls_an_hour / SECONDS_AN_HOUR / self.assumed["calls_per_connection"] / 25
        gigabytes = calls_an_hour * self.assumed["kilobytes_per_call"] / 1e6
        units = max(connections, gigabytes) * self.inputs.month("load_balancer_unit_hour")
        addresses = 2 * self.inputs.month("public_ipv4_hour")
        return self.inputs.month("load_balancer_hour") + units + addresses

    def servers(self, millions, vcpus_each):
        """At least two, and enough for the peak."""
        a_second = millions * MILLION * self.month.requests_per_call() / self.assumed["hours_a_month"] / SECONDS_AN_HOUR
        busy = a_second * self.assumed["peak_over_average"] * self.assumed["express_cpu_ms_per_call"] / 1000
        return max(2, math.ceil(busy / self.assumed["express_most_busy"] / vcpus_each))

    def express_logs(self, millions):
        return millions * self.month.requests_per_call() * self.month.requests.logs(
            self.assumed["express_log_bytes_per_call"])

    def express_ec2(self, millions):
        """t4g.small gives a fifth of each of its two processors for good; more is borrowed."""
        server = (self.inputs.month("ec2_t4g_small_hour") + self.inputs.month("public_ipv4_hour")
                  + 8 * self.inputs.usd("ebs_gp3_gb_month"))
        return (self.servers(millions, 0.4) * server + self.balancer(millions) + self.nodes(millions)
                + self.express_logs(millions) + self.observed())

    def express_fargate(self, millions):
        """Tasks of a quarter processor and half a gigabyte."""
        task = (0.25 * self.inputs.month("fargate_arm64_vcpu_hour") + 0.5 * self.inputs.month("fargate_arm64_gb_hour")
                + self.inputs.month("public_ipv4_hour"))
        return (self.servers(millions, 0.25) * task + self.balancer(millions) + self.nodes(millions)
                + self.express_logs(millions) + self.observed())

    def observed(self):
        """The same secrets and alarms; metrics of a load balancer and of a cache cost nothing more."""
        fixed = self.month.fixed()
        return fixed["secrets"] + fixed["alarms"]


def break_even(ours, theirs, most=10_000):
    """The millions of calls a month from which `theirs` costs less; `None` when it does not up to `most`."""
    low, high = 0.0, float(most)
    if theirs(high) >= ours(high):
        return None
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (low, middle) if theirs(middle) < ours(middle) else (middle, high)
    return high
