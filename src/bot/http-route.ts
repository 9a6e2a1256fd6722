import type { IncomingMessage, ServerResponse } from 'node:http';

export type PathParams = Readonly<Record<string, string>>;

/** One thing a listener answers. Whoever owns the listener mounts the routes it is given and knows nothing of them. */
export interface HttpRoute {
  /** GET routes also answer HEAD. */
  readonly method: 'GET' | 'POST' | 'PUT';
  /** `/incidents/:incident`: a `:name` takes exactly one segment, percent-decoded. */
  readonly path: string;
  handle(request: IncomingMessage, response: ServerResponse, params: PathParams): Promise<void>;
}

export type FoundRoute =
  | { readonly kind: 'found'; readonly route: HttpRoute; readonly params: PathParams }
  | { readonly kind: 'other-method'; readonly allow: readonly string[] }
  | { readonly kind: 'none' };

/** The same answers as `findRoute`, without a look at every route for the paths that hold no name. */
export function routeFinder(
  routes: readonly HttpRoute[],
): (method: string, pathname: string) => FoundRoute {
  const known = new Map<string, FoundRoute>();
  for (const { method, path } of routes) {
    if (!path.includes('/:')) known.set(`${method} ${path}`, findRoute(routes, method, path));
  }
  return (method, pathname) =>
    known.get(`${method} ${pathname}`) ?? findRoute(routes, method, pathname);
}

/** The first route that takes the path and the method; when only the method differs, it says which ones would do. */
export function findRoute(
  routes: readonly HttpRoute[],
  method: string,
  pathname: string,
): FoundRoute {
  const wanted = method === 'HEAD' ? 'GET' : method;
  const allow = new Set<string>();
  for (const route of routes) {
    const params = paramsOf(route.path, pathname);
    if (params === undefined) continue;
    if (route.method === wanted) return { kind: 'found', route, params };
    allow.add(route.method);
  }
  return allow.size > 0 ? { kind: 'other-method', allow: [...allow] } : { kind: 'none' };
}

function paramsOf(pattern: string, pathname: string): PathParams | undefined {
  const names = pattern.split('/');
  const parts = pathname.split('/');
  if (names.length !== parts.length) return undefined;
  const params: Record<string, string> = {};
  for (const [index, name] of names.entries()) {
    const part = parts[index] ?? '';
    if (!name.startsWith(':')) {
      if (name !== part) return undefined;
      continue;
    }
    const value = decoded(part);
    if (value === undefined || value === '') return undefined;
    params[name.slice(1)] = value;
  }
  return params;
}

function decoded(part: string): string | undefined {
  try {
    return decodeURIComponent(part);
  } catch {
    return undefined;
  }
}
