"""The text of docs/cost.md."""

from alternatives import Alternatives, break_even
from model import Month, Requests

VOLUMES = (0.1, 1, 10, 30, 100, 300, 1000)


def table(head, rows):
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines) + "\n"


def usd(amount):
    return f"{amount:,.0f}" if amount >= 100 else f"{amount:.2f}"


def kinds(requests):
    return {
        "logins": requests.login(),
        "authorized calls": requests.authorized(),
        "the same, cache 60 s": requests.authorized(cache=True),
        "`GET /session`": requests.check(),
        "the same, renewing": requests.check(renews=True),
    }


def per_million(inputs):
    """The README's table is the same one: a test compares them."""
    columns = kinds(Requests(inputs))
    parts = ["Lambda", "DynamoDB", "logs"]
    rest, http = inputs.usd("rest_api_million_calls"), inputs.usd("http_api_million_calls")
    sums = [sum(column.values()) for column in columns.values()]
    rows = [[part, *(usd(column[part]) for column in columns.values())] for part in parts]
    rows.append(["**this project**", *(f"**{usd(amount)}**" for amount in sums)])
    rows.append(["API Gateway, REST / HTTP", *(f"{usd(rest)} / {usd(http)}" for _ in sums)])
    rows.append(["**sum, REST / HTTP**", *(f"**{usd(amount + rest)} / {usd(amount + http)}**" for amount in sums)])
    return table(["", *columns], rows)


def by_memory(inputs):
    rows = []
    for processor in ("arm64", "x86_64"):
        for memory in (128, 256, 512):
            requests = Requests(inputs, memory, processor)
            columns = kinds(requests).values()
            rows.append([f"{memory} MB, {processor}", *(usd(column["Lambda"]) for column in columns)])
    return table(["Lambda alone", *kinds(Requests(inputs))], rows)


def fixed(month):
    parts = month.fixed()
    rows = [[name, usd(amount)] for name, amount in parts.items()]
    return table(["a month", "US dollars"], [*rows, ["**together**", f"**{usd(sum(parts.values()))}**"]])


def hourly(month):
    rest, http = month.hourly("rest"), month.hourly("http")
    rows = [[name, usd(amount), usd(http[name])] for name, amount in rest.items()]
    rows.append(["**together**", f"**{usd(sum(rest.values()))}**", f"**{usd(sum(http.values()))}**"])
    return table(["a month", "REST", "HTTP"], rows)


def on_request(month):
    full, limit, bus = month.full_metrics(), month.address_limit(), month.bus()
    rows = [
        ["`Metrics` `full`: custom metrics", usd(full["custom metrics"])],
        ["`Metrics` `full`: the dashboard, from the account's fourth on", usd(full["dashboard"])],
        ["`LoginsPerAddress`: a web ACL with one rule", usd(limit)],
        ["`EventBusName`: its alarms", usd(bus["alarms"])],
        ["`EventBusName`: a million events on the bus; rules, consumers and the function's time are more", usd(bus["events"])],
    ]
    return table(["only when asked for, a month", "US dollars"], rows)


def columns_of(month):
    others = Alternatives(month)
    nat = others.nat()
    return {
        "ours, REST": lambda millions: month.ours(millions, "rest"),
        "ours, HTTP": lambda millions: month.ours(millions, "http"),
        "Redis, two nodes and NAT, HTTP": lambda millions: others.redis(millions, "http", others.nodes(millions) + nat),
        "Valkey serverless and NAT, HTTP":
            lambda millions: others.redis(millions, "http", others.serverless_cache(millions) + nat),
        "Express, EC2": others.express_ec2,
        "Express, Fargate": others.express_fargate,
    }


def by_volume(month):
    columns = columns_of(month)
    rows = [[f"{millions:g} M", *(usd(of(millions)) for of in columns.values())] for millions in VOLUMES]
    return table(["authorized calls a month", *columns], rows)


def break_evens(month):
    columns, others = columns_of(month), Alternatives(month)
    rivals = {
        "Redis, two nodes and a NAT gateway": lambda api: lambda m: others.redis(
            m, api, others.nodes(m) + others.nat()),
        "Redis, one node, no NAT gateway": lambda api: lambda m: others.redis(m, api, others.nodes(m, 1)),
        "Valkey serverless and a NAT gateway": lambda api: lambda m: others.redis(
            m, api, others.serverless_cache(m) + others.nat()),
        "Valkey serverless, no NAT gateway": lambda api: lambda m: others.redis(m, api, others.serverless_cache(m)),
        "Express on two EC2 instances": lambda api: columns["Express, EC2"],
        "Express on Fargate": lambda api: columns["Express, Fargate"],
    }
    rows = []
    for name, theirs in rivals.items():
        found = [break_even(columns[f"ours, {api.upper()}"], theirs(api.lower())) for api in ("REST", "HTTP")]
        rows.append([name, *("never" if at is None else f"{at:.0f} M" for at in found)])
    return table(["cheaper than ours from", "against REST", "against HTTP"], rows)


def prices(inputs):
    rows = [[name.replace("_", " "), f"{amount:.10g}", source]
            for name, (amount, source) in inputs.prices["usd"].items()]
    return table(["price", "US dollars", "where it is stated"], rows)


def measured(inputs):
    rows = [[name, f"{figures['cpu_us']:.0f}", str(figures["log_bytes"])]
            for name, figures in inputs.measured["functions"].items()]
    sizes = inputs.measured["item_bytes"]
    calls = [f"{name}: " + ", ".join(f"{call} {count:g}" for call, count in operations.items())
             for name, operations in inputs.measured["dynamodb_calls"].items()]
    return (table(["function", "own CPU time, µs a call", "log bytes a call"], rows)
            + f"\nDynamoDB calls: {'; '.join(calls)}. A user takes {sizes['UsersTable']} bytes, a session"
            f" {sizes['SessionsTable']}.\n")


def assumed(inputs):
    return table(["assumed", "value"],
                 [[name.replace("_", " "), f"{value:g}"] for name, value in inputs.assumed.items()])


def page(inputs):
    month, stated = Month(inputs), inputs.prices
    text = (inputs.folder / "cost.md.in").read_text()
    for name, made in {
        "STATED": stated["stated"], "REGION": stated["region"], "PER_MILLION": per_million(inputs),
        "BY_MEMORY": by_memory(inputs), "FIXED": fixed(month), "BY_VOLUME": by_volume(month),
        "BREAK_EVEN": break_evens(month), "PRICES": prices(inputs), "MEASURED": measured(inputs),
        "ASSUMED": assumed(inputs), "MEASURED_BY": inputs.measured["measured_by"],
        "HOURLY": hourly(month), "ON_REQUEST": on_request(month),
        "WAF_REQUESTS": usd(inputs.usd("web_acl_million_requests")),
    }.items():
        text = text.replace(f"@{name}@", made.rstrip("\n"))
    assert "@" not in text, "a place in cost.md.in was not filled"
    return text
