#!/bin/bash
# Builds build/schoolhouse_VERSION_ARCH.deb from the last commit: the program, its Python parts and Debian 12's own
# CPython in one file, which installs without a network. Built twice from one commit, it is the same to the last bit.
# Usage: deploy/package/build.sh [ARCH]: amd64 or arm64, this machine's when not said. Needs .venv (make setup).
set -euo pipefail
shopt -s extglob
umask 022
stop() { echo "$*" >&2; exit 1; }
cd "$(dirname "$0")/../.."
native=$(dpkg --print-architecture) arch=${1:-$(dpkg --print-architecture)}
case $arch in amd64) cpu=x86_64 ;; arm64) cpu=aarch64 ;; *) stop "There is no recipe for $arch: say amd64 or arm64." ;; esac
for need in patchelf:patchelf readelf:binutils "$cpu-linux-gnu-strip:binutils-${cpu/_/-}-linux-gnu" xz:xz-utils git:git; do
  command -v "${need%:*}" >/dev/null || stop "${need%:*} is missing. Install it: apt-get install ${need#*:}"
done
SOURCE_DATE_EPOCH=$(git log -1 --format=%ct)
export SOURCE_DATE_EPOCH LC_ALL=C.UTF-8
[ -z "$(git status --porcelain)" ] || echo "The package is made from the last commit. What is not committed is not in it." >&2

work=$PWD/build/package-$arch wheels=$PWD/build/wheels-$arch
source=$work/source root=$work/tree library=$work/tree/usr/lib/schoolhouse
documents=$root/usr/share/doc/schoolhouse manuals=$root/usr/share/man/man1 overrides=$root/usr/share/lintian/overrides
rm -rf "$work"
mkdir -p "$source" "$root"/{DEBIAN,usr/bin,usr/lib/systemd/system} "$library"/{py/{bin,lib/bundled},site} "$documents" "$manuals" "$overrides"
git rev-parse HEAD >"$work/commit"
git archive HEAD | tar -x -C "$source"
recipe=$source/deploy/package debian=$source/deploy/debian

# The interpreter, without what nobody runs: its tools and tests, and modules whose libraries we do not ask for.
"$recipe/interpreter.sh" "$arch" "$work/$arch"
[ "$arch" = "$native" ] || "$recipe/interpreter.sh" "$native" "$work/$native"
python=$work/$native/usr/bin/python3.11
cp "$work/$arch/usr/bin/python3.11" "$library/py/bin/python3"
cp -a "$work/$arch/usr/lib/python3.11" "$library/py/lib/"
cp "$work/$arch/usr/lib/$cpu-linux-gnu/libffi.so.8" "$library/py/lib/bundled/"
(
  cd "$library/py/lib/python3.11"
  rm -r EXTERNALLY-MANAGED sitecustomize.py turtle.py curses dbm distutils pydoc_data test venv
  rm lib-dynload/@(_crypt|_curses*|_dbm|_uuid|nis|ossaudiodev|readline|_ctypes_test|_test*|_xxtestfuzz|xxlimited*).*.so
  patchelf --set-rpath /usr/lib/schoolhouse/py/lib/bundled lib-dynload/_ctypes.*.so
)

# The Python parts: fetched by hash, then installed without a network. Pip is run by the interpreter that will run the
# parts, so that "for Python before 3.12" in the lock means the right thing.
pip=("$python" -I .venv/lib/python3.*/site-packages/pip -qq --disable-pip-version-check)
fitting=(--no-deps --require-hashes --only-binary :all: --implementation cp --python-version 3.11)
fitting+=(--abi cp311 --abi abi3 --abi none --platform any --platform "manylinux2014_$cpu")
for glibc in {17..35}; do fitting+=(--platform "manylinux_2_${glibc}_$cpu"); done
fitting+=(-r "$source/deploy/requirements.lock")
if ! cmp -s "$source/deploy/requirements.lock" "$wheels/lock"; then
  rm -rf "$wheels"
  "${pip[@]}" download --dest "$wheels" "${fitting[@]}"
  cp "$source/deploy/requirements.lock" "$wheels/lock"
fi
"${pip[@]}" install --no-index --find-links "$wheels" --no-compile --target "$library/site" "${fitting[@]}"
(cd "$source" && "$OLDPWD/.venv/bin/python" -m pip wheel -qq --disable-pip-version-check --no-index --no-deps --no-build-isolation -w "$work" .)
"$python" -IS -m zipfile -e "$work"/schoolhouse-*.whl "$library/site"
(
  cd "$library/site"
  grep -v '^#' "$recipe/unneeded.list" | while read -r name _; do rm -r "$name" "$name"-*.dist-info; done
  # Also tests, headers, type stubs, a library that is there twice, and lists of files that are no longer true.
  rm -r bin numpy/f2py numpy/_core/include highspy/libhighs.so.1.*
  # Letters and sheets are hyphenated in no other language.
  find pyphen/dictionaries -type f ! -name 'hyph_en_*' ! -name 'hyph_es*' -delete
  find . -depth -type d \( -name tests -o -name __pycache__ \) -exec rm -r {} +
  find . -type f \( -name '*.pyi' -o -name '*.[ach]' -o -name '*.p[xy][dx]' -o -path '*.dist-info/RECORD' \) -delete
  # Not numpy's: its libraries were rearranged after linking, and stripping breaks them.
  find . -name '*.so*' -type f ! -path './numpy*' -exec "$cpu-linux-gnu-strip" --strip-unneeded {} +
)
newest=$(find "$library" -type f \( -name '*.so*' -o -name python3 \) -exec readelf -VW {} + | grep -oE 'GLIBC_2\.[0-9]+' | sort -uV | tail -1)
[ "$(printf '%s\nGLIBC_2.35\n' "$newest" | sort -V | tail -1)" = GLIBC_2.35 ] || stop "A part needs $newest; the floor is GLIBC_2.35."
"$python" -IS -m compileall -q -j 2 --invalidation-mode unchecked-hash -s "$root" -p / "$library"

# What Debian wants beside the program.
cp "$recipe/schoolhouse" "$root/usr/bin/"
cp "$source"/deploy/systemd/* "$root/usr/lib/systemd/system/"
PYTHONPATH=$source .venv/bin/python "$recipe/commands.py" |
  sed '/commands.py writes/r /dev/stdin' "$debian/schoolhouse.1" | gzip -9n >"$manuals/schoolhouse.1.gz"
gzip -9n <"$debian/changelog" >"$documents/changelog.gz"
"$python" -IS "$recipe/licences.py" "$library/site" | cat "$debian/copyright" - >"$documents/copyright"
cp "$work/$arch/usr/share/doc/libpython3.11-minimal/copyright" "$documents/copyright.python3.11"
cp "$work/$arch/usr/share/doc/libffi8/copyright" "$documents/copyright.libffi"
cp "$debian/lintian-overrides" "$overrides/schoolhouse"
find "$root" -type f -exec chmod 644 {} +
chmod 755 "$root/usr/bin/schoolhouse" "$library/py/bin/python3"
version=$(sed -nE '1s/^schoolhouse \((.*)\) .*/\1/p' "$debian/changelog")
size=$(find "$root" -type f -printf '%s\n' | awk '{kib += int(($1 + 1023) / 1024)} END {print kib}')
sed "/^Section/i Version: $version\nArchitecture: $arch\nInstalled-Size: $size" "$debian/control" >"$root/DEBIAN/control"
(cd "$root" && find usr -type f -print0 | sort -z | xargs -0 md5sum >DEBIAN/md5sums)
package=build/schoolhouse_${version}_$arch.deb
dpkg-deb --root-owner-group -Zxz --build "$root" "$package" >/dev/null
echo "$package: $(du -h --apparent-size "$package" | cut -f1), $((size / 1024)) MiB installed, needs $newest or newer."
