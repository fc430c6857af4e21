# The command of the README, first: what a contributor runs must be what we run.

stage 'tests'
check 'cargo test --workspace --locked' cargo test --workspace --locked &&
  grep -h '^test result' "$LOGS/cargo-test-workspace-locked.log" |
  awk '{ok += $4; bad += $6; ignored += $8} END {printf "        %d tests passed, %d failed, %d ignored\n", ok, bad, ignored}'
