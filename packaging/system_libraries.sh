#!/usr/bin/env bash
# Puts Qt's system libraries, and what tests of devices need, on the machine where we may (Debian, root);
# elsewhere says which are missing. Without the second lot those tests skip and say so.
set -u
offscreen="libgl1 libegl1 libglib2.0-0 libdbus-1-3 libfontconfig1 libxkbcommon0"
desktop="libxcb-cursor0 libxcb-icccm4 libxcb-keysyms1 libxkbcommon-x11-0 libxcb-image0 libxcb-render-util0 libxcb-shape0 libxcb-xkb1"
have() { ldconfig -p 2>/dev/null | grep -q "$1"; }
install() {  # what for, packages
  if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    echo "installing $1"
    export DEBIAN_FRONTEND=noninteractive
    [ -n "${updated:-}" ] || apt-get update -qq >/dev/null 2>&1 || true
    updated=yes
    # shellcheck disable=SC2086
    apt-get install -y -qq --no-install-recommends $2 >/dev/null || echo "could not install: $2" >&2
  else
    echo "$3 $2" >&2
  fi
}
if ! { have libEGL.so.1 && have libxkbcommon.so.0 && have libfontconfig.so.1 && have libglib-2.0.so.0 \
   && have libdbus-1.so.3 && have libGL.so.1 && have libxcb-cursor.so.0 \
   && have libxcb-icccm.so.4 && have libxcb-keysyms.so.1; }; then
  install "Qt's system libraries" "$offscreen $desktop" "If the window does not open, install:"
fi
# mocked USB devices (HID, evdev), an X server with layouts to type at, a print queue of the system
wanted=""
command -v umockdev-wrapper >/dev/null || wanted="$wanted umockdev"
command -v Xvfb >/dev/null || wanted="$wanted xvfb"
command -v xdotool >/dev/null || wanted="$wanted xdotool"
command -v setxkbmap >/dev/null || wanted="$wanted x11-xkb-utils"
command -v pdftoppm >/dev/null || wanted="$wanted poppler-utils"
[ -x /usr/lib/cups/backend/socket ] || wanted="$wanted cups"
if [ "$(uname)" = Linux ] && [ -n "$wanted" ]; then
  install "tools for tests of devices" "$wanted" "For the tests of HID, evdev and wedge scanners, of printed sheets and of print queues, install:"
fi
exit 0
