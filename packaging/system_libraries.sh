#!/usr/bin/env bash
# Puts Qt's system libraries on the machine where we may (Debian, root); elsewhere says which are missing.
set -u
offscreen="libgl1 libegl1 libglib2.0-0 libdbus-1-3 libfontconfig1 libxkbcommon0"
desktop="libxcb-cursor0 libxcb-icccm4 libxcb-keysyms1 libxkbcommon-x11-0 libxcb-image0 libxcb-render-util0 libxcb-shape0 libxcb-xkb1"
have() { ldconfig -p 2>/dev/null | grep -q "$1"; }
if have libEGL.so.1 && have libxkbcommon.so.0 && have libfontconfig.so.1 && have libglib-2.0.so.0 \
   && have libdbus-1.so.3 && have libGL.so.1 && have libxcb-cursor.so.0 \
   && have libxcb-icccm.so.4 && have libxcb-keysyms.so.1; then exit 0; fi
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
  echo "installing Qt's system libraries"
  export DEBIAN_FRONTEND=noninteractive
  apt-get update -qq >/dev/null 2>&1 || true
  # shellcheck disable=SC2086
  apt-get install -y -qq --no-install-recommends $offscreen $desktop >/dev/null \
    || echo "could not install: $offscreen $desktop" >&2
else
  echo "If the window does not open, install: $offscreen $desktop" >&2
fi
exit 0
