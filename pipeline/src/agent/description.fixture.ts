/** A description that is right. */
export const descriptionText = `name: agent
description: An agent
url: https://example.test
license: MIT
architecture: noarch
date: '2026-01-02'
program: /usr/bin/agent
links: { /sbin/agent: /usr/bin/agent }
entries: { /etc/init.d/agent: { mode: '0755' } }
depends: [openrc, git]
subpackages:
  - { name: agent-openrc, description: Services, files: [/etc/init.d, /etc/conf.d], with: [openrc] }
`
