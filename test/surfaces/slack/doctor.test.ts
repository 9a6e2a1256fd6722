import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { scopes, slackManifest } from '../../../src/bot/surfaces/slack/manifest.ts';
import { commands } from '../../../src/handlers/commands/index.ts';
import { type Stage, startStage } from './stage.ts';

let stage: Stage;
beforeEach(async () => {
  stage = await startStage();
  stage.shop.channel('ops');
});
afterEach(() => stage.close());

const codes = async (places: readonly string[] = ['#ops']) =>
  (await stage.connection.doctor(places, [])).map(({ check, problem }) => [check, problem?.code]);

describe('doctor', () => {
  it('finds nothing wrong where nothing is', async () => {
    expect(await codes()).toEqual([
      ['token', undefined],
      ['scopes', undefined],
      ['channel', undefined],
      ['socket', undefined],
    ]);
    expect(stage.slack.sockets.count()).toBe(0);
    expect(stage.slack.calls.every(({ method }) => !method.startsWith('chat.'))).toBe(true);
  });

  it('names each scope that is missing, and what it is for', async () => {
    stage.shop.revokesScope('users:read');
    stage.shop.revokesScope('files:read');
    const found = (await stage.connection.doctor([], [])).find(({ check }) => check === 'scopes');
    expect(found).toMatchObject({
      facts: { missing: 'files:read, users:read' },
      problem: { code: 'SLACK_SCOPE_MISSING' },
    });
  });

  it('wants the scope for user groups only where the configuration names one', async () => {
    stage.shop.revokesScope('usergroups:read');
    expect(await codes()).toContainEqual(['scopes', undefined]);
    const group = { kind: 'slack_usergroup', id: 'T01/S01', accounts: 'slack', home: 'T01' };
    const found = (await stage.connection.doctor([], [group])).find(
      ({ check }) => check === 'scopes',
    );
    expect(found).toMatchObject({
      facts: { missing: 'usergroups:read' },
      problem: { code: 'SLACK_SCOPE_MISSING' },
    });
  });

  it('finds channels that are not there, are archived, or without the bot', async () => {
    stage.shop.channel('quiet', { bot: false });
    const old = stage.shop.channel('old');
    old.archived = true;
    expect(await codes(['#nowhere', '#quiet', old.id])).toEqual([
      ['token', undefined],
      ['scopes', undefined],
      ['channel', 'SLACK_CHANNEL_NOT_FOUND'],
      ['channel', 'SLACK_NOT_IN_CHANNEL'],
      ['channel', 'SLACK_CHANNEL_ARCHIVED'],
      ['socket', undefined],
    ]);
  });

  it('finds a token that is worth nothing', async () => {
    stage.shop.revokesToken();
    expect(await codes()).toEqual([['token', 'SLACK_TOKEN_REFUSED']]);
  });

  it('finds an app token that opens no socket', async () => {
    const other = await startStage({ appToken: 'xapp-wrong' });
    other.shop.channel('ops');
    const found = (await other.connection.doctor([], [])).find(({ check }) => check === 'socket');
    expect(found?.problem?.code).toBe('SLACK_APP_TOKEN_REFUSED');
    await other.close();
  });

  it('says when Slack cannot be reached', async () => {
    stage.slack.outage.from({ kind: 'reset' });
    expect(await codes()).toEqual([['token', 'SLACK_UNREACHABLE']]);
  });
});

describe('the manifest', () => {
  const manifest = (mode: 'socket' | 'http') =>
    JSON.parse(
      JSON.stringify(
        slackManifest({
          command: '/ops',
          mode,
          publicUrl: 'https://tocsin.example.com/',
          commands,
        }),
      ),
    );

  it('asks for the scopes that doctor looks for, and for no more', () => {
    expect(manifest('socket').oauth_config.scopes.bot).toEqual(Object.keys(scopes));
    expect(manifest('socket').oauth_config.scopes.user).toBeUndefined();
  });

  it('stays within what Slack takes', () => {
    const { display_information: display, features, settings } = manifest('socket');
    // https://docs.slack.dev/reference/app-manifest
    expect(display.name.length).toBeLessThanOrEqual(35);
    expect(display.description.length).toBeLessThanOrEqual(140);
    expect(features.bot_user.display_name.length).toBeLessThanOrEqual(80);
    expect(features.slash_commands).toHaveLength(1);
    const [command] = features.slash_commands;
    expect(command.command.length).toBeLessThanOrEqual(32);
    expect(command.description.length).toBeLessThanOrEqual(2_000);
    expect(command.usage_hint.length).toBeLessThanOrEqual(1_000);
    expect(features.shortcuts.length).toBeLessThanOrEqual(10);
    expect(features.shortcuts[0].name.length).toBeLessThanOrEqual(24);
    expect(settings.event_subscriptions.bot_events.length).toBeLessThanOrEqual(100);
  });

  it('names every command, and where Slack calls only when it does', () => {
    const socket = manifest('socket');
    expect(socket.features.slash_commands[0].usage_hint).toContain('rollback');
    expect(socket.settings.socket_mode_enabled).toBe(true);
    expect(JSON.stringify(socket)).not.toContain('tocsin.example.com');
    const http = manifest('http');
    expect(http.settings.socket_mode_enabled).toBe(false);
    expect(http.settings.interactivity.request_url).toBe('https://tocsin.example.com/slack/events');
    expect(http.settings.event_subscriptions.request_url).toBe(
      'https://tocsin.example.com/slack/events',
    );
  });
});
