import { spawn } from 'node:child_process'
import { createLogger } from '../report/logger.ts'
import { acquireRunLock } from './run-lock.ts'

/** A program that holds the lock whose path it is given, has a child that outlives it, and says so. */
const logger = createLogger({
  level: 'error',
  json: false,
  colour: false,
  now: Date.now,
  write: () => undefined,
})
const host = { now: Date.now, sleep: () => Promise.resolve() }
await acquireRunLock({ host, logger, deadline: 0, pid: process.pid, path: process.argv[2] ?? '' })
const child = spawn('sleep', ['60'], { stdio: 'ignore', detached: true })
process.stdout.write(`${child.pid}\n`)
setInterval(() => undefined, 1000)
