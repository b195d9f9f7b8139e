import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ENTRY_FIXTURES, fixtureFile, textOf } from '../support/entry-fixtures.js';

// Writes the fixtures into the folder that is named.
const folder = process.argv[2]!;
for (const fixture of ENTRY_FIXTURES) writeFileSync(join(folder, fixtureFile(fixture.name)), await textOf(fixture));
