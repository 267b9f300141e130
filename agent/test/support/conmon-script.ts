/**
 * conmon: outlives CRI-O, has the container as its child and leaves its exit status in a file. Of the real one's
 * options it takes `-c ID -p PIDFILE --exit-dir FOLDER -l LOG`, and two of our own: `--cgroup FOLDER` and, for
 * the name of the process, `--runtime-arg NAME`. The program follows after `--`.
 */
export const conmonScript = `#!/bin/sh
while [ $# -gt 0 ]; do
  case $1 in
    -c) id=$2 ;;
    -p) pidfile=$2 ;;
    -l) log=$2 ;;
    --exit-dir) exits=$2 ;;
    --cgroup) group=$2 ;;
    --runtime-arg) name=$2 ;;
    --) shift; break ;;
  esac
  shift 2
done
mkdir -p "\${log%/*}"
if [ -w /sys/fs/cgroup/cgroup.procs ]; then
  mkdir -p "$group" && echo $$ >"$group/cgroup.procs"
fi
( exec -a "$name" "$@" ) </dev/null >>"$log" 2>&1 &
child=$!
echo $child >"$pidfile.draft" && mv "$pidfile.draft" "$pidfile"
wait $child
echo $? >"$exits/.$id" && mv "$exits/.$id" "$exits/$id"
`
