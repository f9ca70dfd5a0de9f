#!/usr/bin/env bash
# The smoke sale inside a bare Debian: debootstrap's minimum and the libraries named below, no
# Python, nothing of this machine. Needs root and debootstrap. The root is kept in build/bare.
set -euo pipefail
cd "$(dirname "$0")/.."
build=$(realpath "${1:-dist/kopilka}")
suite=${SUITE:-bookworm}
root=$PWD/build/bare/$suite
libraries=libgl1,libegl1,libglib2.0-0,libdbus-1-3,libfontconfig1,libxkbcommon0
if [ ! -e "$root/.complete" ]; then
  rm -rf "$root"
  mkdir -p "$root"
  # shellcheck disable=SC2086
  debootstrap --variant=minbase --include="$libraries" "$suite" "$root" ${MIRROR:-} >"$root.log" 2>&1 \
    || { tail -5 "$root.log" >&2; exit 1; }
  touch "$root/.complete"
fi
rm -rf "$root/opt/kopilka"
cp -a "$build" "$root/opt/kopilka"
if chroot "$root" sh -c 'command -v python3' >/dev/null; then
  echo "this Debian is not bare: it has a Python" >&2
  exit 1
fi
echo "bare Debian $(cat "$root/etc/debian_version"), $(chroot "$root" dpkg -l | grep -c '^ii') packages, no Python"
# A mount namespace of its own: whatever happens, nothing stays mounted.
export root
unshare --mount bash -c '
  mount -t proc proc "$root/proc"
  mount -t devpts devpts "$root/dev/pts" -o newinstance,ptmxmode=0666
  mount --bind "$root/dev/pts/ptmx" "$root/dev/ptmx"
  exec .venv/bin/python packaging/smoke.py --root "$root" /opt/kopilka'
