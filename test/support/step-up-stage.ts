import { randomBytes } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { findRoute } from '../../src/bot/http-route.ts';
import { createStepUps, relyingParty, type StepUps } from '../../src/bot/step-up/index.ts';
import { stepUpProblems } from '../../src/bot/step-up/problems.ts';
import {
  type ConsoleSessions,
  createConsole,
  createConsoleSessions,
} from '../../src/bot/surfaces/console/index.ts';
import type { FactorEvent } from '../../src/core/factor/factor.ts';
import { factorProblems } from '../../src/core/factor/problem-text.ts';
import { identityProblems } from '../../src/core/identity/problem-text.ts';
import { operationProblems } from '../../src/core/operation/problem-text.ts';
import type { Keyring } from '../../src/core/ports/journal.ts';
import { sealKeyring } from '../../src/journal/index.ts';
import { rule, sha256 } from '../core/operation/sample.ts';
import { drafted, type SmallBot, startSmallBot } from '../fakes/small-bot.ts';
import type { StillClock } from '../fakes/still-clock.ts';
import { consoleDeskOf } from './console-desk.ts';

export interface StepUpStage {
  /** `http://localhost:PORT`: authenticators know no addresses, only names. */
  readonly url: string;
  /** What a program comes with, that may read and speak. */
  readonly apiToken: string;
  readonly small: SmallBot;
  readonly clock: StillClock;
  readonly stepUps: StepUps;
  readonly sessions: ConsoleSessions;
  readonly keyring: MemoryKeyring;
  /** Who is configured; a test may let somebody go. */
  readonly people: { readonly id: string; readonly name: string }[];
  /** What was announced, of whom. */
  readonly announced: { readonly person: string; readonly event: FactorEvent }[];
  /** A dangerous plan of cleo's that waits for two of sre with a second factor each; its id and hash. */
  asks(): Promise<{ readonly operation: string; readonly hash: string }>;
  /** A link from the host; `via`: one that a chat account was handed. */
  link(person: string, via?: string): Promise<string>;
  close(): Promise<void>;
}

export interface MemoryKeyring extends Keyring {
  readonly entries: Map<string, Uint8Array>;
}

export function createMemoryKeyring(): MemoryKeyring {
  const entries = new Map<string, Uint8Array>();
  return {
    entries,
    get: async (name) => entries.get(name),
    async set(name, secret) {
      entries.set(name, secret);
    },
    async delete(name) {
      entries.delete(name);
    },
  };
}

/** The real bot, console, sessions and factors, on a journal and a keyring in memory and a clock that stands still. */
export async function startStepUpStage(): Promise<StepUpStage> {
  const small = await startSmallBot({
    draft: async () => ({
      ...drafted,
      risk: 'danger',
      diff: [{ path: 'replicas', what: 'changed', from: '3', to: '6' }],
    }),
    groups: [
      { name: 'sre', members: ['ana', 'ben'], directories: [] },
      { name: 'shop', members: ['cleo'], directories: [] },
    ],
    rules: [
      rule({
        match: { risk: ['danger', 'change'] },
        requesters: ['shop'],
        places: [{ count: 2, from: 'sre' }],
        stepUp: true,
        breakGlass: { from: ['sre'], perDay: 1 },
      }),
      rule({ match: { risk: ['incident', 'read'] }, requesters: ['sre', 'shop'], places: [] }),
    ],
    identityAdmins: ['sre'],
    hasFactors: true,
    book: { ...identityProblems, ...operationProblems, ...factorProblems, ...stepUpProblems },
  });
  const { clock, bot } = small;
  const people = ['ana', 'ben', 'cleo'].map((id) => ({ id, name: names[id] ?? id }));
  const sessions = createConsoleSessions({
    journal: small.journal,
    person: (id) => people.find((each) => each.id === id),
    now: clock.now,
    random: randomBytes,
  });
  const address = { url: '' };
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://stage.invalid');
    const found = findRoute(shown.routes, request.method ?? 'GET', pathname);
    if (found.kind === 'found') {
      found.route.handle(request, response, found.params).catch(() => response.destroy());
      return;
    }
    response.writeHead(404).end();
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  address.url = `http://localhost:${(server.address() as AddressInfo).port}`;
  const announced: { person: string; event: FactorEvent }[] = [];
  const keyring = createMemoryKeyring();
  const party = relyingParty(address.url);
  if (party === undefined) throw new Error('localhost takes passkeys');
  const stepUps = createStepUps({
    journal: small.journal,
    keyring: sealKeyring(keyring, ['k'.repeat(44)]),
    party,
    people: () => people,
    isIdentityAdmin: async (person) => person === 'ben',
    announce: {
      what: (person, events) => announced.push(...events.map((event) => ({ person, event }))),
    },
    now: clock.now,
    sha256,
  });
  const shown = createConsole({
    desk: consoleDeskOf(bot),
    access: { kind: 'sessions', sessions },
    origins: () => [address.url],
    now: clock.now,
    stepUps,
    limits: { pauseMs: 5 },
    tokens: [{ name: 'ci', token: apiToken, scopes: ['read', 'commands'] }],
  });
  return {
    url: address.url,
    apiToken,
    small,
    clock,
    stepUps,
    sessions,
    keyring,
    announced,
    async asks() {
      await small.says('cleo', 'scale checkout 6 env=production reason="the queue grows"');
      const operation = bot.desk.liveOperations().at(-1)?.id ?? '';
      const state = await bot.desk.operation(operation);
      return { operation, hash: state?.hash ?? '' };
    },
    people,
    async link(person, via) {
      const from = via === undefined ? undefined : { surface: 'slack/main', account: via };
      const made = await sessions.makeLink(person, 'host', from);
      return `${address.url}/sign-in#${made?.token ?? ''}`;
    },
    async close() {
      await shown.close();
      await new Promise<void>((done) => {
        server.close(() => done());
        server.closeAllConnections();
      });
    },
  };
}

const apiToken = 'api-token-0123456789';

const names: Readonly<Record<string, string>> = { ana: 'Ana', ben: 'Ben', cleo: 'Cleo' };
