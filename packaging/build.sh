#!/usr/bin/env bash
# Builds the one-folder program into dist/kopilka and lets it make a smoke sale. `--no-smoke` only builds.
set -euo pipefail
cd "$(dirname "$0")/.."
bin=.venv/bin
out=dist/kopilka
"$bin/pyinstaller" --noconfirm --log-level ERROR --distpath dist --workpath build/pyinstaller packaging/kopilka.spec
# Debug tables of wheels and of the interpreter are of no use to a shop. Libraries that a wheel has
# patched (pillow.libs) stay as they are: strip breaks them.
if command -v strip >/dev/null; then
  find "$out/_internal" -maxdepth 1 -name 'libpython*' -type f -exec strip --strip-debug {} +
  find "$out/_internal"/{sqlcipher3,zstandard,greenlet} -name '*.so' -type f -exec strip --strip-debug {} +
fi
echo "built $out: $(du -sm "$out" | cut -f1) MB"
[ "${1:-}" = --no-smoke ] && exit 0
"$bin/python" packaging/smoke.py "$out"
if [ "$(id -u)" = 0 ] && command -v debootstrap >/dev/null; then
  bash packaging/bare_debian.sh "$out"
else
  echo "no bare Debian here (needs root and debootstrap): the smoke sale ran with an empty environment only"
fi
