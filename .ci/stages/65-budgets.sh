# What a change costs: the zip and the instructions of each function that the builds stage made, against benches/budgets.json.

bench_cargo() {
  local command=$1
  shift
  CARGO_TARGET_DIR=${WXSESSION_BENCH:-target/bench}/driver \
    cargo "$command" --quiet --manifest-path benches/Cargo.toml --locked --profile driver -p driver -p floor "$@"
}

stage 'budgets'
if [ ! -x .aws-sam/rehearsal/AuthorizerFunction/bootstrap ]; then
  cannot 'budgets' 'there is no .aws-sam/rehearsal: run the builds stage first'
elif ensure_debian valgrind valgrind libc6-dbg; then
  check 'benchmark driver: lints' bench_cargo clippy --all-targets -- -D warnings
  check 'benchmark driver: tests' bench_cargo test
  if judges_instructions; then
    check 'zip size, cold and warm instructions within their budgets' benches/budgets.py &&
      show 'zip size, cold and warm instructions within their budgets'
  else
    without 'zip size, cold and warm instructions: judged' 'the budgets are for glibc 2.36'
  fi
  check 'the budgets catch a wasteful function and a wrong answer' python3 -m unittest discover -s benches -p 'test_*.py'
else
  cannot 'budgets' 'valgrind could not be installed'
fi
