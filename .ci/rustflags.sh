# Sourced. Where cargo keeps the crates, and where the checkout lies, stand in the panic messages of a binary. With these flags
# in CARGO_BUILD_RUSTFLAGS they do not. Not RUSTFLAGS: that would replace what cargo-lambda adds, the processor's model.

# For the checkout in which it is called.
reproducible_rustflags() {
  printf -- '--remap-path-prefix=%s=/cargo --remap-path-prefix=%s=/source' "${CARGO_HOME:-$HOME/.cargo}" "$PWD"
}
