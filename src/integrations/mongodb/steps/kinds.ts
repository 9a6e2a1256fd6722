export const stepDownKind = 'mongodb.step-down';

/** How long the primary waits for an electable secondary to have everything; writes wait as long. */
export const catchUpSeconds = 10;

/** How long it may not be elected again. */
export const awaySeconds = 300;
