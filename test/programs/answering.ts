/** What a test asks of a program, by name; each takes and returns something that can be sent to another process. */
export type Answers = Readonly<Record<string, (question: never) => unknown>>;

export interface Question {
  readonly id: number;
  readonly name: string;
  readonly payload: unknown;
}

/** Sent once when the program can be asked, then once for every question. */
export interface Reply {
  readonly id: number;
  readonly value?: unknown;
  readonly error?: string;
}

export const READY = 0;

/** Answers the process that started this one, and ends with it. */
export function answer(answers: Answers): void {
  process.on('disconnect', () => process.exit());
  process.on('message', ({ id, name, payload }: Question) => {
    Promise.resolve()
      .then(() => answers[name]!(payload as never))
      .then(
        (value) => send({ id, value }),
        (error: unknown) =>
          send({ id, error: error instanceof Error ? (error.stack ?? error.message) : String(error) }),
      );
  });
  send({ id: READY });
}

function send(reply: Reply): void {
  process.send?.(reply);
}
