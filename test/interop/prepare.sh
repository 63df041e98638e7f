#!/usr/bin/env bash
# Puts what the interop tests need, most of it from Debian's packages, under .cache/interop, without installing it: rsyslog and
# syslog-ng conflict, and neither must replace what the host has. Downloads once.
set -euo pipefail
cd "$(dirname "$0")/../.."
cache="$PWD/.cache/interop"

# unpack NAME PROOF PACKAGE...: packages into their own root, unless PROOF is there already
unpack() {
  local root="$cache/$1" archives="$cache/archives/$1" proof="$2"
  shift 2
  [ -e "$root/$proof" ] && return
  mkdir -p "$archives/partial" "$root"
  apt-get install -y -qq -d --reinstall --no-install-recommends -o Dir::Cache::archives="$archives" "$@" >/dev/null
  for package in "$archives"/*.deb; do dpkg-deb -x "$package" "$root"; done
}

imrelp=usr/lib/x86_64-linux-gnu/rsyslog/imrelp.so
if [ ! -e "$cache/rsyslog/$imrelp" ] || [ ! -e "$cache/container/usr/bin/systemd-nspawn" ] ||
  [ ! -e "$cache/lognorm/usr/bin/lognormalizer" ]; then
  command -v apt-get >/dev/null || { echo "interop tests need Debian's packages (apt-get)" >&2; exit 1; }
  apt-get update -qq
fi
unpack rsyslog "$imrelp" rsyslog rsyslog-openssl rsyslog-relp librelp0 libestr0 libfastjson4 liblognorm5
unpack lognorm usr/bin/lognormalizer liblognorm-utils liblognorm5 libestr0 libfastjson4
unpack container usr/bin/systemd-nspawn systemd-container
# The machine that is booted is this host's own /usr.
[ -e /usr/lib/systemd/systemd ] || apt-get install -y -qq --no-install-recommends systemd >/dev/null

# The schemas of OCSF come as a Python package. Where there is no Python, their test says that it did not run.
if command -v python3 >/dev/null && [ ! -e "$cache/ocsf/ready" ]; then
  rm -rf "$cache/ocsf"
  python3 -m venv "$cache/ocsf" && "$cache/ocsf/bin/pip" -q install ocsf-json-schema==1.2.0 jsonschema==4.26.0 &&
    touch "$cache/ocsf/ready" || rm -rf "$cache/ocsf"
fi
