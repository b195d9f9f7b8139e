import type { ExecutionContext } from '@nestjs/common';
import {
  Body,
  Cookies,
  Headers,
  HostParam,
  Ip,
  Param,
  ParseIntPipe,
  Query,
  Req,
  Res,
  Session,
  createParamDecorator,
} from '@nestjs/common';
import { IsOptional, IsString } from 'class-validator';
import type { Attribute } from './visits.js';

/** What a front of the application has put into every request. */
export interface FrontedRequest {
  readonly headers: Readonly<Record<string, string>>;
  cookies?: unknown;
  session?: unknown;
  user?: { readonly id: string } | undefined;
}

/** Something that a method can read. `<<#>>` in a placeholder stands for its position. */
export interface Input {
  /** Its parameter as it stands in the source; undefined for what is no parameter. */
  readonly parameter: string | undefined;
  readonly decorator?: ParameterDecorator;
  readonly type?: unknown;
  /** What a caller of a service passes, in terms of the request. */
  readonly passed?: string;
  /** What it is called in `ignore`; `#` for its position. */
  readonly name: string;
  /** A kind that `ignore` may name as well, where another input is called like it. */
  readonly kind?: string;
  /** Expressions that the method may read, and what of the request they depend on. */
  readonly reads: Readonly<Record<string, Attribute>>;
  /**
   * What has to be in `ignore` for an expression to be left out, where that is not the input: what is read from the
   * request object is noticed, and keeps a result from being stored.
   */
  readonly noticed?: Readonly<Record<string, string>>;
  /** Placeholders of which each holds all of it. An empty text: it is held without any. */
  readonly covering: readonly string[];
  /** Placeholders that hold a part of it. */
  readonly parts: readonly string[];
}

class PageQuery {
  @IsOptional()
  @IsString()
  page?: string;
}

class ListQuery extends PageQuery {
  @IsOptional()
  @IsString()
  sort?: string;
}

class TextDto {
  @IsOptional()
  @IsString()
  text?: string;
}

class ChangesDto extends TextDto {
  @IsOptional()
  @IsString()
  sort?: string;
}

const Theme = custom(({ cookies }) => (cookies as { theme: string }).theme);
const Visitor = custom(({ user }) => user);
const Language = custom(({ headers }) => headers['lang']);

/** What handlers can read, by what it is. */
export const HANDLER_INPUTS: Readonly<Record<string, Input>> = {
  param: of('id', Param('id'), { id: 'id' }, { covering: ['id', '@params.id', '#'] }),
  number: of('id', Param('id', ParseIntPipe), { id: 'id' }, { covering: ['id', '#'] }),
  params: of('params', Param(), { 'params.id': 'id' }, { covering: ['params', '#'], parts: ['params.id'] }),
  page: { ...of('page', Query('page'), { page: 'page' }, { covering: ['page', '', '#'] }), kind: 'query' },
  query: {
    ...of('query', Query(), { 'query.page': 'page', 'query.sort': 'sort', 'query.extra': 'extra' }),
    type: ListQuery,
    covering: ['query', '', '#'],
    parts: ['query.page', 'query.sort'],
  },
  header: {
    ...of('lang', Headers('lang'), { lang: 'lang' }, { covering: ['lang', '@headers.lang', '#'] }),
    kind: 'headers',
  },
  headers: {
    ...of('headers', Headers(), { 'headers.lang': 'lang', 'headers.authorization': 'user', 'headers.cookie': 'theme' }),
    covering: ['headers', '#'],
    parts: ['headers.lang', '@headers.lang'],
  },
  bodyPart: of('text', Body('text'), { text: 'text' }, { covering: ['text', '#'] }),
  body: {
    ...of('changes', Body(), { 'changes?.text': 'text', 'changes?.sort': 'sort', 'changes?.extra': 'extra' }),
    type: ChangesDto,
    covering: ['changes', '#'],
    // Both are all of it behind a pipe that removes what the class does not declare.
    parts: ['changes.text', 'changes.text>>:<<changes.sort'],
  },
  ip: of('ip', Ip(), { ip: 'ip' }, { covering: ['ip', '#'] }),
  host: of('tenant', HostParam('tenant'), { tenant: 'tenant' }, { covering: ['tenant', '#'], parts: ['@host'] }),
  session: {
    ...of('session', Session(), { 'session.cart': 'cart' }),
    covering: ['session', '#'],
    parts: ['session.cart'],
  },
  cookies: of('theme', Cookies('theme'), { theme: 'theme' }, { covering: ['theme', '#'] }),
  cookie: of('theme', Theme(), { theme: 'theme' }, { covering: ['theme', '#'], parts: ['@cookies.theme'] }),
  language: of(
    'language',
    Language('id'),
    { language: 'lang' },
    { covering: ['language', '#'], parts: ['@headers.lang'] },
  ),
  visitor: of('visitor', Visitor(), { 'visitor?.id': 'user' }, { covering: ['visitor', '#'], parts: ['user_id'] }),
  request: {
    ...of('request', Req(), {
      'request.user?.id': 'user',
      'request.headers.authorization': 'user',
      'request.headers.lang': 'lang',
      'request.query.page': 'page',
      'request.cookies.theme': 'theme',
      'request.session.cart': 'cart',
      'request.ip': 'ip',
    }),
    noticed: {
      'request.user?.id': 'user',
      'request.headers.authorization': 'headers',
      'request.headers.lang': 'headers',
      'request.cookies.theme': 'cookies',
      'request.session.cart': 'session',
    },
    parts: ['request.query.page', '@headers.lang', '@query.page', 'user_id', '@cookies.theme'],
  },
  response: {
    ...of('response', Res({ passthrough: true }), { '(response.req ?? response.request).headers.lang': 'lang' }),
    noticed: { '(response.req ?? response.request).headers.lang': 'headers' },
  },
};

/** What methods of services can read. A rest parameter stands last. */
export const SERVICE_INPUTS: Readonly<Record<string, Input>> = {
  argument: passed('id', 'request.params.id', { id: 'id' }, { covering: ['id', '#'] }),
  filter: passed(
    'filter',
    '{ page: request.query.page, sort: request.query.sort }',
    { 'filter.page': 'page', 'filter.sort': 'sort' },
    { covering: ['filter', '#'], parts: ['filter.page', 'filter.sort', '#.page'] },
  ),
  visitor: passed(
    'visitor',
    'request.user',
    { 'visitor?.id': 'user' },
    { covering: ['visitor', '#'], parts: ['user_id'] },
  ),
  default: {
    ...passed('lang', 'request.headers.lang', { lang: 'lang' }, { covering: ['lang', '#'], parts: ['@headers.lang'] }),
    parameter: "lang = 'en'",
  },
  omitted: {
    ...passed('theme', 'request.cookies.theme === "dark" ? undefined : request.cookies.theme', { theme: 'theme' }),
    parameter: "theme = 'bright'",
    covering: ['theme', '#'],
  },
  destructured: {
    ...passed('#', '{ extra: request.query.extra, ip: request.ip }', { extra: 'extra', ip: 'ip' }),
    parameter: '{ extra, ip }',
    covering: ['#'],
    parts: ['#.extra'],
  },
  rest: {
    ...passed('more', 'request.session.cart, request.hostname', { 'more[0]': 'cart', 'more[1]': 'tenant' }),
    parameter: '...more',
    covering: ['more'],
    parts: ['#'],
  },
};

/** `this`, where a request-scoped provider is in it. */
export const THIS: Input = {
  parameter: undefined,
  name: 'this',
  reads: { 'this.person.page': 'page', 'this.person.id': 'user' },
  noticed: { 'this.person.id': 'user' },
  covering: [],
  parts: ['user_id'],
};

/** What a caller passes behind the declared parameters. */
export const ARGUMENTS: Input = {
  parameter: undefined,
  passed: 'request.headers["x-cart"]',
  name: 'arguments',
  reads: { 'arguments[arguments.length - 1]': 'cart' },
  covering: [],
  parts: [],
};

function of(
  parameter: string,
  decorator: ParameterDecorator,
  reads: Input['reads'],
  { covering = [], parts = [] }: Partial<Pick<Input, 'covering' | 'parts'>> = {},
): Input {
  return { parameter, decorator, name: parameter, reads, covering, parts };
}

function passed(
  parameter: string,
  expression: string,
  reads: Input['reads'],
  { covering = [], parts = [] }: Partial<Pick<Input, 'covering' | 'parts'>> = {},
): Input {
  return { parameter, passed: expression, name: parameter, reads, covering, parts };
}

function custom(read: (request: FrontedRequest) => unknown) {
  return createParamDecorator((_data: unknown, context: ExecutionContext) =>
    read(context.switchToHttp().getRequest<FrontedRequest>()),
  );
}
