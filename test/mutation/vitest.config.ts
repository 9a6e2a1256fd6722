import { defineConfig } from 'vitest/config';

/** The suites that a mutant of the gate has to be killed by: those of the core alone, which need nothing but themselves. */
export default defineConfig({
  test: {
    isolate: false,
    pool: 'threads',
    maxWorkers: 1,
    testTimeout: 20_000,
    setupFiles: ['test/setup.ts'],
    include: ['test/core/operation/**/*.test.ts', 'test/core/policy.test.ts'],
  },
});
