import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { requirement } from '../../pipeline/test/support/requirement.ts'
import { type Guest, startGuest } from './support/guest.ts'
import { findsNote, identity, iknite, kubectl, leavesNote, programsOf, succeeds } from './support/iknite.ts'
import { nodeMissing, nodeRootfs } from './support/node-rootfs.ts'

const describeNode = await requirement('the lab of nodes', nodeMissing)

const runtimes = [
  ['node', 'Node.js', /^node 24\./],
  ['bun', 'Bun', /^bun 1\./],
] as const

let guest: Guest

describeNode('the same program', () => {
  describe.each(runtimes)('on %s', (runtime, product, version) => {
    beforeAll(async () => {
      guest = await startGuest({ rootfs: await nodeRootfs({ runtime }) })
    }, 300_000)

    afterAll(async () => {
      await guest?.[Symbol.asyncDispose]()
    })

    test(`is run by ${product}, and says so`, async () => {
      expect((await succeeds(guest, 'version')).stdout).toMatch(/^iknite \d+\.\d+\.\d+\n$/)
      const { stdout } = await succeeds(guest, 'info versions --json')
      expect(JSON.parse(stdout)).toMatchObject({ runtime: expect.stringMatching(version), cluster: null })
    })

    test('a start that is told to end ends with status 130, and with what it has started', async () => {
      const script = `
        iknite start --name kwsl 2>/root/log &
        until grep -q "Running /usr/bin/kubeadm init" /root/log; do sleep 0.02; done
        kill -TERM $!
        wait $! && echo 0 || echo $?
      `
      expect(await guest.shell(script)).toBe('130\n')
      expect(await guest.readFile('/root/log')).toMatch(/^ERRO\[\d{4}\] interrupted by SIGTERM\nHint: /m)
      const programs = (await guest.processes()).map(({ args }) => args.join(' '))
      expect(programs.filter((line) => /iknite|kubeadm/.test(line))).toEqual([])
      expect(JSON.parse(await guest.shell('cat /run/iknite/status.json'))).toMatchObject({
        state: 'failed',
        error: { code: 'INTERRUPTED' },
      })
    })

    test('the next start finishes it', async () => {
      expect((await succeeds(guest, 'start --name kwsl')).stdout).toMatch(
        /^kwsl is ready: Kubernetes 1\.36\./,
      )
      await leavesNote(guest)
    })

    test('a second start runs no program, and is done within three seconds', async () => {
      const again = await succeeds(guest, 'start')
      expect(programsOf(again)).toEqual([])
      expect(again.milliseconds).toBeLessThan(3000)
    })

    test('status is one document', async () => {
      expect(JSON.parse((await succeeds(guest, 'status --json')).stdout)).toMatchObject({
        schemaVersion: 1,
        state: 'ready',
        cluster: { name: 'kwsl', address: '192.168.99.2', outerAddress: '172.20.0.2' },
      })
    })

    test('a new address while it runs costs a certificate and nothing else', async () => {
      const before = await identity(guest)
      await guest.setAddress('172.22.3.4/20')
      const { milliseconds } = await succeeds(guest, 'start')
      expect(milliseconds).toBeLessThan(10_000)
      expect(await kubectl(guest, '--server https://172.22.3.4:6443 get nodes')).toMatch(/kwsl +Ready/)
      expect(await identity(guest)).toBe(before)
      await findsNote(guest)
    })

    test('no service has the lock, and a start waits for whoever has it', async () => {
      expect(await guest.shell('ls -l /proc/[0-9]*/fd 2>/dev/null | grep /run/iknite || true')).toBe('')
      await guest.shell('(flock 9; sleep 2) 9>>/run/iknite/lock >/dev/null 2>&1 & sleep 0.2')
      expect(await iknite(guest, 'start --wait 1')).toMatchObject({
        status: 5,
        stderr: expect.stringContaining('another run of iknite did not end in time'),
      })
    })

    test('a stop leaves no process, mount, link or chain', async () => {
      await succeeds(guest, 'stop')
      expect(await guest.processes()).toEqual([])
      expect([...(await guest.mounts()), ...(await guest.links()), ...(await guest.chains())]).toEqual([])
    })

    test('of two starts at once one works, and the other waits and finds it done', async () => {
      const both = await Promise.all([iknite(guest, 'start'), iknite(guest, 'start')])
      expect(both.map(({ status }) => status)).toEqual([0, 0])
      expect(both.map((each) => programsOf(each).length === 0).toSorted()).toEqual([false, true])
      await findsNote(guest)
    })

    test('a reset leaves a clean host', async () => {
      await succeeds(guest, 'reset')
      expect(await guest.processes()).toEqual([])
      const left =
        'find /var/lib/kaweezle -type f; ls -d /etc/kubernetes /root/.kube/config 2>/dev/null || true'
      expect(await guest.shell(left)).toBe('')
    })
  })
})
