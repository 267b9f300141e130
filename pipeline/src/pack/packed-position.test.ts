import { expect, test } from 'vitest'
import { PackedPosition } from './packed-position.ts'

test('a place is found in its part, by its share of it', () => {
  const position = new PackedPosition()
  position.add(10, 100)
  position.add(50, 100)
  expect([0, 50, 100, 150, 200].map((place) => position.at(place))).toEqual([0, 5, 10, 35, 60])
})

test('parts may come while places are asked for, and some unpack to nothing', () => {
  const position = new PackedPosition()
  position.add(10, 0)
  position.add(10, 100)
  expect(position.at(50)).toBe(15)
  position.add(8, 0)
  position.add(4, 8)
  expect(position.at(100)).toBe(20)
  expect(position.at(108)).toBe(32)
})

test('beyond the end there is only the end', () => {
  const position = new PackedPosition()
  position.add(10, 100)
  expect(position.at(1000)).toBe(10)
})
