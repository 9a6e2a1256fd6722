import type { IncomingMessage, ServerResponse } from 'node:http';
import { unreadableIntent } from '../core/alert/intake.ts';
import { type Problem, type ProblemBook, ProblemError, problem } from '../core/problem.ts';
import type { Secret } from '../core/secret.ts';
import { fill } from '../core/view/words.ts';
import { type PageOutcome, readPagerduty } from '../handlers/webhooks/pagerduty.ts';
import { answer, answerProblem, readBody } from './http.ts';
import type { HttpRoute, PathParams } from './http-route.ts';
import { type IntakeOptions, rejectedKeepMs } from './intake.ts';
import { pageIntentOf } from './outside-loops.ts';
import { checkSignature } from './signature.ts';

export interface PagerdutyIntakeOptions
  extends Pick<
    IntakeOptions,
    | 'engine'
    | 'journal'
    | 'settings'
    | 'bodyLimitBytes'
    | 'now'
    | 'sha256'
    | 'book'
    | 'metrics'
    | 'security'
  > {
  readonly pagers: readonly PagerSource[];
  /** Something was said of a page that nobody here knows: ask the pager, soon. */
  readonly compare: (pager: string) => void;
  readonly log: (message: string, fields: Readonly<Record<string, unknown>>) => void;
}

export interface PagerSource {
  /** `pagerduty/main`. */
  readonly name: string;
  readonly secrets: readonly Secret[];
  /** It has an API that can be asked. */
  readonly answers: boolean;
}

/**
 * `POST /webhooks/pagerduty[/:source]`. Answered 2xx once it is in the journal, and for what concerns nobody; three 4xx
 * in a row switch the feed off and throw its queue away, so that only what carries no signature at all gets one. With a
 * signature that matches no secret: 503, and PagerDuty keeps it for 48 h while the secret is mended.
 * https://developer.pagerduty.com/docs/webhooks-overview#webhook-behavior
 */
export function pagerdutyRoutes(options: PagerdutyIntakeOptions): readonly HttpRoute[] {
  const { pagers, metrics } = options;

  async function handle(
    request: IncomingMessage,
    response: ServerResponse,
    pager: PagerSource,
  ): Promise<void> {
    const signature = request.headers['x-pagerduty-signature'];
    if (signature === undefined) {
      metrics.webhook(pager.name, 'unauthenticated');
      options.security.refused(pager.name, 'PAGE_UNSIGNED');
      request.resume();
      return say(response, 401, problem('PAGE_UNSIGNED', { source: pager.name }));
    }
    const waitMs = options.security.limits.source(pager.name);
    if (waitMs > 0) {
      metrics.webhook(pager.name, 'limited');
      response.setHeader('retry-after', String(Math.ceil(waitMs / 1000)));
      request.resume();
      return say(response, 503, problem('WEBHOOK_TOO_MANY', { source: pager.name }));
    }
    const body = await readBody(request, options.bodyLimitBytes);
    if (!body.ok) {
      metrics.webhook(pager.name, 'refused');
      if (body.why === 'cut') {
        response.destroy();
        return;
      }
      response.setHeader('connection', 'close');
      const facts = { source: pager.name, max: options.bodyLimitBytes };
      return say(response, 413, problem('WEBHOOK_TOO_LARGE', facts));
    }
    const verdict = checkSignature(signature, body.bytes, pager.secrets);
    if (verdict !== 'matches') {
      metrics.webhook(pager.name, 'unauthenticated');
      response.setHeader('retry-after', '60');
      const code = verdict === 'none' ? 'PAGE_UNSIGNED' : 'PAGE_SIGNATURE_MISMATCH';
      options.security.refused(pager.name, code);
      const facts = { source: pager.name };
      return say(response, verdict === 'none' ? 401 : 503, problem(code, facts));
    }
    return accept(body.bytes, response, pager);
  }

  async function accept(
    bytes: Buffer,
    response: ServerResponse,
    pager: PagerSource,
  ): Promise<void> {
    const people = options.settings().people;
    const context = { source: pager.name, receivedAt: options.now(), people };
    const outcome = readPagerduty(bytes, context);
    try {
      await take(outcome, bytes, pager);
    } catch (error) {
      if (!(error instanceof ProblemError)) throw error;
      metrics.webhook(pager.name, 'refused');
      response.setHeader('retry-after', '5');
      return say(response, 503, error.problem);
    }
    metrics.webhook(pager.name, outcome.kind === 'unreadable' ? 'unreadable' : 'accepted');
    answer(response, 200, { ok: true });
  }

  async function take(outcome: PageOutcome, bytes: Buffer, pager: PagerSource): Promise<void> {
    switch (outcome.kind) {
      case 'news':
        return receive(outcome, pager);
      case 'nothing':
        options.log('webhook about no incident', { source: pager.name, type: outcome.type });
        return;
      case 'unreadable':
        return keep(outcome.problem, bytes, pager);
    }
  }

  async function receive(
    { event, delivery, partial }: Extract<PageOutcome, { kind: 'news' }>,
    pager: PagerSource,
  ): Promise<void> {
    const intent = pageIntentOf(delivery, options);
    await options.engine.tellIncident(intent.incident, intent, {
      cause: `page/${pager.name}/${event}`,
      by: `source:${pager.name}`,
    });
    // Of a page that nobody here knows, only the pager can say how it stands.
    if (partial && (await options.engine.incident(intent.incident)) === undefined) {
      options.compare(pager.name);
    }
  }

  async function keep(why: Problem, bytes: Buffer, pager: PagerSource): Promise<void> {
    const { engine, journal, now, sha256 } = options;
    const blob = await journal.blobs.put(bytes, now() + rejectedKeepMs);
    const unreadable = [{ index: 0, reason: String(why.facts['why']) }];
    const intent = unreadableIntent({ source: pager.name, unreadable }, blob, {
      settings: options.settings(),
      index: engine.readings.correlation,
      now: now(),
      sha256,
      sourceAnswers: pager.answers,
    });
    await engine.receive(intent, {
      cause: `page/${pager.name}/unreadable/${blob}`,
      by: `source:${pager.name}`,
    });
  }

  function say(response: ServerResponse, status: number, what: Problem): void {
    const words = options.book[what.code];
    const sentence = words
      ? [words.what, words.why, words.next].map((part) => fill(part, what.facts)).join(' ')
      : what.code;
    answerProblem(response, status, what, sentence);
  }

  /** A path that is mistyped there is mended like a secret: until then PagerDuty keeps what it has to say. */
  async function stray(
    request: IncomingMessage,
    response: ServerResponse,
    what: Problem,
  ): Promise<void> {
    request.resume();
    const isSigned = request.headers['x-pagerduty-signature'] !== undefined;
    if (isSigned) response.setHeader('retry-after', '60');
    return say(response, isSigned ? 503 : 404, what);
  }

  const [only, ...others] = pagers;
  return [
    {
      method: 'POST',
      path: '/webhooks/pagerduty',
      handle: (request, response) => {
        if (only && others.length === 0) return handle(request, response, only);
        const known = pagers.map(({ name }) => name).join(', ') || 'none';
        return stray(
          request,
          response,
          problem('WEBHOOK_SOURCE_UNNAMED', { kind: 'pagerduty', known }),
        );
      },
    },
    {
      method: 'POST',
      path: '/webhooks/pagerduty/:source',
      handle: (request, response, params: PathParams) => {
        const found = pagers.find(({ name }) => name === `pagerduty/${params['source']}`);
        if (found) return handle(request, response, found);
        const facts = { source: params['source'] ?? '' };
        return stray(request, response, problem('WEBHOOK_SOURCE_UNKNOWN', facts));
      },
    },
  ];
}

/** Words of this door. */
export const pageIntakeProblems: ProblemBook = {
  PAGE_UNSIGNED: {
    what: 'The webhook was refused.',
    changed: 'Nothing was kept.',
    why: 'It carries no signature, so that nobody knows whether {source} sent it.',
    next: 'Send V3 webhooks: only these are signed. The secret is shown when the subscription is made.',
  },
  PAGE_SIGNATURE_MISMATCH: {
    what: 'The webhook was not taken yet.',
    changed: 'Nothing was kept; PagerDuty sends it again for 48 hours.',
    why: 'Its signature matches none of the secrets of {source}.',
    next: 'Put the secret of this subscription under sources.pagerduty in `secrets`, beside the old one, and start again.',
  },
};
