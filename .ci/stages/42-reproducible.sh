# What was built for arm64 (40-build.sh) comes out of another folder with the same bytes, and consists of what its SBOM lists. Paths
# and times get into a binary by any profile; .github/workflows/weekly.yml builds twice what is deployed.

stage 'reproducible build'
if [ ! -e .aws-sam/arm64/authorizer/bootstrap ]; then
  cannot 'reproducible build' 'nothing to compare with: the stage "build" comes first'
elif ensure_sam && venv "$CI_CACHE/sbom" .ci/supply-chain/sbom.txt; then
  work=$(mktemp -d)
  check 'the authorizer, built twice, has one SHA-256' \
    env REPRODUCIBLE_ARCH=arm64 REPRODUCIBLE_PROFILE=tried .ci/reproducible --against .aws-sam/arm64 --work "$work" authorizer &&
    show 'the authorizer, built twice, has one SHA-256'
  check 'SBOM and build of the authorizer agree' "$CI_CACHE/sbom/bin/python" .ci/supply-chain/sbom.py \
    --built "authorizer=$work/second-with-a-longer-name"
  rm -rf "$work"
else
  cannot 'reproducible build' 'aws-sam-cli or cyclonedx-python-lib could not be installed'
fi
