import { describe, expect, test } from 'vitest'
import { conflictingCni, flannelNetwork } from './cni.ts'
import { overlaps, parseNetwork, within } from './ipv4-network.ts'

const configMap = (data: object) => JSON.stringify({ kind: 'ConfigMap', metadata: { name: 'cfg' }, data })
const netConf = (network: unknown) => configMap({ 'net-conf.json': JSON.stringify({ Network: network }) })

describe("flannel's network", () => {
  test('is the one of its net-conf.json', () => {
    const others = [configMap({ a: '{}' }), 'kind: Secret\ndata: { net-conf.json: "" }']
    expect(flannelNetwork([...others, netConf('10.244.0.0/16')].join('\n---\n'))).toBe('10.244.0.0/16')
  })

  test.each(['', 'kind: ConfigMap', 'kind: Pod', configMap({ 'cni-conf.json': '{}' })])(
    'is unknown in %j',
    (text) => {
      expect(flannelNetwork(text)).toBeUndefined()
    },
  )

  test.each([
    ['is no JSON', configMap({ 'net-conf.json': '{ Network: 10.244.0.0/16' })],
    ['is no text', configMap({ 'net-conf.json': {} })],
    ['is a list', configMap({ 'net-conf.json': '["10.244.0.0/16"]' })],
    ['has none', configMap({ 'net-conf.json': '{}' })],
    ['has a number', netConf(10)],
    ['has an address', netConf('10.244.0.0')],
    ['has a part of 256', netConf('10.256.0.0/16')],
    ['has 33 bits', netConf('10.244.0.0/33')],
    ['is of IPv6', netConf('fd00::/64')],
  ])('is refused when the file %s', (_, text) => {
    expect(() => flannelNetwork(text)).toThrow(
      expect.objectContaining({ code: 'RECIPE_INVALID', message: expect.stringContaining('ConfigMap/cfg') }),
    )
  })
})

describe('a CNI configuration', () => {
  const list = (...plugins: object[]) => JSON.stringify({ cniVersion: '1.0.0', name: 'n', plugins })
  const bridge = (ipam: object = {}) => ({ type: 'bridge', ipam: { type: 'host-local', ...ipam } })
  const first = "comes before 10-flannel.conflist, so that pods would not be in flannel's network"
  const subnet = (network: string) => list(bridge({ ranges: [[{ subnet: network }]] }))
  const outside = (network: string) =>
    `gives pods addresses of '${network}', which is outside of flannel's 10.244.0.0/16`

  test.each([
    ['before flannel', '05-mine.conflist', list(bridge()), [first]],
    ['of one plugin before flannel', '05-mine.conf', JSON.stringify(bridge()), [first]],
    ['with another ending before flannel', '05-mine.json', JSON.stringify(bridge()), [first]],
    ['by its name alone before flannel', '10-crio-bridge.conflist', list(bridge()), [first]],
    [
      'before flannel and with other addresses',
      '1.conflist',
      subnet('10.88.0.0/16'),
      [first, outside('10.88.0.0/16')],
    ],
    [
      'after flannel with other addresses',
      '87-podman.conflist',
      subnet('10.88.0.0/16'),
      [outside('10.88.0.0/16')],
    ],
    [
      'with the old form of a subnet',
      '87.conf',
      JSON.stringify(bridge({ subnet: '10.88.0.0/16' })),
      [outside('10.88.0.0/16')],
    ],
    [
      'with addresses beyond',
      '87.conflist',
      subnet('10.0.0.0/8'),
      ["gives pods addresses of '10.0.0.0/8', which reaches beyond flannel's 10.244.0.0/16"],
    ],
  ])('%s is told', (_, name, text, sentences) => {
    const path = `/etc/cni/net.d/${name}`
    expect(conflictingCni(new Map([[path, text]]), '10.244.0.0/16')).toEqual(
      sentences.map((sentence) => `${path} ${sentence}`),
    )
  })

  test.each([
    ["of flannel's own name", '/etc/cni/net.d/10-flannel.conflist', list({ type: 'flannel' })],
    ['after flannel', '/etc/cni/net.d/99-loopback.conf', '{ "type": "loopback" }'],
    ['after flannel with addresses of its network', '/etc/cni/net.d/87.conflist', subnet('10.244.3.0/24')],
    ['with addresses of IPv6', '/etc/cni/net.d/87.conflist', subnet('fd00::/64')],
    ['with another ending', '/etc/cni/net.d/05-mine.conflist.disabled', list(bridge())],
    ['in a folder below', '/etc/cni/net.d/off/05-mine.conflist', list(bridge())],
    ['elsewhere', '/usr/share/doc/cri-o/examples/cni/05-mine.conflist', list(bridge())],
    ['that is no JSON, which the runtime skips', '/etc/cni/net.d/05-mine.conflist', '{'],
    ['without plugins, which the runtime skips', '/etc/cni/net.d/05-mine.conflist', list()],
    ['without a type, which the runtime skips', '/etc/cni/net.d/05-mine.conf', '{ "name": "n" }'],
    ['that is no mapping, which the runtime skips', '/etc/cni/net.d/05-mine.json', '[]'],
  ])('%s is no conflict', (_, path, text) => {
    expect(conflictingCni(new Map([[path, text]]), '10.244.0.0/16')).toEqual([])
  })

  test('is told in the order of names', () => {
    const paths = ['/etc/cni/net.d/02.conflist', '/etc/cni/net.d/01.conflist']
    const sentences = conflictingCni(new Map(paths.map((path) => [path, list(bridge())])), '10.244.0.0/16')
    expect(sentences).toEqual(paths.toReversed().map((path) => `${path} ${first}`))
  })
})

describe('a network', () => {
  test.each([
    ['0.0.0.0/0', 0, 2 ** 32 - 1],
    ['10.244.7.1/16', 0x0af40000, 0x0af4ffff],
    ['255.255.255.255/32', 2 ** 32 - 1, 2 ** 32 - 1],
    ['192.168.99.128/25', 0xc0a86380, 0xc0a863ff],
  ])('%s has its first and last address', (text, start, last) => {
    expect(parseNetwork(text)).toEqual({ first: start, last })
  })

  test.each([
    ['10.0.0.0/8', '10.244.0.0/16', true, false],
    ['10.244.0.0/16', '10.244.0.0/16', true, true],
    ['10.244.255.0/24', '10.244.0.0/16', true, true],
    ['10.245.0.0/16', '10.244.0.0/16', false, false],
  ])('%s against %s', (a, b, isOverlapping, isWithin) => {
    const [one, other] = [parseNetwork(a), parseNetwork(b)]
    if (one === undefined || other === undefined) throw new Error('no network')
    expect([overlaps(one, other), within(one, other)]).toEqual([isOverlapping, isWithin])
  })
})
