import { configureGlobal } from 'fast-check';

// One seed for a whole run, printed at its start, so that a failing property can be met again.
const seed = Number(process.env['TOCSIN_SEED']);
if (Number.isSafeInteger(seed)) configureGlobal({ seed });
