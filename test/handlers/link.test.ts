import { beforeEach, describe, expect, it } from 'vitest';
import {
  codeOf,
  counter,
  fresh,
  from,
  groups,
  hour,
  linked,
  open,
  policies,
  proposal,
} from './accounts.ts';

beforeEach(() => open());

describe('an account that is nobody’s', () => {
  it('is shown a code, and nothing of it is on the record', async () => {
    expect(await from(fresh, 'link')).toMatch(/link [a-z0-9]{8}/);
    expect(counter.news()).toEqual([]);
  });

  it('says nothing else than before, and finds nothing out', async () => {
    expect(await from(fresh, 'status')).toContain('PERSON_NOT_BOUND');
    expect(await from(fresh, `link ${await codeOf()}`)).toContain('PERSON_NOT_BOUND');
    expect(await from(fresh, 'link confirm=ln-1')).toContain('PERSON_NOT_BOUND');
  });

  it('of the console is none: there everybody is known by name', async () => {
    expect(await from({ surface: 'console', account: 'eve' }, 'link')).toContain(
      'PERSON_NOT_BOUND',
    );
  });

  it('is not bound by a name or an address that is like somebody’s', async () => {
    for (const account of ['ben', 'Ben', 'ben@example.com', 'T01/ben', 'T02/U02', 'U02']) {
      expect(await from({ surface: 'slack/main', account }, 'status')).toContain(
        'PERSON_NOT_BOUND',
      );
    }
    // The same user id in another guild, and on another kind of platform.
    expect(await from({ surface: 'discord/main', account: 'T01/U02' }, 'status')).toContain(
      'PERSON_NOT_BOUND',
    );
  });

  it('gets no code where nobody could confirm it', async () => {
    await open(policies, {}, { top: '' });
    expect(await from(fresh, 'link')).toContain('LINK_OFF');
  });
});

describe('a code', () => {
  it('typed by a person proposes the account, and no more than that', async () => {
    expect(await counter.says('ben', `link ${await codeOf()}`)).toContain('Proposed');
    expect(counter.told('AccountProposed')).toMatchObject({
      person: 'ben',
      kind: 'slack',
      account: 'T01/U09',
      from: { surface: 'console', account: 'ben' },
    });
    expect(await from(fresh, 'status')).toContain('PERSON_NOT_BOUND');
  });

  it('is good once', async () => {
    const code = await codeOf();
    await counter.says('ben', `link ${code}`);
    expect(await counter.says('ana', `link ${code}`)).toContain('LINK_CODE_WRONG');
  });

  it('is good for ten minutes', async () => {
    const code = await codeOf();
    counter.clock.now += 10 * 60_000;
    expect(await counter.says('ben', `link ${code}`)).toContain('LINK_CODE_WRONG');
  });

  it('is void once the account was shown another', async () => {
    const code = await codeOf();
    await codeOf();
    expect(await counter.says('ben', `link ${code}`)).toContain('LINK_CODE_WRONG');
  });

  it('is not guessed: after five wrong ones none is taken for a while, a right one neither', async () => {
    const code = await codeOf();
    for (let tries = 0; tries < 5; tries += 1) {
      expect(await counter.says('ana', 'link aaaaaaaa')).toContain('LINK_CODE_WRONG');
    }
    expect(await counter.says('ana', `link ${code}`)).toContain('LINK_TRIES');
    expect(await counter.says('ben', `link ${code}`)).toContain('Proposed');
    counter.clock.now += 10 * 60_000;
    expect(
      await counter.says('ana', `link ${await codeOf({ ...fresh, account: 'T01/U08' })}`),
    ).toContain('Proposed');
  });

  it('said twice by one request proposes once', async () => {
    const code = await codeOf();
    await counter.says('ben', `link ${code}`, { cause: 'same' });
    await counter.says('ben', `link ${code}`, { cause: 'same' });
    expect(counter.news().filter((type) => type === 'AccountProposed')).toHaveLength(1);
  });

  it('is shown to so many accounts at a time and no more', async () => {
    for (let index = 0; index < 100; index += 1) {
      await from({ surface: 'slack/main', account: `T01/X${index}` }, 'link');
      counter.clock.now += 1_000;
    }
    expect(await from(fresh, 'link')).toContain('LINK_OFFERS_FULL');
  });
});

describe('a proposal', () => {
  beforeEach(async () => {
    await counter.says('ben', `link ${await codeOf()}`);
  });

  it('is confirmed by somebody else of identity_admins, and then the account is theirs', async () => {
    expect(await counter.says('cleo', `link confirm=${proposal()}`)).toContain('Linked');
    expect(counter.told('AccountLinked')).toMatchObject({ person: 'ben', confirmedBy: 'cleo' });
    expect(await from(fresh, 'status')).not.toContain('PERSON_NOT_BOUND');
  });

  it('is not confirmed by whoever made it', async () => {
    expect(await counter.says('ben', `link confirm=${proposal()}`)).toContain('LINK_CONFIRM_OWN');
  });

  it('is not confirmed by somebody who is no administrator', async () => {
    expect(await counter.says('ana', `link confirm=${proposal()}`)).toContain(
      'NOT_AN_IDENTITY_ADMIN',
    );
    expect(counter.told('RequestTurnedDown')).toMatchObject({
      problem: { code: 'NOT_AN_IDENTITY_ADMIN' },
    });
  });

  it('is not confirmed from a chat account', async () => {
    await open(policies, {}, { groups: groups.replace('[cleo, dora]', '[ana, cleo]') });
    await counter.says('ben', `link ${await codeOf()}`);
    const said = await counter.says('ana', `link confirm=${proposal()}`, { surface: 'slack/main' });
    expect(said).toContain('LINK_CONFIRM_IN_CONSOLE');
  });

  it('of an administrator for their own second account is confirmed by another only', async () => {
    await counter.says('cleo', `link ${await codeOf({ ...fresh, account: 'T01/U08' })}`);
    const own = proposal();
    expect(await counter.says('cleo', `link confirm=${own}`)).toContain('LINK_CONFIRM_OWN');
    expect(await counter.says('dora', `link confirm=${own}`)).toContain('Linked');
  });

  it('of two people for one account: the first that is confirmed has it', async () => {
    const first = proposal();
    await counter.says('ana', `link ${await codeOf()}`);
    const second = proposal();
    await counter.says('cleo', `link confirm=${second}`);
    expect(await counter.says('cleo', `link confirm=${first}`)).toContain('LINK_ACCOUNT_TAKEN');
    expect(counter.bot.settings().people.find(({ id }) => id === 'ben')?.accounts['slack']).toEqual(
      ['T01/U02'],
    );
  });

  it('is void after a week', async () => {
    counter.clock.now += 7 * 24 * hour;
    expect(await counter.says('cleo', `link confirm=${proposal()}`)).toContain('LINK_UNKNOWN');
  });

  it('is taken back by its person', async () => {
    await counter.says('ben', 'unlink T01/U09');
    expect(await counter.says('cleo', `link confirm=${proposal()}`)).toContain('LINK_UNKNOWN');
  });

  it('is seen by whoever confirms', async () => {
    expect(await counter.says('cleo', 'link')).toMatch(
      /Ben says that the slack account `T01\/U09` is theirs/,
    );
  });

  it('waits beside two others at most', async () => {
    for (const account of ['T01/U07', 'T01/U08']) {
      await counter.says('ben', `link ${await codeOf({ ...fresh, account })}`);
    }
    expect(
      await counter.says('ben', `link ${await codeOf({ ...fresh, account: 'T01/U06' })}`),
    ).toContain('LINKS_PENDING');
  });
});

describe('an account that is somebody’s', () => {
  it('shows no code', async () => {
    const said = await counter.says('ben', 'link', { surface: 'slack/main' });
    expect(said).toContain('Your accounts');
    expect(said).not.toMatch(/link [a-z0-9]{8}/);
  });

  it('is not linked to anybody else, once it is linked', async () => {
    const code = await codeOf();
    await linked();
    expect(await counter.says('ana', `link ${code}`)).toContain('LINK_CODE_WRONG');
    expect(await from(fresh, 'link')).toContain('Your accounts');
  });
});
