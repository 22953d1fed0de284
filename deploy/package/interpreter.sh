#!/bin/bash
# Unpacks the pinned interpreter of interpreter.list for ARCH into FOLDER. Usage: interpreter.sh ARCH FOLDER
# Each part is fetched, once, from the archive that this machine's apt is set up with, and must have the pinned hash.
set -euo pipefail
arch=$1 folder=$2
list=$(dirname "$0")/interpreter.list parts=$PWD/build/parts state=$PWD/build/apt-$arch
mkdir -p "$folder" "$parts" "$state"/{lists,archives}/partial

# Lists of our own: they may be of another architecture, and the machine's may be old or absent.
apt=(-qq -o Dir::State="$state" -o Dir::Cache="$state" -o APT::Sandbox::User=root
     -o APT::Architecture="$arch" -o APT::Architectures="$arch")

while read -r name version its_arch hash; do
  [ "$its_arch" = "$arch" ] || continue
  file=$parts/${name}_${version}_$arch.deb
  if [ ! -f "$file" ]; then
    apt-get "${apt[@]}" update || true # a source that does not answer matters only if it had our part
    (cd "$parts" && apt-get "${apt[@]}" download "$name=$version") || {
      now=$(apt-cache "${apt[@]}" madison "$name" | awk 'NR == 1 {print $3}')
      echo "$name $version ($arch) is not in the archive of this machine (it has: ${now:-none}). $list says what to do." >&2
      exit 1
    }
  fi
  sha256sum --check --quiet <<<"$hash  $file" || { echo "$file is not the pinned part: delete it and try again." >&2; exit 1; }
  dpkg-deb -x "$file" "$folder"
done <"$list"
[ -x "$folder/usr/bin/python3.11" ] || { echo "$list names no interpreter for $arch." >&2; exit 1; }
