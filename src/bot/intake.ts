import { hash } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Delivery, Unreadable } from '../core/alert/alert.ts';
import { receiveIntents, unreadableIntent } from '../core/alert/intake.ts';
import { withoutOwn } from '../core/alert/own.ts';
import { takeBeats } from '../core/alert/watchdog.ts';
import type { ReceiveAlerts } from '../core/incident/intent.ts';
import type { AppendContext, Journal } from '../core/ports/journal.ts';
import { type Problem, type ProblemBook, ProblemError, problem } from '../core/problem.ts';
import type { Settings } from '../core/settings.ts';
import { fill } from '../core/view/words.ts';
import {
  readAlertmanager,
  type WebhookContext,
  type WebhookOutcome,
} from '../handlers/webhooks/alertmanager.ts';
import { readGrafana } from '../handlers/webhooks/grafana.ts';
import type { Engine } from './engine.ts';
import { answerProblem, headersOf, readBody } from './http.ts';
import type { HttpRoute } from './http-route.ts';
import type { Limits } from './security/limits.ts';
import { createSlices } from './slices.ts';
import { gateOf, type WebhookAuth } from './webhook-auth.ts';

export type { WebhookAuth } from './webhook-auth.ts';

export interface IntakeOptions {
  readonly engine: Engine;
  readonly journal: Journal;
  readonly settings: () => Settings;
  readonly sources: readonly WebhookSource[];
  readonly bodyLimitBytes: number;
  readonly now: () => number;
  readonly sha256: (text: string) => string;
  readonly book: ProblemBook;
  readonly metrics: IntakeMetrics;
  readonly security: {
    readonly limits: Pick<Limits, 'source'>;
    refused(source: string, code: string): void;
  };
  /** A source said that it cut alerts off: ask it. */
  readonly reconcile: (source: string) => void;
  /** Pages are heard of as well, so that one may speak of the same alerts. */
  readonly hasPagers?: boolean;
  /** The watchdog of a source fires. */
  readonly heard?: (source: string) => void;
}

export interface WebhookSource {
  /** `alertmanager/main`, `grafana/main`: the first word says how its bodies are read. */
  readonly name: string;
  readonly auth: WebhookAuth;
  /** It has an API that can be asked back. */
  readonly answers: boolean;
  /** An alert that always fires, by its name: it is heard, and no incident. */
  readonly watchdog?: { readonly alert: string; readonly withinMs: number };
  /** By which alerts that we sent ourselves are known when they come back. */
  readonly installation?: string;
}

export interface IntakeMetrics {
  webhook(
    source: string,
    outcome: 'accepted' | 'unreadable' | 'unauthenticated' | 'limited' | 'refused',
  ): void;
  alerts(source: string, count: number): void;
}

/** What nearly every webhook is answered, with the headers of every other answer. */
const taken = '{"ok":true}\n';
const takenHeaders = Object.entries(headersOf(taken)).flat();

/** So long at most are bodies read in one turn of the event loop: a storm must not keep a button waiting. */
const sliceMs = 4;

/** How long a rejected body is kept for whoever mends the sender. */
export const rejectedKeepMs = 7 * 24 * 60 * 60_000;

/** How the bodies of each kind of source are read. */
const readers = {
  alertmanager: readAlertmanager,
  grafana: readGrafana,
} as const satisfies Record<string, (bytes: Buffer, context: WebhookContext) => WebhookOutcome>;

type Kind = keyof typeof readers;

const kinds = ['alertmanager', 'grafana'] as const satisfies readonly Kind[];

/** `POST /webhooks/{alertmanager,grafana}[/:source]`: answered 2xx only once it is in the journal. */
export function intakeRoutes(options: IntakeOptions): readonly HttpRoute[] {
  const boot = hash('sha256', `${process.pid} ${process.hrtime.bigint()}`, 'hex').slice(0, 12);
  let deliveries = 0;
  const slices = createSlices({ sliceMs, now: () => performance.now(), later: setImmediate });
  const gates = new Map(options.sources.map(({ name, auth }) => [name, gateOf(auth)]));

  async function handle(
    request: IncomingMessage,
    response: ServerResponse,
    source: WebhookSource,
  ): Promise<void> {
    const gate = gates.get(source.name);
    if (!gate?.knows(request.headers)) {
      // Nothing unauthenticated is kept, and the body is not read.
      request.resume();
      return unauthenticated(response, source);
    }
    const waitMs = options.security.limits.source(source.name);
    if (waitMs > 0) {
      // The sender tries again: no alert is lost, and the others are heard meanwhile.
      options.metrics.webhook(source.name, 'limited');
      response.setHeader('retry-after', String(Math.ceil(waitMs / 1000)));
      request.resume();
      return say(response, 503, problem('WEBHOOK_TOO_MANY', { source: source.name }));
    }
    const body = await readBody(request, options.bodyLimitBytes);
    if (!body.ok) {
      options.metrics.webhook(source.name, 'refused');
      if (body.why === 'cut') {
        response.destroy();
        return;
      }
      response.setHeader('connection', 'close');
      return say(
        response,
        413,
        problem('WEBHOOK_TOO_LARGE', { source: source.name, max: options.bodyLimitBytes }),
      );
    }
    if (!gate.vouches(request.headers, body.bytes, options.now())) {
      return unauthenticated(response, source);
    }
    const pause = slices.turn();
    if (pause) await pause;
    const outcome = readers[kindOf(source)](body.bytes, {
      source: source.name,
      receivedAt: options.now(),
      sha256: options.sha256,
    });
    deliveries += 1;
    try {
      await take(outcome, { bytes: body.bytes, source, cause: `webhook/${boot}/${deliveries}` });
    } catch (error) {
      if (!(error instanceof ProblemError)) throw error;
      // Overload and a journal that refuses: 503 makes the sender try again.
      options.metrics.webhook(source.name, 'refused');
      response.setHeader('retry-after', '5');
      return say(response, 503, error.problem);
    }
    options.metrics.webhook(source.name, outcome.kind);
    if (outcome.kind === 'unreadable') return say(response, 422, outcome.problem);
    options.metrics.alerts(source.name, outcome.delivery.observations.length);
    response.writeHead(200, takenHeaders).end(taken);
  }

  function unauthenticated(response: ServerResponse, source: WebhookSource): void {
    options.metrics.webhook(source.name, 'unauthenticated');
    options.security.refused(source.name, 'WEBHOOK_UNAUTHENTICATED');
    response.setHeader('www-authenticate', gates.get(source.name)?.challenge ?? 'Bearer');
    say(response, 401, problem('WEBHOOK_UNAUTHENTICATED', { source: source.name }));
  }

  interface Taking {
    readonly bytes: Buffer;
    readonly source: WebhookSource;
    readonly cause: string;
  }

  async function take(outcome: WebhookOutcome, taking: Taking): Promise<void> {
    const { source, cause } = taking;
    const by = `source:${source.name}`;
    if (outcome.kind === 'accepted') {
      const { installation } = source;
      const others = installation ? withoutOwn(outcome.delivery, installation) : outcome.delivery;
      const delivery = withoutBeats(others, source);
      const received =
        delivery.observations.length > 0
          ? receive(receiveIntents(delivery, intakeOf(source)), { cause, by })
          : undefined;
      if (delivery.unreadable.length === 0) await received;
      else await Promise.all([received, keep(delivery.unreadable, taking)]);
      if (delivery.truncated > 0) options.reconcile(source.name);
      return;
    }
    const whole: Unreadable = {
      index: 0,
      reason: String(outcome.problem.facts['why'] ?? outcome.problem.code),
    };
    await keep(outcome.unreadable.length > 0 ? outcome.unreadable : [whole], taking);
  }

  /** A body may speak of several incidents: it is taken once each of them has it. */
  async function receive(
    intents: readonly ReceiveAlerts[],
    { cause, by }: AppendContext,
  ): Promise<void> {
    await Promise.all(
      intents.map((intent, index) => {
        const own = index === 0 ? cause : `${cause}/${index}`;
        return options.engine.receive(intent, { cause: own, by });
      }),
    );
  }

  /** That a watchdog fires is said at once: it needs no room in the journal. */
  function withoutBeats(delivery: Delivery, { name, watchdog }: WebhookSource): Delivery {
    if (!watchdog) return delivery;
    const { isHeard, rest } = takeBeats(delivery, watchdog.alert);
    if (isHeard) options.heard?.(name);
    return rest;
  }

  async function keep(
    unreadable: readonly Unreadable[],
    { bytes, source, cause }: Taking,
  ): Promise<void> {
    const blob = await options.journal.blobs.put(bytes, options.now() + rejectedKeepMs);
    const intent = unreadableIntent({ source: source.name, unreadable }, blob, intakeOf(source));
    await options.engine.receive(intent, {
      cause: `${cause}/unreadable`,
      by: `source:${source.name}`,
    });
  }

  function intakeOf(source: WebhookSource) {
    return {
      settings: options.settings(),
      index: options.engine.readings.correlation,
      now: options.now(),
      sha256: options.sha256,
      sourceAnswers: source.answers,
      ...(options.hasPagers && { hasPagers: true }),
    };
  }

  function say(response: ServerResponse, status: number, what: Problem): void {
    const words = options.book[what.code];
    const sentence = words
      ? [words.what, words.why, words.next].map((part) => fill(part, what.facts)).join(' ')
      : what.code;
    answerProblem(response, status, what, sentence);
  }

  return kinds.flatMap((kind) => {
    const sources = options.sources.filter((source) => kindOf(source) === kind);
    // Grafana's contact points say POST or PUT; everybody else POST.
    const methods = kind === 'grafana' ? (['POST', 'PUT'] as const) : (['POST'] as const);
    return methods.flatMap((method) => routesOf(kind, method, sources));
  });

  function routesOf(
    kind: Kind,
    method: HttpRoute['method'],
    sources: readonly WebhookSource[],
  ): readonly HttpRoute[] {
    const [only, ...others] = sources;
    return [
      {
        method,
        path: `/webhooks/${kind}`,
        handle: async (request, response) => {
          // Without a name only when there is no choice.
          if (only && others.length === 0) return handle(request, response, only);
          request.resume();
          const known = sources.map(({ name }) => name).join(', ') || 'none';
          return say(response, 404, problem('WEBHOOK_SOURCE_UNNAMED', { kind, known }));
        },
      },
      {
        method,
        path: `/webhooks/${kind}/:source`,
        handle: async (request, response, params) => {
          const source = sources.find(({ name }) => name === `${kind}/${params['source']}`);
          if (source) return handle(request, response, source);
          request.resume();
          const facts = { source: params['source'] ?? '' };
          return say(response, 404, problem('WEBHOOK_SOURCE_UNKNOWN', facts));
        },
      },
    ];
  }
}

function kindOf({ name }: WebhookSource): Kind {
  return name.startsWith('grafana/') ? 'grafana' : 'alertmanager';
}

/** Words of this door. */
export const intakeProblems: ProblemBook = {
  WEBHOOK_UNAUTHENTICATED: {
    what: 'The webhook was refused.',
    changed: 'Nothing was kept.',
    why: 'It carries none of the credentials of {source}.',
    next: 'Give the sender the bearer or the password that the configuration names.',
  },
  WEBHOOK_TOO_MANY: {
    what: 'The webhook was refused.',
    changed: 'Nothing was kept.',
    why: '{source} sends more than `limits.source_per_minute` lets in.',
    next: 'Send it again when `Retry-After` is over; group alerts at the sender, or raise the limit.',
  },
  WEBHOOK_TOO_LARGE: {
    what: 'The webhook was refused.',
    changed: 'Nothing was kept.',
    why: 'It is larger than {max} bytes.',
    next: 'Set max_alerts at the sender, or raise server.body_limit.',
  },
  WEBHOOK_SOURCE_UNNAMED: {
    what: 'The webhook was refused.',
    changed: 'Nothing was kept.',
    why: 'Its path names no source, and the sources of the configuration are: {known}.',
    next: 'Send it to /webhooks/{kind}/ and the name of the source.',
  },
  WEBHOOK_SOURCE_UNKNOWN: {
    what: 'The webhook was refused.',
    changed: 'Nothing was kept.',
    why: 'The configuration names no source {source}.',
    next: 'Add it under sources: or mend the path.',
  },
};
