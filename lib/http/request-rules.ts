/** The headers of a request by their lower-case names. */
export type RequestHeaders = Readonly<Record<string, unknown>>;

/** RFC 9110, section 9.2.1: the methods whose answers are kept and validated here. */
export function isRead(method: string | undefined): boolean {
  return method === 'GET' || method === 'HEAD';
}

/**
 * Whether a client asks for what no cache made: RFC 9111, section 5.2.1.4, or section 5.4 where it says nothing else.
 * What browsers send for a plain reload, `max-age=0`, asks for validation, and a hit has been validated.
 */
export function asksForFresh({ 'cache-control': cacheControl, pragma }: RequestHeaders): boolean {
  return hasDirective(cacheControl === undefined ? pragma : cacheControl, 'no-cache');
}

/** RFC 9111, section 5.2: directives are told apart without regard to case, and may have an argument. */
function hasDirective(field: unknown, name: string): boolean {
  if (typeof field !== 'string') return false;
  return field.split(',').some((directive) => directive.split('=')[0]!.trim().toLowerCase() === name);
}
