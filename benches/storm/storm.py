"""Plays login storms against the limits that stand in their way, second by second, and what limits an ordinary day.

  python3 benches/storm/storm.py              prints the tables of docs/scale.md
  python3 benches/storm/storm.py --write      writes them there

Limits with their sources are limits.json, assumptions are assumed.json. It is arithmetic about expected numbers: nothing is
called, nothing is random.
"""

import argparse
import json
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).parent
PAGE = HERE.parent.parent / "docs/scale.md"
BEGIN, END = "<!-- made by benches/storm/storm.py -->", "<!-- end -->"
USERS = {"1 k": 1_000, "100 k": 100_000, "10 M": 10_000_000, "1 G": 1_000_000_000}
LIMITS = {name: value for name, (value, _) in json.loads((HERE / "limits.json").read_text()).items()}
ASSUMED = json.loads((HERE / "assumed.json").read_text())
# The template's own defaults; a test compares.
TEMPLATE = {"RateLimit": 500, "LoginRateLimit": 100, "LoginBurstLimit": 200}
HOURS = 3


class Day:
    """The busiest hour of an ordinary day."""

    def __init__(self, users):
        a = ASSUMED
        self.daily = users * a["daily_share_of_users"]
        self.opens = self.daily * a["opens_of_a_daily_user"] * a["busiest_hour_share_of_a_day"] / 3600
        self.open_now = self.opens * a["seconds_open"]
        self.calls = self.open_now / a["seconds_between_calls"]
        self.logins = self.daily * a["logins_of_a_daily_user_a_day"] * a["busiest_hour_share_of_a_day"] / 3600

    def busy(self):
        """What stands in the way -> how much of it is used."""
        a, limits = ASSUMED, LIMITS
        concurrency = self.calls * (a["authorizer_seconds"] + a["own_function_seconds"]) + self.logins * a["login_seconds"]
        return {
            "`LoginRateLimit`": self.logins / TEMPLATE["LoginRateLimit"],
            "WeChat, logins a minute (assumed)": self.logins * 60 / a["wechat_code2session_calls_a_minute"],
            "API Gateway, account": (self.calls + self.logins) / limits["api_gateway_account_requests_a_second"],
            "Lambda, concurrency of the account": concurrency / limits["lambda_account_concurrency"],
            "DynamoDB, reads of a new table": self.calls / limits["dynamodb_new_table_reads_a_second"],
            "DynamoDB, writes of a new table": self.logins / limits["dynamodb_new_table_writes_a_second"],
            "DynamoDB, quota of a table": self.calls / limits["dynamodb_table_units_a_second"],
        }


@dataclass
class Storm:
    """Who wants to log in beside those who come and go as ever."""

    name: str
    at_once: float  # of those who have the app open
    lasts: int  # seconds in which whoever opens the app must log in
    silent: range = range(0)  # seconds in which WeChat does not answer
    rush: float = 1  # so many times as many people open the app


STORMS = [
    Storm("a release that forgets tokens, twice the visitors", at_once=0.2, lasts=3 * 3600, rush=2),
    Storm("another realm in the busiest hour", at_once=1, lasts=3 * 3600),
    Storm("WeChat silent for ten minutes", at_once=0, lasts=0, silent=range(600)),
]


class Settings:
    """What may stand in the way of a login."""

    def __init__(self, users, raised):
        day = Day(users)
        self.rate, self.burst = TEMPLATE["LoginRateLimit"], TEMPLATE["LoginBurstLimit"]
        self.account = LIMITS["api_gateway_account_requests_a_second"] - day.calls
        self.concurrency = LIMITS["lambda_account_concurrency"]
        self.writes = LIMITS["dynamodb_new_table_writes_a_second"]
        self.wechat = ASSUMED["wechat_code2session_calls_a_minute"]
        if raised:
            # Everything of ours and of AWS is out of the way: WeChat alone decides.
            self.rate = self.burst = self.account = self.concurrency = self.writes = float("inf")


def play(users, storm, raised=False):
    """Seconds until 99 of 100 tries succeed for good, what refused most, and how many tries a login took."""
    a, day, gate = ASSUMED, Day(users), Settings(users, raised)
    due = [0.0] * (HOURS * 3600 + 200)
    first_retries = [0.0] * len(due)
    refused = dict.fromkeys(("`LoginRateLimit`", "API Gateway", "Lambda", "WeChat", "DynamoDB"), 0.0)
    # Who will open the app today and has to log in then; who is asked to wait leaves after a while, and is one of them again.
    to_come = day.daily * storm.rush if storm.lasts else 0.0
    came = done = attempts = tokens = peak = longest = environments = waiting = 0.0
    settled = None
    for second in range(HOURS * 3600):
        this_minute = 0.0 if second % 60 == 0 else this_minute
        new = day.logins * storm.rush
        if second < storm.lasts:
            new = day.opens * storm.rush * to_come / (day.daily * storm.rush)
            # Whoever has the app open notices with the next call.
            new += day.open_now * storm.at_once / a["seconds_between_calls"] if second < a["seconds_between_calls"] else 0
            new = min(new, to_come)
            to_come -= new
        trying = new + first_retries[second] + due[second]
        left = trying

        def pass_on(limit, who):
            nonlocal left
            turned = max(0.0, left - max(0.0, limit))
            refused[who] += turned
            left -= turned

        tokens = min(gate.burst, tokens + gate.rate)
        pass_on(tokens, "`LoginRateLimit`")
        tokens = max(0.0, tokens - left) if tokens < float("inf") else tokens
        pass_on(gate.account, "API Gateway")
        silent = second in storm.silent
        takes = a["login_seconds_while_wechat_is_silent"] if silent else a["login_seconds"]
        grown = environments + LIMITS["lambda_new_environments_in_ten_seconds"] / 10
        environments = gate.concurrency if raised else min(gate.concurrency, max(environments, left * takes), grown)
        pass_on(environments / takes, "Lambda")
        pass_on(0 if silent else gate.wechat - this_minute, "WeChat")
        this_minute += left
        pass_on(gate.writes, "DynamoDB")
        lost = trying - left
        came, done, attempts, peak = came + new, done + left, attempts + trying, max(peak, trying)
        soon = lost * new / trying if trying else 0.0
        patient = 1 - (a["pause_seconds"] + a["spread_seconds"] / 2) / a["seconds_open"]
        waiting += new - left - (lost - soon) * (1 - patient)
        to_come += (lost - soon) * (1 - patient) if storm.lasts else 0
        # One more try soon, then pauses; the app asks again with its next call, so tries spread.
        for when, amount, to in ((a["retry_after_seconds"], soon, first_retries), (a["pause_seconds"], (lost - soon) * patient, due)):
            for later in range(a["spread_seconds"]):
                to[second + when + later] += amount / a["spread_seconds"]
        longest = max(longest, waiting)
        calm = lost <= 0.01 * trying and not silent
        settled = (second if settled is None else settled) if calm else None
    worst = max(refused, key=refused.get)
    return {
        "peak": peak, "waiting": longest, "settled": settled, "attempts": attempts / done if done > 1 else None,
        "worst": worst if refused[worst] > 0.01 * attempts else "nothing",
    }


def table(head, rows):
    return "\n".join("| " + " | ".join(line) + " |" for line in [head, ["---"] * len(head), *rows]) + "\n"


def number(amount):
    return f"{amount:,.0f}" if amount >= 10 else f"{amount:.1f}" if amount >= 0.05 else f"{amount:.1g}" if amount > 1e-6 else "0"


def duration(seconds):
    if seconds is None:
        return f"over {HOURS} h"
    return f"{seconds} s" if seconds < 120 else f"{seconds / 60:.0f} min"


def ordinary():
    days = {name: Day(users) for name, users in USERS.items()}
    rows = [
        ["open the app, a second", *(number(day.opens) for day in days.values())],
        ["calls a second", *(number(day.calls) for day in days.values())],
        ["logins a second", *(number(day.logins) for day in days.values())],
    ]
    rows += [[name, *(f"{day.busy()[name]:.2%}" if day.busy()[name] < 1 else f"**{day.busy()[name]:.0%}**" for day in days.values())]
             for name in next(iter(days.values())).busy()]
    return table(["busiest hour", *(f"{name} users" for name in USERS)], rows)


def storms(raised):
    rows = []
    for storm in STORMS:
        for name, users in USERS.items():
            came = play(users, storm, raised)
            rows.append([storm.name, name, number(came["peak"]), number(came["waiting"]), duration(came["settled"]),
                         "no login" if came["attempts"] is None else number(came["attempts"]), came["worst"]])
    return table(["storm", "users", "most tries a second", "most waiting", "99 % of tries succeed after", "tries a login", "what refuses most"], rows)


def text():
    return (f"{BEGIN}\n\n{ordinary()}\nWith the template's defaults and an account as AWS opens it:\n\n{storms(False)}\n"
            f"With `LoginRateLimit` and the account's limits raised to what WeChat is assumed to take:\n\n{storms(True)}\n{END}")


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--write", action="store_true")
    if not arguments.parse_args().write:
        print(text())
        return
    page = PAGE.read_text()
    PAGE.write_text(page.split(BEGIN)[0] + text() + page.split(END)[1])
    print(f"wrote {PAGE.relative_to(HERE.parent.parent)}")


if __name__ == "__main__":
    main()
