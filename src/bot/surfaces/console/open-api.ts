import { proposalPaths, proposalSchema } from './open-api-proposals.ts';

const problem = { $ref: '#/components/responses/Problem' };
const incident = {
  name: 'incident',
  in: 'path',
  required: true,
  schema: { type: 'string' },
} as const;

/** Written by hand and held against the routes by a test. */
export const openApi = {
  openapi: '3.1.0',
  info: {
    title: 'Tocsin console',
    version: '1',
    description:
      'Reads incidents with their threads (operations stand in them as cards) and takes command lines. A token neither asks nor approves: it proposes, and a person presses.',
  },
  servers: [{ url: '/api/v1' }],
  security: [{ token: [] }, { session: [] }],
  paths: {
    '/openapi.json': {
      get: {
        operationId: 'openapi',
        security: [],
        summary: 'This document.',
        responses: { '200': { description: 'OpenAPI 3.1.' } },
      },
    },
    '/incidents': {
      get: {
        operationId: 'listIncidents',
        summary: 'Open incidents, the most urgent first, then the recently closed. Scope `read`.',
        responses: {
          '200': {
            description: 'The incidents.',
            content: {
              'application/json': {
                schema: {
                  type: 'object',
                  required: ['incidents'],
                  properties: {
                    incidents: { type: 'array', items: { $ref: '#/components/schemas/Incident' } },
                  },
                },
              },
            },
          },
          '401': problem,
          '403': problem,
        },
      },
    },
    '/incidents/{incident}': {
      get: {
        operationId: 'readThread',
        summary:
          'The card of an incident, its story and the cards of its operations. Scope `read`.',
        parameters: [incident],
        responses: {
          '200': {
            description: 'The thread.',
            content: { 'application/json': { schema: { $ref: '#/components/schemas/Thread' } } },
          },
          '401': problem,
          '403': problem,
          '404': problem,
        },
      },
    },
    '/incidents/{incident}/lines': {
      post: {
        operationId: 'sendLine',
        summary:
          'Types a command line in an incident. Scope `commands`, or a session. What is a person’s to say is refused to tokens: they propose.',
        parameters: [incident],
        requestBody: {
          required: true,
          content: {
            'application/json': {
              schema: {
                type: 'object',
                required: ['line'],
                properties: {
                  line: { type: 'string', maxLength: 2000 },
                  cause: {
                    type: 'string',
                    pattern: '^[\\w-]{8,64}$',
                    description: 'The same request sent again with the same cause is done once.',
                  },
                },
              },
            },
          },
        },
        responses: {
          '200': {
            description: 'The answer.',
            content: { 'application/json': { schema: { $ref: '#/components/schemas/Answer' } } },
          },
          '400': problem,
          '401': problem,
          '403': problem,
          '404': problem,
          '413': problem,
          '415': problem,
        },
      },
    },
    ...proposalPaths,
    '/incidents/{incident}/exports': {
      post: {
        operationId: 'exportRecord',
        summary:
          'The record of an incident as a file. Scope `export`, or a session of somebody in a group of `record.export`. That it was taken out is on the record.',
        parameters: [incident],
        requestBody: {
          required: true,
          content: {
            'application/json': {
              schema: {
                type: 'object',
                required: ['format'],
                properties: { format: { enum: ['json', 'markdown', 'csv'] } },
              },
            },
          },
        },
        responses: {
          '200': {
            description: 'The file. `json` proves itself.',
            content: { 'application/json': {}, 'text/markdown': {}, 'text/csv': {} },
          },
          '400': problem,
          '401': problem,
          '403': problem,
          '404': problem,
          '413': problem,
          '415': problem,
        },
      },
    },
  },
  components: {
    securitySchemes: {
      token: {
        type: 'http',
        scheme: 'bearer',
        description: '`console.tokens`: read, commands, export',
      },
      session: { type: 'apiKey', in: 'cookie', name: '__Host-tocsin' },
    },
    responses: {
      Problem: {
        description: 'What happened, whether anything changed, why, and what to do next.',
        content: {
          'application/json': {
            schema: {
              type: 'object',
              properties: {
                problem: {
                  type: 'object',
                  required: ['code', 'what', 'changed', 'why', 'next'],
                  additionalProperties: { type: 'string' },
                },
              },
            },
          },
        },
      },
    },
    schemas: {
      Incident: {
        type: 'object',
        required: ['incident', 'mark', 'title', 'service', 'environment', 'openedAt', 'counts'],
        properties: {
          incident: { type: 'string' },
          mark: { type: 'string' },
          title: { type: 'string' },
          service: { type: 'string' },
          environment: { type: 'string' },
          openedAt: { type: 'string', format: 'date-time' },
          closedAt: { type: ['string', 'null'], format: 'date-time' },
          counts: { type: 'object', additionalProperties: { type: 'integer' } },
        },
      },
      Thread: {
        type: 'object',
        required: ['incident', 'root', 'entries'],
        properties: {
          incident: { type: 'string' },
          root: { $ref: '#/components/schemas/Card' },
          entries: { type: 'array', items: { type: 'object' } },
        },
      },
      Proposal: proposalSchema,
      Answer: {
        type: 'object',
        required: ['to', 'card'],
        properties: {
          to: { enum: ['asker', 'thread'] },
          card: { $ref: '#/components/schemas/Card' },
        },
      },
      Card: {
        type: 'object',
        description: 'The neutral card that every surface renders.',
        required: ['key', 'tone', 'mark', 'title', 'blocks', 'actions', 'footnote'],
      },
    },
  },
} as const;
