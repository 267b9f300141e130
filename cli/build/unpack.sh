#!/bin/sh
# kaweezle for Linux. Behind this text is the program, packed. It is unpacked once, and run from there.

# All of it is read before any of it is run: nothing comes of a part of this file.
main() {
  # The cache of the program itself (cli/src/settings/folders.ts), and what leads to it.
  if is_absolute "${KAWEEZLE_HOME-}"; then
    folder=$KAWEEZLE_HOME/cache variable=KAWEEZLE_HOME
  elif is_absolute "${XDG_CACHE_HOME-}"; then
    folder=$XDG_CACHE_HOME/kaweezle variable=XDG_CACHE_HOME
  elif is_absolute "${HOME-}"; then
    folder=$HOME/.cache/kaweezle variable=XDG_CACHE_HOME
  else
    fail 'HOME names no folder' 'Set HOME, or XDG_CACHE_HOME to a folder that can be written.'
  fi
  folder=$folder/program
  program=$folder/@name@-@version@
  [ -x "$program" ] || unpack "$0"
  exec "$program" "$@"
}

is_absolute() {
  case $1 in /*) ;; *) return 1 ;; esac
}

unpack() {
  system="$(uname -s) on $(uname -m)"
  [ "$system" = 'Linux on @machine@' ] || other "this is for Linux on @machine@, and this system is $system"
  [ -e '@loader@' ] || other 'this is for Linux with glibc, which this system has not'
  command -v gzip >/dev/null || fail 'there is no gzip to unpack this with' 'Install gzip.'
  # As the program makes it.
  (umask 077 && mkdir -p "$folder") || unwritable
  drafts=$folder/.@name@-$(uname -n)-
  draft=$drafts$$
  for old in "$drafts"*; do
    # That of a start that was killed.
    kill -0 "${old##*-}" 2>/dev/null || rm -f "$old"
  done
  trap 'rm -f "$draft"' EXIT
  trap 'exit 130' HUP INT TERM
  if ! packed "$1" | gzip -dc >"$draft"; then
    packed "$1" | gzip -t 2>/dev/null || fail "$1 is damaged" 'Download it again.'
    unwritable
  fi
  chmod 755 "$draft" || unwritable
  # Help is what no variable has a say in.
  "$draft" --help >/dev/null
  case $? in
    0) ;;
    126) fail "programs may not be run from $folder" "Set $variable to a folder where they may." ;;
    *) other 'the program does not start on this system' ;;
  esac
  # After a power cut there is to be a whole program or none.
  sync "$draft" 2>/dev/null || sync
  # Another start may have been sooner.
  mv -f "$draft" "$program" || [ -x "$program" ] || unwritable
  trap - EXIT HUP INT TERM
  for old in "$folder/@name@-"*; do
    [ "$old" = "$program" ] || rm -f "$old"
  done
}

packed() {
  tail -c +4097 -- "$1"
}

unwritable() {
  fail "$folder cannot be written" "Make room there, or set $variable to another folder."
}

other() {
  fail "$1" 'With Node.js 22.19 or newer (Alpine: apk add nodejs npm), use the package of npm: npm install --global kaweezle'
}

fail() {
  printf 'error: %s\nhint: %s\n' "$1" "$2" >&2
  exit 1
}

main "$@"
exit
