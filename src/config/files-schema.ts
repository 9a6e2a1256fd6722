import { z } from 'zod';
import { keys, largeSize, path, text } from './field.ts';

/** Files and folders of the machine where Tocsin runs. */
export const filesTarget = keys({
  paths: z
    .array(path)
    .min(1)
    .max(100)
    .describe('Files and folders, each whole; none may lie inside another.'),
  exclude: z
    .array(text)
    .max(100)
    .default([])
    .describe(
      'Patterns of what is left out: one without a slash fits a name wherever it is (`*.sock`), one with a slash the way below a path (`cache/**`). As in a shell, `*` fits no name that begins with a dot.',
    ),
  at_most: largeSize(1, 16_384)
    .default(10_737_418_240)
    .describe('They hold no more than this, or nothing is copied.'),
});
