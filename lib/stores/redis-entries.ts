import type { Entry, EntryHeader } from '../core/entry.js';
import { DEFAULT_MAX_VALUE_BYTES } from '../serialization/codec.js';
import { compress, decompress } from '../serialization/compression.js';
import type { HeaderLine } from '../serialization/entry-format.js';
import { formatHeader, parseHeader } from '../serialization/entry-format.js';
import type { Lease, StoreNamespace } from './store.js';

interface NewEntry {
  readonly header: Omit<EntryHeader, 'token' | 'groups'>;
  readonly payload: string;
}

/** How many headers are remembered, and of how many characters at most: together they take five to twenty megabytes. */
const MOST_HEADERS = 5_000;
const LONGEST_HEADER = 1_000;

const FOREIGN = 'it is not what nestash writes; it will be replaced, but whoever wrote it may come again';

/**
 * Entries as texts in Redis. What is compressed is read by everybody, whether they compress or not. Whoever reads the same
 * entry again need not read its header again, which would take as long as parsing a payload of 1 kB.
 */
export class RedisEntries {
  readonly #headers = new Map<string, HeaderLine>();

  /** @param compressAbove payloads of more bytes are compressed. */
  constructor(
    private readonly namespace: Pick<StoreNamespace, 'maxValueBytes' | 'tell'>,
    private readonly compressAbove = Infinity,
  ) {}

  /** An entry as the text of its header and that of its payload. */
  async write(
    { header, payload }: NewEntry,
    { token, generations }: Pick<Lease, 'token' | 'generations'>,
  ): Promise<[string, string]> {
    const whole = { ...header, token, groups: generations };
    const { length } = payload;
    const bytes = Buffer.byteLength(payload);
    if (bytes > this.compressAbove) {
      const compressed = await compress(payload);
      // What cannot be made smaller grows.
      if (compressed.length < bytes) return [formatHeader(whole, { compression: 'gzip', length }), compressed];
    }
    return [formatHeader(whole, { compression: undefined, length }), payload];
  }

  /**
   * The one place where a text that is no entry of ours, or a damaged one, becomes a miss. Only what is compressed has to
   * be waited for.
   *
   * @param key under which it was found, where damage is to be told of and headers are to be remembered.
   */
  read(text: string | null | undefined, key?: string): Entry | undefined | Promise<Entry | undefined> {
    if (typeof text !== 'string') return undefined;
    const written = this.#headerOf(text, key);
    if (!written) return this.#damaged(key, new Error(FOREIGN));
    const payload = text.slice(written.line.length);
    return written.compression ? this.#decompressed(written, payload, key) : this.#whole(written, payload, key);
  }

  #headerOf(text: string, key: string | undefined): HeaderLine | undefined {
    const known = key === undefined ? undefined : this.#headers.get(key);
    // `startsWith` would compare one character after the other.
    if (known && text.slice(0, known.line.length) === known.line) return known;
    const read = parseHeader(text);
    if (key === undefined || !read || read.line.length > LONGEST_HEADER) return read;
    if (!known && this.#headers.size >= MOST_HEADERS) this.#headers.clear();
    this.#headers.set(key, read);
    return read;
  }

  async #decompressed(written: HeaderLine, compressed: string, key: string | undefined): Promise<Entry | undefined> {
    const { maxValueBytes = DEFAULT_MAX_VALUE_BYTES } = this.namespace;
    try {
      return this.#whole(written, await decompress(compressed, maxValueBytes), key);
    } catch (cause) {
      const problem = `it is no gzip of at most ${maxValueBytes} bytes; it will be replaced`;
      return this.#damaged(key, new Error(problem, { cause }));
    }
  }

  /** What clients get is not parsed before, so that an entry which was cut off, or added to, has to show here. */
  #whole({ header, length }: HeaderLine, payload: string, key: string | undefined): Entry | undefined {
    if (payload.length === length) return { header, payload };
    return this.#damaged(key, new Error(`it has ${payload.length} characters instead of ${length}`));
  }

  #damaged(key: string | undefined, error: Error): undefined {
    if (key !== undefined) this.namespace.tell?.({ kind: 'entry-damaged', key, error });
    return undefined;
  }
}
