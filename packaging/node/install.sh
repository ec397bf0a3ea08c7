#!/bin/sh
# Installs the agent from this folder: sudo ./install.sh [--server URL [--join-token TOKEN]]
# Remove it again with: sudo otherthing-node service uninstall && sudo rm /usr/local/bin/otherthing-node
set -eu
here=$(CDPATH= cd -- "$(dirname -- "$0")" && pwd)
[ "$(id -u)" = 0 ] || { echo "Run this as root: sudo $0 $*" >&2; exit 1; }
(cd "$here" && sha256sum --quiet -c SHA256SUMS) || { echo "The file otherthing-node is not the one that was packed. Download it again." >&2; exit 1; }
install -m 0755 "$here/otherthing-node" /usr/local/bin/otherthing-node
command -v bwrap >/dev/null || echo "Jobs run only in a sandbox: install bubblewrap (0.7.0 or later)." >&2
if [ $# -gt 0 ]; then
  exec /usr/local/bin/otherthing-node service install "$@"
fi
echo "Connect this machine: sudo otherthing-node service install --server https://your-server"
