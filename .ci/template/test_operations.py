"""The commands of docs/operations.md: each does what it says, from a fresh clone too."""

import re
import unittest

from transformed import HTTP, REST, ROOT, source

PAGE = (ROOT / "docs/operations.md").read_text()
BLOCKS = re.findall(r"```sh\n(.*?)```", PAGE, re.S)


class Commands(unittest.TestCase):
    maxDiff = None

    def test_nothing_is_deployed_without_a_build_before_it(self):
        # In a fresh clone `sam deploy` finds no build and uploads the folder as the functions' code.
        for path in [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]:
            for block in re.findall(r"```sh\n(.*?)```", path.read_text(), re.S):
                # A release is built: its template names the zips beside it.
                if re.search(r"\bcd wxsession-\d", block):
                    continue
                for line in block.splitlines():
                    if re.search(r"\bsam deploy\b", line):
                        self.assertRegex(line, r"sam build .*&& sam deploy", path)

    def test_the_realm_and_every_other_parameter_are_changed_alone(self):
        changed = re.findall(r"scripts/set-parameter((?: \w+=\S+)+)", "\n".join(BLOCKS))
        names = {name for changes in changed for name in re.findall(r" (\w+)=", changes)}
        self.assertLessEqual({"Realm", "ExistingUsersTable"}, names)
        for template in (REST, HTTP):
            self.assertLessEqual(names, set(source(template)["Parameters"]))

    def test_every_command_to_a_stack_names_it(self):
        # Both scripts refuse without STACK.
        for path in [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]:
            for block in re.findall(r"```sh\n(.*?)```", path.read_text(), re.S):
                for line in block.splitlines():
                    if re.search(r"\bscripts/(set-parameter|roll-back)\b", line):
                        self.assertRegex(line, r"\bSTACK=\S+ scripts/", path)

    def test_every_alarm_has_its_row_and_no_other(self):
        for page in ("docs/operations.md", "docs/zh/operations.md"):
            rows = re.findall(r"^\| `(\w+Alarm)` \|", (ROOT / page).read_text(), re.M)
            self.assertEqual(sorted(rows), sorted(name for name in source(REST)["Resources"] if name.endswith("Alarm")), page)

    def test_the_queues_are_emptied_by_commands_that_name_outputs(self):
        for page, queue in (("push", "ErasuresDeadLettersUrl"), ("events", "EventsDeadLettersUrl")):
            for path in (f"docs/{page}.md", f"docs/zh/{page}.md"):
                (block,) = [block for block in re.findall(r"```sh\n(.*?)```", (ROOT / path).read_text(), re.S) if "purge-queue" in block]
                self.assertEqual(re.findall(r"OutputKey=='(\w+)'", block), [queue], path)
                self.assertIn(queue, source(REST)["Outputs"])

    def test_every_script_that_is_named_is_there_and_is_rehearsed_or_tested(self):
        tried = "".join(
            path.read_text() for folder in ("scripts", ".ci") for path in (ROOT / folder).rglob("*.py") if "operations.py" != path.name
        ) + (ROOT / "scripts/rehearse_operations.py").read_text()
        for script in set(re.findall(r"\bscripts/([a-z][a-z-]+)", PAGE)):
            self.assertTrue((ROOT / "scripts" / script).is_file(), script)
            self.assertIn(f"scripts/{script}", tried)

    def test_every_output_that_is_read_is_one_of_both_templates(self):
        read = set(re.findall(r'\$\(output (\w+)\)', PAGE))
        self.assertGreaterEqual(len(read), 4)
        for template in (REST, HTTP):
            self.assertLessEqual(read, set(source(template)["Outputs"]))

    def test_every_parameter_that_is_named_is_one_of_the_template(self):
        every = set(source(REST)["Parameters"])
        known = {
            name for name in re.findall(r"`([A-Z][a-z]+(?:[A-Z][a-z]+)+)(?:=[^`]*)?`", PAGE)
            if not name.endswith("Alarm") and name not in source(REST)["Resources"]
        }
        others = {"WxSession", "GetObject", "BatchGetItem", "GetSecretValue", "AccessDeniedException"}
        statements = {"RolesOfTheFunctions", "RightsOfTheFunctions", "TakeTheBoundaryAway"}
        self.assertEqual({name for name in known if name not in every} - others, statements)


if __name__ == "__main__":
    unittest.main()
