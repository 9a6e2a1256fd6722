import { defineConfig } from 'vitest/config';

/**
 * The suites that a mutant of the gate has to be killed by: those of the core alone, which need nothing but themselves.
 * The models and the properties look at the same code a hundred thousand times: they could only kill more, and would take a
 * night for it. What is stated by no suite in so many words counts as unnoticed here.
 */
export default defineConfig({
  test: {
    isolate: false,
    pool: 'threads',
    maxWorkers: 1,
    testTimeout: 20_000,
    setupFiles: ['test/setup.ts'],
    include: ['test/core/operation/**/*.test.ts', 'test/core/policy.test.ts'],
    exclude: [
      'test/core/operation/gate/**',
      'test/core/operation/gate-model.test.ts',
      'test/core/operation/**/*.property.test.ts',
    ],
  },
});
