// biome-ignore-all lint/suspicious/noTemplateCurlyInString: a reference is written so in the configuration.

import type { DiscordConfig, SlackConfig, SurfacesConfig } from './config.ts';
import { didYouMean, type Path, sayList, sayPath } from './error.ts';
import { readAuthority } from './kubernetes.ts';
import type { Report } from './report.ts';
import type { Section } from './schema.ts';
import type { TargetScope } from './targets.ts';

type Scope = Pick<TargetScope, 'report' | 'absolute' | 'files'>;
type WrittenSlack = NonNullable<Section<'surfaces'>['slack']>[string];
type WrittenDiscord = NonNullable<Section<'surfaces'>['discord']>[string];

/** Chat platforms. Each workspace and each guild stands once. */
export function readSurfaces(written: Section<'surfaces'>, scope: Scope): SurfacesConfig {
  const slack = Object.entries(written.slack ?? {}).map(([name, surface]) =>
    readSlack(name, surface, scope),
  );
  const discord = Object.entries(written.discord ?? {}).map(([name, surface]) =>
    readDiscord(name, surface, scope),
  );
  refuseTwins(
    'slack',
    slack.map(({ name, team }) => ({ name, home: team, word: 'team' })),
    scope,
  );
  refuseTwins(
    'discord',
    discord.map(({ name, guild }) => ({ name, home: guild, word: 'guild' })),
    scope,
  );
  return { slack, discord };
}

/** The kinds of surfaces that people act on. */
export function surfaceKinds({ slack, discord }: SurfacesConfig): readonly string[] {
  return [
    'console',
    ...(slack.length > 0 ? ['slack'] : []),
    ...(discord.length > 0 ? ['discord'] : []),
  ];
}

function readSlack(name: string, written: WrittenSlack, scope: Scope): SlackConfig {
  const path: Path = ['surfaces', 'slack', name];
  const { team, mode, command, bot_token, app_token, signing_secret } = written;
  const { api, proxy, timeout } = written;
  wantPattern(team, /^[TE][A-Z0-9]{1,20}$/, [...path, 'team'], {
    why: 'a workspace is known by its id',
    instead: 'write for example T0123ABCD',
    scope,
  });
  wantPattern(command, /^\/[a-z0-9_-]{1,31}$/, [...path, 'command'], {
    why: 'a slash command is a slash and up to 31 small letters, digits and dashes',
    instead: 'write for example /ops',
    scope,
  });
  wantOne(path, scope, {
    mode,
    needs: mode === 'socket' ? 'app_token' : 'signing_secret',
    idle: mode === 'socket' ? 'signing_secret' : 'app_token',
    written: { app_token, signing_secret },
  });
  const ca = readAuthority(written, path, scope);
  return {
    name,
    team,
    mode,
    command,
    botToken: bot_token,
    ...(mode === 'socket' && app_token && { appToken: app_token }),
    ...(mode === 'http' && signing_secret && { signingSecret: signing_secret }),
    ...(api !== undefined && { api }),
    ...(proxy !== undefined && { proxy }),
    ...(ca !== undefined && { ca }),
    timeoutMs: timeout,
  };
}

function readDiscord(name: string, written: WrittenDiscord, scope: Scope): DiscordConfig {
  const path: Path = ['surfaces', 'discord', name];
  const { guild, application, mode, token, public_key, api, proxy, timeout } = written;
  for (const [key, id] of [
    ['guild', guild],
    ['application', application],
  ] as const) {
    wantPattern(id, /^\d{1,20}$/, [...path, key], {
      why: 'it is known by its number',
      instead: 'write for example "81384788765712384", in quotes',
      scope,
    });
  }
  if (public_key !== undefined) {
    wantPattern(public_key, /^[0-9a-fA-F]{64}$/, [...path, 'public_key'], {
      why: 'an Ed25519 key has 64 hex digits',
      instead: 'copy it from the page of the application',
      scope,
    });
  }
  wantOne(path, scope, {
    mode,
    needs: mode === 'http' ? 'public_key' : undefined,
    idle: mode === 'http' ? undefined : 'public_key',
    written: { public_key },
  });
  const ca = readAuthority(written, path, scope);
  return {
    name,
    guild,
    application,
    mode,
    token,
    ...(mode === 'http' && public_key !== undefined && { publicKey: public_key.toLowerCase() }),
    ...(api !== undefined && { api }),
    ...(proxy !== undefined && { proxy }),
    ...(ca !== undefined && { ca }),
    timeoutMs: timeout,
  };
}

function wantPattern(
  value: string,
  pattern: RegExp,
  path: Path,
  { why, instead, scope }: { why: string; instead: string; scope: Scope },
): void {
  if (pattern.test(value)) return;
  scope.report.error(path, { what: `${sayPath(path)} is "${value}"`, why, instead });
}

/** What a mode needs must be there, and what it does not read must not. */
function wantOne(
  path: Path,
  { report }: Scope,
  {
    mode,
    needs,
    idle,
    written,
  }: {
    readonly mode: string;
    readonly needs: string | undefined;
    readonly idle: string | undefined;
    readonly written: Readonly<Record<string, unknown>>;
  },
): void {
  const where = sayPath(path);
  if (needs !== undefined && written[needs] === undefined) {
    report.error(path, {
      what: `${where} has no ${needs}`,
      why: `mode ${mode} cannot work without it`,
      instead: needs === 'public_key' ? 'write public_key: …' : `write ${needs}: \${env:NAME}`,
    });
  }
  if (idle !== undefined && written[idle] !== undefined) {
    report.error([...path, idle], {
      what: `${where}.${idle} is written in mode ${mode}`,
      why: 'it would have no effect',
      instead: 'take it out, or write the other mode',
    });
  }
}

function refuseTwins(
  kind: string,
  all: readonly { readonly name: string; readonly home: string; readonly word: string }[],
  { report }: Scope,
): void {
  for (const [index, { name, home, word }] of all.entries()) {
    const twin = all.slice(0, index).find((other) => other.home === home);
    if (!twin) continue;
    report.error(['surfaces', kind, name, word], {
      what: `surfaces.${kind}.${name}.${word} is ${home}`,
      why: `${twin.name} is there already`,
      instead: 'write it once',
    });
  }
}

/** Surface → place on it, as a route writes it: `slack: "main/#ops"`. */
export function readPlaces(
  written: {
    readonly slack?: readonly string[] | undefined;
    readonly discord?: readonly string[] | undefined;
  },
  path: Path,
  { surfaces, report }: { surfaces: SurfacesConfig; report: Report },
): Readonly<Record<string, string>> {
  const places: Record<string, string> = {};
  for (const kind of ['slack', 'discord'] as const) {
    const names = surfaces[kind].map(({ name }) => name);
    for (const place of written[kind] ?? []) {
      const [surface = '', channel = '', ...more] = place.split('/');
      const where = sayPath([...path, kind]);
      const example = kind === 'slack' ? '"main/#ops"' : 'main/ops';
      if (channel === '' || more.length > 0) {
        report.error([...path, kind], {
          what: `${where} is "${place}"`,
          why: 'a place is the name of a surface and a channel on it',
          instead: `write for example ${example}`,
        });
      } else if (!names.includes(surface)) {
        report.error([...path, kind], {
          what: `${where} names "${surface}"`,
          why: `surfaces.${kind} has no such name`,
          instead: didYouMean(surface, names, `add it to surfaces.${kind}`),
        });
      } else if (places[`${kind}/${surface}`] !== undefined) {
        report.error([...path, kind], {
          what: `${where} names ${surface} twice`,
          why: 'an incident has one thread on a surface',
          instead: 'take one out',
        });
      } else {
        places[`${kind}/${surface}`] = channel;
      }
    }
  }
  return places;
}

/** A person's accounts on chat platforms, by kind. Each belongs to one person, and to a workspace that is configured. */
export function readAccounts(
  people: readonly {
    readonly id: string;
    readonly slack?: readonly string[] | undefined;
    readonly discord?: readonly string[] | undefined;
  }[],
  { surfaces, report }: { surfaces: SurfacesConfig; report: Report },
): readonly Readonly<Record<string, readonly string[]>>[] {
  const owners = new Map<string, string>();
  const kinds = [
    {
      kind: 'slack',
      pattern: /^[TE][A-Z0-9]{1,20}\/[UW][A-Z0-9]{1,20}$/,
      example: 'T0123ABCD/U0123ABCD',
      homes: surfaces.slack.map(({ team }) => team),
      home: 'workspace',
    },
    {
      kind: 'discord',
      pattern: /^\d{1,20}\/\d{1,20}$/,
      example: '"81384788765712384/80351110224678912"',
      homes: surfaces.discord.map(({ guild }) => guild),
      home: 'guild',
    },
  ] as const;
  return people.map((person, index) => {
    const accounts: Record<string, readonly string[]> = {};
    for (const { kind, pattern, example, homes, home } of kinds) {
      const path: Path = ['people', index, kind];
      const all = person[kind] ?? [];
      for (const account of all) {
        const owner = owners.get(`${kind} ${account}`);
        const [place = ''] = account.split('/');
        const fault = !pattern.test(account)
          ? {
              why: `an account is a ${home} and a user in it, by their ids`,
              instead: `write for example ${example}`,
            }
          : owner !== undefined
            ? {
                why: `it is the account of ${owner}: two people would be one`,
                instead: 'take it out',
              }
            : !homes.includes(place)
              ? {
                  why: `surfaces.${kind} has no ${home} ${place}`,
                  instead:
                    homes.length === 0
                      ? `add it to surfaces.${kind}`
                      : `write one in ${sayList(homes, 'or')}`,
                }
              : undefined;
        if (fault)
          report.error(path, { what: `people[${index}].${kind} is "${account}"`, ...fault });
        owners.set(`${kind} ${account}`, owner ?? person.id);
      }
      if (all.length > 0) accounts[kind] = all;
    }
    return accounts;
  });
}
