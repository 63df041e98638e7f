#!/usr/bin/env bash
# Puts real receivers from Debian's packages under .cache/interop, without installing them: rsyslog and syslog-ng conflict,
# and neither must replace what the host has. Downloads once.
set -euo pipefail
cd "$(dirname "$0")/../.."
root="$PWD/.cache/interop/rsyslog"
[ -x "$root/usr/sbin/rsyslogd" ] && exit 0
command -v apt-get >/dev/null || { echo "interop tests need Debian's packages (apt-get)" >&2; exit 1; }
archives="$PWD/.cache/interop/archives"
mkdir -p "$archives/partial" "$root"
apt-get update -qq
apt-get install -y -qq -d --reinstall --no-install-recommends -o Dir::Cache::archives="$archives" \
  rsyslog rsyslog-openssl libestr0 libfastjson4 liblognorm5 >/dev/null
for package in "$archives"/*.deb; do dpkg-deb -x "$package" "$root"; done
