/** One thing that the developer is told when the application starts. */
export interface Problem {
  readonly code: string;
  readonly message: string;
  /** What it is about, `Class.method`; undefined for the application as a whole. */
  readonly where?: string | undefined;
}

/** Everything that was found, grouped by what it is about. */
export function startUpReport(title: string, errors: readonly Problem[], warnings: readonly Problem[]): string {
  const parts = errors.length > 0 ? [`${title}\n\n${grouped(errors)}`] : [];
  if (warnings.length > 0) parts.push(`nestash warns:\n\n${grouped(warnings)}`);
  return parts.join('\n\n');
}

/** `3 mistakes` */
export function counted(problems: readonly Problem[]): string {
  return `${problems.length} mistake${problems.length === 1 ? '' : 's'}`;
}

function grouped(problems: readonly Problem[]): string {
  const groups = new Map<string, Problem[]>();
  for (const problem of problems) {
    const where = problem.where ?? '';
    groups.set(where, [...(groups.get(where) ?? []), problem]);
  }
  let number = 0;
  return [...groups]
    .map(([where, found]) => {
      const lines = found.map((each) => `  ${++number}. ${indented(textOf(each))} (${each.code})`);
      return [...(where === '' ? [] : [where]), ...lines].join('\n');
    })
    .join('\n\n');
}

/** The message without the place, which stands above it. */
function textOf({ message, where }: Problem): string {
  const beginning =
    where === undefined ? undefined : [`${where}: `, `${where} `].find((each) => message.startsWith(each));
  const text = message.slice(beginning?.length ?? 0);
  return text.charAt(0).toUpperCase() + text.slice(1);
}

function indented(text: string): string {
  return text.replaceAll('\n', '\n     ');
}
