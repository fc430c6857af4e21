# Each release binary under AWS's own Runtime Interface Emulator, with its events; the arm64 ones under qemu.

rie=$SAM_VENV/lib/python3*/site-packages/samcli/local/rapid/aws-lambda-rie-x86_64

stage 'runtime interface emulator'
if ensure_sam && ensure_ministack; then
  check 'x86_64 binaries answer their events and name a bad setting' \
    "$MINISTACK_VENV/bin/python" .ci/rie.py --rie $rie --build .aws-sam/rehearsal &&
    show 'x86_64 binaries answer their events and name a bad setting'
  if ensure_debian qemu-aarch64-static qemu-user-static libc6-arm64-cross; then
    check 'arm64 binaries answer the same under qemu' \
      "$MINISTACK_VENV/bin/python" .ci/rie.py --rie $rie --lambda .aws-sam/arm64 --qemu qemu-aarch64-static &&
      show 'arm64 binaries answer the same under qemu'
  else
    cannot 'arm64 under qemu' 'qemu-user-static and libc6-arm64-cross are not installed'
  fi
else
  cannot 'runtime interface emulator' 'aws-sam-cli or MiniStack could not be installed'
fi
