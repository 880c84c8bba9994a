import { DataError, parseAs, parseJson, Sha256 } from '@bnrnn/core';
import * as v from 'valibot';
import { progressSchema } from '../progress';

const count = v.pipe(v.number(), v.safeInteger(), v.minValue(0));

const manifestSchema = v.object({
  format: v.literal('bnrnn checkpoint 1'),
  /** The file beside this one that holds the numbers. */
  tensors: v.object({
    file: v.pipe(v.string(), v.regex(/^[\w.-]+\.safetensors$/, 'expected a file name')),
    bytes: count,
    sha256: v.string(),
  }),
  /** What decides the bits of a run; a resume needs the same. */
  settings: v.object({
    /** The model's spec. */
    model: v.unknown(),
    seed: count,
    optimizer: v.unknown(),
    schedule: v.unknown(),
    clip: v.unknown(),
    batchesPerEpoch: count,
    /** SHA-256 of the corpus's splits. */
    corpus: v.record(v.string(), v.string()),
    /** What else the caller wants to be the same; absent in older checkpoints. */
    others: v.exactOptional(v.record(v.string(), v.unknown())),
  }),
  progress: progressSchema,
  /** What the caller wants back: plain JSON. */
  meta: v.optional(v.unknown()),
  /** Milliseconds since 1970. */
  at: v.number(),
});

/** The JSON half of a checkpoint. */
export type Manifest = v.InferOutput<typeof manifestSchema>;

/** What a run is made with, as plain JSON. */
export type RunSettings = Manifest['settings'];

/** The manifest's text, with a SHA-256 over everything else in it. */
export function encodeManifest(manifest: Manifest): string {
  return `${JSON.stringify({ ...manifest, sha256: digest(manifest) }, undefined, 2)}\n`;
}

/**
 * Reads a manifest.
 *
 * @param where  what to call the file in an error.
 * @throws DataError when it is truncated, altered, or not a manifest.
 */
export function decodeManifest(text: string, where: string): Manifest {
  const { sha256, ...rest } = { ...(parseJson(text, where) as Record<string, unknown> | null) };
  const manifest = parseAs(manifestSchema, rest, where, 'a checkpoint');
  if (sha256 !== digest(rest)) {
    throw new DataError(`${where} was altered: its SHA-256 is not the one it states.`);
  }
  return manifest;
}

function digest(manifest: object): string {
  return new Sha256().update(new TextEncoder().encode(JSON.stringify(manifest))).hex();
}
