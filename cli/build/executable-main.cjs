'use strict'

// What a single executable begins with. The bundle is among its assets, divided as it is on a disk: to compile all of it
// would take longer than most commands do.

const { basename } = require('node:path')
const { getAsset } = require('node:sea')
const { compileFunction } = require('node:vm')

const modules = new Map()

/** As `require` does it: a module that is asked for again while it begins is given as far as it got. */
function load(name) {
  const known = modules.get(name)
  if (known !== undefined) return known.exports
  const module = { exports: {} }
  modules.set(name, module)
  const code = getAsset(name, 'utf8').replace(/^#!.*/, '')
  const run = compileFunction(code, ['exports', 'require', 'module'], { filename: name })
  run(module.exports, requirePart, module)
  return module.exports
}

function requirePart(id) {
  return id.startsWith('./') ? load(basename(id)) : require(id)
}

load('kaweezle.cjs')
