#!/bin/sh
# Fetches Debian's adbd with the libraries that it needs, and unpacks it into a folder: nothing is installed, no
# service started, apt's own lists stay as they are; no root is needed. Sources are the machine's own, and their
# backports. Says why and exits 1 where that can't be done.
set -eu
place=$(realpath -m "${1:?usage: tools/fetch_adbd.sh FOLDER}")
[ ! -x "$place/root/usr/lib/android-sdk/platform-tools/adbd" ] || exit 0
refuse() {
  echo "no adbd: $*" >&2
  exit 1
}
for needed in apt-get dpkg-deb; do
  command -v "$needed" >/dev/null || refuse "the machine has no $needed"
done
. /etc/os-release
release=${VERSION_CODENAME:-}
mirror=$(apt-get indextargets --format '$(REPO_URI) $(RELEASE)' "Created-By: Packages" | sed -n "s/ $release\$//p" | head -n 1)
[ -n "$release" ] && [ -n "$mirror" ] || refuse "apt names no source of this release"

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
mkdir -p "$scratch/lists/partial" "$scratch/archives/partial"
for suite in "$release" "$release-backports"; do
  echo "deb $mirror $suite main universe"
done >"$scratch/sources.list"
[ "${ID:-}" = ubuntu ] || sed -i 's/ universe$//' "$scratch/sources.list"
apt() { # bounded, and with state of its own
  timeout 120 apt-get -qq -o Dir::Etc::SourceList="$scratch/sources.list" -o Dir::Etc::SourceParts=- \
    -o Dir::State::Lists="$scratch/lists" -o Dir::Cache="$scratch" -o Dir::Cache::Archives="$scratch/archives" \
    -o Debug::NoLocking=1 -o APT::Sandbox::User= -o Acquire::Retries=2 "$@" >"$scratch/log" 2>&1
}
why() { refuse "apt: $(grep -m 1 '^[EW]:' "$scratch/log" || echo "it took too long")"; }
apt update || why
apt install --download-only --yes --no-install-recommends -t "$release-backports" adbd || why
mkdir -p "$scratch/root"
for package in "$scratch"/archives/*.deb; do
  dpkg-deb -x "$package" "$scratch/root"
done
mkdir -p "$place"
mv "$scratch/root" "$place/root"
