/** The status of {@link copyScript} when the disk is full; its words may then have no place in Docker's log either. */
export const diskFullStatus = 28

/**
 * Makes `/to` the same as `/from`, with owners, modes, times, hard and symbolic links. Run by the rootfs's `sh` with
 * what the rootfs has; where that is GNU cp, holes and extended attributes are kept too.
 */
export const copyScript = `
fail() {
  set -- $(df -Pk /to | tail -n 1)
  [ "\${4:-0}" -ge 1024 ] || exit ${diskFullStatus}
  exit 1
}
find /to -mindepth 1 -maxdepth 1 -exec rm -rf {} + || fail
if cp --version >/dev/null 2>&1; then
  cp -a --sparse=auto --reflink=auto /from/. /to/ || fail
else
  cp -a /from/. /to/ || fail
fi
sync
`
