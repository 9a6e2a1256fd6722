import { describe, expect, it } from 'vitest';
import type { Delivery, Labels, Observation } from '../../../src/core/alert/alert.ts';
import type { CorrelationRule } from '../../../src/core/alert/rule.ts';
import { type Incident, severity } from '../../../src/core/incident/incident.ts';
import { T0 } from '../given.ts';
import { firing, MINUTE, person, stopped } from '../incident/given-incident.ts';
import { newWorld, type World } from '../incident/world.ts';

const perCluster: CorrelationRule = { where: 'tocsin.yaml:7', match: {}, same: ['cluster'] };

const catalog = {
  services: [
    {
      name: 'checkout',
      match: { app: 'checkout' },
      also: [{ job: 'shop-checkout' }],
      environments: [{ name: 'production', match: {}, targets: {} }],
    },
  ],
};

describe('what a rule says belongs together', () => {
  it('is one incident, whatever the groups and whichever source', () => {
    const world = newWorld({ correlation: [perCluster] });
    world.deliver(body('alertmanager/main', 'g1', alert('a', { cluster: 'x' })), T0);
    world.deliver(body('alertmanager/main', 'g2', alert('b', { cluster: 'x' })), T0);
    world.deliver(body('grafana/main', 'g3', alert('a', { cluster: 'x' })), T0);
    const only = one(world);
    expect(only.firing).toBe(3);
    expect(only.opened.rule).toEqual({ where: 'tocsin.yaml:7', same: { cluster: 'x' } });
    expect(only.parts).toMatchObject([{ source: 'grafana/main', rule: only.opened.rule }]);
  });

  it('is told apart within one delivery', () => {
    const world = newWorld({ correlation: [perCluster] });
    const both = [alert('a', { cluster: 'x' }), alert('b', { cluster: 'y' }), alert('c')];
    world.deliver(body('alertmanager/main', 'g', ...both), T0);
    expect(open(world).map(({ firing: many }) => many)).toEqual([1, 1, 1]);
    expect(open(world).filter(({ opened }) => opened.rule)).toHaveLength(2);
  });

  it('is nothing that lacks one of the labels, or has it empty', () => {
    const world = newWorld({ correlation: [{ ...perCluster, same: ['cluster', 'zone'] }] });
    world.deliver(body('alertmanager/main', 'g', alert('a', { cluster: 'x', zone: '' })), T0);
    expect(one(world).opened.rule).toBeUndefined();
  });

  it('is compared by the service that the catalog knows, whatever its sources call it', () => {
    const world = newWorld({ catalog, correlation: [{ ...perCluster, same: ['service'] }] });
    world.deliver(body('alertmanager/main', 'g', alert('a', { app: 'checkout' })), T0);
    world.deliver(body('grafana/main', 'g', alert('b', { job: 'shop-checkout' })), T0);
    expect(one(world)).toMatchObject({ firing: 2, opened: { service: 'checkout' } });
  });

  it('is compared by what its service depends on, in whichever order parent and children come', () => {
    const environments = [{ name: 'production', match: {}, targets: {} }];
    const on = (name: string, parent?: string) => ({
      name,
      match: { app: name },
      environments,
      ...(parent !== undefined && { parent }),
    });
    const services = [
      on('orders-db'),
      on('checkout', 'orders-db'),
      on('web', 'checkout'),
      on('mail'),
    ];
    const rule = { ...perCluster, same: ['root', 'environment'] };
    const orders = [
      ['orders-db', 'checkout', 'web', 'mail'],
      ['mail', 'web', 'checkout', 'orders-db'],
      ['checkout', 'mail', 'orders-db', 'web'],
    ];
    for (const order of orders) {
      const world = newWorld({ catalog: { services }, correlation: [rule] });
      for (const app of order) {
        world.deliver(body('alertmanager/main', app, alert(app, { app })), T0);
      }
      const [mail, tree] = open(world).toSorted((a, b) => a.firing - b.firing);
      expect([mail?.firing, tree?.firing, open(world).length]).toEqual([1, 3, 2]);
      expect(tree?.opened.rule?.same).toEqual({ root: 'orders-db', environment: 'production' });
      expect(mail?.opened.rule?.same).toEqual({ root: 'mail', environment: 'production' });
    }
  });

  it('is of the sources that it names, and of what it matches', () => {
    const sources = ['alertmanager/main'];
    const rule = { ...perCluster, sources, match: { team: 'shop' } };
    const world = newWorld({ correlation: [rule] });
    const labels = { cluster: 'x', team: 'shop' };
    world.deliver(body('alertmanager/main', 'g', alert('a', labels)), T0);
    world.deliver(body('alertmanager/main', 'h', alert('b', { ...labels, team: 'else' })), T0);
    world.deliver(body('grafana/main', 'g', alert('a', labels)), T0);
    expect(open(world)).toHaveLength(3);
  });

  it('is decided by the first rule that speaks of it', () => {
    const narrow = { where: 'tocsin.yaml:6', match: { team: 'db' }, same: ['team'] };
    const world = newWorld({ correlation: [narrow, perCluster] });
    world.deliver(body('alertmanager/main', 'g', alert('a', { cluster: 'x', team: 'db' })), T0);
    world.deliver(body('alertmanager/main', 'g', alert('b', { cluster: 'y', team: 'db' })), T0);
    expect(one(world).opened.rule?.where).toBe('tocsin.yaml:6');
  });

  it('keeps its name when a line is written above it', () => {
    const before = newWorld({ correlation: [perCluster] });
    const after = newWorld({ correlation: [{ ...perCluster, where: 'tocsin.yaml:9' }] });
    for (const world of [before, after]) {
      world.deliver(body('alertmanager/main', 'g', alert('a', { cluster: 'x' })), T0);
    }
    expect(one(after).opened.incident).toBe(one(before).opened.incident);
  });

  it('ends once every source says so', () => {
    const world = newWorld({ correlation: [perCluster] });
    const a = alert('a', { cluster: 'x' });
    world.deliver(body('alertmanager/main', 'g', a), T0);
    world.deliver(body('grafana/main', 'g', a), T0);
    world.deliver(body('alertmanager/main', 'g', ended(a)), T0 + MINUTE);
    expect(one(world).firing).toBe(1);
    world.deliver(body('grafana/main', 'g', ended(a)), T0 + 2 * MINUTE);
    expect(open(world)).toEqual([]);
  });
});

describe('a window', () => {
  const within = { ...perCluster, withinMs: 10 * MINUTE };
  const at = (name: string, minute: number) => ({
    ...alert(name, { cluster: 'x' }),
    startsAt: T0 + minute * MINUTE,
  });

  it('takes what began near what is there, before it or after it', () => {
    const world = newWorld({ correlation: [within] });
    for (const each of [at('a', 20), at('b', 29), at('c', 11), at('d', 38)]) {
      world.deliver(body('alertmanager/main', each.fingerprint, each), T0 + 60 * MINUTE);
    }
    expect(one(world).firing).toBe(4);
  });

  it('leaves what began further away an incident of its own, and finds each again', () => {
    const world = newWorld({ correlation: [within] });
    const now = T0 + 60 * MINUTE;
    world.deliver(body('alertmanager/main', 'g1', at('a', 0)), now);
    world.deliver(body('alertmanager/main', 'g2', at('b', 30)), now);
    world.deliver(body('alertmanager/main', 'g3', at('c', 2)), now);
    expect(open(world).map(({ firing: many }) => many)).toEqual([2, 1]);
    world.deliver(body('alertmanager/main', 'g1', ended(at('a', 0)), ended(at('b', 30))), now);
    expect(open(world).map(({ firing: many }) => many)).toEqual([1]);
  });

  it('leads an alert of what is over back to it, though another one of its kind is open', () => {
    const world = newWorld({ correlation: [within] });
    const now = T0 + 60 * MINUTE;
    world.deliver(body('alertmanager/main', 'g1', at('a', 0)), now);
    world.deliver(body('alertmanager/main', 'g2', at('b', 30)), now);
    world.deliver(body('alertmanager/main', 'g1', ended(at('a', 0))), now + 1000);
    // A late copy: had it come to the other one, it would fire there for ever.
    world.deliver(body('alertmanager/main', 'g1', at('a', 0)), now + 2000);
    expect(open(world).map(({ firing: many }) => many)).toEqual([1]);
    world.restart();
    world.deliver(body('alertmanager/main', 'g1', at('a', 0)), now + 3000);
    expect(open(world).map(({ firing: many }) => many)).toEqual([1]);
  });
});

describe('an alert that an incident holds', () => {
  it('stays there when a rule is written that would put it elsewhere', () => {
    const before = newWorld();
    before.deliver(body('alertmanager/main', 'g', alert('a', { cluster: 'x' })), T0);
    const after = before.with({ correlation: [perCluster] });
    after.deliver(body('alertmanager/main', 'g', alert('a', { cluster: 'x' })), T0);
    after.deliver(body('alertmanager/main', 'g', alert('b', { cluster: 'x' })), T0);
    expect(open(after).map(({ firing: many, opened }) => [many, opened.rule?.where])).toEqual([
      [1, undefined],
      [1, 'tocsin.yaml:7'],
    ]);
  });

  it('is in no second one when its source puts two groups together', () => {
    const world = newWorld();
    world.deliver(body('alertmanager/main', 'g1', alert('a')), T0);
    world.deliver(body('alertmanager/main', 'g2', alert('b')), T0);
    world.deliver(body('alertmanager/main', 'g3', alert('a'), alert('b'), alert('c')), T0);
    expect(open(world).map((each) => [...each.alerts.keys()])).toEqual([['a', 'c'], ['b']]);
  });
});

describe('whoever writes labels', () => {
  const routes = {
    routes: [{ match: { team: 'security' }, places: {}, members: ['security'] }],
    otherwise: { match: {}, places: {}, notify: 'sre' },
  };
  const hidden = { cluster: 'x', team: 'security' };

  it('pulls no alert of others into what is private, by a rule', () => {
    const world = newWorld({ correlation: [perCluster], routes });
    world.deliver(body('alertmanager/main', 'g', alert('mine', hidden)), T0);
    world.deliver(body('alertmanager/main', 'h', alert('theirs', { cluster: 'x' })), T0);
    expect(seen(world)).toEqual([['mine'], ['theirs']]);
  });

  it('nor by being in one group with them, in whatever order they come', () => {
    const world = newWorld({ routes });
    const both = [alert('mine', hidden), alert('theirs', { cluster: 'x' })];
    world.deliver(body('alertmanager/main', 'g', ...both), T0);
    expect(seen(world)).toEqual([['mine'], ['theirs']]);
    const turned = newWorld({ routes });
    turned.deliver(body('alertmanager/main', 'g', both[1] ?? alert('x')), T0);
    turned.deliver(body('alertmanager/main', 'g', ...both), T0);
    expect(seen(turned)).toEqual([['mine'], ['theirs']]);
    turned.deliver(body('alertmanager/main', 'g', ...both.map(ended)), T0 + 1000);
    expect(open(turned)).toEqual([]);
  });

  it('hides nothing that is critical in what a person called mild', () => {
    const world = newWorld({ correlation: [perCluster] });
    world.deliver(body('grafana/main', 'g', alert('a', { cluster: 'x', severity: 'warning' })), T0);
    const { incident } = one(world).opened;
    world.tell(incident, { type: 'SetSeverity', at: T0, by: person('mallory'), severity: 'info' });
    expect(severity(one(world))).toBe('info');
    const worse = alert('b', { cluster: 'x', severity: 'critical' });
    world.deliver(body('alertmanager/main', 'g', worse), T0);
    expect(severity(one(world))).toBe('critical');
    // Who has seen it may say so again.
    world.tell(incident, { type: 'SetSeverity', at: T0, by: person('ana'), severity: 'major' });
    expect(severity(one(world))).toBe('major');
  });

  it('mutes no alert of another source: a silence speaks of the one it is made at', () => {
    const world = newWorld({ correlation: [perCluster] });
    world.deliver(body('alertmanager/main', 'g', alert('a', { cluster: 'x' })), T0);
    world.deliver(body('grafana/main', 'g', alert('a', { cluster: 'x' })), T0);
    const { incident } = one(world).opened;
    const silenced = {
      fingerprint: 'a',
      startsAt: T0,
      labels: {},
      annotations: {},
      generatorUrl: '',
    };
    const alerts = [{ ...silenced, state: 'silenced' as const, silencedBy: ['s'] }];
    const answer = { ok: true, askedAt: T0, isYoung: false, alerts, alsoFiring: 0 } as const;
    world.tell(incident, { type: 'CompareWithSource', at: T0, source: 'grafana/main', answer });
    const muted = [...one(world).alerts.values()].map(({ source, muted: how }) => [source, how]);
    expect(muted).toEqual([
      [undefined, undefined],
      ['grafana/main', 'silenced'],
    ]);
  });
});

describe('ten thousand alerts of one rule', () => {
  it('cost the same each, however many there are', () => {
    const shas = (many: number) => {
      const world = newWorld({ correlation: [perCluster] });
      const all = Array.from({ length: many }, (_, n) => alert(`a${n}`, { cluster: 'x' }));
      const groups = Array.from({ length: many / 100 }, (_, n) =>
        all.slice(n * 100, n * 100 + 100),
      );
      for (const [n, group] of groups.entries()) {
        world.deliver(body('alertmanager/main', `g${n}`, ...group), T0);
      }
      expect(one(world).firing).toBe(many);
      expect(one(world).parts).toEqual([]);
      expect(one(world).joined).toEqual([]);
      return world.hashes() / many;
    };
    expect(shas(10_000)).toBeLessThanOrEqual(shas(1000) + 0.001);
  });
});

function alert(fingerprint: string, labels: Labels = {}): Observation {
  return firing(fingerprint, { labels: { alertname: 'Down', ...labels } });
}

function ended({ fingerprint, labels, startsAt }: Observation): Observation {
  return stopped(fingerprint, { labels, startsAt, endsAt: (startsAt ?? T0) + MINUTE });
}

function body(source: string, groupKey: string, ...observations: readonly Observation[]): Delivery {
  const rest = { receiver: 'tocsin', groupLabels: {}, truncated: 0, externalUrl: '' };
  return { source, groupKey, ...rest, observations, unreadable: [] };
}

function open({ incidents }: World): readonly Incident[] {
  return [...incidents.values()].filter((state): state is Incident => state.status === 'open');
}

function one(world: World): Incident {
  const [only, ...others] = open(world);
  if (!only || others.length > 0) throw new Error(`${others.length + 1} are open`);
  return only;
}

/** What each incident holds, the private ones first. */
function seen(world: World): readonly (readonly string[])[] {
  return open(world)
    .toSorted(
      (a, b) => Number(b.opened.members !== undefined) - Number(a.opened.members !== undefined),
    )
    .map(({ alerts }) => [...alerts.values()].map(({ fingerprint }) => fingerprint));
}
