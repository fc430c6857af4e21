"""Every command that README and docs show is of a kind that the gate runs, or its page or section says that it needs AWS.

RUN has the kinds: what a command looks like, a file of ours that runs it or the same with more around it, and what stands there.
That the file runs it is read, not tried: a new kind is a promise of whoever adds the row.
"""

import re

NEEDS_AWS = re.compile(r"needs? AWS", re.I)
PROGRAMS = r"cargo|sam|pip|curl|npm|npx|node|python3|aws|gh|git|tar|sha256sum|terraform|scripts/[\w-]+|\.ci/\w+|\./wxsession|wxsession|fuzz/run|benches/run"
INLINE = re.compile(rf"`((?:[A-Z_]+=\S+ )*(?:{PROGRAMS}) [^`]+)`")

RUN = [
    # what a newcomer types
    (r"git clone https://github\.com/OWNER/wxsession\.git.*", "README.md", "git clone"),  # the only one that nothing here can run
    (r"cargo run -p local( -- --help| -- tour)?", ".ci/stages/45-contract.sh", "cargo build --package local"),
    (r"(WECHAT_APP_ID=\S+ WECHAT_APP_SECRET=\S+ )?cargo run -p local", "local/src/command_line.rs", "WECHAT_APP_ID"),
    (r"cargo run -p local -- --host \S+( --containers)?", ".ci/local_invoke.py", "--host"),
    (r"cargo run -q -p local -- event .*", ".ci/local_invoke.py", "events/README.md"),
    (r"cargo lambda (watch|invoke).*", ".ci/local_invoke.py", "events/README.md"),
    (r"sam local (invoke|start-api).*|sam local", ".ci/local_invoke.py", "events/README.md"),
    (r"pip install cargo-lambda ziglang", ".ci/tools.txt", "cargo-lambda=="),
    (r"sam build", ".ci/stages/40-build.sh", "sam build"),
    (r"sha256sum --check --ignore-missing SHA256SUMS", "scripts/rehearse_bundle.py", '"--ignore-missing"'),
    (r"tar -xzf wxsession-\S+\.tar\.gz.*", "scripts/rehearse_bundle.py", '"--extract"'),
    (r"npm install \./wxsession-miniprogram-\S+\.tgz", "miniprogram/test/package/package.test.mjs", "npm"),
    # what a contributor types
    (r"cargo test --workspace", ".ci/stages/10-test.sh", "cargo test --workspace"),
    (r"cargo test", ".ci/stages/26-examples.sh", "cargo test"),
    (r"(WXSESSION_ROUNDS=\d+ |PROPTEST_CASES=\d+ )?cargo test -p .*", ".ci/stages/10-test.sh", "cargo test --workspace"),
    (r"cargo fmt --all|cargo clippy --workspace .*", ".ci/stages/20-lint.sh", "cargo clippy --workspace"),
    (r"cargo xtask generate.*", ".ci/stages/20-lint.sh|.ci/stages/30-template.sh|.ci/stages/35-documents.sh", "generate --check"),
    (r"npm (--prefix miniprogram )?ci && npm (--prefix miniprogram test|test|pack)|npm test|npm run (build|test:live|test:recipes)|npm pack",
     ".ci/stages/25-miniprogram.sh", "run test:beside"),
    (r"npm ci --ignore-scripts|npm run synth", ".ci/stages/32-attach.sh", "npm"),
    (r"python3 -m unittest discover --start-directory \.ci/template", ".ci/stages/30-template.sh", "unittest discover"),
    (r"python3 \.ci/docs/check\.py", ".ci/stages/35-documents.sh", ".ci/docs/check.py"),
    (r"(CONTRACT_CASES=\d+ )?\.ci/run \w+.*", ".ci/run", "STAGE"),
    (r"node --test|python3 -m unittest", ".ci/stages/26-examples.sh", "copied_out"),
    (r"fuzz/run .*|cargo \+nightly fuzz run \w+", ".ci/stages/48-fuzz.sh", "fuzz/run"),
    (r"python3 benches/(cost/cost|storm/storm)\.py.*", ".ci/stages/35-documents.sh", "benches/cost"),
    (r"cargo run --profile load -p acceptance.*", "acceptance/tests/load/main.rs", "a_short_load_on_a_small_table_is_carried"),
    (r"CARGO_PROFILE_RELEASE_DEBUG=1 .*cargo build --release -p authorizer", ".ci/stages/65-budgets.sh", "valgrind"),
    # the operator's command line, and the simulator's page
    (r"(WECHAT_APP_ID=\S+ WECHAT_APP_SECRET=\S+ )?(cargo run -p operator --|wxsession) (doctor|verify) (--local|--env-file|--url|--wechat-endpoint).*",
     "acceptance/tests/operator/stack.rs", '"doctor", "--local"'),
    (r"cargo run -p operator -- --help", "acceptance/tests/operator/causes.rs", '"--help"'),
    (r"cargo run --release -p wechat-simulator -- --port \d+", "emulators/wechat/tests/program.rs", "wechat-simulator.md"),
    (r"curl -fsS http://127\.0\.0\.1:3001/_control/cancel-authorisation .*", "docs/wechat-simulator.md", "/_control/cancel-authorisation"),
    (r"curl http://127\.0\.0\.1:3000/2015-03-31/functions/accounts/invocations .*", "acceptance/tests/leak_scan/traffic.rs", "self.invoke(\"accounts\""),
    (r"curl http://127\.0\.0\.1:3000/2015-03-31/functions/wechat/invocations .*", "acceptance/tests/leak_scan/traffic.rs", "self.invoke(\"wechat\""),
]
# Their lines are run one by one by the test that is named above.
PAGES_THAT_ARE_RUN = {"docs/wechat-simulator.md": "emulators/wechat/tests/program.rs"}


def shown(text):
    """The commands of a page that stand where nothing says that they need AWS."""
    prose = re.sub(r"```.*?```", "", text, flags=re.S)
    if NEEDS_AWS.search(re.split(r"^## ", prose, flags=re.M)[0]):
        return
    for section in re.split(r"(?m)^(?=#{2,} )", text):
        if NEEDS_AWS.search(section):
            continue
        for block in re.findall(r"(?ms)^ *```sh\n(.*?)^ *```", section):
            for line in re.sub(r"\\\n\s*", " ", block).splitlines():
                if line := " ".join(re.sub(r"\s+#.*", "", line).split()):
                    yield line
        yield from INLINE.findall(re.sub(r"(?s)```.*?```", "", section))


def pages(tree):
    for name in sorted(tree.documents()):
        in_docs = name.startswith("docs/") and not name.startswith(("docs/adr/", "docs/zh/"))
        if in_docs or re.fullmatch(r"(?:(?:examples|miniprogram|events|identity|fuzz)/.*)?README\.md|CONTRIBUTING\.md|SECURITY\.md", name):
            yield name


def commands(tree):
    """every command of README and docs is of a kind that the gate runs, or says that it needs AWS"""
    used = set()
    for name in pages(tree):
        if name in PAGES_THAT_ARE_RUN:
            if name not in tree.text(PAGES_THAT_ARE_RUN[name]):
                yield f"{name}: {PAGES_THAT_ARE_RUN[name]} does not run it"
            continue
        for command in shown(tree.text(name)):
            found = [row for row in RUN if re.fullmatch(row[0], command)]
            used.update(found)
            # A program's name alone is no command to paste.
            if not found and len(command.split()) > 2 or not found and "|" not in command and re.match(r"(aws|gh) ", command):
                yield f"{name}: `{command}` is of no kind that the gate runs, and nothing says that it needs AWS"
    for pattern, files, text in RUN:
        there = [file for file in files.split("|") if (tree.root / file).exists()]
        if not any(text in tree.text(file) for file in there):
            yield f"{pattern}: {text!r} stands in none of {files}"
