import { controlPlane } from './entry.ts'

/** `node run.ts PROGRAM FLAGS…`, for the tests of this folder. */
const [program = '', ...argv] = process.argv.slice(2)
const main = controlPlane[program]
if (!main) throw new Error(`no program ${program}`)
void main(argv).then((status) => process.exit(status))
