#!/bin/bash
# Installs the built package in a fresh, minimal Debian without a network and walks through it as people would.
# Usage, as root: deploy/package/check.sh [SUITE...]: bookworm and trixie, Debian 12 and 13, when none is said.
# A minimal system is fetched once, from the archive this machine is set up with, and kept in build/.
set -euo pipefail
stop() { echo "$*" >&2; exit 1; }
cd "$(dirname "$0")/../.."
[ "$(id -u)" = 0 ] || stop "A fresh Debian needs root: sudo make deb-check"
for tool in debootstrap unshare ip lintian; do
  command -v "$tool" >/dev/null || stop "$tool is missing. Install it: apt-get install debootstrap util-linux iproute2 lintian"
done
arch=$(dpkg --print-architecture)
package=build/schoolhouse_$(sed -nE '1s/.*\((.*)\).*/\1/p' deploy/debian/changelog)_$arch.deb
[ -f "$package" ] || stop "There is no $package yet: make deb"

lintian --no-cfg --allow-root --fail-on error,warning "$package" || stop "Lintian found something new: mend it, or say in lintian-overrides why not."
needs=$(dpkg-deb --field "$package" Depends)
archive=$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' 'Component: main' 'Label: Debian' | head -1)
http_proxy=${http_proxy:-$(apt-config dump Acquire::http::Proxy | cut -d'"' -f2)}
export http_proxy LC_ALL=C.UTF-8

[ $# -gt 0 ] || set -- bookworm trixie
for suite in "$@"; do
  root=$PWD/build/root-$suite kept=$PWD/build/$suite-$(sha256sum <<<"$needs" | cut -c1-8).tar
  rm -rf "$root"
  if [ ! -f "$kept" ]; then
    echo "Fetching a minimal $suite."
    debootstrap --variant=minbase "$suite" "$root" ${archive:+"$archive"} >build/debootstrap.log || stop "See build/debootstrap.log."
    # What a district's server has in any case: the libraries the package says it needs. They are the last thing fetched.
    chroot "$root" apt-get -qq satisfy --no-install-recommends "$needs" >>build/debootstrap.log 2>&1
    chroot "$root" useradd --create-home --shell /bin/bash okafor
    tar -C "$root" --exclude='./var/cache/apt/*' -cf "$kept.part" . && mv "$kept.part" "$kept"
  else
    mkdir "$root" && tar -C "$root" -xf "$kept"
  fi
  cp "$package" "$root/tmp/schoolhouse.deb"
  cp deploy/package/walk.sh deploy/package/visit.py "$root/tmp/"
  started=$SECONDS
  unshare --net --pid --fork --kill-child bash -c 'ip link set lo up && exec chroot "$0" bash /tmp/walk.sh' "$root" || stop "The package does not do on $suite what it must."
  echo "$suite: installed without a network, walked through, removed and purged in $((SECONDS - started)) s."
  rm -rf "$root"
done

cmp -s "build/package-$arch/commit" <(git rev-parse HEAD) || stop "There was a commit since: make deb, to see that it is built alike twice."
before=$(sha256sum <"$package")
deploy/package/build.sh 2>/dev/null
[ "$(sha256sum <"$package")" = "$before" ] || stop "Built twice from one commit, the package differs."
echo "Built once more: the same to the last bit."
