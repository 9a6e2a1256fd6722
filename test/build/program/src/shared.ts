export const shared = 'shared';
export const unused = 'nobody imports this sentence';
