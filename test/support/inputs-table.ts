import type { RandomApplication, Treatment } from './random-applications/random-application.js';

/**
 * What becomes of two calls that differ in one input: `apart`, each value has an entry of its own; `shared`, one entry for
 * all values; `refused`, the application does not start.
 */
export type Outcome = 'apart' | 'shared' | 'refused';

/** What the row shows of the key or of the option, and what comes of it. */
export interface Cell {
  readonly shows: string;
  readonly outcome: Outcome;
  /** Behind the outcome, in words. */
  readonly note?: string;
  /** The application that shows it. */
  readonly application: Shape;
}

export interface Row {
  readonly input: string;
  readonly isHttp: boolean;
  readonly cells: Readonly<Record<'key' | 'ignored' | 'forgotten', Cell>>;
}

export type Shape = Omit<RandomApplication, 'platform'>;

export const COLUMNS = ['key', 'ignored', 'forgotten'] as const;

const BARE: Shape = {
  place: 'handler',
  inputs: [],
  self: undefined,
  selfReads: 1,
  undeclared: undefined,
  form: 'template',
  scope: 'public',
  namesUser: false,
  namesAll: false,
  inheritance: 'none',
  twin: 'none',
  guard: 'none',
  whitelists: false,
  hasDefaults: false,
  hasPartition: false,
  ignoredKinds: [],
  isStamped: false,
};

const HASHED = 'its hash at the end of the key';
/** Every expression of the input. */
const EVERYTHING = 127;

interface RowOptions {
  /** The option that leaves it out, as it is written. */
  readonly ignore: string;
  readonly place?: 'handler' | 'service';
  readonly reads?: number;
  readonly forgotten?: 'refused' | 'apart';
  /** Behind the outcomes of the key, and of leaving it out. */
  readonly notes?: readonly (string | undefined)[];
  readonly others?: Partial<Shape>;
}

/** A row about an input that a template can name: what stands in its key, and what comes of leaving that out. */
function named(input: string, kind: string, key: string, options: RowOptions): Row {
  const { ignore, place = 'handler', reads = EVERYTHING, forgotten = 'refused', notes = [], others } = options;
  const shape = (treatment: Treatment): Shape => ({
    ...BARE,
    ...others,
    place,
    inputs: [{ kind, treatment, reads, choice: 0 }],
  });
  const [noted, notedForgotten] = notes.map((note) => (note === undefined ? {} : { note }));
  return {
    input,
    isHttp: place === 'handler',
    cells: {
      key: { shows: key, outcome: 'apart', ...noted, application: shape('covered') },
      ignored: { shows: `ignore: ['${ignore}']`, outcome: 'shared', application: shape('ignored') },
      forgotten: { shows: '', outcome: forgotten, ...notedForgotten, application: shape('dropped') },
    },
  };
}

/** What no key can contain: what its key shows is refused as if it were not there. */
function opaque(
  input: string,
  { key, ignore, note, shape }: { key: string; ignore: string; note: string; shape(treatment: Treatment): Shape },
): Row {
  return {
    input,
    isHttp: shape('part').place === 'handler',
    cells: {
      key: { shows: key, outcome: 'refused', note, application: shape('part') },
      ignored: { shows: `ignore: ['${ignore}']`, outcome: 'shared', note: UNLESS, application: shape('ignored') },
      forgotten: { shows: '', outcome: 'refused', application: shape('dropped') },
    },
  };
}

/** Of the expressions of a query, those that its class declares. */
const WHITELISTED = 3;
/** Of the expressions of a request, one that says nothing about who asks. */
const PAGE = 8;
const UNLESS = 'unless it reads who asks';
const BEHIND_GUARD: Shape = { ...BARE, scope: 'internal', guard: 'method' };

/** The inputs of methods of HTTP and of services. */
export const ROWS: readonly Row[] = [
  named("`@Param('id')`", 'param', '<<id>>', { ignore: 'id' }),
  named("`@Query('page')`", 'page', '<<page>>', { ignore: 'page', forgotten: 'apart', notes: [undefined, HASHED] }),
  named('`@Query() query: ListQuery`, with `whitelist`', 'query', '<<query>>', {
    ignore: 'query',
    reads: WHITELISTED,
    forgotten: 'apart',
    notes: [undefined, HASHED],
    others: { whitelists: true },
  }),
  named('`@Query() query`, without', 'query', '<<query>>', {
    ignore: 'query',
    forgotten: 'apart',
    notes: ['with a warning', `${HASHED}, with a warning`],
  }),
  named("`@Headers('lang')`", 'header', '<<lang>>', { ignore: 'lang' }),
  named("`@Body('text')`", 'bodyPart', '<<text>>', { ignore: 'text' }),
  named('`@Ip()`', 'ip', '<<ip>>', { ignore: 'ip' }),
  named("`@HostParam('tenant')`", 'host', '<<tenant>>', { ignore: 'tenant' }),
  named('`@Session() session`', 'session', '<<session>>', { ignore: 'session' }),
  named("`@Cookies('theme')`", 'cookies', '<<theme>>', { ignore: 'theme' }),
  named('a custom decorator: `@CurrentUser() visitor`', 'visitor', '<<visitor>>', { ignore: 'visitor' }),
  opaque('`@Req() request`', {
    key: '<<request.query.page>>',
    ignore: 'request',
    note: "take what it needs by itself, `@Query('page')`",
    shape: (treatment) => ({ ...BARE, inputs: [{ kind: 'request', treatment, reads: PAGE, choice: 0 }] }),
  }),
  {
    input: 'a guard, which knows the user',
    isHttp: true,
    cells: {
      key: {
        shows: '<<user_id>>',
        outcome: 'apart',
        application: {
          ...BEHIND_GUARD,
          namesUser: true,
          inputs: [{ kind: 'visitor', treatment: 'ignored', reads: EVERYTHING, choice: 0 }],
        },
      },
      ignored: {
        shows: 'plainGuards: [PlainGuard]',
        outcome: 'shared',
        application: { ...BEHIND_GUARD, guard: 'plain' },
      },
      forgotten: { shows: '', outcome: 'refused', application: BEHIND_GUARD },
    },
  },
  named('an argument of a service: `id`', 'argument', '<<id>>', { ignore: 'id', place: 'service' }),
  named("with a default: `lang = 'en'`", 'default', '<<lang>>', { ignore: 'lang', place: 'service' }),
  named('the rest: `...more`', 'rest', '<<more>>', { ignore: 'more', place: 'service' }),
  named('destructured: `{ extra, ip }`', 'destructured', '<<0>>', { ignore: '0', place: 'service' }),
  opaque('`this` of a request-scoped provider', {
    key: '<<user_id>>',
    ignore: 'this',
    note: 'pass what it needs as an argument',
    shape: (self) => ({ ...BARE, place: 'service', self }),
  }),
];

/** A cell as the README has it. */
export function textOf({ shows, outcome, note }: Omit<Cell, 'application'>): string {
  return `${shows === '' ? '' : `\`${shows}\`: `}${outcome}${note === undefined ? '' : ` (${note})`}`;
}

/** What a resolver of GraphQL is handed. */
export interface GraphqlRow {
  readonly input: string;
  readonly resolver: 'context' | 'info';
  readonly cells: Readonly<Record<'key' | 'ignored' | 'forgotten', GraphqlCell>>;
}

interface GraphqlCell extends Omit<Cell, 'application'> {
  readonly template: string;
  readonly ignore: readonly string[];
}

/** The inputs of resolvers that nothing else has. */
export const GRAPHQL_ROWS: readonly GraphqlRow[] = [
  graphql('GraphQL: `@Context() context`', 'context', {
    key: '<<context.lang>>',
    note: 'ignore it, and name `<<@headers.lang>>`',
  }),
  graphql('GraphQL: `@Info() info`', 'info', { key: '<<info.fieldName>>', note: 'take `@Args()`' }),
];

function graphql(
  input: string,
  resolver: GraphqlRow['resolver'],
  { key, note }: { key: string; note: string },
): GraphqlRow {
  const template = 'public:page';
  return {
    input,
    resolver,
    cells: {
      key: { shows: key, outcome: 'refused', note, template: `${template}:${key}`, ignore: [] },
      ignored: {
        shows: `ignore: ['${resolver}']`,
        outcome: 'shared',
        ...(resolver === 'context' && { note: UNLESS }),
        template,
        ignore: [resolver],
      },
      forgotten: { shows: '', outcome: 'refused', template, ignore: [] },
    },
  };
}
