# What scripts/install-servers and scripts/install-tools share; sourced, not run. Who sources it sets `cleanup` to the
# paths that must not outlive it.
# shellcheck shell=bash
PATH="$PATH:/usr/sbin:/usr/local/sbin:/usr/local/go/bin"
program=$(basename "$0")
# shellcheck disable=SC2034 # for whoever sources this
project=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
log=$(mktemp)
cleanup=("$log")
trap 'chmod -R u+w "${cleanup[@]}" 2>/dev/null || true; rm -rf "${cleanup[@]}"' EXIT

# What go.mod of the programs built here asks for at most. Newer Go fetches that itself, unless it is told not to (as
# distributions do).
go_needed=1.26.0

have() { [[ -x "$(type -P "$1")" ]]; }

fail() {
  [[ -s "$log" ]] && cat "$log" >&2
  echo "$program: $1" >&2
  exit 1
}

apt() {
  local as_root=()
  if [[ $EUID -ne 0 ]]; then
    have sudo || fail 'needs root, or sudo'
    as_root=(sudo)
  fi
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -qq -o Dpkg::Use-Pty=0 "$@" >"$log" 2>&1
}

# Installs Debian packages, if any are named.
install_packages() {
  [[ $# -eq 0 ]] && return
  have apt-get || fail "this machine has no apt-get; please install $* by hand"
  echo "$program: installing $*" >&2
  # The package lists may be missing or out of date: fetch them only then.
  apt install --yes --no-install-recommends "$@" ||
    { apt update && apt install --yes --no-install-recommends "$@"; } || fail "could not install $*"
}

go_suffices() {
  local found
  found=$(go env GOVERSION)
  found=${found#go}
  [[ "$(go env GOTOOLCHAIN)" == auto* ]] || printf '%s\n' "$go_needed" "${found%%[!0-9.]*}" | sort --check=quiet -V
}

# Sees to it that `go` builds what asks for $go_needed. Go is a module of its own, which an older Go can fetch like any
# other; modules have no executable files.
ready_go() {
  go_suffices && return
  local folder
  folder="golang.org/toolchain@v0.0.1-go$go_needed.$(go env GOOS)-$(go env GOARCH)"
  echo "$program: $(go env GOVERSION) is too old, fetching $go_needed" >&2
  (cd / && go mod download "$folder") >"$log" 2>&1 || fail "could not fetch Go $go_needed"
  folder="$(go env GOMODCACHE)/$folder"
  chmod -R u+w "$folder" && chmod +x "$folder"/bin/* "$folder"/pkg/tool/*/*
  export PATH="$folder/bin:$PATH" GOROOT="$folder" GOTOOLCHAIN=local
}

# Moves a finished folder to its place. Whole or not at all: an installation that was cut short leaves nothing that looks
# like one, and one of two that run at once wins.
put_in_place() {
  mv -T "$1" "$2" 2>/dev/null || [[ -d "$2" ]] || fail "could not write $2"
}
