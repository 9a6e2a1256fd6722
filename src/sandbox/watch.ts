// `?watch=true`: changes as JSON lines, from now on. Clients that watch list first.

import type { ServerResponse } from 'node:http';
import { type ApiParts, type ApiRequest, handle } from './api.ts';
import { untyped } from './objects.ts';
import { selection } from './reads.ts';
import { resolveRoute } from './routes.ts';

export function isWatch(request: ApiRequest): boolean {
  return request.method === 'GET' && ['true', '1'].includes(request.query.get('watch') ?? '');
}

export function serveWatch(parts: ApiParts, request: ApiRequest, response: ServerResponse): void {
  const listed = handle(parts, request);
  const route = resolveRoute(request.path);
  if (listed.code !== 200 || !route) {
    response.writeHead(listed.code, { 'content-type': 'application/json' });
    response.end(JSON.stringify(listed.body));
    return;
  }
  const wanted = selection(route.resource, request.query);
  response.writeHead(200, { 'content-type': 'application/json' });
  response.flushHeaders();
  function write(type: string, object: Parameters<typeof untyped>[0]): void {
    response.write(`${JSON.stringify({ type, object: untyped(object) })}\n`);
  }
  const since = Number(request.query.get('resourceVersion') ?? 0);
  for (const object of parts.store.list(route.resource.name)) {
    const inside = route.namespace === '' || object.metadata.namespace === route.namespace;
    // Changes between the list and the watch would be lost; the objects they left are sent again.
    const newer = Number(object.metadata.resourceVersion) > since;
    if (inside && newer && wanted(object)) write(since === 0 ? 'ADDED' : 'MODIFIED', object);
  }
  const stop = parts.store.onChange(({ type, resource, object }) => {
    if (resource !== route.resource.name) return;
    if (route.namespace !== '' && object.metadata.namespace !== route.namespace) return;
    if (wanted(object)) write(type, object);
  });
  response.once('close', stop);
}
