#!/usr/bin/env bash
# Boots a real systemd in a container, installs this checkout there as docs/operating.md says, and tries the unit.
#
#     bench/unit.sh CACHE         as root; CACHE keeps the Debian it is tried on (400 MB), so the next run is quick
#
# It prints what was seen, a line each, and ends with 0 only when all of it was as it should be.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
. "$here/bench/debian.sh"
cache=${1:?usage: bench/unit.sh CACHE}
need debootstrap systemd-nspawn

debian "$cache" unit systemd,systemd-sysv,dbus,python3,python3-venv,ca-certificates
root=$(mktemp -d "$cache/unit.XXXX")
trap 'rm -rf "$root"' EXIT
tar -C "$root" -xf "$cache/unit.tar"
chmod 755 "$root"
cp --dereference /etc/resolv.conf "$root/etc/resolv.conf"

echo "installing into /opt/meterwatch"
tree "$here" "$root/src"
env -i HOME=/root PATH=/usr/sbin:/usr/bin:/sbin:/bin chroot "$root" /bin/sh -eu <<'INSTALL'
cd /src
python3 -m venv /build
/build/bin/pip install -q --require-hashes --only-binary :all: -r requirements-build.lock
/build/bin/pip wheel -q --no-deps --no-build-isolation --wheel-dir /wheels .
python3 -m venv /opt/meterwatch
/opt/meterwatch/bin/pip install -q --require-hashes --only-binary :all: -r requirements.lock
/opt/meterwatch/bin/pip install -q --no-deps --no-index /wheels/*.whl
install -d -m 755 /etc/meterwatch
install -m 644 systemd/meterwatch.service /etc/systemd/system/
install -d -m 700 /etc/credstore
INSTALL

# The unit as it is, and a vendor that never answers: what is tried here is the life around that.
cat >"$root/etc/meterwatch/config.yaml" <<'CONFIG'
sources:
  voices:
    type: supertone.usage
    key: ${credential:supertone}
    url: http://127.0.0.1:9
rules:
  busy-voice: {kind: threshold, source: voices, above: 45}
destinations:
  terminal: {type: console}
CONFIG
mkdir -p "$root/etc/systemd/system/meterwatch.service.d" "$root/etc/systemd/system/multi-user.target.wants"
printf '[Service]\nRestartSec=1\n' >"$root/etc/systemd/system/meterwatch.service.d/sooner.conf"
install -m 755 "$here/bench/unit_probe.sh" "$root/probe.sh"
cat >"$root/etc/systemd/system/probe.service" <<'PROBE'
[Unit]
After=multi-user.target
[Service]
Type=oneshot
ExecStart=/probe.sh
PROBE
ln -s ../probe.service "$root/etc/systemd/system/multi-user.target.wants/probe.service"

echo "booting"
timeout 180 systemd-nspawn -q -D "$root" -b --register=no --keep-unit --console=pipe </dev/null >"$cache/unit.boot.log" 2>&1 || true
cat "$root/probe.log"
! grep -q '^NOT' "$root/probe.log" && grep -q '^done' "$root/probe.log"
