# What is uploaded: built by SAM for x86_64 and measured; for arm64 built by cargo-lambda with a quicker profile, to be tried.
# The release workflow builds arm64 with the profile that is deployed, and holds it to the same limits.

. .ci/rustflags.sh
functions=$(ls functions)

binaries() { printf -- '--bin %s ' $functions; }

# SAM builds one function after the other, and the last step of each keeps one processor busy. Built together beforehand
# by the command that SAM gives, they are found built. The one target directory compiles dependencies once per processor.
together() {
  CARGO_BUILD_RUSTFLAGS=$(reproducible_rustflags) \
    cargo lambda build --release --locked --lambda-dir .aws-sam/together $(binaries)
}

sam_build() {
  local folder=$1 template=$2
  CARGO_BUILD_RUSTFLAGS=$(reproducible_rustflags) \
    sam build --template "$template" --build-dir "$folder" --parameter-overrides Architecture=x86_64
}

arm64_build() {
  ensure_target aarch64-unknown-linux-gnu &&
    CARGO_BUILD_RUSTFLAGS=$(reproducible_rustflags) cargo lambda build --profile tried --locked --arm64 --lambda-dir .aws-sam/arm64 $(binaries)
}

stage 'builds'
if ensure_sam; then
  check 'cargo lambda build, x86_64' together
  check 'sam build, x86_64' sam_build .aws-sam/rehearsal template.yaml
  check 'sam build of the HTTP API, x86_64' sam_build .aws-sam/rehearsal-http template-http-api.yaml
  check 'sam build of the sample stack, x86_64' sam_build .aws-sam/rehearsal-examples examples/template.yaml
  check 'cargo lambda build, arm64' arm64_build
  check 'x86_64: size of the zip, newest glibc symbol' \
    .ci/measure x86-64 .aws-sam/rehearsal/*Function/bootstrap &&
    show 'x86_64: size of the zip, newest glibc symbol'
  check 'arm64: newest glibc symbol' .ci/measure --any-size aarch64 .aws-sam/arm64/*/bootstrap
else
  cannot 'builds' 'aws-sam-cli could not be installed'
fi
