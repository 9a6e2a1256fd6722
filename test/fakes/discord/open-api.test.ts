import { describe, expect, it } from 'vitest';
import { createOpenApi, openApi } from './open-api.ts';

const document = {
  paths: {
    '/things/{id}': {
      post: {
        requestBody: {
          content: { 'application/json': { schema: { $ref: '#/components/schemas/Thing' } } },
        },
      },
    },
  },
  components: {
    schemas: {
      Thing: {
        type: 'object',
        required: ['name'],
        properties: {
          name: { type: 'string', minLength: 1, maxLength: 3 },
          size: { oneOf: [{ type: 'null' }, { type: 'integer', minimum: 1, maximum: 9 }] },
          kind: { type: 'integer', enum: [1, 2] },
          owner: { type: 'string', format: 'snowflake' },
          parts: {
            type: ['array', 'null'],
            maxItems: 2,
            uniqueItems: true,
            items: { oneOf: [{ $ref: '#/components/schemas/Wheel' }, { type: 'string' }] },
          },
        },
        additionalProperties: false,
      },
      Wheel: {
        type: 'object',
        required: ['type'],
        properties: { type: { const: 7 }, spokes: { type: 'integer' } },
      },
    },
  },
};

describe('the check against an OpenAPI', () => {
  const faults = (body: unknown) =>
    createOpenApi(document)
      .faultsOf('POST', '/things/{id}', body)
      .map(({ path, message }) => `${path} ${message}`.trim());

  it.each([
    [{ name: 'abc', size: 9, kind: 1, owner: '12', parts: [{ type: 7, spokes: 8 }, 'x'] }],
    [{ name: 'a', size: null, parts: null }],
  ])('is content with %j', (body) => {
    expect(faults(body)).toEqual([]);
  });

  it.each([
    [{}, 'name is missing'],
    [{ name: '' }, 'name is shorter than 1'],
    [{ name: 'abcd' }, 'name is longer than 3'],
    [{ name: 1 }, 'name is number, not string'],
    [{ name: 'a', size: 10 }, 'size is above 9'],
    [{ name: 'a', size: 0 }, 'size is below 1'],
    [{ name: 'a', kind: 3 }, 'kind is none of the choices'],
    [{ name: 'a', owner: 'ana' }, 'owner is no snowflake'],
    [{ name: 'a', parts: ['x', 'x'] }, 'parts has an item twice'],
    [{ name: 'a', parts: ['x', 'y', 'z'] }, 'parts has too many items'],
    [{ name: 'a', parts: [{ type: 7, spokes: 'x' }] }, 'parts/0/spokes is string, not integer'],
    [{ name: 'a', colour: 'red' }, 'colour is not a field here'],
    ['a', 'is string, not object'],
  ])('finds fault with %j', (body, fault) => {
    expect(faults(body)).toEqual([fault]);
  });

  it('knows the routes', () => {
    expect(createOpenApi(document).faultsOf('PUT', '/things/{id}', {})).toEqual([
      { path: '', message: 'the description has no PUT /things/{id}' },
    ]);
  });
});

describe.skipIf(openApi() === undefined)('the official OpenAPI of Discord', () => {
  const route = '/channels/{channel_id}/messages';

  it('takes a message and finds fault with a wrong one', () => {
    expect(openApi()?.faultsOf('POST', route, { content: 'x', embeds: [{ title: 'y' }] })).toEqual(
      [],
    );
    expect(openApi()?.faultsOf('POST', route, { content: 'x'.repeat(4_001) })).toEqual([
      { path: 'content', message: 'is longer than 4000' },
    ]);
  });
});
