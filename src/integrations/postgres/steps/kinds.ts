export const fenceKind = 'postgres.fence';
export const chooseKind = 'postgres.choose';
export const promoteKind = 'postgres.promote';
export const unfenceKind = 'postgres.unfence';
export const repointKind = 'postgres.repoint';
export const followKind = 'postgres.follow';
export const rejoinKind = 'postgres.rejoin';
