# The authorizer by other tools than SAM: what CDK synthesizes, Terraform's files, the snippets of docs/attach.md.

# CDK alone, of the sample as it lies there, with a bundle made of the templates and of no program.
synthesize() (
  set -e
  bundle=$(mktemp -d)
  trap 'rm -rf "$bundle"' EXIT
  python3 .ci/attach/empty_bundle.py "$bundle"
  cd examples/cdk
  rm -rf cdk.out
  npm run synth
  CDK_OUTDIR=cdk.out node built/trap.js
  CDK_OUTDIR=cdk.out CDK_CONTEXT_JSON="{\"bundle\":\"$bundle\"}" node built/app.js
)

stage 'attach'
if ! ensure_sam || ! venv "$CI_CACHE/attach" .ci/attach/tools.txt; then
  cannot 'attach' 'aws-sam-cli, python-hcl2 or PyYAML could not be installed'
else
  check 'examples/terraform: HCL, references, and what template.yaml says' \
    "$CI_CACHE/attach/bin/python" -B -m unittest discover -s .ci/attach -p 'test_terraform.py'
  without 'examples/terraform: terraform itself' 'it is not to be had here'
  check 'docs/attach.md: its snippets' "$CI_CACHE/attach/bin/python" -B -m unittest discover -s .ci/attach -p 'test_snippets.py'
  if command -v npm >/dev/null; then
    # 220 MB, so only where the versions have changed.
    { cmp -s examples/cdk/package-lock.json "$CI_CACHE/cdk-lock.json" && [ -d examples/cdk/node_modules ]; } ||
      { check 'examples/cdk: npm ci' npm --prefix examples/cdk ci --ignore-scripts --no-audit --no-fund &&
        cp examples/cdk/package-lock.json "$CI_CACHE/cdk-lock.json"; }
    check 'examples/cdk: types, and cdk synth of the bundle, the sample and the trap' synthesize &&
      check 'examples/cdk: permissions and answers in what comes out' \
        "$CI_CACHE/attach/bin/python" -B -m unittest discover -s .ci/attach -p 'test_cdk.py'
    # W3005 is how CDK writes every dependency.
    check 'examples/cdk: cfn-lint' "$SAM_VENV/bin/cfn-lint" --ignore-checks W3005 -- \
      examples/cdk/cdk.out/wxsession.template.json examples/cdk/cdk.out/wxsession-sample-cdk.template.json
  else
    cannot 'examples/cdk' 'node and npm are not installed'
  fi
fi
