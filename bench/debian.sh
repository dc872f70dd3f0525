# Sourced by its neighbours: a small Debian to try things in, made once and kept in a cache directory.

need() {
    local program
    for program in "$@"; do
        command -v "$program" >/dev/null || missing="${missing:-} $program"
    done
    if [ -n "${missing:-}" ] || [ "$(id -u)" != 0 ]; then
        echo "needs root and:$missing (Debian: apt install debootstrap systemd-container buildah)" >&2
        exit 1
    fi
}

# debian CACHE NAME PACKAGES: CACHE/NAME.tar
debian() {
    local tar=$1/$2.tar root
    [ -s "$tar" ] && return
    mkdir -p "$1"
    root=$(mktemp -d "$1/making.XXXX")
    echo "making $tar, once (about a minute)"
    debootstrap --variant=minbase --include="$3" bookworm "$root" >"$tar.log" 2>&1 || { tail -5 "$tar.log"; exit 1; }
    chmod 755 "$root"
    # Whom this machine trusts and how it finds names, the small one does too.
    cp /etc/ssl/certs/ca-certificates.crt "$root/etc/ssl/certs/ca-certificates.crt"
    rm -rf "$root/var/cache/apt/archives" "$root/var/lib/apt/lists"
    tar -C "$root" -cf "$tar.part" .
    mv "$tar.part" "$tar"
    rm -rf "$root"
}

# tree FROM TO: what git would put into a fresh checkout, with what is not committed yet
tree() {
    mkdir -p "$2"
    if git -C "$1" rev-parse --git-dir >/dev/null 2>&1; then
        git -C "$1" ls-files -z --cached --others --exclude-standard |
            tar -C "$1" --null --ignore-failed-read -cf - -T - | tar -C "$2" -xf -
    else
        tar -C "$1" --exclude=.venv -cf - . | tar -C "$2" -xf -
    fi
}
