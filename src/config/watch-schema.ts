import { address, duration, integer, keys, listen, oneOf, path, text } from './field.ts';

/** One declared endpoint, under its name. */
export const watch = keys({
  http: address
    .optional()
    .describe('An `http` or `https` address; a redirect is an answer and is not followed.'),
  tcp: listen.optional().describe('`host:port`; a connection that is taken is an answer.'),
  service: text
    .optional()
    .describe('A service whose part is watched, in place of an address; with `role`.'),
  role: oneOf(['database', 'cache'])
    .optional()
    .describe('The part of it: whether its users find one that takes their writes.'),
  environment: text.optional().describe('Of the service; needed where it has more than one.'),
  status: integer(100, 599)
    .optional()
    .describe('The status of a good answer; any of 200 to 299 when absent.'),
  ca: path
    .optional()
    .describe("PEM file of the authority that signed its certificate; the system's when absent."),
  propose: text
    .optional()
    .describe(
      'The change that is proposed when it does not answer, as a person would type it: `failover checkout cache env=production`. For a part of a service its failover, when absent.',
    ),
  every: duration('1s', '1h').default(30_000).describe('How often it is asked.'),
  strikes: integer(1, 100)
    .default(3)
    .describe('How many checks in a row fail before anything is said.'),
  timeout: duration('100ms', '1m')
    .default(5_000)
    .describe('How long one check may take; shorter than `every`.'),
  severity: oneOf(['critical', 'major', 'warning'])
    .default('critical')
    .describe('Of an incident that is opened for it; one that is open about the service is used.'),
  expires: duration('1m', '7d')
    .default(86_400_000)
    .describe('How long the proposal holds, where the outage lasts.'),
});
