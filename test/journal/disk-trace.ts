import { Buffer } from 'node:buffer';
import { basename } from 'node:path';

/** One thing a process did to files in a folder, in the order in which the system finished it. */
export type DiskOperation =
  | { readonly kind: 'create'; readonly file: string }
  | {
      readonly kind: 'write';
      readonly file: string;
      readonly at: number | undefined;
      readonly bytes: Buffer;
    }
  | { readonly kind: 'truncate'; readonly file: string; readonly length: number }
  | { readonly kind: 'sync'; readonly file: string }
  | { readonly kind: 'sync-folder' }
  | { readonly kind: 'unlink'; readonly file: string }
  | { readonly kind: 'rename'; readonly file: string; readonly to: string }
  | { readonly kind: 'ack'; readonly number: number };

/** What of the writes not yet synced a power cut leaves behind. */
export type Leftover = 'none' | 'all' | 'some' | 'torn';

/** The system calls that change files, as `strace -f -y -xx -s 1000000 -e trace=…` records them. */
export const TRACED = 'openat,pwrite64,write,fsync,fdatasync,ftruncate,unlink,rename';

export function parseTrace(log: string, folder: string): DiskOperation[] {
  const underway = new Map<string, string>();
  const operations: DiskOperation[] = [];
  for (const line of log.split('\n')) {
    const [, thread = '', text = ''] = /^(\d+) +(.*)$/.exec(line) ?? [];
    if (text.endsWith('<unfinished ...>')) {
      underway.set(thread, text.slice(0, -'<unfinished ...>'.length));
      continue;
    }
    const resumed = /^<\.\.\. \w+ resumed>(.*)$/.exec(text);
    const call = resumed === null ? text : `${underway.get(thread) ?? ''}${resumed[1] ?? ''}`;
    const operation = / = -1 /.test(call) ? undefined : operationIn(call, folder);
    if (operation !== undefined) operations.push(operation);
  }
  return operations;
}

function operationIn(call: string, folder: string): DiskOperation | undefined {
  const [, name = '', rest = ''] = /^(\w+)\((.*)$/.exec(call) ?? [];
  const strings = [...rest.matchAll(/"((?:\\x[0-9a-f]{2})*)"/g)].map(([, hex = '']) =>
    bytesOf(hex),
  );
  const opened = /^\d+<((?:\\x[0-9a-f]{2})*)>/.exec(rest);
  const path = opened === null ? '' : bytesOf(opened[1] ?? '').toString();
  if (name === 'write' && rest.startsWith('1<')) return ackIn(strings[0]);
  if (name === 'openat') return createdBy(rest, strings[0]?.toString() ?? '', folder);
  if (name === 'unlink' || name === 'rename') {
    const [from = '', to = ''] = strings.map((each) => each.toString());
    if (!from.startsWith(`${folder}/`)) return undefined;
    const file = basename(from);
    return name === 'unlink'
      ? { kind: 'unlink', file }
      : { kind: 'rename', file, to: basename(to) };
  }
  if (path === folder && /sync$/.test(name)) return { kind: 'sync-folder' };
  if (!path.startsWith(`${folder}/`)) return undefined;
  const file = basename(path);
  const numbers = [...rest.matchAll(/, (\d+)/g)].map(([, digits]) => Number(digits));
  if (/sync$/.test(name)) return { kind: 'sync', file };
  if (name === 'ftruncate') return { kind: 'truncate', file, length: numbers[0] ?? 0 };
  const bytes = strings[0] ?? Buffer.alloc(0);
  return { kind: 'write', file, at: name === 'pwrite64' ? numbers[1] : undefined, bytes };
}

function createdBy(rest: string, path: string, folder: string): DiskOperation | undefined {
  if (!path.startsWith(`${folder}/`) || !/O_CREAT/.test(rest)) return undefined;
  const file = basename(path);
  return /O_TRUNC/.test(rest) ? { kind: 'truncate', file, length: 0 } : { kind: 'create', file };
}

function ackIn(bytes: Buffer | undefined): DiskOperation | undefined {
  const [, number] = /^ack (\d+)\n$/.exec(bytes?.toString() ?? '') ?? [];
  return number === undefined ? undefined : { kind: 'ack', number: Number(number) };
}

function bytesOf(escaped: string): Buffer {
  return Buffer.from(escaped.replaceAll('\\x', ''), 'hex');
}

interface Inode {
  durable: Buffer;
  pending: (DiskOperation & { kind: 'write' | 'truncate' })[];
}

/**
 * The files as a power cut after these operations could leave them. What was synced is there; of what was not, the
 * leftover decides. Names (create, unlink, rename) come to the disk in their order, at the latest with their folder.
 */
export function afterPowerCut(
  operations: readonly DiskOperation[],
  leftover: Leftover,
  pick: (below: number) => number,
): Map<string, Buffer> {
  const names = new Map<string, Inode>();
  let durableNames = new Map<string, Inode>();
  let states: Map<string, Inode>[] = [];
  const inodeOf = (file: string): Inode => {
    const known = names.get(file);
    if (known !== undefined) return known;
    const inode: Inode = { durable: Buffer.alloc(0), pending: [] };
    names.set(file, inode);
    states.push(new Map(names));
    return inode;
  };
  for (const operation of operations) {
    switch (operation.kind) {
      case 'create':
        inodeOf(operation.file);
        break;
      case 'write':
      case 'truncate':
        inodeOf(operation.file).pending.push(operation);
        break;
      case 'sync': {
        const inode = inodeOf(operation.file);
        inode.durable = apply(inode.durable, inode.pending);
        inode.pending = [];
        break;
      }
      case 'sync-folder':
        durableNames = new Map(names);
        states = [];
        break;
      case 'unlink':
      case 'rename': {
        const inode = names.get(operation.file);
        names.delete(operation.file);
        if (operation.kind === 'rename' && inode !== undefined) names.set(operation.to, inode);
        states.push(new Map(names));
        break;
      }
      case 'ack':
    }
  }
  const seen = [durableNames, ...states];
  const index = leftover === 'none' ? 0 : leftover === 'some' ? pick(seen.length) : seen.length - 1;
  const left = seen[index] ?? durableNames;
  return new Map([...left].map(([file, inode]) => [file, contentOf(inode, leftover, pick)]));
}

function contentOf(
  { durable, pending }: Inode,
  leftover: Leftover,
  pick: (below: number) => number,
): Buffer {
  switch (leftover) {
    case 'none':
      return durable;
    case 'all':
      return apply(durable, pending);
    case 'some':
      return apply(
        durable,
        pending.filter(() => pick(2) === 0),
      );
    case 'torn': {
      const last = pending.at(-1);
      if (last?.kind !== 'write') return apply(durable, pending);
      const bytes = last.bytes.subarray(0, pick(last.bytes.length));
      return apply(durable, [...pending.slice(0, -1), { ...last, bytes }]);
    }
  }
}

function apply(content: Buffer, operations: Inode['pending']): Buffer {
  let now = content;
  for (const operation of operations) {
    if (operation.kind === 'truncate') {
      now = Buffer.concat([
        now.subarray(0, operation.length),
        Buffer.alloc(Math.max(0, operation.length - now.length)),
      ]);
      continue;
    }
    const at = operation.at ?? now.length;
    const grown = Buffer.alloc(Math.max(now.length, at + operation.bytes.length));
    now.copy(grown);
    operation.bytes.copy(grown, at);
    now = grown;
  }
  return now;
}
