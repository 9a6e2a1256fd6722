import { parentPort, receiveMessageOnPort, workerData } from 'node:worker_threads';
import { ProblemError, problem } from '../../../core/problem.ts';
import { type Signer, signerFrom } from '../../checkpoint.ts';
import type { JournalLog } from '../../options.ts';
import { problemFrom } from './errors.ts';
import {
  type Answer,
  type AppendJob,
  type AppendReply,
  decodeJobs,
  type Notice,
  type Outcome,
  type Rejected,
  type Reply,
  type Request,
  type StoreOptions,
} from './protocol.ts';
import type { ThreadData } from './spawn.ts';
import { Store } from './store.ts';
import { runTask, type TaskResult } from './tasks.ts';

/** How often a full disk is tried again. */
const PROBE_MS = 500;

/** So many appends at most share a transaction: an answer does not wait for those that came long after it. */
const GROUP_MAX = 2000;

if (parentPort !== null) {
  const own = parentPort;
  start(
    {
      on: (event, listener) => own.on(event, listener),
      next: () => receiveMessageOnPort(own)?.message,
      postMessage: (message) => own.postMessage(message),
      close: () => own.close(),
    },
    workerData,
  );
}

interface Port {
  on(event: 'message', listener: (asked: Asked) => void): unknown;
  /** What has arrived by now, without waiting. */
  next(): Asked | undefined;
  postMessage(message: Answer | Notice | TaskResult): void;
  close(): void;
}

interface Asked {
  readonly id: number;
  readonly request: Request;
}

/** The appends of one request, and the request. */
interface GroupPart {
  readonly id: number;
  readonly jobs: readonly AppendJob[];
  readonly now: number;
}

function start(port: Port, data: ThreadData): void {
  if ('store' in data) serve(port, data.store);
  else void runTask(data.task).then((result) => port.postMessage(result));
}

function serve(port: Port, options: StoreOptions): void {
  let store: Store;
  try {
    store = new Store(options);
  } catch (error) {
    port.postMessage({ kind: 'refused', problem: problemFrom(error, options.path) });
    port.close();
    return;
  }
  let signer: Signer | undefined;
  let probing: NodeJS.Timeout | undefined;

  let health = store.health();
  port.postMessage({ kind: 'ready', epoch: store.epoch, checkpoint: store.checkpoint, health });
  setImmediate(afterwards);
  port.on('message', (first) => {
    let asked: Asked | undefined = first;
    while (asked !== undefined) asked = take(asked);
  });

  /** Appends that have arrived together share one transaction and its fsync. Answers what came after them. */
  function take({ id, request }: Asked): Asked | undefined {
    if (request.kind !== 'append') {
      const reply = answer(request);
      if (request.kind !== 'close') health = store.health();
      port.postMessage({ kind: 'answer', answers: [{ id, reply }], health });
      if (request.kind === 'close') port.close();
      else afterwards();
      return undefined;
    }
    const group: GroupPart[] = [{ id, jobs: decodeJobs(request.jobs), now: request.now }];
    let size = group[0]?.jobs.length ?? 0;
    let next: Asked | undefined;
    while (size < GROUP_MAX) {
      next = port.next();
      if (next?.request.kind !== 'append') break;
      const jobs = decodeJobs(next.request.jobs);
      group.push({ id: next.id, jobs, now: next.request.now });
      size += jobs.length;
      next = undefined;
    }
    const replies = append(group);
    health = store.health();
    const answers = replies.map((reply, index) => ({ id: group[index]?.id ?? 0, reply }));
    port.postMessage({ kind: 'answer', answers, health });
    afterwards();
    return next;
  }

  function append(group: readonly GroupPart[]): readonly Reply[] {
    try {
      const all = group.flatMap(({ jobs }) => jobs);
      const outcomes = store.append(all, group.at(-1)?.now ?? 0);
      const isWritten = outcomes.some(({ status }) => status === 'written');
      const shared = { appends: all.length, commitMs: isWritten ? store.commitMs : undefined };
      let from = 0;
      return group.map(({ jobs }, index) => {
        const own = outcomes.slice(from, from + jobs.length);
        from += jobs.length;
        return pack(own, index === group.length - 1 ? shared : undefined);
      });
    } catch (error) {
      const failed = { kind: 'failed', problem: problemFrom(error, options.path) } as const;
      return group.map(() => failed);
    }
  }

  function answer(request: Exclude<Request, { kind: 'append' }>): Reply {
    try {
      return handle(request);
    } catch (error) {
      return { kind: 'failed', problem: problemFrom(error, options.path) };
    }
  }

  function handle(request: Exclude<Request, { kind: 'append' }>): Reply {
    switch (request.kind) {
      case 'read':
        return {
          kind: 'rows',
          rows: store.reader.read(request.stream, request.from),
          position: 0,
          end: true,
        };
      case 'tail':
        return { kind: 'rows', ...store.reader.tail(request.after, request.limit) };
      case 'streams':
        return { kind: 'names', names: store.reader.streams(request.prefix) };
      case 'header-hash':
        return { kind: 'hash', hash: store.reader.headerHash(request.position) };
      case 'sign-with':
        signer = signerFrom(request.key);
        return { kind: 'done' };
      case 'checkpoint':
        return checkpoint(request.now);
      case 'erase':
        return { kind: 'erased', ...store.erase(request.erasure, request.now) };
      case 'archive':
        return { kind: 'archived', rows: store.archive(request.portion, request.now) };
      case 'compact':
        store.compact();
        return { kind: 'done' };
      case 'close':
        clearTimeout(probing);
        store.close();
        return { kind: 'done' };
    }
  }

  function checkpoint(now: number): Reply {
    if (signer === undefined)
      throw new ProblemError(problem('JOURNAL_UNAVAILABLE', { detail: 'no signing key' }));
    const taken = store.takeCheckpoint(signer, now);
    if (taken === undefined) return { kind: 'checkpoint', checkpoint: store.checkpoint, rows: [] };
    try {
      store.keepBeside(taken);
    } catch (error) {
      const detail = error instanceof Error ? error.message : String(error);
      log({
        level: 'warn',
        message: 'checkpoint could not be kept beside the journal',
        fields: { detail },
      });
    }
    return { kind: 'checkpoint', checkpoint: taken, rows: store.reader.at(taken.position + 1) };
  }

  function afterwards(): void {
    try {
      if (store.upkeep()) setImmediate(afterwards);
    } catch (error) {
      log({
        level: 'error',
        message: 'upkeep of the journal failed',
        fields: { ...problemFrom(error, options.path).facts },
      });
    }
    if (store.full && probing === undefined) probing = setTimeout(probe, PROBE_MS);
  }

  function probe(): void {
    probing = undefined;
    if (!store.probe()) {
      probing = setTimeout(probe, PROBE_MS);
      return;
    }
    log({ level: 'info', message: 'the disk has room again', fields: {} });
    port.postMessage({ kind: 'health', health: store.health() });
  }

  function log(entry: JournalLog): void {
    port.postMessage({ kind: 'log', entry });
  }
}

function pack(outcomes: readonly (Outcome | Rejected)[], group: AppendReply['group']): AppendReply {
  const firsts: number[] = [];
  const ats: number[] = [];
  const others: AppendReply['others'][number][] = [];
  for (const [index, outcome] of outcomes.entries()) {
    if (outcome.status === 'written') {
      firsts.push(outcome.first);
      ats.push(outcome.at);
      continue;
    }
    firsts.push(0);
    ats.push(0);
    others.push([index, outcome]);
  }
  return { kind: 'appended', firsts, ats, others, group };
}
