import type { PolicyMatch, TimeWindow, ValueMatch } from '../operation/match.ts';

/** What has to hold beside verb, risk and place for a rule to decide: `replicas is above 20, severity is critical`. */
export function conditions(match: PolicyMatch): string {
  const { args, target, group, onCall, severity, surface, when } = match;
  return [
    ...Object.entries(args ?? {}).map(([name, value]) => `${name} is ${valueWords(value)}`),
    ...list('the target is', target),
    ...list('whoever asks is in', group),
    ...(onCall ? ['whoever asks is on call'] : []),
    ...list('the severity is', severity),
    ...list('it is asked on', surface),
    ...(when ? [`it is ${windowWords(when)}`] : []),
  ].join(', and ');
}

/** `fri, sat from 22:00 to 06:00 in Europe/Berlin`. */
export function windowWords({ days, between, timeZone }: TimeWindow): string {
  const hours = between ? [`from ${clock(between.from)} to ${clock(between.to)}`] : [];
  return [...(days ? [days.join(', ')] : []), ...hours, `in ${timeZone}`].join(' ');
}

function valueWords({ above, below, is }: ValueMatch): string {
  return [
    ...(above === undefined ? [] : [`above ${above}`]),
    ...(below === undefined ? [] : [`below ${below}`]),
    ...(is === undefined ? [] : [is.join(' or ')]),
  ].join(' and ');
}

function list(words: string, values: readonly string[] | undefined): readonly string[] {
  return values === undefined ? [] : [`${words} ${values.join(' or ')}`];
}

function clock(minutes: number): string {
  const two = (part: number) => String(part).padStart(2, '0');
  return `${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`;
}
