import { expect, test } from 'vitest'
import { descriptionText as text } from './description.fixture.ts'
import { parseAgentDescription } from './description.ts'

test('a description is read, with modes as numbers and the day as seconds', () => {
  expect(parseAgentDescription(text, 'package.yaml')).toMatchObject({
    name: 'agent',
    date: Date.UTC(2026, 0, 2) / 1000,
    entries: { '/etc/init.d/agent': { mode: 0o755 } },
    subpackages: [{ name: 'agent-openrc', with: ['openrc'] }],
  })
})

test.each([
  ['a name with a capital letter', 'name: agent\n', 'name: Agent\n', /:1:7: name: 'Agent' is not the name/],
  ['an architecture', 'noarch', 'x86_64', /is not noarch/],
  ['a time for a day', "'2026-01-02'", '2026-01-02T10:00:00Z', /date: .*is not a day/],
  ['a day that no calendar has', '2026-01-02', '2026-02-30', /date: .*is not a day/],
  ['a day before 1970', '2026-01-02', '1969-12-31', /is before 1970/],
  [
    'a program that is no path of the image',
    '/usr/bin/agent\nlinks',
    'usr/bin/agent\nlinks',
    /:7:10: program/,
  ],
  ['a path that leads out', '/etc/init.d,', '/etc/../init.d,', /subpackages\[0\]\.files\[0\]/],
  ['a dependency with a tag', 'openrc, git', 'openrc, git@edge', /depends\[1\].*a tag is not allowed/],
  ['a dependency twice', 'openrc, git', 'git, git', /depends\[1\].*repeats/],
  ['a subpackage that waits for nothing', 'with: [openrc]', 'with: []', /must name a package/],
  [
    'a subpackage of the same name',
    'name: agent-openrc',
    'name: agent',
    /subpackages\[0\]\.name: 'agent' is the name of another/,
  ],
  ['an unknown key', 'license', 'licence', /unknown key|is missing/],
])('%s is refused', (_, from, to, message) => {
  const changed = text.replace(from, to)
  expect(changed).not.toBe(text)
  expect(() => parseAgentDescription(changed, 'package.yaml')).toThrow(
    expect.objectContaining({ code: 'PACKAGE_INVALID', message: expect.stringMatching(message) }),
  )
})
