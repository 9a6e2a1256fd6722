import type { ProblemBook } from '../../core/problem.ts';

const nothing = 'Nothing was changed.';
const byHand = 'Open the panel from the card.';

/** Every code of this integration with its words. Facts are named in braces. */
export const problems: ProblemBook = {
  GRAFANA_UNREACHABLE: {
    what: '{host} could not be asked for a picture.',
    changed: nothing,
    why: '{why}',
    next: 'Look at Grafana and the network to it.',
  },
  GRAFANA_TIMEOUT: {
    what: '{host} did not draw the panel in time.',
    changed: nothing,
    why: 'It had {seconds} s.',
    next: `${byHand} If it is always slow, look at its image renderer.`,
  },
  GRAFANA_FAILED: {
    what: '{host} could not draw the panel.',
    changed: nothing,
    why: 'It answered {status}.',
    next: `${byHand} Without the image renderer Grafana draws nothing.`,
  },
  GRAFANA_REFUSED: {
    what: '{host} gave no picture of the panel.',
    changed: nothing,
    why: 'It answered {status}; a redirect is not followed.',
    next: 'Give the service account of `sources.grafana` the right to view the dashboard.',
  },
  GRAFANA_NO_PICTURE: {
    what: '{host} gave no picture of the panel.',
    changed: nothing,
    why: 'What it answered is no PNG.',
    next: byHand,
  },
  GRAFANA_TOO_LARGE: {
    what: 'The picture of {host} was not taken.',
    changed: nothing,
    why: 'It has more than {bytes} bytes.',
    next: byHand,
  },
  GRAFANA_RESTS: {
    what: '{host} is not asked for pictures for the moment.',
    changed: nothing,
    why: 'The last {failures} questions failed; the next one goes out in {seconds} s.',
    next: 'Wait for it, or look at Grafana.',
  },
};
