import { type Link, newAccountMs } from '../../core/identity/link.ts';
import type { Problem } from '../../core/problem.ts';
import type { Answer, Text } from '../../core/view/card.ts';
import { code, personSpan, time } from '../../core/view/words.ts';
import { refused, said } from '../answer.ts';
import { type Asking, type IdentityCommand, isProblem, type Reading } from '../command.ts';
import type { Desk } from '../desk.ts';
import type { Said } from '../dispatch.ts';
import { parseLine } from '../grammar.ts';

export const link: IdentityCommand = {
  does: 'identity',
  name: 'link',
  family: 'ops',
  risk: 'read',
  summary:
    'Take on another account of yours: type it there for a code, then type it here with the code; somebody else confirms.',
  args: [
    {
      name: 'code',
      kind: 'word',
      required: false,
      named: false,
      summary: 'What the new account was shown.',
    },
    {
      name: 'confirm',
      kind: 'word',
      required: false,
      named: true,
      summary: 'A proposal of somebody else, by its name.',
    },
  ],
  example: 'link k7m2p9qx',
  tell,
};

/** An account of nobody that types `link` is shown a code; whoever holds both types it elsewhere. Nothing of it is kept. */
export function offered(desk: Desk, { line, actor }: Said): Answer | undefined {
  const read = parseLine(line);
  const isBare =
    !('code' in read) &&
    read.verb === 'link' &&
    read.words.length === 0 &&
    Object.keys(read.named).length === 0;
  // The console knows everybody by name; only accounts elsewhere are linked.
  if (!isBare || !desk.identity || !actor.surface.includes('/')) return undefined;
  const offer = desk.identity.offer(actor);
  if (isProblem(offer)) return refused(offer, desk);
  const next: Text = [
    'Type ',
    code(`link ${offer.code}`),
    ' from an account of yours that is known here, until ',
    time(offer.until),
    '. Show it to nobody: whoever types it takes this account on as their own.',
  ];
  return said('asker', ['Is this account yours?'], [{ kind: 'text', text: next }]);
}

async function tell(asked: Asking, cause: string): Promise<Reading | Problem> {
  const { desk, args, by } = asked;
  const { identity } = desk;
  if (!identity) return { title: ['Accounts are linked in a running bot only.'], blocks: [] };
  if (args['confirm'] !== undefined) {
    const linked = await identity.confirm(String(args['confirm']), by, cause);
    if (isProblem(linked)) return linked;
    const from = (linked.linkedAt ?? asked.at) + newAccountMs;
    return {
      title: ['Linked: ', code(linked.account), ' is ', personSpan(linked.person, desk.words), '.'],
      blocks: [{ kind: 'text', text: ['It asks at once, and approves from ', time(from), ' on.'] }],
    };
  }
  if (args['code'] === undefined) return listed(asked, identity.links());
  const proposed = await identity.propose(String(args['code']), by, cause);
  if (isProblem(proposed)) return proposed;
  return {
    title: ['Proposed: ', code(proposed.account), '.'],
    blocks: [
      {
        kind: 'text',
        text: [
          'It counts for nothing until somebody else of ',
          code('identity_admins'),
          ' types ',
          code(`link confirm=${proposed.link}`),
          ' in the console.',
        ],
      },
    ],
  };
}

/** One's own, and every proposal that waits: whoever confirms has to see them. */
function listed({ desk, by }: Asking, links: readonly Link[]): Reading {
  const own = desk.settings.people.find(({ id }) => id === by.person)?.accounts ?? {};
  const accounts = Object.entries(own).flatMap(([kind, all]) =>
    kind === 'console' ? [] : all.map((account): Text => [`${kind} `, code(account)]),
  );
  const waiting = links
    .filter(({ linkedAt }) => linkedAt === undefined)
    .map(
      ({ link: name, person, kind, account, proposedAt }): Text => [
        code(name),
        ': ',
        personSpan(person, desk.words),
        ` says that the ${kind} account `,
        code(account),
        ' is theirs, since ',
        time(proposedAt),
      ],
    );
  return {
    title: ['Your accounts'],
    blocks: [
      { kind: 'list', title: 'Yours', items: accounts, more: 0 },
      ...(waiting.length > 0
        ? [{ kind: 'list', title: 'To be confirmed', items: waiting, more: 0 } as const]
        : []),
    ],
  };
}
