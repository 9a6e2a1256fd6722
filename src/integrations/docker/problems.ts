import type { ProblemBook } from '../../core/problem.ts';

const nothing = 'Nothing was changed.';

/** Every code of this integration with its words. Facts are named in braces. */
export const problems: ProblemBook = {
  DOCKER_UNREACHABLE: {
    what: 'The Docker Engine of {target} does not answer.',
    changed: 'What was asked may have taken effect.',
    why: '{why}',
    next: 'Look whether it runs, and whether Tocsin may open its socket.',
  },
  DOCKER_UNREADABLE: {
    what: 'What answers at {target} is not read as a Docker Engine.',
    changed: nothing,
    why: 'It answered {path} with {status}, and not with what the API of Docker says.',
    next: 'Look at what listens there; a proxy has to let through `/_ping`, and inspect, update, stop and start of containers.',
  },
  DOCKER_REFUSED: {
    what: 'The Docker Engine of {target} refused {path}.',
    changed: 'That request changed nothing.',
    why: 'It says ({status}): {why}',
    next: 'A proxy before it has to let this through; else look at the container with `docker inspect`.',
  },
  DOCKER_NO_CONTAINER: {
    what: '{target} has no container {container}.',
    changed: nothing,
    why: 'The engine knows none of that name.',
    next: 'Write it under `fence:` as `docker ps --all` does.',
  },
  DOCKER_NO_FENCE: {
    what: 'The container {container} of {target} cannot be fenced.',
    changed: nothing,
    why: '{why}.',
    next: 'Run it as a container of its own with a name, or fence it by a command.',
  },
  DOCKER_RESTS: {
    what: '{target} is not asked for the moment.',
    changed: nothing,
    why: 'Its engine did not answer {failures} times in a row; the next question goes out in {seconds} s.',
    next: 'Look at the host. A step that is under way is not held up by this.',
  },
};
