const PRIVATE_MEMBER = /[\w$)\]]\s*\??\.\s*#[\p{ID_Start}$_]/u;

const known = new WeakMap<object, boolean>();

/** Whether a class, or one it derives from, uses `#private` members, which nothing outside of it can read. */
export function hasPrivateMembers(type: object): boolean {
  const found = known.get(type);
  if (found !== undefined) return found;
  const parent: unknown = Object.getPrototypeOf(type);
  const isOwn = PRIVATE_MEMBER.test(Function.prototype.toString.call(type));
  const result = isOwn || (typeof parent === 'function' && parent !== Function.prototype && hasPrivateMembers(parent));
  known.set(type, result);
  return result;
}
