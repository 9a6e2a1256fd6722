/**
 * Keeps one server from running, whoever restarts it: made by the integration that holds what runs it, for the one that
 * promotes another server in its place. The program hands it over. That it holds is proven by whoever uses it.
 */
export interface Fence {
  /** What is done, for a plan: `shop/statefulset/pg-1 of kubernetes/eu-1 to 0 pods`. */
  readonly raises: string;
  readonly lifts: string;
  /**
   * Looks, before anybody approves. Answers what taking it back needs and what is lost once it is raised; empty for
   * nothing. Throws a ProblemError where it could not be raised, or would stop more than this server.
   */
  plan(): Promise<string>;
  /** Ends once the server has stopped, or its time is over. Harmless when done twice. */
  raise(): Promise<Said>;
  lift(note: string): Promise<Said>;
  /** Ends with 0 while it holds. */
  holds(): Promise<Said>;
}

export interface Said {
  /** `0` for done; `missing` where nothing was begun; anything else says that it may have changed something. */
  readonly exit: string;
  readonly said: string;
}
