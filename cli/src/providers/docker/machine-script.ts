/** There from each boot on until the machine is stopped by us. */
export const upMark = '/.kaweezle-up'

/**
 * The first process of a machine. It adopts and reaps what the processes of the cluster leave, for which a shell that
 * waits is enough: OpenRC needs no more of an init, as on WSL, and what runs is the same whatever the rootfs has.
 *
 * A machine that was up when the host went down comes up with its cluster; one that Kaweezle starts, without: Kaweezle
 * starts the cluster itself, and shows how that goes. When Docker or the host ends it, the cluster is ended in order.
 */
export const machineScript = `
log=/var/log/iknite.log
stop() {
  trap '' TERM
  if [ -e ${upMark} ]; then /usr/bin/iknite stop >>$log 2>&1; fi
  exit 0
}
trap stop TERM
if [ -e ${upMark} ] && [ -e /var/lib/kaweezle/iknite/cluster.json ]; then
  /usr/bin/iknite start </dev/null >>$log 2>&1 &
fi
: >${upMark}
while :; do
  sleep 2147483647 &
  wait $!
done
`
