# The samples as somebody has them who copied their folders out, and the readers of the identity in five languages.

copied_out() (
  folder=$1
  shift
  rm -rf "$copies/$folder" && cp -r "examples/$folder" "$copies/" && cd "$copies/$folder" && "$@"
)

rust_copied_out() (
  rm -rf "$copies/rust-me" && cp -r examples/rust-me "$copies/" && cp -r identity "$copies/rust-me/wxsession-identity" &&
    cp Cargo.lock rust-toolchain.toml "$copies/rust-me/" && cd "$copies/rust-me" &&
    sed -i 's#path = "../../identity"#path = "wxsession-identity"#' Cargo.toml &&
    # The lock of the whole project, of which this needs a small part: cargo takes the rest out, and changes no version.
    CARGO_TARGET_DIR=$CI_CACHE/rust-me cargo test --offline
)

stage 'examples'
copies=$(mktemp -d)
check 'examples/node-me, copied out of the tree' copied_out node-me node --test
check 'examples/python-me, copied out of the tree' copied_out python-me python3 -B -m unittest
check 'examples/python-events, copied out of the tree' copied_out python-events python3 -B -m unittest
check 'examples/rust-me, copied out of the tree, without the AWS SDK' rust_copied_out &&
  check 'examples/rust-me compiles no SDK' test -z "$(grep -E '^name = "aws' "$copies/rust-me/Cargo.lock")"
if ensure_debian go golang-go; then
  check 'examples/go: gofmt' test -z "$(gofmt -l examples/go)"
  check 'examples/go, copied out of the tree' copied_out go sh -c 'go vet ./... && go test ./...'
else
  cannot 'examples/go' 'Go could not be installed'
fi
if ensure_debian javac openjdk-17-jdk-headless; then
  check 'examples/java, copied out of the tree' copied_out java \
    sh -c 'javac -Xlint:all -Werror -d classes ./*.java && java -cp classes IdentityTest'
else
  cannot 'examples/java' 'a JDK could not be installed'
fi
rm -rf "$copies"
