#!/bin/sh
# Installs a built checkout for systemd:   sudo systemd/install.sh [ROOT]
# ROOT is put before every path, for packages. An existing configuration is left alone.
set -eu

here=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd)
root=${1:-}
lib=$root/usr/lib/tandem

if [ ! -f "$here/dist/src/main.js" ] || [ ! -d "$here/dist/chunks" ]; then
    echo "install.sh: not built: npm ci && npm run build" >&2
    exit 1
fi

# Beside the old one, then in its place: a running daemon restarts into the new files only.
rm -rf "$lib.new"
mkdir -p "$lib.new/dist"
cp -R "$here/bin" "$here/package.json" "$here/package-lock.json" "$here/LICENSE" "$lib.new/"
cp -R "$here/dist/src" "$here/dist/chunks" "$lib.new/dist/"
cp -R "$here/node_modules" "$lib.new/"
(cd "$lib.new" && npm prune --omit=dev --offline --ignore-scripts --loglevel=error >&2)
rm -f "$lib.new/node_modules/.tandem-stamp"
find "$lib.new/node_modules" -type d -empty -delete
rm -rf "$lib"
mv "$lib.new" "$lib"

mkdir -p "$root/usr/sbin" "$root/usr/bin"
ln -sfn ../lib/tandem/bin/tandemd "$root/usr/sbin/tandemd"
ln -sfn ../lib/tandem/bin/tandem "$root/usr/bin/tandem"

install -D -m 644 "$here/systemd/tandemd.service" "$root/usr/lib/systemd/system/tandemd.service"
install -D -m 644 "$here/systemd/tandem-realserver.service" \
    "$root/usr/lib/systemd/system/tandem-realserver.service"
install -D -m 644 "$here/doc/man/tandemd.8" "$root/usr/share/man/man8/tandemd.8"
install -D -m 644 "$here/doc/man/tandem.conf.5" "$root/usr/share/man/man5/tandem.conf.5"
install -D -m 644 "$here/doc/man/tandem.1" "$root/usr/share/man/man1/tandem.1"
install -D -m 644 "$here/doc/man/tandem-ipvs.8" "$root/usr/share/man/man8/tandem-ipvs.8"
for place in bash:bash-completion/completions/tandem zsh:zsh/vendor-completions/_tandem \
    fish:fish/vendor_completions.d/tandem.fish; do
    script=$root/usr/share/${place#*:}
    mkdir -p "$(dirname "$script")"
    "$lib/bin/tandem" completion "${place%%:*}" >"$script"
    chmod 644 "$script"
done
ln -sfn tandem "$root/usr/share/bash-completion/completions/tandemd"
ln -sfn tandem.fish "$root/usr/share/fish/vendor_completions.d/tandemd.fish"
mkdir -p "$root/usr/share/doc/tandem"
cp -R "$here/conf/samples" "$here/doc/tutorials" "$here/systemd/hardening.conf" \
    "$root/usr/share/doc/tandem/"
if [ ! -e "$root/etc/tandem/tandem.conf" ]; then
    install -D -m 644 "$here/conf/tandem.conf" "$root/etc/tandem/tandem.conf"
fi
