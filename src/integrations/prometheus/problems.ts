import type { ProblemBook } from '../../core/problem.ts';

const untouched = 'Nothing was changed: this only reads.';

/** Every code of this integration with its words. Facts are named in braces. */
export const problems: ProblemBook = {
  PROMETHEUS_UNREACHABLE: {
    what: '{target} could not be asked.',
    changed: untouched,
    why: '{url} did not answer: {why}.',
    next: 'Check `url` of the target and the network to it.',
  },
  PROMETHEUS_CERTIFICATE: {
    what: 'The certificate of {target} is not trusted.',
    changed: untouched,
    why: '{url} shows one that fails with {why}.',
    next: 'For a private CA name its file in `ca` of the target; otherwise renew the certificate or mend the name in `url`.',
  },
  PROMETHEUS_TIMEOUT: {
    what: '{target} did not answer in time.',
    changed: untouched,
    why: '{url} gave no whole answer within {seconds} s.',
    next: 'Ask for a shorter time, or check its load; `timeout` of the target sets the limit.',
  },
  PROMETHEUS_UNAUTHORIZED: {
    what: '{target} does not accept our credential.',
    changed: untouched,
    why: '{url} answered {status}.',
    next: 'Check `bearer` or `basic` of the target.',
  },
  PROMETHEUS_PROXY: {
    what: '{target} could not be asked.',
    changed: untouched,
    why: 'The proxy before {url} does not accept our credential.',
    next: 'Check the name and password in HTTP_PROXY or HTTPS_PROXY, or `proxy` of the target.',
  },
  PROMETHEUS_REFUSED: {
    what: '{target} does not answer questions.',
    changed: untouched,
    why: '{url} answered {status}.',
    next: 'Check that `url` of the target is the base address of a Prometheus, path prefix included.',
  },
  PROMETHEUS_QUERY_REFUSED: {
    what: '{target} does not take this expression.',
    changed: untouched,
    why: 'It says: {why}.',
    next: 'Try the expression at {url} itself.',
  },
  PROMETHEUS_UNREADABLE: {
    what: 'What {target} says cannot be read.',
    changed: untouched,
    why: 'In the answer of {url}, {why}.',
    next: 'Check that `url` of the target is a Prometheus or speaks its HTTP API, with no login page before it.',
  },
  PROMETHEUS_TOO_LARGE: {
    what: 'The answer of {target} is too large.',
    changed: untouched,
    why: '{url} sent more than {bytes} bytes.',
    next: 'Aggregate in the expression, ask for a shorter time, or raise `response_limit` of the target.',
  },
  PROMETHEUS_RESTS: {
    what: '{target} is not asked for the moment.',
    changed: untouched,
    why: 'The last {failures} questions failed; the next one goes out in {seconds} s.',
    next: 'Wait for it, or look at {url}.',
  },
};
