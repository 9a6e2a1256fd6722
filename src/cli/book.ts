import { hostDoorProblems } from '../bot/host-door.ts';
import { intakeProblems } from '../bot/intake.ts';
import { outboundProblems } from '../bot/outbound-guard.ts';
import { pageIntakeProblems } from '../bot/pagerduty-intake.ts';
import { botProblems } from '../bot/problem-text.ts';
import { stepUpProblems } from '../bot/step-up/problems.ts';
import { backupProblems } from '../core/backup/problem-text.ts';
import { factorProblems } from '../core/factor/problem-text.ts';
import { identityProblems } from '../core/identity/problem-text.ts';
import { incidentProblems } from '../core/incident/problem-text.ts';
import { proposalProblems } from '../core/incident/proposal-problem-text.ts';
import { glassProblems } from '../core/operation/glass-problem-text.ts';
import { operationProblems } from '../core/operation/problem-text.ts';
import type { ProblemBook } from '../core/problem.ts';
import { requestProblems } from '../handlers/problem-text.ts';
import { webhookProblems } from '../handlers/webhooks/problem-text.ts';
import { journalProblems } from '../journal/index.ts';
import { doctorProblems } from './doctor-problems.ts';

/** The words of every code that this process can meet: its own, and those that its integrations and surfaces bring. */
export function bookOf(...brought: readonly ProblemBook[]): ProblemBook {
  return Object.assign(
    {},
    operationProblems,
    glassProblems,
    backupProblems,
    factorProblems,
    stepUpProblems,
    identityProblems,
    incidentProblems,
    proposalProblems,
    requestProblems,
    botProblems,
    webhookProblems,
    intakeProblems,
    pageIntakeProblems,
    outboundProblems,
    hostDoorProblems,
    journalProblems,
    doctorProblems,
    ...brought,
  );
}
