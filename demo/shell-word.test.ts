import { execFileSync } from 'node:child_process'
import { expect, test } from 'vitest'
import { shellWord } from './shell-word.ts'

test.each(['--recipe=/a/b.yaml', 'jsonpath={.a}{"\\n"}', "it's", 'a b', '*', '', '`x`;'])(
  'sh reads %s as one word',
  (word) => {
    const script = `printf '<%s>' ${shellWord(word)}`
    expect(execFileSync('sh', ['-c', script], { encoding: 'utf8' })).toBe(`<${word}>`)
  },
)
