/** Mistakes in named locks. */
const lock = { file: 'lib/engine/lock.ts', tests: 'test/unit/engine/lock.spec.ts' };

export default [
  {
    mistake: 'a lock is not renewed',
    ...lock,
    find: 'let cancel = clock.after(interval, renew);',
    replace: 'let cancel = () => {};\n  void renew;',
    only: 'is held for as long as its function runs',
  },
  {
    mistake: 'a lock is renewed once only',
    ...lock,
    find: 'if (!abort.signal.aborted) cancel =',
    replace: 'if (abort.signal.aborted) cancel =',
    only: 'is held for as long as its function runs',
  },
  {
    mistake: 'a lock that is lost does not fire the signal',
    ...lock,
    find: `if (isStopped) return;
    loseIfOver();`,
    replace: 'if (isStopped) return;',
    only: 'that was taken away fires the signal',
  },
  {
    mistake: 'what was done without the lock counts as done under it',
    ...lock,
    find: 'abort.signal.throwIfAborted();',
    replace: '',
    only: 'although the function ended well',
  },
  {
    mistake: 'a renewal without an answer loses the lock',
    ...lock,
    find: '() => goOn(),',
    replace: '() => { heldUntil = 0; goOn(); },',
    only: 'survives renewals without an answer',
  },
  {
    mistake: 'a lock is lost in silence when the store says so',
    ...lock,
    find: 'heldUntil = isHeld ? asked + lifetime : 0;',
    replace: 'heldUntil = asked + lifetime;\n        void isHeld;',
    only: 'that was taken away',
  },
  {
    mistake: 'a lock is given back under a token of its own',
    ...lock,
    find: 'context.store.unlock(request.name, token)',
    replace: 'context.store.unlock(request.name, randomToken())',
    only: 'is given back when its function fails',
  },
  {
    mistake: 'nobody waits for a lock',
    ...lock,
    find: 'if (left <= 0) {',
    replace: 'if (left <= wait) {',
    only: 'is waited for as long as is asked',
  },
  {
    mistake: 'a lock is waited for without end',
    ...lock,
    find: 'if (left <= 0) {',
    replace: 'if (wait === 0) {',
    only: 'is waited for as long as is asked',
  },
  {
    mistake: 'a lock lives from the answer to its renewal',
    ...lock,
    find: 'heldUntil = isHeld ? asked + lifetime : 0;',
    replace: 'heldUntil = isHeld ? clock.monotonic() + lifetime : 0;',
    only: 'lives from when a renewal was asked for',
  },
  {
    mistake: 'a lock is held although the answer came after its end',
    ...lock,
    find: ' && clock.monotonic() < asked + lifetime) return',
    replace: ') return',
    only: 'is not taken for held',
  },
];
