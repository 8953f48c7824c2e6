# shellcheck shell=bash
# How backups are put away; sourced by the scripts beside it.
#
#   $BACKUP_DIR/<what>/<UTC time>/   one backup each, whole: it gets this name only once it was verified
#   $BACKUP_DIR/<what>/*.unfinished  what was interrupted; removed by the next run
#
# BACKUP_DIR              where backups are kept: another machine's disk, best in another building
# BACKUP_KEEP             how many of each kind are kept, default 14
# BACKUP_OFFSITE_COMMAND  run with the path of each new backup as $1, to encrypt it and carry it away
#                         (BACKUP_OFFSITE_COMMAND='rclone copy "$1" "offsite:library/$(basename "$1")"'); when it alone
#                         fails, the backup is kept, and the script exits with 3: another backup would not help

umask 077
# Debian keeps PostgreSQL's programs out of PATH, a folder a version.
for folder in /usr/lib/postgresql/*/bin; do PATH="$folder:$PATH"; done

fail() {
  echo "$(basename "$(dirname "$0")")/$(basename "$0"): $*" >&2
  exit 1
}

needs() {
  for program in "$@"; do
    command -v "$program" >/dev/null || fail "needs $program in PATH"
  done
}

# The value of a setting, or what is in the file that <name>_FILE names.
setting() {
  local file="$1_FILE"
  if [ -n "${!1:-}" ]; then
    printf '%s' "${!1}"
  elif [ -n "${!file:-}" ]; then
    # Without the line's end that editors add.
    printf '%s' "$(cat "${!file}")"
  fi
}

# The user's password of a URL, decoded; clients get it by their environment, where no process list shows it.
password_of() {
  local authority=${1#*://}
  authority=${authority%%/*}
  case "$authority" in
    *:*@*) authority=${authority%@*} && printf '%b' "$(printf '%s' "${authority#*:}" | sed 's/\\/\\\\/g; s/%/\\x/g')" ;;
  esac
}

# The URL without its password.
without_password() {
  printf '%s' "$1" | sed -E 's#^([a-z]+://[^:@/]*):[^@/]*@#\1@#'
}

# Sets $server: POSTGRES_DSN without its password, which the clients get by their environment; TLS as the service has it.
find_postgres() {
  local dsn password
  dsn=$(setting POSTGRES_DSN)
  [ -n "$dsn" ] || fail 'POSTGRES_DSN is not set: name the server'
  password=$(password_of "$dsn")
  [ -z "$password" ] || export PGPASSWORD="$password"
  if [ "${POSTGRES_TLS:-off}" = on ]; then
    export PGSSLMODE=verify-full PGSSLROOTCERT="${POSTGRES_TLS_CA_FILE:-/etc/ssl/certs/ca-certificates.crt}"
    [ -z "${POSTGRES_TLS_CERT_FILE:-}" ] || export PGSSLCERT="$POSTGRES_TLS_CERT_FILE" PGSSLKEY="$POSTGRES_TLS_KEY_FILE"
  fi
  # shellcheck disable=SC2034 # for whoever asked
  server=$(without_password "$dsn")
}

# Begins a backup of a kind: sets $shelf, where they stand, and $draft, a fresh folder there. One at a time.
begin_backup() {
  [ -n "${BACKUP_DIR:-}" ] || fail 'BACKUP_DIR is not set: name the folder of the backups'
  shelf="$BACKUP_DIR/$1"
  mkdir -p "$shelf"
  exec 9>"$shelf/.lock"
  flock -n 9 || fail "another backup of $1 is under way"
  rm -rf "$shelf"/*.unfinished
  draft="$shelf/$(date -u +%Y%m%dT%H%M%SZ).unfinished"
  mkdir "$draft"
}

# Writes the checksums of everything in the draft.
write_checksums() {
  (cd "$draft" && find . -type f -print0 | sort -z | xargs -0r sha256sum) >"$shelf/.sums"
  mv "$shelf/.sums" "$draft/SHA256SUMS"
  [ -s "$draft/SHA256SUMS" ] || fail 'the backup is empty'
}

# Checks a backup against its checksums.
verify_checksums() {
  (cd "$1" && sha256sum --quiet --strict -c SHA256SUMS) || fail "$1 is damaged"
}

# The draft was verified: it becomes a backup, $kept, and older ones go.
keep_backup() {
  kept="${draft%.unfinished}"
  sync -f "$draft"
  mv -T "$draft" "$kept"
  sync -f "$shelf"
  find "$shelf" -mindepth 1 -maxdepth 1 -type d -name '*Z' | sort -r | tail -n +$((${BACKUP_KEEP:-14} + 1)) |
    while IFS= read -r old; do rm -rf "$old"; done
}

# The last step, once everything here is in order: what was kept is carried away. Prints where it is here.
carry_away() {
  if [ -n "${BACKUP_OFFSITE_COMMAND:-}" ] && ! sh -c "$BACKUP_OFFSITE_COMMAND" offsite "$kept"; then
    echo "$(basename "$(dirname "$0")")/$(basename "$0"): $kept is kept, but BACKUP_OFFSITE_COMMAND failed" >&2
    # A status of its own: who runs this again for another failure would push older backups off the shelf.
    exit 3
  fi
  echo "$kept"
}

# The newest backup of a kind.
latest_backup() {
  local newest
  newest=$(find "$BACKUP_DIR/$1" -mindepth 1 -maxdepth 1 -type d -name '*Z' 2>/dev/null | sort | tail -n 1)
  [ -n "$newest" ] || fail "there is no backup in $BACKUP_DIR/$1"
  printf '%s' "$newest"
}

# Fails unless the newest backup of a kind is younger than so many hours.
check_age() {
  local newest age
  newest=$(latest_backup "$1")
  age=$((($(date +%s) - $(date -r "$newest" +%s)) / 3600))
  [ "$age" -lt "$2" ] || fail "the newest backup, $newest, is $age hours old: expected less than $2"
  echo "$newest is $age hours old"
}
