# Sourced by bin/regulars and tools/check.sh with `root` set: finds or installs Node, the packages and the console.
# Every check is cheap, because each start makes all of them; the work is done once, under a lock.

node24=$root/.cache/node24
stamp=$root/node_modules/.regulars-lockfile
console_stamp=$root/console/dist/.built

say() { printf '%s\n' "$*" >&2; }

fail() {
  say "regulars: $*"
  exit 1
}

# Sets NODE, first in PATH too: the host's own when it runs TypeScript as it is, else the npm package node@24.
bootstrap_node() {
  if command -v node >/dev/null 2>&1 && node_is_new_enough "$(node --version)"; then
    NODE=$(command -v node)
    return
  fi
  NODE=$node24/node_modules/node/bin/node
  if [ ! -x "$NODE" ]; then
    command -v npm >/dev/null 2>&1 || fail "Node 22.18 or newer is needed (nodejs.org), or npm to install it here"
    once install_node
  fi
  PATH=$node24/node_modules/node/bin:$PATH
  export PATH
}

node_is_new_enough() {
  version=${1#v}
  major=${version%%.*}
  minor=${version#*.}
  minor=${minor%%.*}
  [ "$major" -gt 22 ] || { [ "$major" -eq 22 ] && [ "$minor" -ge 18 ]; }
}

install_node() {
  [ -x "$NODE" ] && return
  say "Installing Node 24 into .cache/node24 (once) ..."
  rm -rf "$node24" "$node24.new"
  mkdir -p "$node24.new"
  echo '{"private":true}' >"$node24.new/package.json"
  (
    cd "$node24.new"
    # Set by an npm that runs us; they would send this install elsewhere.
    unset npm_config_local_prefix npm_config_prefix npm_package_json INIT_CWD
    quietly npm install --no-audit --no-fund --no-package-lock --ignore-scripts=false node@24
  ) || fail "Node 24 could not be installed"
  mv "$node24.new" "$node24"
}

bootstrap_packages() {
  packages_are_installed || once install_packages
}

# By content, not by time: a checkout may set any time.
packages_are_installed() {
  # A link is a developer's own arrangement.
  [ -L "$root/node_modules" ] && return
  [ -f "$stamp" ] && [ "$(cksum <"$root/package-lock.json")" = "$(cat "$stamp")" ]
}

install_packages() {
  packages_are_installed && return
  say "Installing packages (once; about a minute) ..."
  wanted=$(cksum <"$root/package-lock.json")
  (
    cd "$root"
    unset npm_config_local_prefix npm_config_prefix npm_package_json INIT_CWD
    # Not `npm ci`: it refuses a lockfile made where the registry lacked the binaries of other platforms. This installs
    # the very versions of the lockfile too, and leaves the file alone.
    rm -rf node_modules
    quietly npm install --no-save --include=dev --include=optional --no-audit --no-fund --ignore-scripts=false
  ) || fail "the packages could not be installed"
  printf '%s\n' "$wanted" >"$stamp"
}

# The console is a built web page; the server itself needs no build.
bootstrap_console() {
  [ -f "$root/console/vite.config.ts" ] || return 0
  console_is_built || once build_console
}

console_is_built() {
  [ -f "$console_stamp" ] || return 1
  newer=$(
    cd "$root/console"
    find . \( -name dist -o -name node_modules \) -prune -o -newer "$console_stamp" -type f -print | head -n 1
  )
  [ -z "$newer" ] && [ "$(cat "$console_stamp")" = "$(cksum <"$root/package-lock.json")" ]
}

build_console() {
  console_is_built && return
  say "Building the console ..."
  mkdir -p "$root/.cache"
  # Made before the build: a source saved during the build is newer.
  cksum <"$root/package-lock.json" >"$root/.cache/console-built"
  (
    cd "$root"
    quietly npm run build -w console
  ) || fail "the console could not be built"
  mv "$root/.cache/console-built" "$console_stamp"
}

# Runs a command and shows its output only when it fails.
quietly() {
  output=$("$@" 2>&1) && return
  status=$?
  printf '%s\n' "$output" >&2
  return $status
}

# Runs a function alone: two starts at once must not install twice. The function looks again whether it is needed.
once() {
  mkdir -p "$root/.cache" 2>/dev/null && [ -w "$root/.cache" ] ||
    fail "something must be installed, but $root is not writable for $(id -un): start it once as its owner"
  if command -v flock >/dev/null 2>&1; then
    exec 9>"$root/.cache/install.lock"
    flock -n 9 || {
      say "Another start is installing; waiting for it ..."
      flock 9
    }
    # Inherited by the installer on purpose: when we are killed, the lock lasts until it has ended too.
    "$@"
    exec 9>&-
  else
    once_by_directory "$@"
  fi
}

# Where there is no flock (macOS): making a directory is atomic. A holder that was killed is found by its number.
once_by_directory() {
  lock=$root/.cache/install.lock.d
  until mkdir "$lock" 2>/dev/null; do
    holder=$(cat "$lock/pid" 2>/dev/null || true)
    if [ -n "$holder" ] && ! kill -0 "$holder" 2>/dev/null; then rm -rf "$lock"; fi
    sleep 1
  done
  trap 'rm -rf "$lock"' EXIT
  echo $$ >"$lock/pid"
  "$@"
  rm -rf "$lock"
  trap - EXIT
}
