import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { root } from '../tidy/tree.ts';
import { throughDoors } from './bundle.ts';
import { doorsOf } from './doors.ts';

describe('the doors of the bundle', () => {
  it('are the modules that the suites run, and not those of which they only name types', () => {
    expect(doorsOf(['test/contracts/journal.test.ts'])).toEqual({
      'door-journal-index': join(root, 'src/journal/index.ts'),
    });
    expect(Object.keys(doorsOf(['test/contracts']))).toContain('door-sandbox-index');
  });

  const resolved = (source: string, importer: string) => {
    const { resolveId } = throughDoors();
    if (typeof resolveId !== 'function') throw new Error('the plugin resolves nothing');
    return Reflect.apply(resolveId, undefined, [source, join(root, importer)]);
  };

  it('lead a suite into the bundle', () => {
    expect(resolved('../../src/journal/index.ts', 'test/contracts/journal.test.ts')).toEqual({
      id: expect.stringMatching(/tocsin-bundle-\d+\/doors\/dist\/door-journal-index\.js$/),
      external: true,
    });
  });

  it('leave everything else where it is', () => {
    expect(resolved('./journal.ts', 'test/contracts/journal.test.ts')).toBeNull();
    expect(resolved('vitest', 'test/contracts/journal.test.ts')).toBeNull();
  });

  it('are the only way in: a module without one is refused, so that no source runs by mistake', () => {
    const into = () => resolved('../../src/core/unopened.ts', 'test/contracts/journal.test.ts');
    expect(into).toThrow('src/core/unopened.ts has no door in the bundle');
  });
});
