export const switchKind = 'redis.switch-master';
export const demoteKind = 'redis.demote';
export const releaseKind = 'redis.release';
/** The master itself hands over, where no Sentinel looks after it. */
export const handOverKind = 'redis.hand-over';
/** A replica takes the slots of its master over, in a Redis Cluster. */
export const takeSlotsKind = 'redis.take-slots';
