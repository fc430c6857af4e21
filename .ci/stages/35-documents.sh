# The documents say what the code does; openapi.yaml and the GitHub files are well formed.

stage 'documents'
if venv "$CI_CACHE/documents" .ci/docs/tools.txt; then
  tools=$CI_CACHE/documents/bin
  check 'documents agree with the code' "$tools/python" .ci/docs/check.py && show 'documents agree with the code'
  check 'the checks of the documents find planted mistakes' "$tools/python" .ci/docs/test_check.py
  check 'docs/cost.md is what its inputs give, and the README agrees' \
    "$tools/python" -m unittest discover --start-directory benches/cost --pattern 'test_*.py'
  check 'docs/scale.md is what its script gives, and the limits are those of the template' \
    "$tools/python" -m unittest discover --start-directory benches/storm --pattern 'test_*.py'
  check 'openapi.yaml is OpenAPI 3.1' "$tools/openapi-spec-validator" openapi.yaml
  check 'GitHub workflows are well formed' \
    "$tools/check-jsonschema" --builtin-schema vendor.github-workflows .github/workflows/{ci,deploy,weekly,release}.yml
  check 'issue forms are well formed' sh -c "$tools/check-jsonschema --builtin-schema vendor.github-issue-forms .github/ISSUE_TEMPLATE/[!c]*.yml && $tools/check-jsonschema --builtin-schema vendor.github-issue-config .github/ISSUE_TEMPLATE/config.yml"
  check 'every stage is in a job, every manifest is seen by dependabot' "$tools/python" .ci/docs/test_github.py
  check 'dependabot.yml is well formed' "$tools/check-jsonschema" --builtin-schema vendor.dependabot .github/dependabot.yml
  check 'GitHub workflows: pinned, no needless rights' "$tools/zizmor" --offline --no-progress --persona auditor .github
else
  cannot 'documents' 'their tools could not be installed'
fi
