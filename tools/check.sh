#!/bin/sh
# Everything that must hold before a change lands; CI runs the same. Stops at the first failure.
set -eu
root=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd -P)
. "$root/tools/bootstrap.sh"
cd "$root"

bootstrap_node
bootstrap_packages
PATH=$root/node_modules/.bin:$PATH
# The host's npm puts its own variables around us; the tools below are to behave as when run by hand.
unset NODE_OPTIONS
export CI=1 NODE_NO_WARNINGS=1

# The console's tests drive a browser. Without root, an installed one is used or those tests say that they need it.
if [ ! -x /usr/bin/chromium ] && [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
  say "Installing Chromium (once) ..."
  (
    quietly apt-get update -qq
    DEBIAN_FRONTEND=noninteractive quietly apt-get install -y -qq --no-install-recommends chromium fonts-liberation
  ) || fail "Chromium could not be installed"
fi

step() {
  title=$1
  shift
  printf -- '-- %s\n' "$title"
  began=$(date +%s)
  "$@" || {
    printf -- '-- %s: FAILED\n' "$title"
    exit 1
  }
  printf -- '   %s s\n' $(($(date +%s) - began))
}

step 'types of the server' tsc -p server --noEmit
step 'types of the browser SDK' tsc -p sdk --noEmit
if [ -f console/tsconfig.json ]; then step 'types of the console' tsc -p console --noEmit; fi
step 'format and lint' biome check --error-on-warnings .
step 'direction of knowledge' node tools/direction.ts
step 'schema.sql is true' node tools/schema.ts --check
step 'nothing unused' knip
if [ -f console/vite.config.ts ]; then step 'console' bootstrap_console; fi
step 'tests' node tools/test.ts
