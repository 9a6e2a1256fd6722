import type { Method } from '../method.ts';

export interface Route {
  readonly method: Method;
  readonly params: Readonly<Record<string, string>>;
}

/** Finds the method for a path below `/api/v10`; `'wrong verb'` where the path exists with others. */
export function createRouter(
  methods: readonly Method[],
): (verb: string, path: string) => Route | 'wrong verb' | undefined {
  const entries = methods.map((method) => ({ method, parts: method.path.split('/').slice(1) }));

  return (verb, path) => {
    const parts = path.split('/').slice(1).map(decodeURIComponent);
    const fitting = entries
      .map((entry) => ({ ...entry, params: match(entry.parts, parts) }))
      .filter((entry) => entry.params !== undefined)
      .sort((a, b) => literals(b.parts) - literals(a.parts));
    const found = fitting.find(({ method }) => method.verb === verb);
    if (found?.params) return { method: found.method, params: found.params };
    return fitting.length > 0 ? 'wrong verb' : undefined;
  };
}

function match(
  pattern: readonly string[],
  parts: readonly string[],
): Record<string, string> | undefined {
  if (pattern.length !== parts.length) return undefined;
  const params: Record<string, string> = {};
  for (const [index, expected] of pattern.entries()) {
    const part = parts[index] ?? '';
    const name = /^\{(.+)\}$/.exec(expected)?.[1];
    if (name) params[name] = part;
    else if (expected !== part) return undefined;
  }
  return params;
}

function literals(parts: readonly string[]): number {
  return parts.filter((part) => !part.startsWith('{')).length;
}
