import type { AlertSink, Posted, PostedAlert } from '../../core/ports/alert-sink.ts';
import { type Problem, problem } from '../../core/problem.ts';
import type { Client } from './client.ts';

/** https://github.com/prometheus/alertmanager/blob/main/api/v2/openapi.yaml */
const PATH = '/api/v2/alerts';

/** Every peer is told, as Prometheus does it: peers do not tell each other of alerts. */
export function createSink(source: string, clients: readonly Pick<Client, 'send'>[]): AlertSink {
  return {
    source,
    async post(alerts): Promise<Posted> {
      const body = alerts.map(bodyOf);
      const sent = await Promise.all(clients.map((client) => client.send('POST', PATH, body)));
      const [lost] = sent.flatMap((each) => (each.ok ? [] : [each]));
      return lost && sent.every(({ ok }) => !ok)
        ? { ok: false, problem: saidOf(lost.problem) }
        : { ok: true };
    },
  };
}

/** A write that is refused is called one of a silence by the client, which knows of no other. */
function saidOf({ code, facts }: Problem): Problem {
  return problem(
    code === 'ALERTMANAGER_SILENCE_REFUSED' ? 'ALERTMANAGER_ALERTS_REFUSED' : code,
    facts,
  );
}

function bodyOf({ labels, annotations, startsAt, endsAt, url }: PostedAlert) {
  return {
    labels,
    annotations,
    startsAt: new Date(startsAt).toISOString(),
    endsAt: new Date(endsAt).toISOString(),
    ...(url && { generatorURL: url }),
  };
}
