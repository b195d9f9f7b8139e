const DEADLINE_MS = 10_000;

/** Ends Jest where a test left a server, connection or timer open, for which a single worker waits for ever. */
export default class EndingReporter {
  onRunComplete() {
    setTimeout(() => {
      process.stderr.write(
        'The tests have ended, and an open server, connection or timer of theirs keeps Jest alive.\n',
      );
      process.exit(1);
    }, DEADLINE_MS).unref();
  }
}
