import { code, personSpan } from '../../core/view/words.ts';
import { type IdentityCommand, isProblem } from '../command.ts';

export const unlink: IdentityCommand = {
  does: 'identity',
  name: 'unlink',
  family: 'ops',
  risk: 'read',
  summary:
    'Take an account away from its person, at once: your own, or as one of identity_admins anybody’s.',
  args: [
    {
      name: 'account',
      kind: 'word',
      required: true,
      named: false,
      summary: 'As `link` shows it: workspace or guild, and user.',
    },
  ],
  example: 'unlink T01/U01',
  async tell({ desk, args, by }, cause) {
    const { identity } = desk;
    if (!identity) return { title: ['Accounts are linked in a running bot only.'], blocks: [] };
    const account = String(args['account']);
    const told = await identity.unlink(account, by, cause);
    if (isProblem(told)) return told;
    return {
      title: [code(account), ' is nobody’s any more.'],
      blocks: [
        {
          kind: 'text',
          text: [
            'Sessions of ',
            personSpan(told.person, desk.words),
            ' have ended, and what they approved and has not begun is asked again.',
          ],
        },
      ],
    };
  },
};
