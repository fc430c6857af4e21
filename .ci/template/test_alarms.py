"""What rings, about whose metrics, and what that costs."""

import json
import re
import unittest

from transformed import FUNCTIONS, HTTP, REST, ROOT, properties, resources, source

STACK = {"Name": "stack", "Value": {"Ref": "AWS::StackName"}}


def metrics(alarm):
    """(namespace, name, dimensions, statistic) of each metric that an alarm looks at."""
    body = alarm["Properties"]
    if "Metrics" not in body:
        yield body["Namespace"], body["MetricName"], body["Dimensions"], body["Statistic"]
    for entry in body.get("Metrics", []):
        if "MetricStat" in entry:
            metric = entry["MetricStat"]["Metric"]
            yield metric["Namespace"], metric["MetricName"], metric["Dimensions"], entry["MetricStat"]["Stat"]


def expressions(alarm):
    return [entry["Expression"] for entry in alarm["Properties"].get("Metrics", []) if "Expression" in entry]


def every_alarm():
    for template in (REST, HTTP):
        for name, alarm in resources(template, "AWS::CloudWatch::Alarm").items():
            yield template, name, alarm


def telemetry():
    """The code that writes the metrics."""
    return (ROOT / "telemetry/src/lib.rs").read_text() + (ROOT / "telemetry/src/metrics.rs").read_text()


class Alarms(unittest.TestCase):
    maxDiff = None

    def test_alarms_on_dynamodb_fill_because_they_ignore_missing_data(self):
        for _, name, alarm in every_alarm():
            entries = [entry for entry in alarm["Properties"].get("Metrics", []) if "MetricStat" in entry]
            for entry in entries:
                if entry["MetricStat"]["Metric"]["Namespace"] == "AWS/DynamoDB":
                    (expression,) = expressions(alarm)
                    self.assertIn(f"FILL({entry['Id']}, 0)", expression, name)

    def test_every_function_has_alarms_for_errors_and_for_being_turned_away(self):
        # Who calls a function without a route, a backend, is told by Lambda itself that it was turned away; a stream tries again.
        events = {name: source(REST)["Resources"][name]["Properties"].get("Events", {}) for name in FUNCTIONS}
        called = {name for name, each in events.items() if any(event["Type"] == "Api" for event in each.values())}
        expected = {"Errors": set(FUNCTIONS), "Throttles": called | {"AuthorizerFunction"}}
        for template in (REST, HTTP):
            for metric in ("Errors", "Throttles"):
                watched = [
                    dimensions[0]["Value"]["Ref"]
                    for alarm in resources(template, "AWS::CloudWatch::Alarm").values()
                    for namespace, name, dimensions, _ in metrics(alarm)
                    if (namespace, name) == ("AWS/Lambda", metric)
                ]
                self.assertEqual(sorted(watched), sorted(expected[metric]), metric)

    def test_cost_counts_the_metrics_in_alarms_the_functions_and_the_routes_that_there_are(self):
        assumed = json.loads((ROOT / "benches/cost/assumed.json").read_text())
        routes = {
            function: sum(event["Type"] == "Api" for event in source(REST)["Resources"][function]["Properties"].get("Events", {}).values())
            for function in FUNCTIONS
        }
        readers = [
            function for function in FUNCTIONS
            if "WECHAT_APPS_SECRET_ID" in properties(REST, function)["Environment"]["Variables"]
        ]
        alarms = [alarm for template, _, alarm in every_alarm() if template == REST]
        with_a_bus = [alarm for alarm in alarms if alarm.get("Condition") == "HasEventBus"]
        always = [alarm for alarm in alarms if alarm not in with_a_bus]
        self.assertEqual(
            {name: assumed[name] for name in ("alarm_metrics", "bus_alarm_metrics", "functions", "routes", "routes_that_need_secrets", "secrets")},
            {
                "alarm_metrics": sum(len(list(metrics(alarm))) for alarm in always),
                "bus_alarm_metrics": sum(len(list(metrics(alarm))) for alarm in with_a_bus),
                "functions": len(FUNCTIONS),
                "routes": sum(routes.values()),
                "routes_that_need_secrets": sum(routes[function] for function in readers),
                "secrets": len(resources(REST, "AWS::SecretsManager::Secret")),
            },
        )

    def test_what_a_stream_gives_up_rings(self):
        for template in (REST, HTTP):
            watched = [
                dimensions[0]["Value"]["Fn::GetAtt"][0]
                for alarm in resources(template, "AWS::CloudWatch::Alarm").values()
                for namespace, name, dimensions, _ in metrics(alarm)
                if (namespace, name) == ("AWS/SQS", "ApproximateNumberOfMessagesVisible")
            ]
            self.assertEqual(sorted(watched), sorted(resources(template, "AWS::SQS::Queue")))
            for name, mapping in resources(template, "AWS::Lambda::EventSourceMapping").items():
                queue = mapping["Properties"]["DestinationConfig"]["OnFailure"]["Destination"]["Fn::GetAtt"][0]
                self.assertIn(queue, watched, name)

    def test_alarms_of_the_bus_are_there_and_paid_for_only_with_one(self):
        for template, name, alarm in every_alarm():
            self.assertEqual(alarm.get("Condition") == "HasEventBus", name.startswith("Events"), name)

    def test_every_value_of_a_sum_is_in_its_expression(self):
        for _, name, alarm in every_alarm():
            for entry in alarm["Properties"].get("Metrics", []):
                if "MetricStat" in entry:
                    self.assertRegex(expressions(alarm)[0], rf"\b{entry['Id']}\b", name)


class OneStack(unittest.TestCase):
    """Two stacks in one account share no metric."""

    maxDiff = None

    def test_every_metric_in_an_alarm_belongs_to_this_stack(self):
        for _, name, alarm in every_alarm():
            for namespace, metric, dimensions, _ in metrics(alarm):
                if namespace == "WxSession":
                    self.assertIn(STACK, dimensions, name)
                else:
                    self.assertTrue(all(re.search(r"Ref|Fn::GetAtt", json.dumps(each["Value"])) for each in dimensions), (name, metric))

    def test_every_metric_on_the_dashboard_belongs_to_this_stack(self):
        for template in (REST, HTTP):
            body = json.dumps(properties(template, "Dashboard")["DashboardBody"])
            searches = re.findall(r"SEARCH\('([^']*)'", body)
            self.assertEqual(len(searches), 2)
            for search in searches:
                self.assertIn("{WxSession,stack,", search)
                self.assertRegex(search, r"stack=[\\\"]+\$\{AWS::StackName\}")
            # A following "..." takes over the dimensions before it.
            for first in re.findall(r"WxSession\W+[a-z_]+[^]]*?\]", body):
                if not first.startswith("WxSession,"):
                    self.assertRegex(first, r"stack[^a-z]+\$\{AWS::StackName\}")

    def test_every_alarm_is_on_the_dashboard(self):
        for template in (REST, HTTP):
            body = json.dumps(properties(template, "Dashboard")["DashboardBody"])
            shown = re.findall(r"\$\{(\w+)\.Arn\}", body)
            self.assertEqual(sorted(shown), sorted(resources(template, "AWS::CloudWatch::Alarm")))

    def test_the_dashboard_names_no_alarm_that_is_not_made(self):
        for template in (REST, HTTP):
            text, names = properties(template, "Dashboard")["DashboardBody"]["Fn::Sub"]
            self.assertNotRegex(text, r"\$\{Events\w+Alarm\.Arn")
            condition, with_a_bus, without = names["EventsAlarms"]["Fn::If"]
            self.assertEqual((condition, without), ("HasEventBus", ""))
            for form in (re.sub(r"\$\{\w+\.Arn\}", "arn", with_a_bus["Fn::Sub"]), without):
                json.loads(text.replace("${EventsAlarms}", form))

    def test_the_time_and_the_cold_starts_of_every_function_are_on_the_dashboard(self):
        for template in (REST, HTTP):
            text, _ = properties(template, "Dashboard")["DashboardBody"]["Fn::Sub"]
            for widget in json.loads(text.replace("${EventsAlarms}", ""))["widgets"]:
                first = widget["properties"].get("metrics", [[""]])[0]
                if first[0] == "WxSession" and first[1] in ("duration_ms", "cold_starts"):
                    shown = [first[5], *(row[1] for row in widget["properties"]["metrics"][1:])]
                    binaries = [source(REST)["Resources"][name]["Metadata"]["BuildProperties"]["Binary"] for name in FUNCTIONS]
                    self.assertEqual(shown, binaries, first[1])

    def test_every_function_knows_the_name_of_its_stack(self):
        for template in (REST, HTTP):
            for function in FUNCTIONS:
                found = properties(template, function)["Environment"]["Variables"]
                self.assertEqual((found["STACK_NAME"], found["METRICS"]), ({"Ref": "AWS::StackName"}, {"Ref": "Metrics"}))

    def test_the_code_sends_no_metric_without_the_stack(self):
        sets = re.findall(r"&\[((?:&\[[^\]]*\](?:, )?)+)\]", telemetry())
        self.assertEqual(sets, ['&["stack"]', '&["stack", "function"], &["stack", "function", "outcome"]'])


class Metrics(unittest.TestCase):
    maxDiff = None

    def test_alarms_look_at_the_few_metrics_that_are_always_sent_and_at_all_of_them(self):
        few = set(re.findall(r'\("(\w+)", (?:is_login|self\.(?:outcome|after|lost|undone|untold))', telemetry())) | {"logins"}
        for template in (REST, HTTP):
            found = {
                metric for alarm in resources(template, "AWS::CloudWatch::Alarm").values()
                for namespace, metric, _, _ in metrics(alarm) if namespace == "WxSession"
            }
            self.assertEqual(found, few)
        self.assertEqual(len(few), 8, "each is paid for")

    def test_the_dashboard_shows_metrics_that_full_sends(self):
        template = (ROOT / REST).read_text()
        named = set(re.findall(r'\["WxSession", "(\w+)"', template)) | set(re.findall(r'MetricName=\\"(\w+)\\"', template))
        self.assertEqual(named, {"requests", "duration_ms", "wechat_ms", "store_ms", "cold_starts"})
        for metric in named:
            self.assertTrue(f'"{metric}"' in telemetry(), metric)

    def test_few_is_the_default_and_the_dashboard_comes_with_full(self):
        parameter = source(REST)["Parameters"]["Metrics"]
        self.assertEqual((parameter["Default"], parameter["AllowedValues"]), ("few", ["few", "full"]))
        for template in (REST, HTTP):
            self.assertEqual(source(template)["Resources"]["Dashboard"]["Condition"], "HasDashboard")
            self.assertIn({"Condition": "HasFullMetrics"}, source(template)["Conditions"]["HasDashboard"]["Fn::And"])


if __name__ == "__main__":
    unittest.main()
