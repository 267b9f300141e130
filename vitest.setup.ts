import { expect } from 'vitest'

// Vitest 5.1 takes any string for equal to a regular expression in `toMatchObject`; `expect.stringMatching` is what is meant.
expect.addEqualityTesters([(a, b) => (typeof a === 'string' && b instanceof RegExp ? false : undefined)])
