import type { RequestRead } from '../../../lib/core/request-read.js';
import type { CachedOperation } from '../../../lib/operations/operation.js';
import { readRuleOf } from '../../../lib/operations/read-rule.js';

/** What a method says about a read, whose key was made of these sources and which ignores these reads. */
function verdict(read: RequestRead, sources: readonly string[], ignored: readonly string[] = []): string {
  const inputs = [{ kind: 'headers', name: 'X-Lang' }];
  const operation = { where: 'A.b', key: { text: 'a' }, inputs, ignored: { reads: new Set(ignored) } };
  const contextual = new Map(sources.map((source) => [source, 'x']));
  return readRuleOf(operation as unknown as CachedOperation, contextual).judge(read);
}

const header = (name: string): RequestRead => ({ part: 'headers', name });
const ALL = ['@user.id', '@headers.accept', '@cookies.theme', '@host', '@user.name'];

describe('a read of the request', () => {
  it.each<[RequestRead, string]>([
    [{ part: 'user', name: 'user' }, '@user.id'],
    [{ part: 'user', name: 'auth' }, '@user.id'],
    [header('accept'), '@headers.Accept'],
    [header('authorization'), '@headers.authorization'],
    [{ part: 'host' }, '@host'],
    [header('host'), '@headers.host'],
    [{ part: 'cookies', name: 'theme' }, '@cookies.theme'],
  ])('is named: %j by %s alone', (read, source) => {
    const others = ALL.filter((each) => each.toLowerCase() !== source.toLowerCase());
    expect([verdict(read, [source]), verdict(read, others)]).toEqual(['named', 'undeclared']);
  });

  it('is named by a parameter, whatever case it is written in', () => {
    expect(verdict(header('x-lang'), [])).toBe('named');
  });

  it.each(['host', 'x-forwarded-host', ':authority'])(
    'is not named by the host that the platform found: %s',
    (name) => {
      expect(verdict(header(name), ['@host'])).toBe('undeclared');
    },
  );

  it.each<RequestRead>([{ part: 'session' }, { part: 'headers' }, { part: 'cookies' }, header('cookie')])(
    'is more than a key can name: %j',
    (read) => {
      expect(verdict(read, ALL)).toBe('undeclared');
    },
  );

  it.each<[string, RequestRead]>([
    ['user', { part: 'user', name: 'auth' }],
    ['session', { part: 'session' }],
    ['headers', header('accept')],
    ['headers', { part: 'headers' }],
    ['@headers.accept', header('accept')],
    ['cookies', { part: 'cookies', name: 'theme' }],
    ['cookies', header('cookie')],
    ['host', { part: 'host' }],
    ['@cookies.theme', { part: 'cookies', name: 'theme' }],
  ])('is meant with ignore: %s', (name, read) => {
    expect([verdict(read, [], [name]), verdict(read, [], ['@headers.other'])]).toEqual(['meant', 'undeclared']);
  });
});
