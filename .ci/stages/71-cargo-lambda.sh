# The commands of events/README.md, as a stranger pastes them: without Docker here, with Docker in the stage before.

stage 'cargo lambda invoke'
if ! ensure_sam; then
  cannot 'cargo lambda invoke' 'cargo-lambda could not be installed'
else
  check 'cargo lambda watch and invoke, each function' python3 .ci/local_invoke.py cargo-lambda &&
    show 'cargo lambda watch and invoke, each function'
fi
