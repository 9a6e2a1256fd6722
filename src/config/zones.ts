import { DAYS, type LocalTime } from '../core/operation/match.ts';

/** What the clock on a wall there shows, by the zone rules of the runtime. */
export const localTime: LocalTime = (at, timeZone) => {
  const parts = formatOf(timeZone).formatToParts(at);
  const said = (type: Intl.DateTimeFormatPartTypes) =>
    parts.find((part) => part.type === type)?.value ?? '';
  const day = DAYS.find((name) => name === said('weekday').toLowerCase());
  if (!day) throw new TypeError(`no weekday in ${timeZone}`);
  return { day, minute: Number(said('hour')) * 60 + Number(said('minute')) };
};

export function isTimeZone(name: string): boolean {
  try {
    formatOf(name);
    // Offsets (`+02:00`) are known too, and are no place: they miss the change to summer time.
    return !/^[+-]/.test(name);
  } catch {
    return false;
  }
}

/** Making one takes a hundred times longer than using it. Zones that are configured are few. */
const formats = new Map<string, Intl.DateTimeFormat>();

function formatOf(timeZone: string): Intl.DateTimeFormat {
  const known = formats.get(timeZone);
  if (known) return known;
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone,
    weekday: 'short',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  });
  formats.set(timeZone, format);
  return format;
}
