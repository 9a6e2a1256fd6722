import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import {
  type Asked,
  createAccount,
  type FakeAccount,
  type FakeRecord,
  Refusal,
  type Said,
} from './account.ts';

/* The three ways in which AWS speaks to its SDK: query and XML (RDS, SNS), JSON (ECS, CloudWatch), REST and XML (Route 53). */

export interface FakeAws {
  readonly url: string;
  readonly account: FakeAccount;
  /** Operations in order. */
  readonly asked: readonly string[];
  /** The next operation of that name takes effect, and its answer is lost. */
  loseAnswer(operation: string): void;
  /** What becomes of the next request that changes something. */
  next(fate: Fate): void;
  /** Changes that took effect. */
  effects(): number;
  /** What was delayed so long takes effect, and what was begun comes to its end. */
  pass(ms: number): void;
  /** Nothing is answered at all. */
  silent: boolean;
  close(): Promise<void>;
}

export type Fate =
  | { readonly kind: 'vanished' | 'refused' | 'done, not answered' }
  | { readonly kind: 'done late, not answered'; readonly ms: number };

const looks = /^(Describe|List|Get)/;

export async function startAws(accessKeyId = 'AKIATEST'): Promise<FakeAws> {
  const account = createAccount();
  const asked: string[] = [];
  const losing = new Set<string>();
  const fates: Fate[] = [];
  const late: { readonly due: number; readonly run: () => void }[] = [];
  let effects = 0;
  let now = 0;

  function did({ operation, words }: Call): Said {
    const work = account.operations[operation];
    if (!work) throw new Refusal('InvalidAction', `Could not find operation ${operation}`);
    const before = JSON.stringify(account);
    const said = work(words);
    if (JSON.stringify(account) !== before) effects += 1;
    return said;
  }

  const server = createServer(async (request, response) => {
    const body = await bodyOf(request);
    if (aws.silent) return void request.socket.destroy();
    const call = callOf(request, body);
    asked.push(call.operation);
    if (!(request.headers.authorization ?? '').includes(`Credential=${accessKeyId}/`)) {
      return refuse(
        response,
        call,
        new Refusal(
          'InvalidClientTokenId',
          'The security token included in the request is invalid.',
          403,
        ),
      );
    }
    const fate = looks.test(call.operation) ? undefined : fates.shift();
    try {
      if (fate?.kind === 'vanished') return void request.socket.destroy();
      if (fate?.kind === 'refused') throw new Refusal('ThrottlingException', 'Rate exceeded');
      if (fate?.kind === 'done late, not answered') {
        late.push({ due: now + fate.ms, run: () => void did(call) });
        return void request.socket.destroy();
      }
      const said = did(call);
      if (fate || losing.delete(call.operation)) return void request.socket.destroy();
      answer(response, call, said);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      refuse(response, call, error);
    }
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const address = server.address();
  const aws: FakeAws = {
    url: `http://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}`,
    account,
    asked,
    silent: false,
    next: (fate) => void fates.push(fate),
    effects: () => effects,
    pass(ms) {
      now += ms;
      for (const each of late.filter(({ due }) => due <= now)) {
        late.splice(late.indexOf(each), 1);
        try {
          each.run();
        } catch (error) {
          // One that is refused by then has no effect.
          if (!(error instanceof Refusal)) throw error;
        }
      }
      account.settles();
      account.synced = true;
    },
    loseAnswer: (operation) => void losing.add(operation),
    async close() {
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
    },
  };
  return aws;
}

interface Call {
  readonly speech: 'query' | 'json' | 'rest';
  readonly operation: string;
  readonly words: Asked;
}

function callOf(request: IncomingMessage, body: string): Call {
  const target = request.headers['x-amz-target'];
  if (typeof target === 'string') {
    return {
      speech: 'json',
      operation: target.slice(target.lastIndexOf('.') + 1),
      words: JSON.parse(body),
    };
  }
  const url = new URL(request.url ?? '/', 'http://aws');
  if (url.pathname.startsWith('/2013-04-01/')) return restCall(request.method ?? '', url, body);
  const form = Object.fromEntries(new URLSearchParams(body));
  return { speech: 'query', operation: form['Action'] ?? '', words: form };
}

/** https://docs.aws.amazon.com/Route53/latest/APIReference/API_Operations_Amazon_Route_53.html */
function restCall(method: string, url: URL, body: string): Call {
  const [, , kind = '', , sub = ''] = url.pathname.split('/');
  const query = Object.fromEntries(url.searchParams);
  if (kind === 'change') return { speech: 'rest', operation: 'GetChange', words: {} };
  if (sub === 'rrset' && method === 'GET') {
    return { speech: 'rest', operation: 'ListResourceRecordSets', words: query };
  }
  if (sub.startsWith('rrset')) {
    return {
      speech: 'rest',
      operation: 'ChangeResourceRecordSets',
      words: { changes: changesIn(body) },
    };
  }
  return { speech: 'rest', operation: 'ListHostedZones', words: query };
}

function changesIn(body: string) {
  return [...body.matchAll(/<Change>(.*?)<\/Change>/gs)].map(([, change = '']) => {
    const one = (name: string, within = change) =>
      new RegExp(`<${name}>(.*?)</${name}>`, 's').exec(within)?.[1];
    const alias = one('AliasTarget');
    const outside = change.replace(/<AliasTarget>.*<\/AliasTarget>/s, '');
    const record: FakeRecord = {
      name: one('Name', outside) ?? '',
      type: one('Type', outside) ?? '',
      ...(alias === undefined
        ? {
            ttl: Number(one('TTL')),
            values: [...change.matchAll(/<Value>(.*?)<\/Value>/gs)].map(([, value = '']) => value),
          }
        : {
            alias: {
              zone: one('HostedZoneId', alias) ?? '',
              dns: one('DNSName', alias) ?? '',
              health: one('EvaluateTargetHealth', alias) === 'true',
            },
          }),
    };
    return { action: one('Action') ?? '', record };
  });
}

function answer(response: ServerResponse, { speech, operation }: Call, said: Said): void {
  if (speech === 'json') {
    response.setHeader('Content-Type', 'application/x-amz-json-1.1');
    return void response.end(JSON.stringify(said));
  }
  response.setHeader('Content-Type', 'text/xml');
  if (speech === 'rest') return void response.end(restAnswer(operation, said));
  const inner = xml(said, operation === 'GetTopicAttributes' ? 'entry' : 'member');
  response.end(
    `<${operation}Response><${operation}Result>${inner}</${operation}Result><ResponseMetadata><RequestId>r-1</RequestId></ResponseMetadata></${operation}Response>`,
  );
}

function restAnswer(operation: string, said: Said): string {
  if (operation === 'ListHostedZones') {
    return '<ListHostedZonesResponse><HostedZones></HostedZones><IsTruncated>false</IsTruncated><MaxItems>1</MaxItems></ListHostedZonesResponse>';
  }
  if (operation === 'ListResourceRecordSets') {
    const records = said['records'] as readonly FakeRecord[];
    return `<ListResourceRecordSetsResponse><ResourceRecordSets>${records.map(recordXml).join('')}</ResourceRecordSets><IsTruncated>false</IsTruncated><MaxItems>2</MaxItems></ListResourceRecordSetsResponse>`;
  }
  const info = `<ChangeInfo><Id>/change/C1</Id><Status>${said['status']}</Status><SubmittedAt>2026-01-01T00:00:00Z</SubmittedAt></ChangeInfo>`;
  return `<${operation}Response>${info}</${operation}Response>`;
}

function recordXml({ name, type, ttl, values, alias, setId }: FakeRecord): string {
  const policy =
    setId === undefined ? '' : `<SetIdentifier>${setId}</SetIdentifier><Weight>1</Weight>`;
  const says = alias
    ? `<AliasTarget><HostedZoneId>${alias.zone}</HostedZoneId><DNSName>${alias.dns}</DNSName><EvaluateTargetHealth>${alias.health}</EvaluateTargetHealth></AliasTarget>`
    : `<TTL>${ttl}</TTL><ResourceRecords>${(values ?? []).map((value) => `<ResourceRecord><Value>${value}</Value></ResourceRecord>`).join('')}</ResourceRecords>`;
  return `<ResourceRecordSet><Name>${name}</Name><Type>${type}</Type>${policy}${says}</ResourceRecordSet>`;
}

/** Lists of RDS name their items by what they are. */
function xml(value: unknown, item: string): string {
  if (Array.isArray(value))
    return value.map((each) => `<${item}>${xml(each, 'member')}</${item}>`).join('');
  if (typeof value !== 'object' || value === null) return String(value);
  return Object.entries(value)
    .map(([name, part]) => {
      if (name === 'Attributes') return `<Attributes>${entries(part)}</Attributes>`;
      const items = {
        DBInstances: 'DBInstance',
        DBClusters: 'DBCluster',
        DBClusterMembers: 'DBClusterMember',
        DBSnapshots: 'DBSnapshot',
        DBClusterSnapshots: 'DBClusterSnapshot',
        TagList: 'Tag',
        VpcSecurityGroups: 'VpcSecurityGroupMembership',
        DBParameterGroups: 'DBParameterGroup',
        OptionGroupMemberships: 'OptionGroupMembership',
        ReadReplicaDBInstanceIdentifiers: 'ReadReplicaDBInstanceIdentifier',
      };
      const named = new Map(Object.entries(items)).get(name) ?? 'member';
      return `<${name}>${xml(part, named)}</${name}>`;
    })
    .join('');
}

function entries(value: unknown): string {
  return Object.entries(typeof value === 'object' && value !== null ? value : {})
    .map(([key, each]) => `<entry><key>${key}</key><value>${each}</value></entry>`)
    .join('');
}

function refuse(
  response: ServerResponse,
  { speech }: Call,
  { code, message, status }: Refusal,
): void {
  response.statusCode = status;
  if (speech === 'json') {
    response.setHeader('Content-Type', 'application/x-amz-json-1.1');
    return void response.end(JSON.stringify({ __type: code, message }));
  }
  response.setHeader('Content-Type', 'text/xml');
  const said = `<Error><Type>Sender</Type><Code>${code}</Code><Message>${message}</Message></Error><RequestId>r-1</RequestId>`;
  response.end(`<ErrorResponse>${said}</ErrorResponse>`);
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  let body = '';
  for await (const part of request) body += String(part);
  return body;
}
