/** The header section of a response that is about to be written. */
export interface ResponseHead {
  readonly statusCode: number;
  getHeader(name: string): unknown;
  setHeader(name: string, value: string): unknown;
}

/** The parts of a response that Express and Fastify have in common. */
export interface PlatformResponse {
  readonly statusCode: number;
  getHeader(name: string): unknown;
  getHeaders(): Readonly<Record<string, unknown>>;
  header(name: string, value: string | string[]): unknown;
  removeHeader(name: string): unknown;
  status(code: number): unknown;
  /** Node's, where this one is Fastify's. */
  readonly raw?: object;
}

/** Node's response, which writes the header section whoever asks for it. */
export interface RawResponse extends ResponseHead {
  writeHead(status: number, ...rest: unknown[]): unknown;
  end(...rest: unknown[]): unknown;
}

export interface ExpressResponse extends PlatformResponse, RawResponse {
  readonly app: { get(setting: string): unknown };
  json: (body: unknown) => unknown;
  send: (body: unknown) => unknown;
}

export interface FastifyReply extends PlatformResponse {
  readonly raw: RawResponse;
  readonly request: object;
  send(body: unknown): unknown;
  serialize(body: unknown): unknown;
  getSerializationFunction(status: number | string): unknown;
}

/**
 * Completes the header section of a response when it is written, and not before: then its status and what the
 * application says in it are final, and an answer that an error has replaced is told nothing.
 */
export function beforeHead(response: PlatformResponse, announce: (head: ResponseHead) => void): void {
  const raw = isFastify(response) ? response.raw : (response as ExpressResponse);
  const writeHead = raw.writeHead.bind(raw);
  raw.writeHead = (status, ...rest) => {
    const isPassedOn = isFastify(response) && rest.length > 0;
    announce({
      statusCode: status,
      getHeader: (name) => response.getHeader(name),
      // Fastify passes its fields on as one object, and they win over those of Node's response.
      setHeader: (name, value) => (isPassedOn ? response.header(name, value) : raw.setHeader(name, value)),
    });
    return writeHead(status, ...rest);
  };
}

export function isFastify(response: PlatformResponse): response is FastifyReply {
  return 'serializer' in response;
}
