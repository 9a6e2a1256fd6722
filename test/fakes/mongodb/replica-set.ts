import { createServer, type Server, type Socket } from 'node:net';
import { BSON } from 'mongodb';
import { createDocuments, type Documents } from './documents.ts';
import { type ScramConversation, scramConversation } from './scram.ts';
import { type Answerer, speak, type Words } from './wire.ts';

/*
 * A replica set that answers as the manual says: who is primary, the state of each member, a step-down with its
 * conditions and its errors, and an election afterwards. All members have the same documents. What it does beyond the manual is marked.
 */

export interface MemberRule {
  readonly priority?: number;
  readonly votes?: number;
  readonly hidden?: boolean;
  readonly arbiterOnly?: boolean;
}

export interface FakeMember {
  readonly name: string;
  readonly rule: Required<MemberRule>;
  state: 'PRIMARY' | 'SECONDARY' | 'ARBITER' | 'RECOVERING';
  lagMs: number;
  /** Answers nobody, its peers included. */
  down: boolean;
  /** ms; it is not elected before. */
  awayUntil: number;
}

export interface FakeSet {
  readonly members: readonly FakeMember[];
  term(): number;
  primary(): FakeMember | undefined;
  /** Commands by name, in order, with the member that was asked. */
  readonly asked: readonly {
    readonly member: string;
    readonly command: string;
    readonly words: Words;
  }[];
  /** The next command of that name takes effect, and its answer is lost. */
  loseAnswer(command: string): void;
  /** The next command of that name is lost on its way. */
  loseRequest(command: string): void;
  /** Somebody else had an election. */
  elect(member: FakeMember): void;
  /** Nobody is elected until elections are let go on. */
  holdElections(): void;
  letElect(): void;
  /** What becomes of the next step-down. */
  next(fate: Fate): void;
  /** Primaries that stepped down because they were asked. */
  effects(): number;
  /** Step-downs that were delayed so long take effect. */
  pass(ms: number): void;
  /** By database and collection. */
  readonly documents: Documents['databases'];
  close(): Promise<void>;
}

export type Fate =
  | { readonly kind: 'vanished' | 'refused' | 'done, not answered' }
  | { readonly kind: 'done late, not answered'; readonly ms: number };

export interface FakeSetOptions {
  readonly set?: string;
  readonly rules?: readonly MemberRule[];
  readonly users?: Readonly<Record<string, string>>;
}

const plain: Required<MemberRule> = { priority: 1, votes: 1, hidden: false, arbiterOnly: false };
const stillMs = 1_800_000_000_000;

export async function startReplicaSet(options: FakeSetOptions = {}): Promise<FakeSet> {
  const { set = 'rs0', rules = [{}, {}, {}], users } = options;
  const servers: Server[] = [];
  const sockets = new Set<Socket>();
  const members: FakeMember[] = [];
  const asked: { member: string; command: string; words: Words }[] = [];
  const losing = new Map<string, 'answer' | 'request'>();
  let term = 1;
  let isHeld = false;
  const fates: Fate[] = [];
  const late: { readonly due: number; readonly run: () => void }[] = [];
  let effects = 0;
  let now = 0;
  let connections = 0;
  const documents = createDocuments();

  for (const [index, rule] of rules.entries()) {
    const server = createServer((socket) => {
      const member = members[index];
      if (!member || member.down) return void socket.destroy();
      sockets.add(socket);
      socket.on('close', () => sockets.delete(socket));
      connections += 1;
      speak(socket, answererFor(member, connections));
    });
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
    const address = server.address();
    const port = typeof address === 'object' && address ? address.port : 0;
    const whole = { ...plain, ...rule };
    members.push({
      name: `127.0.0.1:${port}`,
      rule: whole,
      state: index === 0 ? 'PRIMARY' : whole.arbiterOnly ? 'ARBITER' : 'SECONDARY',
      lagMs: 0,
      down: false,
      awayUntil: 0,
    });
    servers.push(server);
  }

  const primary = () => members.find(({ state, down }) => state === 'PRIMARY' && !down);
  const isWell = ({ down, state }: FakeMember) => !down && state !== 'RECOVERING';
  const hasMajority = () => {
    const votes = (some: readonly FakeMember[]) =>
      some.reduce((sum, { rule }) => sum + rule.votes, 0);
    return votes(members.filter(isWell)) * 2 > votes(members);
  };

  function electable(): readonly FakeMember[] {
    return members
      .filter((each) => each.state === 'SECONDARY' && isWell(each) && each.rule.priority > 0)
      .filter(({ awayUntil }) => awayUntil <= Date.now());
  }

  function elect(member: FakeMember): void {
    for (const each of members) if (each.state === 'PRIMARY') each.state = 'SECONDARY';
    member.state = 'PRIMARY';
    member.lagMs = 0;
    term += 1;
  }

  function election(): void {
    if (isHeld || primary() || !hasMajority()) return;
    const [best] = electable().toSorted(
      (a, b) => b.rule.priority - a.rule.priority || a.lagMs - b.lagMs,
    );
    if (best) elect(best);
  }

  /** Beyond the manual: it decides at once what a server waits up to `secondaryCatchUpPeriodSecs` for. */
  function stepDown(member: FakeMember, words: Words): Words {
    if (member.state !== 'PRIMARY')
      return refusal(10107, 'NotWritablePrimary', 'not primary so can’t step down');
    const seconds = Number(words['replSetStepDown']);
    const catchUp = Number(words['secondaryCatchUpPeriodSecs'] ?? 10);
    if (seconds < catchUp)
      return refusal(
        2,
        'BadValue',
        'stepdown period must be longer than secondaryCatchUpPeriodSecs',
      );
    const ready = electable().filter(({ lagMs }) => lagMs <= catchUp * 1000);
    if (ready.length === 0 && words['force'] !== true) {
      return refusal(
        262,
        'ExceededTimeLimit',
        'No electable secondaries caught up as of the deadline.',
      );
    }
    effects += 1;
    for (const each of ready) each.lagMs = 0;
    member.state = 'SECONDARY';
    member.awayUntil = Date.now() + seconds * 1000;
    election();
    return { ok: 1 };
  }

  function hello(member: FakeMember, connectionId: number, words: Words): Words {
    const known = primary();
    return {
      ismaster: member.state === 'PRIMARY',
      isWritablePrimary: member.state === 'PRIMARY',
      secondary: member.state === 'SECONDARY',
      helloOk: true,
      setName: set,
      hosts: members
        .filter(({ rule }) => !rule.arbiterOnly && !rule.hidden)
        .map(({ name }) => name),
      ...(known && { primary: known.name }),
      me: member.name,
      maxBsonObjectSize: 16_777_216,
      maxMessageSizeBytes: 48_000_000,
      maxWriteBatchSize: 100_000,
      localTime: new Date(stillMs),
      logicalSessionTimeoutMinutes: 30,
      connectionId,
      minWireVersion: 0,
      maxWireVersion: 25,
      readOnly: false,
      ...(words['saslSupportedMechs'] !== undefined && { saslSupportedMechs: ['SCRAM-SHA-256'] }),
      ok: 1,
    };
  }

  function status(): Words {
    return {
      set,
      date: new Date(stillMs),
      term: BSON.Long.fromNumber(term),
      members: members.map((each, index) => ({
        _id: index,
        name: each.name,
        health: each.down ? 0 : 1,
        stateStr: each.down ? '(not reachable/healthy)' : each.state,
        ...(each.rule.arbiterOnly ? {} : { optimeDate: new Date(stillMs - each.lagMs) }),
      })),
      ok: 1,
    };
  }

  function configuration(): Words {
    const written = members.map(({ name, rule }, index) => ({ _id: index, host: name, ...rule }));
    return { config: { _id: set, version: 1, members: written }, ok: 1 };
  }

  function answererFor(member: FakeMember, connectionId: number): Answerer {
    let conversation: ScramConversation | undefined;
    let isKnown = users === undefined;
    return async (words) => {
      const [command = ''] = Object.keys(words);
      asked.push({ member: member.name, command, words });
      if (member.down) return undefined;
      const fate = command === 'replSetStepDown' ? fates.shift() : undefined;
      if (fate) return fated(fate, words);
      const lost = losing.get(command);
      if (lost) losing.delete(command);
      if (lost === 'request') return undefined;
      const said = answer(command, words);
      return lost === 'answer' ? undefined : said;
    };

    function fated(fate: Fate, words: Words): Words | undefined {
      const takes = () => void answer('replSetStepDown', words);
      if (fate.kind === 'refused')
        return refusal(262, 'ExceededTimeLimit', 'No electable secondaries');
      if (fate.kind === 'done, not answered') takes();
      if (fate.kind === 'done late, not answered') late.push({ due: now + fate.ms, run: takes });
      return undefined;
    }

    function answer(command: string, words: Words): Words {
      if (/^(hello|ismaster)$/i.test(command)) return hello(member, connectionId, words);
      if (command === 'saslStart') conversation = scramConversation((user) => users?.[user]);
      if (command === 'saslStart' || command === 'saslContinue') return sasl(words);
      if (command === 'ping' || command === 'endSessions') return { ok: 1 };
      if (!isKnown)
        return refusal(13, 'Unauthorized', `Command ${command} requires authentication`);
      switch (command) {
        case 'replSetGetStatus':
          return status();
        case 'replSetGetConfig':
          return configuration();
        case 'replSetStepDown':
          return stepDown(member, words);
        case 'appendOplogNote':
          if (member.state !== 'PRIMARY')
            return refusal(10107, 'NotWritablePrimary', 'not primary');
          return hasMajority()
            ? { ok: 1 }
            : refusal(64, 'WriteConcernFailed', 'waiting for replication timed out');
        default:
          return (
            documents.answer(command, words) ??
            refusal(59, 'CommandNotFound', `no such command: '${command}'`)
          );
      }
    }

    function sasl(words: Words): Words {
      const given = words['payload'];
      const payload =
        given instanceof BSON.Binary ? Buffer.from(given.buffer).toString('utf8') : '';
      const next = conversation?.next(payload);
      if (!next) return refusal(18, 'AuthenticationFailed', 'Authentication failed.');
      if (next.done) isKnown = true;
      return {
        conversationId: 1,
        done: next.done,
        payload: new BSON.Binary(Buffer.from(next.payload)),
        ok: 1,
      };
    }
  }

  return {
    members,
    documents: documents.databases,
    asked,
    term: () => term,
    primary,
    elect,
    holdElections: () => {
      isHeld = true;
    },
    letElect() {
      isHeld = false;
      election();
    },
    next: (fate) => void fates.push(fate),
    effects: () => effects,
    pass(ms) {
      now += ms;
      for (const each of late.filter(({ due }) => due <= now)) {
        late.splice(late.indexOf(each), 1);
        each.run();
      }
    },
    loseAnswer: (command) => void losing.set(command, 'answer'),
    loseRequest: (command) => void losing.set(command, 'request'),
    async close() {
      for (const socket of sockets) socket.destroy();
      await Promise.all(servers.map((server) => new Promise((done) => server.close(done))));
    },
  };
}

function refusal(code: number, codeName: string, errmsg: string): Words {
  return { ok: 0, code, codeName, errmsg };
}
