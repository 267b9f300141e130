import { isKaweezleError } from '../src/errors.ts'
import { failureText } from '../src/output/failure.ts'
import { readDescription } from './description.ts'
import { packageCli } from './package-cli.ts'
import { packageHelp, packageOptions } from './package-options.ts'

/** `npm run package-cli` */
try {
  const { version } = await readDescription()
  const options = packageOptions(process.argv.slice(2), version)
  if (options === undefined) process.stdout.write(packageHelp)
  else await packageCli({ ...options, onFile: (path) => process.stdout.write(`${path}\n`) })
} catch (error) {
  if (!isKaweezleError(error)) throw error
  process.stderr.write(failureText(error, { isVerbose: false, hasColour: false }))
  process.exitCode = error.exitStatus
}
