/** As it is written, and as compilers write it for engines without it, in a WeakMap. */
const PRIVATE_MEMBER = /[\w$)\]]\s*\??\.\s*#[\p{ID_Start}$_]|_class_?private_?field|__private(?:Get|Set|Add)/iu;

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
