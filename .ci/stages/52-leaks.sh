# The scan for secrets once more, over the release binaries that are uploaded; `tests` has done it over debug builds.

stage 'secrets in what the release binaries say'
leaks_of_release() {
  LEAK_SCAN_BUILD=$PWD/.aws-sam/rehearsal cargo test --workspace --locked --test leak_scan processes -- --nocapture
}
if [ -x .aws-sam/rehearsal/LoginFunction/bootstrap ]; then
  check 'no secret comes out of a release binary' leaks_of_release &&
    grep -h '^LOG_LEVEL' "$LOGS/no-secret-comes-out-of-a-release-binary.log" | sed 's/^/        /'
else
  cannot 'secrets in what the release binaries say' 'there is no .aws-sam/rehearsal: run the stage 40-build'
fi
