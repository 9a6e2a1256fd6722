import type { Step } from '../../core/operation/plan.ts';
import type { Draft, DraftRequest } from '../../core/ports/step.ts';
import type { Clients } from './clients.ts';
import { publishKind } from './steps/kinds.ts';

/** People outside are told by a topic, once the steps before it are done. */
export async function draftNotice(
  request: DraftRequest,
  clients: Clients,
  topic: string,
): Promise<Draft> {
  const { target, locator } = request.target;
  const text = String(request.args['text'] ?? '').slice(0, 1000);
  await clients.sns('GetTopicAttributes', (sns, sdk) =>
    sns.send(new sdk.GetTopicAttributesCommand({ TopicArn: topic })),
  );
  const named = { id: `aws/${target}/topic/${topic}`, identity: topic };
  const step: Step = {
    id: 's1',
    kind: publishKind,
    v: 1,
    target: named,
    at: { integration: 'aws', target, locator },
    change: [{ path: topic, what: 'added', to: text }],
    params: { topic, text },
    preconditions: {},
    postconditions: {},
    verify: { what: 'SNS took it', withinMs: 30_000 },
    guard: 'unguarded',
    undo: 'irreversible',
    onFailure: 'stop',
    critical: false,
  };
  return {
    ok: true,
    steps: [step],
    targets: [named],
    diff: step.change,
    warnings: [],
    blast: { topic },
    risk: 'change',
  };
}
