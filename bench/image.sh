#!/usr/bin/env bash
# Builds the image of this checkout with buildah and runs it, without any container service.
#
#     bench/image.sh CACHE        as root; CACHE keeps the base image (300 MB), so the next run is quick
#
# The base is a Debian made here, since BASE may be anything with python3. It prints what was seen, a line each, and
# ends with 0 only when all of it was as it should be.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
. "$here/bench/debian.sh"
cache=$(realpath -m "${1:?usage: bench/image.sh CACHE}")
need debootstrap buildah
export BUILDAH_ISOLATION=chroot

debian "$cache" base python3,python3-venv,ca-certificates
work=$(mktemp -d "$cache/image.XXXX")
b() { buildah --root "$work/storage" --runroot "$work/run" --storage-driver vfs "$@"; }
finish() {
    b rm --all >/dev/null 2>&1 || true
    rm -rf "$work"
}
trap finish EXIT
bad=0
see() {
    # shellcheck disable=SC2053
    if [[ $2 == $3 ]]; then echo "ok   $1: $2"; else echo "NOT  $1: expected $3, found '$2'"; bad=1; fi
}

# A vendor that never answers will do: what is tried here is the life around that.
cat >"$work/config.yaml" <<'CONFIG'
sources:
  voices:
    type: supertone.usage
    key: ${env:SUPERTONE_API_KEY}
    url: http://127.0.0.1:9
rules:
  busy-voice: {kind: threshold, source: voices, above: 45}
destinations:
  terminal: {type: console}
CONFIG

base=$(b from scratch)
b add -q "$base" "$cache/base.tar" / >/dev/null
b commit -q "$base" localhost/base >/dev/null
tree "$here" "$work/src"
if command -v hadolint >/dev/null; then
    see "hadolint" "$(hadolint "$here/Dockerfile" && echo clean)" clean
fi

echo "building"
began=$SECONDS
b build --format docker --isolation chroot --build-arg BASE=localhost/base -t localhost/meterwatch "$work/src" >"$cache/image.log" 2>&1 ||
    { tail -20 "$cache/image.log"; exit 1; }
echo "     built in $((SECONDS - began)) s"
config() { b inspect --type image --format "{{.Docker.Config.$1}}" localhost/meterwatch; }
see "user" "$(config User)" 65532:65532
see "entry point" "$(config Entrypoint)" '*meterwatch*'
see "health check" "$(config Healthcheck)" '*healthz*'
see "volume" "$(config Volumes)" '*/var/lib/meterwatch*'

c=$(b from localhost/meterwatch)
b copy -q "$c" "$work/src/config.example.yaml" /etc/meterwatch/example.yaml >/dev/null
b copy -q "$c" "$work/config.yaml" /etc/meterwatch/config.yaml >/dev/null
inside() { b run --env SUPERTONE_API_KEY=none "$c" -- "$@"; }
see "it runs as" "$(inside id -u)" 65532
see "it checks a configuration" "$(inside meterwatch check /etc/meterwatch/config.yaml)" '*fine*'
see "it cannot write to itself" "$(inside sh -c 'touch /opt/meterwatch/x 2>/dev/null || echo no')" no
see "nothing of the build is left" "$(inside sh -c 'ls -d /src /build /wheels 2>/dev/null || echo nothing')" nothing

echo "running with the command the image declares"
inside python3 - "$(config "Healthcheck.Test" | tr -d '\n')" <"$here/bench/image_probe.py" >"$work/seen" 2>"$work/said" || true
see "ready" "$(sed -n 's/^ready //p' "$work/seen")" '200 *'
see "its own health check" "$(sed -n 's/^health //p' "$work/seen")" 0
see "it keeps its state" "$(sed -n 's/^state //p' "$work/seen")" '*meterwatch.db*'
see "stopped by SIGTERM, it ends with" "$(sed -n 's/^exit //p' "$work/seen")" '0 *'
see "stopped, its health check fails" "$(sed -n 's/^after //p' "$work/seen")" 1
cut -c1-160 "$work/said" | tail -12

echo "running the sandbox for twenty seconds"
inside timeout -s TERM 20 meterwatch run --sandbox --config /etc/meterwatch/example.yaml >"$work/sandbox" 2>&1 || true
head -50 "$work/sandbox" | cut -c1-160
see "no traceback" "$(grep -c Traceback "$work/sandbox" || true)" 0
exit $bad
