export const switchKind = 'redis.switch-master';
export const demoteKind = 'redis.demote';
export const releaseKind = 'redis.release';
