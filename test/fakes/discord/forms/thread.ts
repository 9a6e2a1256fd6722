import { bodyOf, type Call } from '../method.ts';
import { form } from './form.ts';

export interface ThreadShape {
  readonly name: string;
  readonly autoArchiveMinutes?: number;
  readonly slowmodeS?: number;
  readonly invitable?: boolean;
}

/** https://discord.com/developers/docs/resources/channel#start-thread-without-message-json-params */
export function threadForm(call: Call): ThreadShape {
  const { name, auto_archive_duration: minutes, rate_limit_per_user: slow, type } = bodyOf(call);
  const { invitable } = bodyOf(call);
  const wrong = form();
  if (wrong.at('name').required(name)) wrong.at('name').string(name, 1, 100);
  if (minutes !== undefined && minutes !== null) {
    wrong.at('auto_archive_duration').choice(minutes, [60, 1_440, 4_320, 10_080]);
  }
  if (type !== undefined && type !== null) wrong.at('type').choice(type, [10, 11, 12]);
  wrong.end();
  return {
    name: String(name).trim(),
    ...(typeof minutes === 'number' ? { autoArchiveMinutes: minutes } : {}),
    ...(typeof slow === 'number' ? { slowmodeS: slow } : {}),
    ...(typeof invitable === 'boolean' ? { invitable } : {}),
  };
}
