import type { ProblemBook } from '../core/problem.ts';

export const journalProblems: ProblemBook = {};
