import { MemoryStore } from '../../../lib/stores/memory.store.js';
import { storeContract } from '../../../lib/testing/store-contract.js';

storeContract('the memory store', () => new MemoryStore({ maxEntries: 10_000, maxBytes: 2 ** 26 }));
