import { type HttpListener, listen } from '../../src/bot/http.ts';
import { intakeProblems, intakeRoutes, type WebhookSource } from '../../src/bot/intake.ts';
import { webhookProblems } from '../../src/handlers/webhooks/problem-text.ts';
import { sha256 } from '../core/operation/sample.ts';
import { type SmallBot, startSmallBot } from '../fakes/small-bot.ts';

export interface WebhookDoor {
  readonly small: SmallBot;
  /** What ended in a fault of our own. */
  readonly failures: readonly string[];
  /** Sources whose watchdog fired. */
  readonly heard: readonly string[];
  post(body: string, more?: Posting): Promise<Answered>;
  close(): Promise<void>;
}

export interface Posting {
  readonly kind?: 'alertmanager' | 'grafana';
  readonly path?: string;
  readonly bearer?: string;
  readonly method?: 'POST' | 'PUT';
  readonly headers?: Readonly<Record<string, string>>;
}

interface Answered {
  readonly status: number;
  readonly text: string;
}

const open: readonly WebhookSource[] = [
  { name: 'alertmanager/main', auth: { kind: 'none' }, answers: false },
];

/** The listener of webhooks before a bot whose journal is kept in memory. */
export async function openWebhookDoor(
  sources: readonly WebhookSource[] = open,
): Promise<WebhookDoor> {
  const failures: string[] = [];
  const heard: string[] = [];
  const small = await startSmallBot();
  const server: HttpListener = await listen({
    name: 'server',
    host: '127.0.0.1',
    port: 0,
    routes: intakeRoutes({
      engine: small.bot.engine,
      journal: small.journal,
      settings: () => small.bot.desk.settings,
      sources,
      bodyLimitBytes: 64 * 1024,
      now: small.clock.now,
      sha256,
      book: { ...intakeProblems, ...webhookProblems },
      metrics: { webhook: () => undefined, alerts: () => undefined },
      security: small.bot.security,
      reconcile: () => undefined,
      heard: (source) => heard.push(source),
    }),
    log: (message, fields) => failures.push(`${message} ${String(fields['error'])}`),
  });
  return {
    small,
    failures,
    heard,
    async post(body, { kind = 'alertmanager', path = '', bearer, method = 'POST', headers } = {}) {
      const credential = bearer === undefined ? {} : { authorization: `Bearer ${bearer}` };
      const url = `${server.url}/webhooks/${kind}${path}`;
      const answer = await fetch(url, { method, body, headers: { ...credential, ...headers } });
      return { status: answer.status, text: await answer.text() };
    },
    close: () => server.close(),
  };
}
