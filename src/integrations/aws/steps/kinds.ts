export const failoverKind = 'aws.fail-over-cluster';
export const rebootKind = 'aws.reboot-with-failover';
export const promoteKind = 'aws.promote-replica';
export const countKind = 'aws.set-desired-count';
export const recordKind = 'aws.change-record';
export const publishKind = 'aws.publish';
export const snapshotKind = 'aws.create-snapshot';
