import { safeText } from '@kaweezle/program-kit/safe-text.ts'
import type { Finding } from '../finding.ts'
import type { Run } from './command.ts'

/** `kaweezle doctor` */
export const doctor: Run = async ({ world, settings, report }) => {
  report({ kind: 'step', title: 'Looking at this machine' })
  const findings = await Array.fromAsync(world.checks(settings))
  const count = (verdict: Finding['verdict']) => findings.filter((one) => one.verdict === verdict).length
  const counts = { pass: count('pass'), warn: count('warn'), fail: count('fail') }
  const summary = `${counts.pass} passed, ${counts.warn} warned, ${counts.fail} failed\n`
  return {
    text: `${findings.map(lineOf).join('')}${summary}`,
    document: { ...counts, findings },
    exitStatus: counts.fail === 0 ? 0 : 1,
  }
}

function lineOf({ name, verdict, message, hint }: Finding): string {
  const advice = hint === undefined || verdict === 'pass' ? '' : `      hint: ${safeText(hint)}\n`
  return `${verdict}  ${safeText(name)}: ${safeText(message)}\n${advice}`
}
