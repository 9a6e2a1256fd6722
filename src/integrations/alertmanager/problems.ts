import type { ProblemBook } from '../../core/problem.ts';

const untouched = 'Nothing was changed: this only reads.';

/** Every code of this integration with its words. Facts are named in braces. */
export const problems: ProblemBook = {
  ALERTMANAGER_UNREACHABLE: {
    what: '{source} could not be asked what fires.',
    changed: untouched,
    why: '{url} did not answer: {why}.',
    next: 'Check `api` of the source and the network to it; incidents keep what the webhooks said.',
  },
  ALERTMANAGER_CERTIFICATE: {
    what: 'The certificate of {source} is not trusted.',
    changed: untouched,
    why: '{url} shows one that fails with {why}.',
    next: 'For a private CA set NODE_EXTRA_CA_CERTS to its file before the start; otherwise renew the certificate or mend the name in `api`.',
  },
  ALERTMANAGER_TIMEOUT: {
    what: '{source} did not say in time what fires.',
    changed: untouched,
    why: '{url} gave no whole answer within {seconds} s.',
    next: 'Check its load; `api.timeout` of the source sets the limit.',
  },
  ALERTMANAGER_UNAUTHORIZED: {
    what: '{source} does not accept our credential.',
    changed: untouched,
    why: '{url} answered {status}.',
    next: 'Check `api.bearer` or `api.basic` of the source.',
  },
  ALERTMANAGER_PROXY: {
    what: '{source} could not be asked what fires.',
    changed: untouched,
    why: 'The proxy before {url} does not accept our credential.',
    next: 'Check the name and password in HTTP_PROXY or HTTPS_PROXY, or name the host in NO_PROXY.',
  },
  ALERTMANAGER_REFUSED: {
    what: '{source} does not say what fires.',
    changed: untouched,
    why: '{url} answered {status}.',
    next: 'Check that `api` of the source is the base address of an Alertmanager, path prefix included.',
  },
  ALERTMANAGER_SILENCE_REFUSED: {
    what: '{source} did not do what was asked of the silence.',
    changed: 'Nothing was changed there.',
    why: '{url} answered {status}.',
    next: 'Check that the credential under `api` of the source may write, or do it there by hand.',
  },
  ALERTMANAGER_ALERTS_REFUSED: {
    what: '{source} does not take alerts about Tocsin itself.',
    changed: 'Nothing was changed there; they are sent again each minute.',
    why: '{url} answered {status}.',
    next: 'Check that the credential under `api` of the source may write alerts, or take `own_alerts` out.',
  },
  ALERTMANAGER_SILENCE_OVER: {
    what: 'There is nothing to take back: the silence {silence} is over.',
    changed: 'Nothing was changed.',
    why: '{source} does not name it, or names it as expired.',
    next: 'Its alerts are heard already.',
  },
  SILENCE_IS_DANGEROUS: {
    what: 'While it stands, nobody is woken by {firing} alerts that fire now, {critical} of them critical, nor by others like them.',
    changed: 'Nothing yet.',
    why: '{source} says that they fit.',
    next: '`unsilence` in the incident ends it at any time, without an approval.',
  },
  ALERTMANAGER_UNREADABLE: {
    what: 'What {source} says cannot be read.',
    changed: untouched,
    why: 'In the answer of {url}, {why}.',
    next: 'Check that `api` of the source is an Alertmanager of version 0.16 or newer, with no login page before it.',
  },
  ALERTMANAGER_TOO_LARGE: {
    what: 'The answer of {source} is too large.',
    changed: untouched,
    why: '{url} sent more than {bytes} bytes.',
    next: 'Look at how many alerts it holds.',
  },
  ALERTMANAGER_CLOCK_SKEW: {
    what: 'The clock of {source} and ours differ.',
    changed: untouched,
    why: '{url} is {seconds} s away from us: when an alert began or ended is said wrongly by as much.',
    next: 'Let both follow a time server.',
  },
  ALERTMANAGER_RESTS: {
    what: '{source} is not asked for the moment.',
    changed: untouched,
    why: 'The last {failures} questions failed; the next one goes out in {seconds} s.',
    next: 'Wait for it, or look at {url}.',
  },
};
