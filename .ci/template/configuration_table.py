"""The configuration table of the README, made from template.yaml: `python3 .ci/template/configuration_table.py`.

A test compares the README with it, and the variables with those the binaries read, so the three cannot drift apart.
"""

from transformed import FUNCTIONS, REST, environment, logical_id, source

BEGIN = "<!-- configuration: made by .ci/template/configuration_table.py -->"
END = "<!-- end of configuration -->"
SHORT = {name: name.removesuffix("Function") for name in FUNCTIONS}

# Patterns in words, and what the resources behind a variable are for; the rest is said in template.yaml.
WORDS = {
    "Realm": "1 to 64 characters of `A-Z a-z 0-9 . _ -`",
    "WechatAppId": "`wx` and 16 hexadecimal digits",
    "OpenDataMaxAgeSeconds": "0, or 60 to 259200",
    "WechatApiBaseUrl": "https URL without a path; http for loopback",
}
EFFECTS = {
    "UsersTable": "Where users and their sealed session_keys are kept.",
    "SessionsTable": "Where sessions are kept, under the hash of their token.",
    "AppsSecret": "Secret with the AppSecret of each Mini Program.",
    "SessionKeyRingSecret": "Secret with the keys that seal session_key.",
    "AWS::StackName": "The dimension `stack` of every metric.",
}


def variables(template=REST):
    """variable -> what the template puts there, for every function that gets it."""
    found = {}
    for function in FUNCTIONS:
        for variable, value in environment(template, function).items():
            found.setdefault(variable, {})[function] = value
    return found


def allowed(name, parameter):
    """The values a parameter admits, in words."""
    if "MinValue" in parameter:
        return f"{parameter['MinValue']} to {parameter.get('MaxValue', '…')}"
    if "AllowedValues" in parameter:
        return ", ".join(f"`{value}`" for value in parameter["AllowedValues"])
    return WORDS[name]


def row(variable, users):
    """One line: a parameter's default and range, or the resource whose name or ARN the variable holds."""
    (target,) = {logical_id(value) for value in users.values()}
    names = ", ".join(SHORT[function] for function in users)
    parameter = source(REST)["Parameters"].get(target)
    if parameter is None:
        effect, target = EFFECTS[target], target.removeprefix("AWS::")
        return f"| `{variable}` | set by the stack: {target} | | | {names} | {effect} |"
    default = f"`{parameter['Default']}`" if "Default" in parameter else "required"
    effect = parameter["Description"]
    return f"| `{variable}` | `{target}` | {default} | {allowed(target, parameter)} | {names} | {effect} |"


def table():
    """The whole table."""
    head = ["| Variable | Parameter | Default | Allowed | Read by | Effect |", "|---|---|---|---|---|---|"]
    rows = [row(variable, users) for variable, users in variables().items() if not variable.startswith("AWS_")]
    return "\n".join(head + rows)


if __name__ == "__main__":
    print(f"{BEGIN}\n{table()}\n{END}")
