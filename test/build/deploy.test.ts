import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { thisBuild } from '../../src/cli/build.ts';
import { loadConfig } from '../../src/config.ts';
import { scrapeAll } from '../support/scrape.ts';
import { root, textOf } from '../tidy/tree.ts';

interface Compose {
  readonly services: Readonly<Record<string, Service>>;
  readonly secrets: Readonly<Record<string, { readonly file: string }>>;
  readonly volumes: Readonly<Record<string, null>>;
}

interface Service {
  readonly build?: string;
  readonly image: string;
  readonly volumes: readonly string[];
  readonly ports: readonly string[];
  readonly secrets?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
}

interface Rules {
  readonly groups: readonly {
    readonly rules: readonly { readonly alert: string; readonly expr: string }[];
  }[];
}

const folder = join(root, 'deploy/compose');
const compose: Compose = parse(textOf('deploy/compose/compose.yaml'));
const services = Object.entries(compose.services);

describe('the compose project', () => {
  it('mounts what is there, and volumes and secrets that it declares', () => {
    for (const [, { volumes, secrets = [] }] of services) {
      for (const mounted of volumes.map((volume) => volume.split(':')[0] ?? '')) {
        const isFile = mounted.startsWith('.');
        expect(isFile ? existsSync(join(folder, mounted)) : mounted in compose.volumes).toBe(true);
      }
      for (const secret of secrets) expect(compose.secrets).toHaveProperty(secret);
    }
  });

  it('builds the image of this repository, of this version', () => {
    const { build, image } = compose.services['tocsin'] ?? {};
    expect(existsSync(join(folder, build ?? '', 'Dockerfile'))).toBe(true);
    expect(image).toBe(`tocsin:${JSON.parse(textOf('package.json')).version}`);
  });

  it('pins what it does not build, and publishes to this machine only', () => {
    for (const [, { image, ports }] of services) {
      expect(image).toMatch(/:v?\d+\.\d+\.\d+$/);
      for (const port of ports) expect(port).toMatch(/^127\.0\.0\.1:\d+:\d+$/);
    }
  });

  it('keeps the token out of the repository', () => {
    expect(textOf('deploy/compose/.gitignore')).toContain('secrets/');
    for (const { file } of Object.values(compose.secrets)) expect(file).toMatch(/^\.\/secrets\//);
  });

  it('starts Tocsin with a configuration that check accepts', () => {
    const asked: string[] = [];
    const files = {
      read(path: string): string {
        asked.push(path);
        return path.startsWith('/run/secrets/') ? 'a-token' : textOf('deploy/compose/tocsin.yaml');
      },
    };
    const loaded = loadConfig(join(folder, 'tocsin.yaml'), { env: {}, files }, thisBuild);
    expect(loaded).toMatchObject({ ok: true });
    const given = compose.services['tocsin']?.secrets?.map((name) => `/run/secrets/${name}`);
    expect(asked.filter((path) => path.startsWith('/run/secrets/'))).toEqual(given);
  });

  it('speaks Slack and Discord once the lines for them are taken up, with the tokens that it hands in', () => {
    const text = textOf('deploy/compose/tocsin.yaml');
    const [, chat = ''] = /^# With chat:.*\n(?:# .*[^:]\n)*?((?:# [ a-z].*\n)+)/m.exec(text) ?? [];
    const taken = parse(quoted(chat.replaceAll(/^# /gm, '')));
    expect(Object.keys(taken)).toEqual(['people', 'surfaces', 'default_route']);
    const files = { read: () => JSON.stringify({ ...parse(quoted(text)), ...taken }) };
    const handed = compose.services['tocsin']?.environment ?? {};
    // Where nobody uses chat the variables are empty, and Compose says nothing of them.
    for (const [name, value] of Object.entries(handed)) expect(value).toBe(`\${${name}:-}`);
    const env = Object.fromEntries(Object.keys(handed).map((name) => [name, 'a-token']));
    const loaded = loadConfig(join(folder, 'tocsin.yaml'), { env, files }, thisBuild);
    expect(loaded).toMatchObject({ ok: true });
    expect(loaded.warnings.filter((warning) => !warning.includes('no services'))).toEqual([]);
    expect(loaded.ok && Object.values(loaded.config.surfaces).map((all) => all.length)).toEqual([
      1, 1,
    ]);
  });

  it('sends alerts to the source that Tocsin has, with the token that both hold', () => {
    const alertmanager = textOf('deploy/compose/alertmanager.yml');
    const { sources } = parse(textOf('deploy/compose/tocsin.yaml').replaceAll(/\$\{[^}]*\}/g, 'x'));
    const [source] = Object.keys(sources.alertmanager);
    expect(alertmanager).toContain(`url: http://tocsin:8080/webhooks/alertmanager/${source}`);
    expect(alertmanager).toContain('credentials_file: /run/secrets/alertmanager-token');
    expect(compose.services['alertmanager']?.secrets).toEqual(['alertmanager-token']);
  });
});

describe('the rules for Prometheus', () => {
  const rulesOf = (file: string) => {
    const { groups }: Rules = parse(textOf(`deploy/prometheus/${file}`));
    return groups.flatMap(({ rules }) => rules);
  };

  it('ask for metrics that Tocsin has', async () => {
    const scraped = await scrapeAll();
    const asked = rulesOf('tocsin.rules.yml').flatMap(
      ({ expr }) => expr.match(/\b(?:tocsin|nodejs)_\w+/g) ?? [],
    );
    expect(asked.length).toBeGreaterThan(5);
    const unknown = asked.filter(
      (name) => !scraped.includes(`# TYPE ${name.replace(/_bucket$/, '')} `),
    );
    expect(unknown).toEqual([]);
  });

  it('have one for each runbook, and no other beside them', () => {
    const pages = readdirSync(join(root, 'runbooks')).filter((name) => name !== 'README.md');
    const alerts = rulesOf('runbooks.rules.yml').map(({ alert }) => `${alert}.md`);
    expect(alerts.toSorted()).toEqual(pages.toSorted());
  });

  it('are tested, each one', () => {
    const tests = textOf('test/build/rules.promtool.yml');
    for (const file of ['tocsin.rules.yml', 'runbooks.rules.yml']) {
      for (const { alert } of rulesOf(file)) expect(tests).toContain(`alertname="${alert}"`);
    }
  });
});

// The judges are those of the servers themselves, where they are installed: `npm test` brings them.
describe.skipIf(!isInstalled('promtool') || !isInstalled('amtool'))('the tools accept', () => {
  const work = mkdtempSync(join(tmpdir(), 'tocsin-deploy-'));
  beforeAll(() => {
    cpSync(join(root, 'deploy/prometheus'), join(work, 'rules'), { recursive: true });
    cpSync(join(folder, 'prometheus.yml'), join(work, 'prometheus.yml'));
    writeFileSync(join(work, 'rules/test.yml'), textOf('test/build/rules.promtool.yml'));
  });
  afterAll(() => rmSync(work, { recursive: true }));

  const judged = (command: string, ...args: readonly string[]) => {
    const { status, stdout, stderr } = spawnSync(command, args, { cwd: work, encoding: 'utf8' });
    return status === 0 ? 'accepted' : stdout + stderr;
  };

  it("Prometheus's configuration, with the rules that it loads", () => {
    expect(judged('promtool', 'check', 'config', 'prometheus.yml')).toBe('accepted');
  });

  it("Alertmanager's configuration", () => {
    const file = join(folder, 'alertmanager.yml');
    expect(judged('amtool', 'check-config', file)).toBe('accepted');
  });

  it('the tests of the rules: each fires on its cause, none where all is well', () => {
    expect(judged('promtool', 'test', 'rules', 'rules/test.yml')).toBe('accepted');
  });
});

/** A reference to a secret is a text where YAML would see a map. */
function quoted(text: string): string {
  return text.replaceAll(/\$\{[^}]*\}/g, (reference) => JSON.stringify(reference));
}

function isInstalled(command: string): boolean {
  return spawnSync(command, ['--version']).status === 0;
}
