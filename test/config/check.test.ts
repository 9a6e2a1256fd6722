import { describe, expect, it } from 'vitest';
import { check } from '../../src/config/check.ts';
import { wholeGrammar } from '../../src/config.ts';
import { aroundOf, yaml } from './given.ts';

const runbookFault =
  'runbooks/Foo.md:3: there is no Act section, the card shows its first steps, write ## Act';

function checked(text: string, runbooks: readonly string[] = []) {
  return check({
    file: '/etc/tocsin/tocsin.yaml',
    around: aroundOf(text),
    build: wholeGrammar,
    checkRunbooks: () => runbooks,
  });
}

describe('tocsin check', () => {
  it('says in one line what a sound configuration holds', () => {
    expect(checked(yaml())).toEqual({
      ok: true,
      text: '/etc/tocsin/tocsin.yaml is fine: 3 people, 2 groups, 1 source, 1 route, 1 service, 1 target, 1 rule',
    });
  });

  it('counts targets of every kind', () => {
    const { text } = checked(
      yaml({
        targets:
          'targets: { eu-1: { kubernetes: { read: { kubeconfig: r.yaml }, write: { kubeconfig: w.yaml } } }, etc: { files: { paths: [/etc/x] } } }',
      }),
    );
    expect(text).toContain('2 targets');
  });

  it('says where each source sends to, once it is told how it is reached', () => {
    const { text } = checked(
      yaml({ server: 'server: { public_url: https://tocsin.example.com/in/ }' }),
    );
    expect(text.split('\n').slice(0, -1)).toEqual([
      'alertmanager/main sends to https://tocsin.example.com/in/webhooks/alertmanager/main',
    ]);
  });

  it('says warnings and is content', () => {
    expect(checked(yaml({ default_route: 'default_route: {}' }))).toEqual({
      ok: true,
      text: 'warning: /etc/tocsin/tocsin.yaml:1: default_route notifies nobody\n/etc/tocsin/tocsin.yaml is fine: 3 people, 2 groups, 1 source, 1 route, 1 service, 1 target, 1 rule',
    });
  });

  it('says every fault, those of runbooks too', () => {
    expect(checked(yaml({ version: 'version: 2' }), [runbookFault])).toEqual({
      ok: false,
      text: [
        '/etc/tocsin/tocsin.yaml:1: version is 2, this build reads version 1, write version: 1',
        runbookFault,
        '2 faults in all',
      ].join('\n'),
    });
  });

  it('is not content with sound configuration and a broken runbook', () => {
    expect(checked(yaml(), [runbookFault]).ok).toBe(false);
  });

  it('says that there is no configuration', () => {
    const nothing = check({
      file: 'tocsin.yaml',
      around: aroundOf(''),
      build: wholeGrammar,
      checkRunbooks: () => [],
    });
    expect(nothing.text).toBe(
      'tocsin.yaml:1: the configuration cannot be read, there is no such file, name another with --config, or begin with examples/minimal/tocsin.yaml\n1 fault in all',
    );
  });
});
