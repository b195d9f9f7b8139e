import { storeContract } from '../../../lib/testing/store-contract.js';
import { connectedNear } from './near-support.js';

const url = process.env['TEST_REDIS_URL']!;

storeContract('a validated near store', () => connectedNear(url, 'validated'));
storeContract('an eventual near store', () => connectedNear(url, 'eventual'));
