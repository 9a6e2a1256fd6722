import { z } from 'zod';

/** What a button of ours carries. It comes back from outside: nothing in it is trusted, and what does not fit is no press. */
const press = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('approve'), operation: z.string(), hash: z.string() }),
  z.object({ kind: z.literal('decline'), operation: z.string(), hash: z.string() }),
  z.object({ kind: z.literal('line'), line: z.string(), incident: z.string() }),
  z.object({ kind: z.literal('view'), operation: z.string() }),
  z.object({ kind: z.literal('want'), incident: z.string() }),
  z.object({ kind: z.literal('open'), url: z.string() }),
]);

export const pressValueSchema = z.object({
  p: press,
  k: z.string(),
  t: z.string(),
  f: z.literal(1).optional(),
});
