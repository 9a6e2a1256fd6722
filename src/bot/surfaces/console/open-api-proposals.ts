const problem = { $ref: '#/components/responses/Problem' };
const incident = {
  name: 'incident',
  in: 'path',
  required: true,
  schema: { type: 'string' },
} as const;
const proposal = { ...incident, name: 'proposal' } as const;
const refusals = { '401': problem, '403': problem, '404': problem } as const;
const bodyRefusals = {
  ...refusals,
  ...{ '400': problem, '409': problem, '413': problem, '415': problem },
  ...{ '422': problem, '429': problem },
} as const;
const one = {
  'application/json': {
    schema: {
      type: 'object',
      required: ['proposal'],
      properties: {
        how: {
          enum: ['made', 'again', 'joined'],
          description:
            '`again`: it was proposed before, by this key or in the same words. `joined`: somebody else proposes the same, and it is theirs.',
        },
        proposal: { $ref: '#/components/schemas/Proposal' },
      },
    },
  },
} as const;

/** What a program proposes, and how that stands. */
export const proposalPaths = {
  '/incidents/{incident}/proposals': {
    get: {
      operationId: 'listProposals',
      summary: 'What was proposed in an incident, the newest last. Scope `read` or `commands`.',
      parameters: [incident],
      responses: {
        '200': {
          description: 'The proposals.',
          content: {
            'application/json': {
              schema: {
                type: 'object',
                required: ['proposals'],
                properties: {
                  proposals: { type: 'array', items: { $ref: '#/components/schemas/Proposal' } },
                },
              },
            },
          },
        },
        ...refusals,
      },
    },
    post: {
      operationId: 'propose',
      summary:
        'Proposes a change. It becomes a card with a button; whoever presses it is the requester, and others approve. Scope `commands`; a token alone.',
      parameters: [incident],
      requestBody: {
        required: true,
        content: {
          'application/json': {
            schema: {
              type: 'object',
              required: ['line', 'why'],
              additionalProperties: false,
              properties: {
                line: {
                  type: 'string',
                  maxLength: 2000,
                  description: 'As a person would type it: `restart checkout env=production`.',
                },
                why: { type: 'string', minLength: 1, maxLength: 500 },
                for: {
                  type: 'string',
                  default: '1h',
                  description: 'How long it holds: `1m` to `24h`.',
                },
                key: {
                  type: 'string',
                  pattern: '^[\\w-]{8,64}$',
                  description: 'The same request sent again with the same key is one proposal.',
                },
              },
            },
          },
        },
      },
      responses: {
        '200': { description: 'It was proposed already.', content: one },
        '201': { description: 'It is proposed.', content: one },
        ...bodyRefusals,
      },
    },
  },
  '/incidents/{incident}/proposals/{proposal}/withdraw': {
    post: {
      operationId: 'withdrawProposal',
      summary: 'Takes back what the same token proposed. Scope `commands`.',
      parameters: [incident, proposal],
      requestBody: {
        required: true,
        content: {
          'application/json': {
            schema: {
              type: 'object',
              required: ['why'],
              properties: { why: { type: 'string', minLength: 1, maxLength: 500 } },
            },
          },
        },
      },
      responses: {
        '200': { description: 'It is taken back.', content: one },
        ...bodyRefusals,
      },
    },
  },
} as const;

export const proposalSchema = {
  type: 'object',
  required: ['proposal', 'state', 'line', 'why', 'proposedBy', 'proposedAt', 'until', 'request'],
  properties: {
    proposal: { type: 'string' },
    state: { enum: ['live', 'withdrawn', 'dismissed', 'expired', 'resolved'] },
    line: { type: 'string' },
    service: { type: 'string' },
    environment: { type: 'string' },
    why: { type: 'string' },
    proposedBy: {
      type: 'object',
      properties: { kind: { enum: ['token', 'watch'] }, name: { type: 'string' } },
    },
    proposedAt: { type: 'string', format: 'date-time' },
    until: { type: 'string', format: 'date-time' },
    request: {
      type: ['object', 'null'],
      description: 'The operation that a person asked for by it, the last one.',
      properties: {
        operation: { type: 'string' },
        person: { type: 'string' },
        at: { type: 'string', format: 'date-time' },
      },
    },
  },
} as const;
