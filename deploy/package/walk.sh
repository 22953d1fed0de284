#!/bin/bash
# Inside a fresh system without a network (check.sh brings it here): what an administrator and a plain user do.
# Even /proc is missing, as in the tools that build disk images.
set -euo pipefail
stop() { echo "$*" >&2; exit 1; }
plain_user() { setpriv --reuid=okafor --regid=okafor --init-groups --no-new-privs env -i HOME=/home/okafor PATH=/usr/bin:/bin "$@"; }
cd /

[ -z "$(compgen -c python)" ] || stop "This system has a Python of its own, so it proves nothing."
dpkg --install /tmp/schoolhouse.deb >/tmp/install.log || { cat /tmp/install.log; exit 1; }
find /usr/lib/schoolhouse -type f \( -name '*.so*' -o -name python3 \) -exec ldd {} + >/tmp/libraries.log 2>&1 || true
! grep 'not found' /tmp/libraries.log || stop "A part needs a library that the package does not ask for."
schoolhouse --version

# A plain user sees the whole way on an invented district; the state's office verifies what leaves, and notices a changed byte.
plain_user schoolhouse demo --dir /home/okafor/demo --no-serve
summary=$(find /home/okafor/demo/outbox -name '*.zip')
plain_user schoolhouse state verify "$summary"
cp "$summary" /tmp/changed.zip && printf x | dd of=/tmp/changed.zip bs=1 seek=1000 conv=notrunc status=none
! plain_user schoolhouse state verify /tmp/changed.zip >/tmp/changed.log 2>&1 || stop "A changed byte was not noticed."
plain_user schoolhouse --home /home/okafor/demo/home serve --port 8099 >/tmp/serve.log 2>&1 &
plain_user /usr/lib/schoolhouse/py/bin/python3 -IS /tmp/visit.py /home/okafor/demo/sign-ins.json || { tail /tmp/serve.log; exit 1; }
kill %1
wait %1 || true

# An administrator's records outlive the package, and the package leaves nothing of itself.
schoolhouse init --no-input
records() { find /var/lib/schoolhouse -type f -exec sha256sum {} + | sort; }
before=$(records)
[ -n "$before" ] || stop "init made no files, so their survival would prove nothing."
[ -z "$(dpkg --verify schoolhouse)" ] || stop "Something changed an installed file."
for farewell in --remove --purge; do
  dpkg "$farewell" schoolhouse >/dev/null
  [ -z "$(find /usr -ipath '*schoolhouse*')" ] || stop "dpkg $farewell left a part of the program behind."
  [ "$(records)" = "$before" ] || stop "dpkg $farewell touched the records."
  [ "$farewell" = --purge ] || dpkg --install /tmp/schoolhouse.deb >/dev/null
done
