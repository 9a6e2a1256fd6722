import { sayBytes } from '../backup/estimate.ts';
import type { BackupList, ListedBackup } from '../backup/listed.ts';
import type { OwnCopy } from '../ports/own-copies.ts';
import type { Block, Text } from './card.ts';
import { code, problemLine, time, type Words } from './words.ts';

/** What fits a screen; the store has the rest. */
const shownMax = 10;

/** One subject: its newest backups, then what is wrong. */
export function backupBlocks(list: BackupList, words: Words): readonly Block[] {
  const { subject, store, backups, strangers, others = [], failed } = list;
  const kept = backups.filter(({ state }) => state !== 'gone');
  return [
    {
      kind: 'list',
      title: `${subject.what} · ${subject.environment} · ${store}`,
      items:
        kept.length === 0
          ? [['None is there.']]
          : kept.slice(0, shownMax).map((each) => line(each)),
      more: Math.max(0, kept.length - shownMax),
    },
    ...(others.length === 0
      ? []
      : [
          {
            kind: 'list' as const,
            title: 'Made by others',
            items: others.slice(0, shownMax).map(other),
            more: Math.max(0, others.length - shownMax),
          },
        ]),
    ...troubles([
      ...(failed
        ? [[time(failed.at), ' The newest attempt failed: ', ...problemLine(failed.problem, words)]]
        : []),
      ...(strangers.length > 0
        ? [[`${strangers.length} files there are of no backup that the record knows.`]]
        : []),
    ]),
  ];
}

function line({ id, bytes, endedAt, state, verified, copy }: ListedBackup): Text {
  if (copy) return [code(id), ...sized(copy.bytes), time(endedAt), ` · ${stateText(copy)}`];
  return [
    code(id),
    ...sized(bytes),
    time(endedAt),
    ...(state === 'there' ? verifiedText(verified) : [` · is ${state}`]),
  ];
}

function other(copy: OwnCopy): Text {
  const by = copy.by === 'somebody' ? 'by hand' : copy.by;
  return [code(copy.name), ...sized(copy.bytes), time(copy.at), ` · ${by} · ${stateText(copy)}`];
}

/** Whoever keeps copies by itself does not always say how large they are. */
function sized(bytes: number): Text {
  return [bytes === 0 ? ' ' : ` ${sayBytes(bytes)} · `];
}

function stateText({ status, isWhole, isEncrypted }: OwnCopy): string {
  const whole = isWhole ? status : status.toUpperCase();
  return `${whole} · ${isEncrypted ? 'encrypted' : 'not encrypted'}`;
}

function verifiedText(verified: ListedBackup['verified']): Text {
  if (!verified) return [' · not verified'];
  return verified.ok
    ? [' · verified ', time(verified.at)]
    : [' · INVALID, found ', time(verified.at)];
}

function troubles(items: readonly Text[]): readonly Block[] {
  return items.length === 0 ? [] : [{ kind: 'list', title: 'Mind', items, more: 0 }];
}
