import type { Section } from '../diff/section.ts'
import type { PackedBytes } from '../packed-bytes.ts'

/** All that the page about a build shows. Texts from outside have no control or formatting characters. */
export interface Report {
  readonly rootfs: ReportedRootfs
  /** By name. */
  readonly packages: readonly ReportedPackage[]
  /** By name. */
  readonly images: readonly ReportedImage[]
  /** Every layer that is stored, once. */
  readonly layers: readonly ReportedLayer[]
  /** What is of no package and no layer. With packages and layers it adds up to the whole. */
  readonly rest: readonly { readonly name: string; readonly bytes: PackedBytes }[]
  /** Packages of npm in the program of the agent. */
  readonly bundled: readonly Pick<ReportedPackage, 'name' | 'version' | 'license'>[]
  /** Null where nothing was compared. */
  readonly comparison: Comparison | null
  readonly steps: readonly StepTime[]
}

export interface ReportedRootfs {
  readonly name: string
  readonly version: string
  readonly architecture: string
  readonly bytes: PackedBytes
  /** Bytes of what is compressed together, and whose packed size its parts share by their lengths. */
  readonly blockSize: number
  /** What else is to be known of it, by name. */
  readonly facts: readonly { readonly name: string; readonly value: string }[]
}

export interface ReportedPackage {
  readonly name: string
  readonly version: string
  /** As its author wrote it; empty where that says nothing. */
  readonly license: string
  readonly description: string
  /** `base`, `agent`, or the location of a repository. */
  readonly from: string
  /** Why it is there. */
  readonly why: string
  readonly bytes: PackedBytes
}

export interface ReportedImage {
  /** `registry/repository`. */
  readonly name: string
  readonly tag: string
  /** `sha256:…`, what it is pinned by. */
  readonly digest: string
  /** Why it is there: `kubeadm`, `manifest:<name>`, … */
  readonly why: string
  /** Positions in the list of layers, lowest first. */
  readonly layers: readonly number[]
}

export interface ReportedLayer {
  /** `sha256:…`, of its uncompressed tar. */
  readonly digest: string
  readonly bytes: PackedBytes
}

/** What changed since another root filesystem. */
export interface Comparison {
  readonly old: string
  /** Of the whole of the other one. */
  readonly bytes: PackedBytes
  readonly sections: readonly Section[]
  readonly notes: readonly string[]
}

export interface StepTime {
  readonly name: string
  readonly title: string
  readonly seconds: number
  readonly outcome: 'done' | 'skipped' | 'running'
  /** What it did, or why it had nothing to do. */
  readonly message: string
}
