# What is released, made of the builds of stage 40; then deployed from an empty folder by a machine without a compiler.

# The command line: for arm64 by the release workflow's command, with a quicker profile; for this processor as the tests have
# compiled it, of the whole workspace and beside a test, a small one, so that the features are the same.
cli_build() {
  cargo build --locked --workspace --bin wxsession --test parts &&
    strip -o .aws-sam/wxsession-x86-64 "$(target_directory)/debug/wxsession" &&
    CARGO_BUILD_RUSTFLAGS=$(reproducible_rustflags) cargo lambda build --profile tried --locked --arm64 \
      --lambda-dir .aws-sam/cli-arm64 --package operator --bin wxsession
}

pack() {
  npm --prefix miniprogram ci --ignore-scripts --no-audit --no-fund && npm --prefix miniprogram run build &&
    scripts/dist --functions x86_64=.aws-sam/rehearsal --functions arm64=.aws-sam/arm64 \
      --cli linux-x86_64=.aws-sam/wxsession-x86-64 --cli linux-arm64=.aws-sam/cli-arm64/wxsession/bootstrap
}

again_the_same() {
  local sums
  sums=$(cat dist/SHA256SUMS) && pack && [ "$sums" = "$(cat dist/SHA256SUMS)" ]
}

stage 'release bundle'
. .ci/rustflags.sh
if [ ! -x .aws-sam/rehearsal/LoginFunction/bootstrap ] || [ ! -x .aws-sam/arm64/login/bootstrap ]; then
  cannot 'release bundle' 'there is no build of both processors: run the stage 40-build'
elif ! ensure_sam || ! ensure_ministack || ! venv "$CI_CACHE/sbom" .ci/supply-chain/sbom.txt; then
  cannot 'release bundle' 'aws-sam-cli, MiniStack or cyclonedx-python-lib could not be installed'
elif ! command -v npm >/dev/null; then
  cannot 'release bundle' 'node and npm are not installed'
else
  # The stage 22-supply-chain has written and judged them.
  [ target/sbom/login.cdx.json -nt Cargo.lock ] || check 'bundle: SBOMs' "$CI_CACHE/sbom/bin/python" .ci/supply-chain/sbom.py
  check 'bundle: licences of what is linked' python3 .ci/supply-chain/licences.py && show 'bundle: licences of what is linked'
  check 'bundle: the command line for both processors' cli_build &&
    check 'bundle: packed' pack && show 'bundle: packed'
  check 'bundle: packed again it is the same' again_the_same
  check 'bundle: what it may and may not hold' python3 -m unittest discover -s scripts -p 'test_dist.py'
  check 'bundle: its templates, linter' sh -c '
    work=$(mktemp -d) && tar -xzf dist/wxsession-[0-9]*-arm64.tar.gz -C "$work" && cd "$work"/wxsession-* &&
    sam validate --lint --template template.yaml && sam validate --lint --template template-http-api.yaml; result=$?
    rm -rf "$work"; exit $result'
  check 'bundle: unpacked in an empty folder, deployed and logged in without a toolchain' \
    "$MINISTACK_VENV/bin/python" scripts/rehearse_bundle.py dist &&
    show 'bundle: unpacked in an empty folder, deployed and logged in without a toolchain'
fi
