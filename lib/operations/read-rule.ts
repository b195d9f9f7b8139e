import type { ReadRule, RequestRead } from '../core/request-read.js';
import { IDENTITY_SOURCE } from './context-sources.js';
import type { CachedOperation } from './operation.js';

/**
 * Which reads of the request the key of a call allows for: the user where it names the identity, a header or a cookie
 * that it names, the host. What the platform says the host is need not be what a header says, whose sender may choose
 * it. A session, and headers or cookies as a whole, are more than a key can name.
 */
export function readRuleOf(
  { where, key, inputs, ignored }: CachedOperation,
  contextual: ReadonlyMap<string, string>,
): ReadRule {
  const isNamed = ({ part, name }: RequestRead): boolean => {
    if (part === 'user') return key.namesIdentity || contextual.has(IDENTITY_SOURCE);
    if (part === 'host') return contextual.has('@host');
    if (name === undefined || part === 'session') return false;
    if (part === 'cookies') return contextual.has(`@cookies.${name}`);
    const isDeclared = inputs.some((input) => input.kind === 'headers' && input.name?.toLowerCase() === name);
    return isDeclared || [...contextual.keys()].some((source) => source.toLowerCase() === `@headers.${name}`);
  };
  return {
    where,
    key: key.text,
    judge(read) {
      if (ignored.reads.has(read.part) || ignored.reads.has(textOfRead(read))) return 'meant';
      // RFC 6265, section 4.2: this header is where cookies are.
      if (read.name === 'cookie' && read.part === 'headers' && ignored.reads.has('cookies')) return 'meant';
      return isNamed(read) ? 'named' : 'undeclared';
    },
  };
}

function textOfRead({ part, name }: RequestRead): string {
  return `@${part}.${name}`;
}
