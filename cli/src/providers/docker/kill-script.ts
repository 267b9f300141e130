/** A variable in the environment of each run, by which it is found again. */
export const runVariable = 'KAWEEZLE_RUN'

/**
 * Kills the run that has `$1` in its environment: the process whose parent is not of this container, which is the first
 * of its session, and all of that session. Daemons that it started are in sessions of their own, and stay.
 */
export const killScript = `
fields() {
  read -r line 2>/dev/null <"/proc/$1/stat" || return 1
  set -- \${line##*) }
  parent=$2 session=$4
}
for process in /proc/[0-9]*; do
  pid=\${process#/proc/}
  fields "$pid" || continue
  [ "$parent" = 0 ] || continue
  tr '\\0' '\\n' 2>/dev/null <"$process/environ" | grep -qxF "$1" || continue
  leader=$session
  for round in 1 2 3 4 5; do
    left=
    for other in /proc/[0-9]*; do
      fields "\${other#/proc/}" || continue
      [ "$session" = "$leader" ] || continue
      kill -9 "\${other#/proc/}" 2>/dev/null && left=1
    done
    [ -n "$left" ] || break
  done
  kill -9 "$pid" 2>/dev/null
done
`
