# What a request costs besides the network, in instructions, within 3 % of .ci/micro/budgets.toml.

stage 'micro-benchmarks'
if [ "$(uname -m)" != x86_64 ]; then
  without 'micro-benchmarks' 'the budgets are for x86-64'
elif ! ensure_debian valgrind valgrind libc6-dbg; then
  cannot 'micro-benchmarks' 'valgrind is not installed'
elif ! judges_instructions; then
  check 'instructions of each micro-benchmark, counted' python3 .ci/micro/instructions.py --record &&
    show 'instructions of each micro-benchmark, counted'
  without 'micro-benchmarks: judged' 'the budgets are for glibc 2.36'
else
  check 'instructions of each micro-benchmark within 3 % of its budget' python3 .ci/micro/instructions.py &&
    show 'instructions of each micro-benchmark within 3 % of its budget'
  check 'the budgets catch what is made slow on purpose' \
    python3 .ci/micro/test_instructions.py
fi
