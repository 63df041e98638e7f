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

gtls=usr/lib/x86_64-linux-gnu/rsyslog/lmnsd_gtls.so
if [ ! -e "$cache/rsyslog/$gtls" ] || [ ! -e "$cache/container/usr/bin/systemd-nspawn" ] ||
  [ ! -e "$cache/lognorm/usr/bin/lognormalizer" ] || [ ! -e "$cache/syslog-ng/usr/sbin/syslog-ng" ] ||
  [ ! -e "$cache/haproxy/usr/sbin/haproxy" ] || [ ! -e "$cache/stunnel/usr/bin/stunnel4" ]; then
  command -v apt-get >/dev/null || { echo "interop tests need Debian's packages (apt-get)" >&2; exit 1; }
  apt-get update -qq
fi
unpack rsyslog "$gtls" rsyslog rsyslog-openssl rsyslog-gnutls rsyslog-relp librelp0 libestr0 libfastjson4 liblognorm5
unpack syslog-ng usr/sbin/syslog-ng syslog-ng-core libivykis0
unpack haproxy usr/sbin/haproxy haproxy liblua5.3-0 libopentracing-c-wrapper0 libopentracing1
unpack stunnel usr/bin/stunnel4 stunnel4 libwrap0
unpack lognorm usr/bin/lognormalizer liblognorm-utils liblognorm5 libestr0 libfastjson4
unpack container usr/bin/systemd-nspawn systemd-container
# The machine that is booted is this host's own /usr.
[ -e /usr/lib/systemd/systemd ] || apt-get install -y -qq --no-install-recommends systemd >/dev/null

# A network of its own that is cut off.
command -v tc >/dev/null || apt-get install -y -qq --no-install-recommends iproute2 >/dev/null

# The schemas of OCSF come as a Python package. Where there is no Python, their test says that it did not run.
if command -v python3 >/dev/null && [ ! -e "$cache/ocsf/ready" ]; then
  rm -rf "$cache/ocsf"
  python3 -m venv "$cache/ocsf" && "$cache/ocsf/bin/pip" -q install ocsf-json-schema==1.2.0 jsonschema==4.26.0 &&
    touch "$cache/ocsf/ready" || rm -rf "$cache/ocsf"
fi

# A receiver in Java. Where there is no JDK, its test says that it did not run.
if command -v javac >/dev/null; then
  mkdir -p "$cache/java"
  [ "$cache/java/JsseReceiver.class" -nt test/interop/peers/JsseReceiver.java ] ||
    javac -d "$cache/java" test/interop/peers/JsseReceiver.java
fi
