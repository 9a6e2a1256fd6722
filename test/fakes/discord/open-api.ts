import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Request } from './http/server.ts';
import { isJson, type Json, object } from './json.ts';
import { check, type Fault } from './json-schema.ts';

/** A request that the official description of the API does not allow. */
export interface Violation {
  /** `POST /channels/{channel_id}/messages`. */
  readonly route: string;
  readonly faults: readonly Fault[];
  /** With its body, and how the fake answered it. */
  readonly request: Request;
}

export interface OpenApi {
  /** What is wrong with this body on this route; empty when nothing is. */
  faultsOf(verb: string, path: string, body: unknown): readonly Fault[];
}

/**
 * The official description (https://github.com/discord/discord-api-spec), where a copy lies beside the project or
 * `TOCSIN_TEST_DISCORD_OPENAPI` names one. It is not part of the project: without a copy nothing is checked.
 */
export function openApi(): OpenApi | undefined {
  loaded ??= load();
  return loaded;
}

let loaded: OpenApi | undefined;

function load(): OpenApi | undefined {
  const beside = join(import.meta.dirname, '../../../../shared/specs/discord-openapi.json');
  const file = process.env['TOCSIN_TEST_DISCORD_OPENAPI'] ?? beside;
  if (!existsSync(file)) return undefined;
  const document: unknown = JSON.parse(readFileSync(file, 'utf8'));
  return isJson(document) ? createOpenApi(document) : undefined;
}

/**
 * Where the description disagrees with the documentation, and the service with the description: permissions are a string
 * of digits there (https://discord.com/developers/docs/interactions/application-commands#application-command-object).
 */
const disagreed = /(?:^|\/)default_member_permissions$/;

export function createOpenApi(document: Json): OpenApi {
  const resolve = (ref: string): Json =>
    object(
      ref
        .replace(/^#\//, '')
        .split('/')
        .reduce<unknown>((place, part) => object(place)[part], document),
    );

  return {
    faultsOf(verb, path, body) {
      const operation = object(object(object(document['paths'])[path])[verb.toLowerCase()]);
      if (Object.keys(operation).length === 0) {
        return [{ path: '', message: `the description has no ${verb} ${path}` }];
      }
      const content = object(object(operation['requestBody'])['content']);
      const { schema } = object(content['application/json']);
      if (!isJson(schema) || body === undefined) return [];
      return check({ resolve }, schema, body).filter(({ path: where }) => !disagreed.test(where));
    },
  };
}
