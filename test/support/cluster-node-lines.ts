/** What `CLUSTER NODES` says of one node. */
export interface NodeLine {
  readonly id: string;
  readonly port: number;
  readonly isMaster: boolean;
  readonly isFailed: boolean;
  readonly master: string;
  readonly slots: readonly string[];
}

export function nodeLine(line: string): NodeLine {
  const [id = '', address = '', flags = '', master = '', , , , , ...slots] = line.split(' ');
  return {
    id,
    port: Number(/:(\d+)@/.exec(address)?.[1]),
    isMaster: /\bmaster\b/.test(flags),
    isFailed: /\bfail\b/.test(flags),
    master,
    slots: slots.filter((range) => !range.startsWith('[')),
  };
}

/** Whether a range such as `0-5461` or `17` has a slot. */
export function covers(range: string, slot: number): boolean {
  const [first = NaN, last = first] = range.split('-').map(Number);
  return slot >= first && slot <= last;
}
