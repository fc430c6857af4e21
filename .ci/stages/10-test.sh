# The command of the README, first: what a contributor runs must be what we run.

stage 'tests'
# The page is tested in a real browser; with CI=true that test fails where something of this is missing.
command -v google-chrome >/dev/null || ensure_debian chromium chromium fonts-noto-cjk || cannot 'the page in a browser' 'Chromium could not be installed'
if command -v npm >/dev/null; then
  check 'local/page/test: npm ci' npm --prefix local/page/test ci --ignore-scripts --no-audit --no-fund
  check 'miniprogram: npm ci, for its tests under cargo' npm --prefix miniprogram ci --ignore-scripts --no-audit --no-fund
else
  cannot 'the page in a browser' 'node and npm are not installed'
fi
check 'cargo test --workspace --locked' cargo test --workspace --locked &&
  grep -h '^test result' "$LOGS/cargo-test-workspace-locked.log" |
  awk '{ok += $4; bad += $6; ignored += $8} END {printf "        %d tests passed, %d failed, %d ignored\n", ok, bad, ignored}'
