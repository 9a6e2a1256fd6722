import { z } from 'zod';
import type { SignedManifest } from '../../core/backup/manifest.ts';

const count = z.number().int().nonnegative();
const digest = z.string().regex(/^[0-9a-f]{64}$/);
const text = z.string().max(4_000);

const manifest = z.strictObject({
  format: z.literal(1),
  id: text,
  subject: z.strictObject({ service: text, environment: text, what: text }),
  artefact: z.strictObject({
    name: text,
    bytes: count,
    sha256: digest,
    encoding: text,
    encryption: z.enum(['none', 'age']),
    recipients: z.array(text).optional(),
  }),
  source: z.strictObject({ target: text, place: text, server: text, program: text, bytes: count }),
  operation: text,
  startedAt: count,
  endedAt: count,
  content: z.strictObject({
    counts: z.record(z.string(), count),
    uncounted: count,
    atMost: z.record(z.string(), count).optional(),
    counted: z.literal('documents').optional(),
    trees: z.record(z.string(), z.strictObject({ bytes: count, sha256: digest })).optional(),
    notes: z.array(text).max(20).optional(),
    log: z.strictObject({ file: text, at: count }).optional(),
    query: z.strictObject({ asked: text, answered: text }).optional(),
  }),
});

const signedManifest = z.strictObject({ manifest, publicKey: text, signature: text });

/** What a manifest's file holds; undefined for anything else. Whether it is signed is asked elsewhere. */
export function signedManifestIn(written: string): SignedManifest | undefined {
  try {
    const parsed = signedManifest.safeParse(JSON.parse(written));
    if (!parsed.success) return undefined;
    const { content, artefact, ...rest } = parsed.data.manifest;
    const { recipients, ...stored } = artefact;
    const { query, atMost, counted, trees, notes, log, ...rows } = content;
    return {
      ...parsed.data,
      manifest: {
        ...rest,
        artefact: { ...stored, ...(recipients && { recipients }) },
        content: {
          ...rows,
          ...(counted && { counted }),
          ...(atMost && { atMost }),
          ...(trees && { trees }),
          ...(notes && { notes }),
          ...(log && { log }),
          ...(query && { query }),
        },
      },
    };
  } catch {
    return undefined;
  }
}
