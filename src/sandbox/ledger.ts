// A record of what reached the API and what it changed, so that a test can prove "applied once".

import type { Labels } from './objects.ts';

export type AppliedWrite = {
  at: number;
  verb: 'create' | 'update' | 'patch' | 'delete';
  method: string;
  path: string;
  resource: string;
  subresource?: string | undefined;
  namespace: string;
  name: string;
  uid: string;
  user: string;
  fieldManager: string;
  dryRun: boolean;
  /** False when the object was the same before and after. */
  changed: boolean;
  resourceVersion: string;
  /** The object's own annotations after the write, an operation id among them. */
  annotations: Labels;
  contentType: string;
};

export type SeenRequest = {
  at: number;
  method: string;
  path: string;
  query: string;
  user: string;
  fieldManager: string;
  dryRun: boolean;
  contentType: string;
  /** Undefined while, or because, no answer was sent. */
  code?: number;
  fault?: string;
};

export type Ledger = {
  requests: SeenRequest[];
  see(request: SeenRequest): void;
  /** Every mutating request that passed, dry runs included. */
  writes: AppliedWrite[];
  /** The writes that changed the cluster: neither dry runs nor repetitions without effect. */
  applied(filter?: Partial<AppliedWrite>): AppliedWrite[];
  clear(): void;
};

/** A demo left alone for days polls without end; the newest requests are enough. */
const keepRequests = 10_000;

export function createLedger(): Ledger {
  const requests: SeenRequest[] = [];
  const writes: AppliedWrite[] = [];
  return {
    requests,
    writes,
    see(request) {
      requests.push(request);
      if (requests.length > keepRequests) requests.shift();
    },
    applied(filter = {}) {
      const wanted = Object.entries(filter);
      return writes.filter(
        (write) =>
          !write.dryRun &&
          write.changed &&
          wanted.every(([key, value]) =>
            Object.entries(write).some(([k, v]) => k === key && v === value),
          ),
      );
    },
    clear() {
      requests.length = 0;
      writes.length = 0;
    },
  };
}
