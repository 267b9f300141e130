import { requirement } from '../../pipeline/test/support/requirement.ts'
import { runProviderContract } from './support/provider-contract.ts'
import { wslDoubleMissing } from './support/wsl-double/wsl-double.ts'
import { wslWorld } from './support/wsl-double/wsl-world.ts'

const withDouble = await requirement('the double of WSL', wslDoubleMissing)

withDouble('with a double of wsl.exe', () => runProviderContract('wsl', wslWorld))
