# What a request costs besides the network, in instructions, within 3 % of .ci/micro/budgets.toml.

stage 'micro-benchmarks'
if [ "$(uname -m)" != x86_64 ]; then
  without 'micro-benchmarks' 'the budgets are for x86-64'
elif ! ensure_debian valgrind valgrind libc6-dbg; then
  cannot 'micro-benchmarks' 'valgrind is not installed'
else
  check 'instructions of each micro-benchmark within 3 % of its budget' python3 .ci/micro/instructions.py &&
    show 'instructions of each micro-benchmark within 3 % of its budget'
  check 'the budgets catch what is made slow on purpose' \
    python3 .ci/micro/test_instructions.py
fi
