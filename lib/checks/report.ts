import { CacheError } from '../core/errors.js';
import type { Problem } from '../core/start-up-report.js';
import { counted, startUpReport } from '../core/start-up-report.js';
import type { CheckedApplication } from './application.js';
import type { Check, Finding } from './finding.js';
import { checkGraph } from './graph.js';
import { checkIdentity } from './identity.js';
import { checkInputs } from './inputs.js';

/** What every application is checked for, in the order of the report. */
const CHECKS: readonly Check[] = [checkInputs, checkIdentity, checkGraph];

/** What the checks find, as `keyCheck` wants it. */
export function findingsOf(application: CheckedApplication): Finding[] {
  return application.settings.keyCheck === 'off' ? [] : everyFinding(application);
}

/** What the checks find, whatever `keyCheck` says; one mistake may be met in several classes that inherit it. */
export function everyFinding(application: CheckedApplication): Finding[] {
  const all = CHECKS.flatMap((check) => check(application));
  return [...new Map(all.map((finding) => [finding.problem.message, finding])).values()];
}

/**
 * Tells the developer everything at once: what cannot run at all, and what the checks found.
 *
 * @throws CacheError `START_UP_REFUSED` with all of it, where the application must not start.
 */
export function report(
  problems: readonly CacheError[],
  findings: readonly Finding[],
  { settings, warn }: { settings: CheckedApplication['settings']; warn: (text: string) => void },
): void {
  const told = (severity: Finding['severity']): Problem[] =>
    findings
      .filter((each) => each.severity === severity)
      .map(({ problem: { code, message }, where }) => ({ code, message, where }));
  const [errors, warnings] = [told('error'), told('warning')];
  const unrunnable = problems.map(({ code, message, details }) => ({ code, message, where: whereOf(details) }));
  if (unrunnable.length > 0 || (settings.keyCheck === 'error' && errors.length > 0)) {
    throw new CacheError('START_UP_REFUSED', { problems: [...unrunnable, ...errors], warnings });
  }
  const title = `nestash found ${counted(errors)}, and starts because keyCheck is "${settings.keyCheck}":`;
  if (findings.length > 0) warn(startUpReport(title, errors, warnings));
}

function whereOf(details: object): string | undefined {
  const { where } = details as { where?: unknown };
  return typeof where === 'string' ? where : undefined;
}
