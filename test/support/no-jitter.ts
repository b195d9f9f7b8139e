import { systemChance } from '../../lib/core/chance.js';

// Before the tests of each file: lifetimes are what they were asked to be, and nothing is renewed early.
systemChance.next = () => 0;
