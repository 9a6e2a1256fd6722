/** The leader hands over: it ends its writes, and the candidate has all of them before it is promoted. */
export const switchoverKind = 'patroni.switchover';
/** Nobody hands over: a candidate is promoted with what it has. */
export const failoverKind = 'patroni.failover';
