import { isMap, isScalar, visit } from 'yaml'
import { entries, type Finding, isString, type Job, textOf, type Workflow } from './workflow-rules-read.ts'

type Rule = (workflow: Workflow) => Finding[]

/** What each workflow of this repository is held to. */
export const workflowRules = {
  /** Whoever can move a tag of an action can run what they like with the token of the job. */
  'actions are pinned by commit': (workflow) =>
    workflow.uses
      .map(({ action }) => action)
      .filter(({ value }) => !value.startsWith('./') && !pinned.test(value))
      .map((action) => workflow.finding(action, `${action.value} is not pinned by a commit of 40 digits`)),

  /** Without it nobody knows what runs, and Renovate has nothing to update. */
  'a pinned action says its version': (workflow) =>
    workflow.uses
      .map(({ action }) => action)
      .filter(({ value, comment }) => pinned.test(value) && !/^ v\d+\.\d+\.\d+$/.test(comment ?? ''))
      .map((action) => workflow.finding(action, `${action.value} has no comment such as "# v1.2.3"`)),

  'a workflow may read at most': (workflow) => {
    const permissions = workflow.root.get('permissions')
    const isLeast =
      isMap(permissions) &&
      entries(permissions).every(({ name, value }) => name === 'contents' && textOf(value) === 'read')
    return isLeast
      ? []
      : [workflow.finding(workflow.root, 'its permissions are neither {} nor contents: read')]
  },

  'a job lists what it may': (workflow) =>
    workflow.jobs
      .filter(({ map }) => !isMap(map.get('permissions')))
      .map(({ name, map }) => workflow.finding(map, `${name} has no list of permissions`)),

  'what a job may write has a reason': (workflow) =>
    workflow.jobs
      .flatMap(writable)
      .filter(({ value }) => !(isScalar(value) && /\w/.test(value.comment ?? '')))
      .map(({ key, name }) => workflow.finding(key, `${name}: write has no comment that says what for`)),

  'only a release proves who it is': (workflow) => {
    const isRelease =
      isMap(workflow.root.getIn(['on', 'push'])) && workflow.root.hasIn(['on', 'push', 'tags'])
    return workflow.jobs
      .flatMap(writable)
      .filter(({ name }) => name === 'id-token' && !isRelease)
      .map(({ key }) => workflow.finding(key, 'id-token: write, and no tag starts it'))
  },

  'a checkout leaves no credentials': (workflow) =>
    workflow.uses
      .filter(({ action }) => isAction(action.value, 'actions/checkout'))
      .filter(({ step }) => step.getIn(['with', 'persist-credentials']) !== false)
      .map(({ action }) => workflow.finding(action, 'no persist-credentials: false')),

  /** They run with secrets and rights to write, on what strangers propose. */
  'no event brings rights to what strangers wrote': (workflow) =>
    workflow.triggers
      .filter((trigger) => ['pull_request_target', 'workflow_run'].includes(trigger))
      .map((trigger) => workflow.finding(workflow.root.get('on', true), trigger)),

  /** All of a job's steps see its variables, whatever they run. */
  'a secret goes to one step': (workflow) => {
    const findings: Finding[] = []
    for (const { name, key, value } of [workflow.root, ...workflow.jobs.map(({ map }) => map)].flatMap(
      entries,
    )) {
      if (name === 'secrets' && textOf(value) === 'inherit')
        findings.push(workflow.finding(key, 'secrets: inherit'))
      if (name !== 'jobs' && name !== 'steps' && mentions(value, /\bsecrets\s*[.[]/))
        findings.push(workflow.finding(key, `a secret in ${name}, outside of steps`))
    }
    if (mentions(workflow.root, /\bsecrets\s*\)/))
      findings.push(workflow.finding(workflow.root, 'all secrets at once'))
    return findings
  },

  /** Trusted publishing needs none. */
  'there is no token for npm': (workflow) => {
    const findings: Finding[] = []
    visit(workflow.root, {
      Scalar(_, scalar) {
        if (/NPM_TOKEN|NODE_AUTH_TOKEN/.test(textOf(scalar)))
          findings.push(workflow.finding(scalar, textOf(scalar)))
      },
    })
    return findings
  },

  /** What is put in is code. Variables of the environment are data. */
  'no expression is put into a script': (workflow) =>
    workflow.scripts
      .filter(({ value }) => value.includes('${{'))
      .map((script) => workflow.finding(script, 'a script with ${{')),

  /** Whoever runs on another branch can have filled it. */
  'what may write reads no cache': (workflow) => {
    if (workflow.jobs.flatMap(writable).length === 0) return []
    return workflow.uses
      .filter(({ action, step }) => usesCache(action.value, step.get('with')))
      .map(({ action }) => workflow.finding(action, `${action.value} reads a cache`))
  },

  'a job ends': (workflow) =>
    workflow.jobs
      .filter(({ map }) => !map.has('uses') && !(Number(map.get('timeout-minutes')) > 0))
      .map(({ name, map }) => workflow.finding(map, `${name} has no timeout-minutes`)),
} satisfies Record<string, Rule>

export type WorkflowRule = keyof typeof workflowRules

/** Which rules a workflow breaks, and where. */
export function breaches(workflow: Workflow): Partial<Record<WorkflowRule, Finding[]>> {
  const found: Partial<Record<WorkflowRule, Finding[]>> = {}
  for (const rule of Object.keys(workflowRules) as WorkflowRule[]) {
    const findings = workflowRules[rule](workflow)
    if (findings.length > 0) found[rule] = findings
  }
  return found
}

const pinned = /^[\w.-]+\/[\w./-]+@[0-9a-f]{40}$|^docker:\/\/\S+@sha256:[0-9a-f]{64}$/

function isAction(uses: string, action: string): boolean {
  return uses === action || uses.startsWith(`${action}@`) || uses.startsWith(`${action}/`)
}

/** What is not listed a job may not, so what is no list is for another rule. */
function writable({ map }: Job) {
  return entries(map.get('permissions')).filter(({ value }) => textOf(value) === 'write')
}

function usesCache(uses: string, inputs: unknown): boolean {
  if (isAction(uses, 'actions/cache')) return true
  const given = new Map(entries(inputs).map(({ name, value }) => [name, textOf(value)]))
  if (given.has('cache') && given.get('cache') !== 'false') return true
  // It looks for a package manager, and takes its cache, unless it is told not to.
  return isAction(uses, 'actions/setup-node') && given.get('package-manager-cache') !== 'false'
}

function mentions(node: unknown, pattern: RegExp): boolean {
  let isThere = false
  if (isScalar(node) || isMap(node))
    visit(node, {
      Scalar(_, scalar) {
        if (isString(scalar) && pattern.test(scalar.value)) isThere = true
      },
    })
  return isThere
}
