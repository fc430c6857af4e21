"""The configuration table of the README, made from template.yaml: `python3 .ci/template/configuration_table.py`.

A test compares the README with it, and the variables with those the binaries read, so the three cannot drift apart.
"""

from transformed import FUNCTIONS, REST, source

BEGIN = "<!-- configuration: made by .ci/template/configuration_table.py -->"
END = "<!-- end of configuration -->"
SHORT = {name: name.removesuffix("Function") for name in FUNCTIONS}


def variables(template=REST):
    """variable -> what the template puts there, for every function that gets it."""
    found = {}
    for function in FUNCTIONS:
        body = source(template)["Resources"][function]["Properties"]["Environment"]["Variables"]
        for variable, value in body.items():
            found.setdefault(variable, {})[function] = value
    return found


def allowed(parameter):
    """The values a parameter admits, in words."""
    if "MinValue" in parameter:
        return f"{parameter['MinValue']} to {parameter.get('MaxValue', '…')}"
    if "AllowedValues" in parameter:
        return ", ".join(f"`{value}`" for value in parameter["AllowedValues"])
    return "text"


def row(variable, users):
    """One line: a parameter's default and range, or the resource whose name or ARN the variable holds."""
    (target,) = {value["Ref"] for value in users.values()}
    names = ", ".join(SHORT[function] for function in users)
    parameter = source(REST)["Parameters"].get(target)
    if parameter is None:
        return f"| `{variable}` | set by the stack: {target} | | | {names} |"
    default = f"`{parameter['Default']}`" if "Default" in parameter else "required"
    return f"| `{variable}` | `{target}` | {default} | {allowed(parameter)} | {names} |"


def table():
    """The whole table."""
    head = ["| Variable | Parameter | Default | Allowed | Read by |", "|---|---|---|---|---|"]
    rows = [row(variable, users) for variable, users in variables().items() if not variable.startswith("AWS_")]
    return "\n".join(head + rows)


if __name__ == "__main__":
    print(f"{BEGIN}\n{table()}\n{END}")
