// What can go wrong between a client and the API server. Faults are set on the control object,
// never over HTTP, and are taken in the order in which they were added.

export type FaultAct =
  /** Answers `ms` later than it would; the write lands at once. */
  | { kind: 'delay'; ms: number }
  /** Applies the request, then never answers: the client's timeout runs out. */
  | { kind: 'drop-response' }
  /** Applies the request, then closes the connection. */
  | { kind: 'reset-after' }
  /** Closes the connection; nothing is applied. */
  | { kind: 'reset' }
  /** Neither applies nor answers. */
  | { kind: 'hang' }
  /** Applies the request `ms` after the client has gone (or after it arrived); never answers. */
  | { kind: 'apply-late'; ms: number; from?: 'client-gone' | 'arrival' }
  /** Answers an error. With `applied` the write has landed all the same. */
  | { kind: 'answer'; code: number; retryAfterS?: number; message?: string; applied?: boolean };

export type FaultedRequest = { method: string; path: string; dryRun: boolean; user: string };

export type Fault = {
  act: FaultAct;
  method?: string | string[];
  /** A part of the path, or an expression it must match. */
  path?: string | RegExp;
  dryRun?: boolean;
  user?: string;
  /** How many requests it strikes: 1 unless said otherwise. */
  times?: number;
  /** How many matching requests pass unharmed first. */
  after?: number;
};

export type FaultHandle = { hits(): number; remove(): void };

export type Faults = {
  add(fault: Fault): FaultHandle;
  clear(): void;
  /** The fault that strikes this request, counted as used. */
  take(request: FaultedRequest): FaultAct | undefined;
};

export function createFaults(): Faults {
  type Active = { fault: Fault; seen: number; hits: number };
  const active = new Set<Active>();
  return {
    add(fault) {
      const entry: Active = { fault, seen: 0, hits: 0 };
      active.add(entry);
      return { hits: () => entry.hits, remove: () => active.delete(entry) };
    },
    clear: () => active.clear(),
    take(request) {
      for (const entry of active) {
        if (!strikes(entry.fault, request)) continue;
        entry.seen += 1;
        if (entry.seen <= (entry.fault.after ?? 0)) continue;
        entry.hits += 1;
        if (entry.hits >= (entry.fault.times ?? 1)) active.delete(entry);
        return entry.fault.act;
      }
      return undefined;
    },
  };
}

function strikes(fault: Fault, request: FaultedRequest): boolean {
  const methods = fault.method === undefined ? [] : [fault.method].flat();
  if (methods.length > 0 && !methods.includes(request.method)) return false;
  if (fault.dryRun !== undefined && fault.dryRun !== request.dryRun) return false;
  if (fault.user !== undefined && fault.user !== request.user) return false;
  if (fault.path === undefined) return true;
  if (typeof fault.path === 'string') return request.path.includes(fault.path);
  return fault.path.test(request.path);
}
