# The mutation score of the smallest area; .github/workflows/weekly.yml measures all of them once a week.

stage 'mutation score'
check 'the judge of the mutation score fails where it must' python3 -m unittest discover -s .ci/mutants -p test_run.py
if ensure_cargo_mutants; then
  # What the tests have compiled already serves here too. Incremental, unlike the rest of the gate: 48 times the same crate.
  target=$(target_directory)
  check 'session rules: 9 of 10 changes are noticed' env CARGO_TARGET_DIR="$target" CARGO_INCREMENTAL=1 .ci/mutants/run --shard 0/2 rules &&
    show 'session rules: 9 of 10 changes are noticed'
  # The same with no test at all must fail.
  check 'without tests the mutation score fails' env CARGO_TARGET_DIR="$target" CARGO_INCREMENTAL=1 .ci/mutants/without-tests
else
  cannot 'mutation score' 'cargo-mutants could not be compiled'
fi
