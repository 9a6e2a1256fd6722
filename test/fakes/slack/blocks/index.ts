import type { Json } from '../json.ts';

export function checkBlocks(_blocks: readonly Json[], _where: 'message' | 'view'): void {}

export function checkView(_view: Json, _type: 'modal' | 'home'): void {}
