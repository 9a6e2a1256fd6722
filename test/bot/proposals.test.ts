import { describe, expect, it } from 'vitest';
import { bookOf } from '../../src/cli/book.ts';
import type { Proposer } from '../../src/core/incident/proposal.ts';
import { cardText } from '../../src/core/view/text.ts';
import type { Proposing } from '../../src/handlers/propose.ts';
import { rule } from '../core/operation/sample.ts';
import { drafted, type SmallBot, type SmallBotOptions, startSmallBot } from '../fakes/small-bot.ts';

const hourMs = 3_600_000;
const token: Proposer = { kind: 'token', name: 'ana' };
const watch: Proposer = { kind: 'watch', name: 'ana' };
const line = 'restart checkout env=production';

interface Night extends SmallBot {
  readonly incident: string;
  proposes(more?: Partial<Proposing>): ReturnType<SmallBot['bot']['proposals']['propose']>;
  /** The id of a proposal that was made. */
  proposed(more?: Partial<Proposing>): Promise<string>;
  card(proposal: string): Promise<string>;
  operations(): readonly string[];
}

async function night(options: SmallBotOptions = {}, turns = true): Promise<Night> {
  const small = await startSmallBot({ book: bookOf(), ...options });
  if (turns) small.bot.start([]);
  const incident = await small.declares();
  const proposes: Night['proposes'] = (more = {}) =>
    small.bot.proposals.propose({
      ...{ proposer: token, incident, line, why: 'its memory grows', key: '' },
      until: small.clock.now() + hourMs,
      ...more,
    });
  return {
    ...small,
    incident,
    proposes,
    async proposed(more) {
      const made = await proposes(more);
      if ('code' in made) throw new Error(JSON.stringify(made));
      return made.proposal.proposal;
    },
    async card(proposal) {
      const thread = await small.bot.threads.desired(incident);
      const entry = thread?.entries.find(({ key }) => key === `proposal/${proposal}`);
      return entry?.kind === 'card' ? cardText(entry.card) : '';
    },
    operations: () => [...small.bot.engine.readings.operations.keys()],
  };
}

describe('a proposal', () => {
  it('is a card with a draft and a button, and changes nothing by itself', async () => {
    const small = await night();
    const proposal = await small.proposed();
    const card = await small.card(proposal);
    for (const said of ['PROPOSED', 'token ana', 'its memory grows', line, 'Nothing happens by']) {
      expect(card).toContain(said);
    }
    await small.clock.passes(60_000);
    expect(small.operations()).toEqual([]);
    expect(small.target.writes).toEqual([]);
  });

  it('makes the presser the requester, who may not approve it, and names both on the record', async () => {
    const small = await night();
    const proposal = await small.proposed();
    await small.says('ana', `request ${proposal}`, { incident: small.incident });
    const [operation = ''] = small.operations();
    const state = await small.bot.engine.operation(operation);
    expect(state?.asked).toMatchObject({
      ...{ line, incident: small.incident, requester: { person: 'ana' } },
      proposedBy: { proposal, proposer: token },
      reason: 'token ana proposed it: its memory grows',
    });
    expect(state?.status).toBe('waiting');
    const hash = (state?.hash ?? '').slice(0, 10);
    expect(await small.says('ana', `approve ${operation} ${hash}`)).toContain(
      'APPROVE_OWN_REQUEST',
    );
    await small.says('ben', `approve ${operation} ${hash}`);
    await small.clock.passes(2000);
    expect((await small.bot.engine.operation(operation))?.status).toBe('done');
    expect(await small.card(proposal)).toContain('DONE');
    const told = await small.says('ana', 'timeline', { incident: small.incident });
    expect(told).toContain('which ","token ana"," had proposed');
  });

  it('is an ordinary request: a reason and a ticket of the presser are theirs, and their groups count', async () => {
    const small = await night();
    const proposal = await small.proposed();
    const { incident } = small;
    expect(await small.says('cleo', `request ${proposal}`, { incident })).toContain(
      'NOT_A_REQUESTER',
    );
    await small.says('ben', `request ${proposal} reason="I looked" ticket=OPS-1`, { incident });
    const states = await Promise.all(
      small.operations().map((id) => small.bot.engine.operation(id)),
    );
    expect(states.map((state) => [state?.status, state?.asked?.requester.person])).toEqual([
      ['refused', 'cleo'],
      ['waiting', 'ben'],
    ]);
    expect(states[1]?.asked).toMatchObject({ reason: 'I looked', ticket: 'OPS-1' });
  });

  it('is one plan, whoever presses and how often', async () => {
    const small = await night();
    const proposal = await small.proposed();
    const { incident } = small;
    await Promise.all([
      small.says('ana', `request ${proposal}`, { incident }),
      small.says('ben', `request ${proposal}`, { incident }),
      small.says('ana', `request ${proposal}`, { incident }),
    ]);
    await small.says('ana', `request ${proposal}`, { incident });
    await small.says('ben', `request ${proposal}`, { incident });
    expect(small.types().filter((type) => type === 'OperationPlanned')).toHaveLength(1);
    expect(small.types().filter((type) => type === 'ProposalRequested')).toHaveLength(1);
    const [operation = ''] = small.operations();
    const state = await small.bot.engine.operation(operation);
    expect(state?.approvals).toEqual([]);
    expect(state?.joined?.map(({ person }) => person)).toEqual(['ben']);
  });

  it('told by the same request again is the plan that it made', async () => {
    const small = await night();
    const proposal = await small.proposed();
    const more = { incident: small.incident, cause: 'once' };
    await small.says('ana', `request ${proposal}`, more);
    await small.says('ana', `request ${proposal}`, more);
    expect(small.types().filter((type) => type === 'OperationPlanned')).toHaveLength(1);
  });

  it('can be asked for again once the plan came to nothing, and not once it is done', async () => {
    const small = await night();
    const proposal = await small.proposed();
    const { incident } = small;
    await small.says('ana', `request ${proposal}`, { incident });
    const [first = ''] = small.operations();
    await small.says('ben', `decline ${first} ${(await hashOf(small, first)).slice(0, 10)}`);
    expect(await small.card(proposal)).toContain('PROPOSED');
    await small.says('ben', `request ${proposal}`, { incident });
    const [, second = ''] = small.operations();
    await small.says('ana', `approve ${second} ${(await hashOf(small, second)).slice(0, 10)}`);
    await small.clock.passes(2000);
    expect((await small.bot.engine.operation(second))?.status).toBe('done');
    expect(await small.says('ana', `request ${proposal}`, { incident })).toContain(
      'PROPOSAL_REQUESTED',
    );
    expect(small.operations()).toHaveLength(2);
  });

  it('refuses a plan that no rule allows, and stays for somebody whom one does', async () => {
    const small = await night({
      rules: [rule({ match: { risk: ['incident', 'read'] }, places: [] })],
    });
    const proposal = await small.proposed();
    const answer = await small.says('ana', `request ${proposal}`, { incident: small.incident });
    expect(answer).toContain('NO_RULE');
    expect(await small.card(proposal)).toContain('PROPOSED');
  });
});

describe('a proposal that is over does nothing and says so', () => {
  const over: readonly (readonly [
    string,
    string,
    (small: Night, id: string) => Promise<unknown>,
  ])[] = [
    ['expired', 'PROPOSAL_EXPIRED', (small) => small.clock.passes(2 * hourMs)],
    [
      'withdrawn',
      'PROPOSAL_WITHDRAWN',
      (small, proposal) =>
        small.bot.proposals.withdraw({
          ...{ incident: small.incident, proposer: token, proposal, why: 'it answers again' },
        }),
    ],
    [
      'dismissed',
      'PROPOSAL_DISMISSED',
      (small, proposal) =>
        small.says('ben', `dismiss ${proposal} reason="no"`, { incident: small.incident }),
    ],
    [
      'of an incident that has ended',
      'PROPOSAL_INCIDENT_OVER',
      (small) => small.says('ben', 'resolve', { incident: small.incident }),
    ],
  ];

  it.each(over)('one that is %s', async (_, code, end) => {
    const small = await night();
    const proposal = await small.proposed();
    await end(small, proposal);
    const answer = await small.says('ana', `request ${proposal}`, { incident: small.incident });
    expect(answer).toContain(code);
    expect(answer).toContain('Nothing was changed.');
    expect(small.operations()).toEqual([]);
    expect(small.types(`incident/${small.incident}`).at(-1)).toBe('RequestRefused');
    expect(await small.card(proposal)).not.toMatch(/PROPOSED|Request\b.*Dismiss/s);
  });

  it('a press that comes between the end and the card that says it is refused too', async () => {
    // No loop turns: what is over is over by its time.
    const small = await night({}, false);
    const proposal = await small.proposed({ until: small.clock.now() + 1000 });
    const { incident } = small;
    await small.clock.passes(1000);
    expect(await small.card(proposal)).toContain('PROPOSED');
    expect(await small.says('ana', `request ${proposal}`, { incident })).toContain('EXPIRED');
    expect(await small.says('ana', `dismiss ${proposal}`, { incident })).toContain('EXPIRED');
    expect(small.operations()).toEqual([]);
  });

  it('does not come alive with an incident that is opened again', async () => {
    const small = await night();
    const proposal = await small.proposed();
    const { incident } = small;
    await small.says('ben', 'resolve', { incident });
    const state = await small.bot.engine.incident(incident);
    expect(state?.status === 'resolved' && state.proposals?.[0]?.ended?.how).toBe('resolved');
    expect(await small.says('ana', `request ${proposal}`, { incident })).toContain('OVER');
  });
});

describe('what is forged', () => {
  it('names no proposal of that incident', async () => {
    const small = await night();
    const proposal = await small.proposed();
    const other = await small.declares();
    expect(other).not.toBe(small.incident);
    expect(await small.says('ana', `request ${proposal}`, { incident: other })).toContain(
      'PROPOSAL_UNKNOWN',
    );
    expect(
      await small.says('ana', 'request pr-0000000000', { incident: small.incident }),
    ).toContain('PROPOSAL_UNKNOWN');
    expect(await small.says('ana', `request ${proposal}`)).toContain('INCIDENT_REQUIRED');
    expect(await small.says('mallory', `request ${proposal}`, small)).toContain('PERSON_NOT_BOUND');
    expect(small.operations()).toEqual([]);
  });

  it('makes a proposer of a person’s name neither requester nor approver', async () => {
    const small = await night();
    const proposal = await small.proposed();
    const { incident } = small;
    for (const said of [line, `request ${proposal}`, `dismiss ${proposal}`]) {
      expect(await small.says('token:ana', said, { incident })).toContain('PERSON_NOT_BOUND');
    }
    // The token is called ana; ana herself is a person like any other.
    await small.says('ben', `request ${proposal}`, { incident });
    const [operation = ''] = small.operations();
    expect((await small.bot.engine.operation(operation))?.asked?.requester.person).toBe('ben');
    expect((await small.bot.engine.operation(operation))?.approvals).toEqual([]);
    await small.says(
      'ana',
      `approve ${operation} ${(await hashOf(small, operation)).slice(0, 10)}`,
    );
    await small.clock.passes(2000);
    expect((await small.bot.engine.operation(operation))?.status).toBe('done');
  });

  it('is a line that is no change, or that speaks in somebody’s name', async () => {
    const small = await night();
    const refused = async (said: string) => {
      const answer = await small.proposes({ line: said });
      return 'code' in answer ? answer.code : 'taken';
    };
    expect(await refused('approve op-3f9a2c7d11 aaaaaaaaaa')).toBe('PROPOSAL_NO_CHANGE');
    expect(await refused('undo op-3f9a2c7d11')).toBe('PROPOSAL_NO_CHANGE');
    expect(await refused('read-only off')).toBe('PROPOSAL_NO_CHANGE');
    expect(await refused('merge inc-1')).toBe('PROPOSAL_NO_CHANGE');
    expect(await refused('request pr-3f9a2c7d11')).toBe('PROPOSAL_NO_CHANGE');
    expect(await refused(`${line} accept=split-brain`)).toBe('PROPOSAL_ARGUMENT');
    expect(await refused(`${line} incident=inc-1`)).toBe('PROPOSAL_ARGUMENT');
    expect(await refused(`${line} reason="trust me"`)).toBe('PROPOSAL_ARGUMENT');
    expect(await refused('restart nothing env=production')).toBe('ARGUMENT_EXTRA');
    expect(await refused('scale checkout many env=production')).toBe('ARGUMENT_NOT_A_COUNT');
  });
});

describe('the same proposal', () => {
  it('asked again joins the first', async () => {
    const small = await night();
    const first = await small.proposed();
    expect(await small.proposes()).toMatchObject({ how: 'again' });
    expect(await small.proposes({ line: 'restart checkout' })).toMatchObject({ how: 'again' });
    expect(await small.proposes({ proposer: watch, why: 'no answer' })).toMatchObject({
      how: 'joined',
      proposal: { proposal: first },
    });
    expect(await small.proposes({ proposer: watch })).toMatchObject({ how: 'joined' });
    const made = small.types().filter((type) => /^Proposal/.test(type));
    expect(made).toEqual(['ProposalMade', 'ProposalJoined']);
    expect(await small.card(first)).toMatch(/proposed too\s+watch ana: no answer/);
  });

  it('is another one once the first is over', async () => {
    const small = await night();
    const first = await small.proposed();
    await small.clock.passes(2 * hourMs);
    expect(await small.proposed()).not.toBe(first);
  });

  it('by its key is the same, and another one under that key is refused', async () => {
    const small = await night();
    const first = await small.proposed({ key: 'deploy-4711' });
    expect(await small.proposes({ key: 'deploy-4711' })).toMatchObject({ how: 'again' });
    await small.bot.proposals.withdraw({
      ...{ incident: small.incident, proposer: token, proposal: first, why: 'never mind' },
    });
    expect(await small.proposes({ key: 'deploy-4711' })).toMatchObject({
      how: 'again',
      proposal: { proposal: first, ended: { how: 'withdrawn' } },
    });
    expect(
      await small.proposes({ key: 'deploy-4711', line: 'scale checkout 3 env=production' }),
    ).toMatchObject({ code: 'PROPOSAL_KEY_USED' });
  });

  it('of one incident has an end in number', async () => {
    const small = await night();
    for (let count = 1; count <= 10; count += 1) {
      await small.proposed({ proposer: watch, line: `scale checkout ${count} env=production` });
    }
    expect(await small.proposes()).toMatchObject({ code: 'PROPOSALS_MANY' });
  });

  it('is taken back by whoever made it, and by nobody else', async () => {
    const small = await night();
    const proposal = await small.proposed();
    const { incident } = small;
    const asked = { incident, proposal, why: 'never mind' };
    expect(await small.bot.proposals.withdraw({ ...asked, proposer: watch })).toMatchObject({
      code: 'PROPOSAL_UNKNOWN',
    });
    expect(await small.bot.proposals.withdraw({ ...asked, proposer: token })).toMatchObject({
      ended: { how: 'withdrawn', why: 'never mind' },
    });
    await small.bot.proposals.withdraw({ ...asked, proposer: token });
    expect(small.types().filter((type) => type === 'ProposalWithdrawn')).toHaveLength(1);
    const thread = await small.bot.threads.desired(incident);
    expect(JSON.stringify(thread?.entries)).toContain(' took back ');
  });
});

describe('what is proposed', () => {
  it('is drafted for the card alone: a draft that fails is said, and drafted anew at the press', async () => {
    let fails = true;
    const small = await night({
      draft: async () =>
        fails ? { ok: false, problem: { code: 'TARGET_DOWN', facts: {} } } : drafted,
    });
    const proposal = await small.proposed();
    expect(await small.card(proposal)).toContain('No plan could be drafted at');
    fails = false;
    await small.says('ana', `request ${proposal}`, { incident: small.incident });
    expect((await small.bot.engine.operation(small.operations()[0] ?? ''))?.status).toBe('waiting');
  });

  it('holds no secret, no line break and not more than a card takes', async () => {
    const small = await night();
    const proposal = await small.proposed({
      why: `it says\npassword=hunter2-and-more ${'x '.repeat(600)}`,
    });
    const card = await small.card(proposal);
    expect(card).not.toContain('hunter2');
    const state = await small.bot.engine.incident(small.incident);
    const why = state?.status === 'open' ? (state.proposals?.[0]?.why ?? '') : '';
    expect(why).toHaveLength(500);
    expect(why).not.toContain('\n');
  });

  it('is told by one token so often, and not for ever', async () => {
    const small = await night();
    for (let count = 0; count < 10; count += 1) await small.proposes();
    expect(await small.proposes()).toMatchObject({ code: 'TOO_MANY_REQUESTS' });
    await small.clock.passes(2000);
    expect(await small.proposes()).toMatchObject({ how: 'again' });
  });

  it('is the same in a second life', async () => {
    const small = await night();
    const proposal = await small.proposed();
    const card = await small.card(proposal);
    await small.bot.close();
    const again = await startSmallBot({ book: bookOf(), from: small });
    again.bot.start([]);
    const thread = await again.bot.threads.desired(small.incident);
    const entry = thread?.entries.find(({ key }) => key === `proposal/${proposal}`);
    expect(entry?.kind === 'card' && cardText(entry.card)).toBe(card);
    await again.says('ana', `request ${proposal}`, { incident: small.incident, cause: 'again' });
    expect(again.types().slice(-2)).toEqual(['OperationPlanned', 'PlanCounted']);
  });
});

async function hashOf(small: SmallBot, operation: string): Promise<string> {
  return (await small.bot.engine.operation(operation))?.hash ?? '';
}
