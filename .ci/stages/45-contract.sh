# The local service keeps to openapi.yaml: schemathesis, 1,000 cases for each operation.

stage 'contract'
if venv "$CI_CACHE/contract" .ci/contract/tools.txt; then
  check 'the local service is built' cargo build --package local --locked &&
    check 'every answer is one that openapi.yaml describes' \
      "$CI_CACHE/contract/bin/python" .ci/contract/run.py "$(target_directory)/debug/local" "${CONTRACT_CASES:-1000}" &&
    show 'every answer is one that openapi.yaml describes'
else
  cannot 'contract' 'schemathesis could not be installed'
fi
