import { rank, type Severity } from '../alert/severity.ts';
import { SILENCE_HIDES_MAX } from '../incident/hides.ts';
import { type Incident, severity } from '../incident/incident.ts';
import { ownOf } from '../incident/silences.ts';
import {
  alertList,
  type Gathered,
  gather,
  runbookAddress,
  subjectOf,
  symptomOf,
} from './alert-lines.ts';
import type { Action, Block, Card, Text, Tone } from './card.ts';
import { incidentUrl, mergedFacts, tookFacts } from './move-words.ts';
import { pageFacts } from './page-words.ts';
import { furtherFacts, partFacts } from './part-words.ts';
import { securityBlocks } from './security-words.ts';
import { silenceFacts } from './silence-words.ts';
import { code, counted, duration, personSpan, strong, time, type Words } from './words.ts';

export interface IncidentCardContext extends Words {
  readonly runbook?: RunbookHint | undefined;
  /** Where the console answers; the card then links to itself there. */
  readonly publicUrl?: string | undefined;
  /** Commands that often help here, as buttons. A command only makes a plan. */
  readonly suggestions?: readonly { readonly label: string; readonly line: string }[] | undefined;
  /** Other surfaces where it lives that take nothing, and since when, ms. */
  readonly silent?: readonly { readonly surface: string; readonly since: number }[] | undefined;
}

export interface RunbookHint {
  readonly title: string;
  /** Empty when the runbook is shown by the command alone. */
  readonly url: string;
  /** The first things to do, as written. */
  readonly steps: readonly string[];
}

/** The first line of its card, for lists of many. */
export function incidentTitle(incident: Incident): Text {
  return title(incident, gather(incident));
}

/** The living card. Its first line alone says severity, service, symptom, environment and count. */
export function incidentCard(incident: Incident, context: IncidentCardContext): Card {
  const gathered = gather(incident);
  const facts = [
    ...mergedFacts(incident, context, context.publicUrl),
    ...ending(incident, context),
    ...standing(incident, gathered, context),
    ...tookFacts(incident, context, context.publicUrl),
    ...mirrors(incident, context),
  ];
  return {
    key: 'root',
    tone: toneOf(incident),
    mark: markOf(incident),
    title: title(incident, gathered),
    name: name(incident, gathered),
    blocks: [
      { kind: 'facts', facts },
      ...alertList(incident, gathered),
      ...unreadable(incident),
      ...securityBlocks(incident),
      ...runbook(context),
    ],
    actions: actions(incident, gathered, context),
    footnote: footnote(incident, context),
  };
}

type Fact = { readonly label: string; readonly value: Text };

const MARKS: Readonly<Record<Severity, string>> = {
  critical: 'CRITICAL',
  major: 'MAJOR',
  warning: 'WARNING',
  info: 'INFO',
  none: 'NONE',
};

const TONES: Readonly<Record<Severity, Tone>> = {
  critical: 'critical',
  major: 'warning',
  warning: 'warning',
  info: 'info',
  none: 'neutral',
};

function markOf(incident: Incident): string {
  if (incident.merged) return 'MERGED';
  return incident.status === 'resolved' ? 'RESOLVED' : MARKS[severity(incident)];
}

function toneOf(incident: Incident): Tone {
  if (incident.status === 'open') return TONES[severity(incident)];
  return incident.firing > 0 ? 'warning' : 'good';
}

function title(incident: Incident, gathered: Gathered): Text {
  const count = countOf(incident);
  return [...name(incident, gathered), ...(count === '' ? [] : [` · ${count}`])];
}

function name(incident: Incident, gathered: Gathered): Text {
  const { environment } = incident.opened;
  const subject = subjectOf(incident);
  return [
    ...(subject === '' ? [] : [strong(subject), ' · ']),
    symptomOf(incident, gathered),
    ...(environment === '' ? [] : [` · ${environment}`]),
  ];
}

function countOf(incident: Incident): string {
  const { alerts, firing, status, unreadable: unread, security } = incident;
  if (security) return counted(security.count, 'notice');
  if (unread) return counted(unread.count, 'unreadable alert');
  if (alerts.size === 0) return '';
  if (firing === 0) return `${counted(alerts.size, 'alert')}, all stopped`;
  const still = status === 'resolved' ? 'still ' : '';
  const of =
    firing === alerts.size ? counted(firing, 'alert') : `${firing} of ${alerts.size} alerts`;
  return `${of} ${still}firing`;
}

/** How it ended, once it has. */
function ending(incident: Incident, words: Words): readonly Fact[] {
  const { resolved } = incident;
  if (!resolved || resolved.how === 'merged') return [];
  const lasted = ` after ${duration(resolved.at - incident.openedAt)}`;
  if (resolved.how === 'alerts') {
    return [
      { label: 'resolved', value: [time(resolved.at), `${lasted}: every alert has stopped`] },
    ];
  }
  if (resolved.how === 'watch') {
    return [{ label: 'resolved', value: [time(resolved.at), `${lasted}: it answers again`] }];
  }
  if (resolved.how === 'page') {
    const where = ` at ${incident.pages.at(-1)?.pager ?? incident.opened.source}`;
    return [{ label: 'resolved', value: [time(resolved.at), `${lasted}${where}`] }];
  }
  if (resolved.how === 'source-stopped-reporting') {
    const silent = `: ${incident.opened.source} stopped reporting its alerts`;
    return [{ label: 'closed', value: [time(resolved.at), `${lasted}${silent}`] }];
  }
  const reason = resolved.reason === '' ? '' : `: ${resolved.reason}`;
  const by = [' by ', personSpan(resolved.person, words), `${lasted}${reason}`];
  const over = `${counted(resolved.firing, 'alert')} fired then; the next delivery that says so opens it again`;
  return [
    { label: 'resolved', value: [time(resolved.at), ...by] },
    ...(resolved.firing > 0 ? [{ label: 'beware', value: [over] }] : []),
  ];
}

function standing(
  incident: Incident,
  { since, bySource }: Gathered,
  words: Words,
): readonly Fact[] {
  return [
    { label: 'since', value: [time(since)] },
    ...acknowledged(incident, words),
    ...(incident.assignee
      ? [{ label: 'assigned to', value: [personSpan(incident.assignee, words)] }]
      : []),
    ...severitySaid(incident),
    ...partFacts(incident, bySource),
    ...pageFacts(incident, words),
    ...silenced(incident),
    ...silenceFacts(incident, words),
    ...flapping(incident),
    ...certainty(incident),
    ...furtherFacts(incident),
  ];
}

function acknowledged({ acknowledged: ack, status }: Incident, words: Words): readonly Fact[] {
  if (ack) {
    return [
      { label: 'acknowledged', value: [personSpan(ack.person, words), ' at ', time(ack.at)] },
    ];
  }
  return status === 'open' ? [{ label: 'acknowledged', value: ['nobody yet'] }] : [];
}

function severitySaid(incident: Incident): readonly Fact[] {
  const { setSeverity, observedSeverity, unknownSeverity } = incident;
  if (setSeverity) {
    const alerts = incident.alerts.size > 0 ? `; the alerts say ${observedSeverity}` : '';
    return [{ label: 'severity', value: [`${setSeverity}, set by a person${alerts}`] }];
  }
  if (unknownSeverity === undefined) return [];
  return [
    { label: 'severity', value: [code(unknownSeverity), ' is no known word, read as warning'] },
  ];
}

function silenced({ silenced: muted, firing }: Incident): readonly Fact[] {
  if (muted === 0) return [];
  return [{ label: 'muted', value: [`${muted} of ${firing} firing alerts, at the source`] }];
}

function flapping({ reopened, reopenedAt, flaps }: Incident): readonly Fact[] {
  if (reopened > 0) {
    const times = counted(reopened, 'time');
    return [
      { label: 'flapping', value: [`stopped and fired again ${times}, last `, time(reopenedAt)] },
    ];
  }
  if (flaps === 0) return [];
  return [{ label: 'flapping', value: [`single alerts fired again ${counted(flaps, 'time')}`] }];
}

/** What is not known is said, so that nobody takes quiet for calm. */
function certainty({ cut, unreachable, opened, heardAt, status }: Incident): readonly Fact[] {
  if (status === 'resolved') return [];
  const facts: Fact[] = [];
  if (cut > 0) {
    const kept = 'nothing closes by itself until they are known';
    facts.push({ label: 'cut off', value: [`${counted(cut, 'alert')} by the source; ${kept}`] });
  }
  if (unreachable) {
    const value = [`${opened.source} has not answered since `, time(unreachable.since), ' '];
    facts.push({ label: 'source', value: [...value, code(unreachable.code)] });
  }
  if (opened.origin === 'alerts' && !opened.sourceAnswers) {
    const value = [`${opened.source} was last heard at `, time(heardAt)];
    facts.push({ label: 'source', value: [...value, '; it has no API that could be asked'] });
  }
  return facts;
}

/** Who reads it there does not know what is known here. */
function mirrors({ status }: Incident, { silent = [] }: IncidentCardContext): readonly Fact[] {
  if (status === 'resolved') return [];
  return silent.map(({ surface, since }) => ({
    label: surface,
    value: ['takes nothing since ', time(since), ': what is said here is not seen there yet'],
  }));
}

function unreadable({ unreadable: unread }: Incident): readonly Block[] {
  if (!unread) return [];
  const items = unread.reasons.map((reason) => [reason]);
  return [{ kind: 'list', title: 'What could not be read', items, more: 0 }];
}

function runbook({ runbook: page }: IncidentCardContext): readonly Block[] {
  if (!page) return [];
  const items = page.steps.map((step) => [step]);
  return [{ kind: 'list', title: `Runbook: ${page.title}`, items, more: 0 }];
}

function actions(
  incident: Incident,
  gathered: Gathered,
  context: IncidentCardContext,
): readonly Action[] {
  if (incident.status === 'resolved') return [];
  const id = incident.opened.incident;
  const press = (line: string) => ({ kind: 'line', line, incident: id }) as const;
  const { runbook: page, suggestions = [] } = context;
  const ack = { key: 'ack', label: 'Acknowledge', style: 'primary', press: press('ack') } as const;
  return [
    ...(incident.acknowledged ? [] : [ack]),
    ...suggestions.map(({ label, line }) => {
      return { key: `suggest/${line}`, label, style: 'plain', press: press(line) } as const;
    }),
    ...runbookAction(page?.url ?? runbookAddress(gathered), page && press('runbook')),
    ...silenceAction(incident, press),
    { key: 'resolve', label: 'Resolve', style: 'plain', press: press('resolve') },
  ];
}

/** Only where the source has an API, and where the command would not be refused for what it hides. */
function silenceAction(
  { firing, firingByRank, opened, silences: all }: Incident,
  press: (line: string) => Action['press'],
): readonly Action[] {
  if (opened.origin !== 'alerts' || !opened.sourceAnswers || firing === 0) return [];
  const status = ownOf(all).at(-1)?.status ?? 'ended';
  if (status === 'made' || all.some((each) => each.from && each.status === 'made')) {
    return [{ key: 'unsilence', label: 'Unsilence', style: 'plain', press: press('unsilence') }];
  }
  const isMild = (firingByRank[rank('critical')] ?? 0) === 0 && firing <= SILENCE_HIDES_MAX;
  if (!isMild || status === 'asked' || status === 'ending') return [];
  return [{ key: 'silence', label: 'Silence', style: 'plain', press: press('silence') }];
}

/** Our own page before the one that an alert names. */
function runbookAction(url: string, command: Action['press'] | undefined): readonly Action[] {
  const press: Action['press'] | undefined = url === '' ? command : { kind: 'open', url };
  return press ? [{ key: 'runbook', label: 'Runbook', style: 'plain', press }] : [];
}

function footnote({ opened }: Incident, { publicUrl }: IncidentCardContext): Text {
  const from = opened.source === '' ? [] : [` · ${opened.source}`];
  if (!publicUrl) return [code(opened.incident), ...from];
  const url = incidentUrl(opened.incident, publicUrl);
  return [code(opened.incident), ...from, ' · ', { kind: 'link', text: 'console', url }];
}
