import { hostDoorProblems } from '../src/bot/host-door.ts';
import { intakeProblems } from '../src/bot/intake.ts';
import { outboundProblems } from '../src/bot/outbound-guard.ts';
import { pageIntakeProblems } from '../src/bot/pagerduty-intake.ts';
import { botProblems } from '../src/bot/problem-text.ts';
import { stepUpProblems } from '../src/bot/step-up/problems.ts';
import { problems as consoleProblems } from '../src/bot/surfaces/console/problems.ts';
import { problems as discordProblems } from '../src/bot/surfaces/discord/problems.ts';
import { problems as slackProblems } from '../src/bot/surfaces/slack/problems.ts';
import { doctorProblems } from '../src/cli/doctor-problems.ts';
import { backupProblems } from '../src/core/backup/problem-text.ts';
import { factorProblems } from '../src/core/factor/problem-text.ts';
import { identityProblems } from '../src/core/identity/problem-text.ts';
import { incidentProblems } from '../src/core/incident/problem-text.ts';
import { proposalProblems } from '../src/core/incident/proposal-problem-text.ts';
import { glassProblems } from '../src/core/operation/glass-problem-text.ts';
import { operationProblems } from '../src/core/operation/problem-text.ts';
import type { ProblemBook } from '../src/core/problem.ts';
import { requestProblems } from '../src/handlers/problem-text.ts';
import { webhookProblems } from '../src/handlers/webhooks/problem-text.ts';
import { problems as ageProblems } from '../src/integrations/age/problems.ts';
import { problems as alertmanagerProblems } from '../src/integrations/alertmanager/problems.ts';
import { problems as awsProblems } from '../src/integrations/aws/problems.ts';
import { problems as dockerProblems } from '../src/integrations/docker/problems.ts';
import { problems as endpointProblems } from '../src/integrations/endpoint/problems.ts';
import { problems as filesProblems } from '../src/integrations/files/problems.ts';
import { problems as grafanaProblems } from '../src/integrations/grafana/problems.ts';
import { problems as haproxyProblems } from '../src/integrations/haproxy/problems.ts';
import { problems as heartbeatProblems } from '../src/integrations/heartbeat/problems.ts';
import { problems as kubernetesProblems } from '../src/integrations/kubernetes/problems.ts';
import { problems as mongodbProblems } from '../src/integrations/mongodb/problems.ts';
import { problems as objectstoreProblems } from '../src/integrations/objectstore/problems.ts';
import { problems as pagerdutyProblems } from '../src/integrations/pagerduty/problems.ts';
import { problems as patroniProblems } from '../src/integrations/patroni/problems.ts';
import { dumpProblems } from '../src/integrations/postgres/backup/problems.ts';
import { problems as postgresProblems } from '../src/integrations/postgres/problems.ts';
import { problems as prometheusProblems } from '../src/integrations/prometheus/problems.ts';
import { problems as redisProblems } from '../src/integrations/redis/problems.ts';
import { journalProblems } from '../src/journal/problems.ts';

export interface Chapter {
  readonly title: string;
  /** The file that words them. */
  readonly file: string;
  readonly book: ProblemBook;
}

/** Every book there is. A new integration or surface adds its line; a test names the book that is missing. */
export const chapters: readonly Chapter[] = [
  chapter('Plans, approvals and steps', 'src/core/operation/problem-text.ts', operationProblems),
  chapter('Alone with a plan', 'src/core/operation/glass-problem-text.ts', glassProblems),
  chapter('Second factors', 'src/core/factor/problem-text.ts', factorProblems),
  chapter('Giving and enrolling factors', 'src/bot/step-up/problems.ts', stepUpProblems),
  chapter('Accounts', 'src/core/identity/problem-text.ts', identityProblems),
  chapter('Backups', 'src/core/backup/problem-text.ts', backupProblems),
  chapter('Incidents', 'src/core/incident/problem-text.ts', incidentProblems),
  chapter('Proposals', 'src/core/incident/proposal-problem-text.ts', proposalProblems),
  chapter('Commands', 'src/handlers/problem-text.ts', requestProblems),
  chapter(
    'Webhooks: what is in the body',
    'src/handlers/webhooks/problem-text.ts',
    webhookProblems,
  ),
  chapter('Webhooks: the door', 'src/bot/intake.ts', intakeProblems),
  chapter('Webhooks: the door for pages', 'src/bot/pagerduty-intake.ts', pageIntakeProblems),
  chapter('What alerts link to', 'src/bot/outbound-guard.ts', outboundProblems),
  chapter('The bot', 'src/bot/problem-text.ts', botProblems),
  chapter('The console', 'src/bot/surfaces/console/problems.ts', consoleProblems),
  chapter('Slack', 'src/bot/surfaces/slack/problems.ts', slackProblems),
  chapter('Discord', 'src/bot/surfaces/discord/problems.ts', discordProblems),
  chapter('The host', 'src/bot/host-door.ts', hostDoorProblems),
  chapter('Doctor', 'src/cli/doctor-problems.ts', doctorProblems),
  chapter('The journal', 'src/journal/problems.ts', journalProblems),
  chapter('Alertmanager', 'src/integrations/alertmanager/problems.ts', alertmanagerProblems),
  chapter('PagerDuty', 'src/integrations/pagerduty/problems.ts', pagerdutyProblems),
  chapter('Kubernetes', 'src/integrations/kubernetes/problems.ts', kubernetesProblems),
  chapter('Grafana', 'src/integrations/grafana/problems.ts', grafanaProblems),
  chapter('Watches', 'src/integrations/endpoint/problems.ts', endpointProblems),
  chapter('Heartbeat', 'src/integrations/heartbeat/problems.ts', heartbeatProblems),
  chapter('Prometheus', 'src/integrations/prometheus/problems.ts', prometheusProblems),
  chapter('Patroni', 'src/integrations/patroni/problems.ts', patroniProblems),
  chapter('PostgreSQL', 'src/integrations/postgres/problems.ts', postgresProblems),
  chapter('Docker', 'src/integrations/docker/problems.ts', dockerProblems),
  chapter('HAProxy', 'src/integrations/haproxy/problems.ts', haproxyProblems),
  chapter('AWS', 'src/integrations/aws/problems.ts', awsProblems),
  chapter('MongoDB', 'src/integrations/mongodb/problems.ts', mongodbProblems),
  chapter(
    'Where backups are kept',
    'src/integrations/objectstore/problems.ts',
    objectstoreProblems,
  ),
  chapter('Encryption', 'src/integrations/age/problems.ts', ageProblems),
  chapter('Backups of PostgreSQL', 'src/integrations/postgres/backup/problems.ts', dumpProblems),
  chapter('Redis', 'src/integrations/redis/problems.ts', redisProblems),
  chapter('Files', 'src/integrations/files/problems.ts', filesProblems),
];

function chapter(title: string, file: string, book: ProblemBook): Chapter {
  return { title, file, book };
}
