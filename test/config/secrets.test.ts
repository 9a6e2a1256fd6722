// biome-ignore-all lint/suspicious/noTemplateCurlyInString: references are written so in the file.

import { describe, expect, it } from 'vitest';
import { faultsOf, yaml } from './given.ts';

describe('secrets and references', () => {
  it('refuses a secret written out and does not repeat it', () => {
    expect(faultsOf(yaml({ journal: 'journal: { signing_key: hunter2 }' }))).toEqual([
      'tocsin.yaml:1: journal.signing_key holds a value written out, a secret never stands in the configuration itself, write ${env:NAME} or ${file:/run/secrets/NAME}',
    ]);
  });

  it('refuses a secret beside a reference and does not repeat it', () => {
    expect(faultsOf(yaml({ journal: 'journal: { signing_key: hunter2${env:AM_TOKEN} }' }))).toEqual(
      [
        'tocsin.yaml:1: journal.signing_key holds more than a reference, a reference stands for the whole value, nothing before or after it, write ${env:AM_TOKEN} alone',
      ],
    );
  });

  it('refuses a secret in place of a list and does not repeat it', () => {
    expect(
      faultsOf(yaml({ sources: 'sources: { alertmanager: { main: { bearers: hunter2 } } }' })),
    ).toEqual([
      'tocsin.yaml:1: sources.alertmanager.main.bearers is text, a list is expected, write a list: [ … ]',
    ]);
  });

  it('refuses a secret in place of a map and does not repeat it', () => {
    expect(
      faultsOf(yaml({ sources: 'sources: { alertmanager: { main: { basic: "u:hunter2" } } }' })),
    ).toEqual([
      'tocsin.yaml:1: sources.alertmanager.main.basic is text, a map is expected, write a map: { … }',
    ]);
  });

  it('names the file that is missing', () => {
    expect(faultsOf(yaml({ journal: 'journal: { signing_key: ${file:/nope} }' }))).toEqual([
      'tocsin.yaml:1: journal.signing_key is ${file:/nope}, the file /nope cannot be read (ENOENT), create it, readable by the user tocsin runs as',
    ]);
  });

  it('names the variable that is missing', () => {
    expect(
      faultsOf(
        yaml({
          sources: `sources:
  alertmanager:
    main:
      bearers:
        - \${env:NOPE}`,
        }),
      ),
    ).toEqual([
      'tocsin.yaml:5: sources.alertmanager.main.bearers[0] is ${env:NOPE}, the environment variable NOPE is not set, set NOPE where tocsin starts',
    ]);
  });

  it('names the variable that is empty', () => {
    expect(
      faultsOf(yaml({ journal: 'journal: { signing_key: ${env:EMPTY} }' }), {
        env: { EMPTY: '' },
        files: { '/etc/tocsin/empty': '\n' },
      }),
    ).toEqual([
      'tocsin.yaml:1: journal.signing_key is ${env:EMPTY}, the environment variable EMPTY is empty, set EMPTY where tocsin starts',
    ]);
  });

  it('names the file that is empty', () => {
    expect(
      faultsOf(yaml({ journal: 'journal: { signing_key: ${file:empty} }' }), {
        env: { EMPTY: '' },
        files: { '/etc/tocsin/empty': '\n' },
      }),
    ).toEqual([
      'tocsin.yaml:1: journal.signing_key is ${file:empty}, the file empty is empty, put the value into it',
    ]);
  });

  it('refuses a reference to something else', () => {
    expect(faultsOf(yaml({ journal: 'journal: { signing_key: ${vault:x} }' }))).toEqual([
      'tocsin.yaml:1: journal.signing_key is ${vault:x}, only the environment and files can be referred to, write ${env:NAME} or ${file:PATH}',
    ]);
  });

  it('refuses a variable that cannot exist', () => {
    expect(faultsOf(yaml({ journal: 'journal: { signing_key: ${env:A-B} }' }))).toEqual([
      'tocsin.yaml:1: journal.signing_key is ${env:A-B}, "A-B" is not the name of an environment variable, write ${env:NAME} with letters, digits and _',
    ]);
  });

  it('refuses a reference to no file', () => {
    expect(faultsOf(yaml({ journal: 'journal: { signing_key: ${file:} }' }))).toEqual([
      'tocsin.yaml:1: journal.signing_key is ${file:}, no file is named, write ${file:/run/secrets/NAME}',
    ]);
  });

  it('refuses a reference where no secret, URL or path stands', () => {
    expect(faultsOf(yaml({ default_route: 'default_route: { notify: ${env:AM_TOKEN} }' }))).toEqual(
      [
        'tocsin.yaml:1: default_route.notify is ${env:AM_TOKEN}, references are read only where a secret, a URL or a path stands, write the value itself',
      ],
    );
  });

  it('names the variable a path misses', () => {
    expect(faultsOf(yaml({ journal: 'journal: { path: ${env:NOPE} }' }))).toEqual([
      'tocsin.yaml:1: journal.path is ${env:NOPE}, the environment variable NOPE is not set, set NOPE where tocsin starts',
    ]);
  });
});
