import { nearestOf } from '../../../lib/keys/nearest.js';
import type { Shape } from '../../../lib/keys/shape.js';
import { shapeOf } from '../../../lib/keys/shape.js';
import { parseTemplate } from '../../../lib/keys/template.js';

function shape(text: string): Shape {
  return shapeOf(parseTemplate(text, { where: 'Posts.find', pattern: true }), () => 'scalar');
}

const templates = ['public:blog:list:<<page>>', 'public:blog:detail:<<id>>', 'public:taxonomy:tags'].map(shape);

describe('the template nearest to a pattern', () => {
  it.each([
    ['public:blog:detial:<<id>>', 'public:blog:detail:<<id>>'],
    ['public:blog:detials', 'public:blog:detail:<<id>>'],
    ['public:blgo:list', 'public:blog:list:<<page>>'],
    ['public:detail:<<id>>', 'public:blog:detail:<<id>>'],
    ['public:my:blog:list', 'public:blog:list:<<page>>'],
    ['public:taxnomy', 'public:taxonomy:tags'],
  ])('of %s is %s', (pattern, nearest) => {
    expect(nearestOf(shape(pattern), templates)?.text).toBe(nearest);
  });

  it.each(['weather', 'weather:berlin', 'admin:users:detail', 'x:y:z'])('of %s is none', (pattern) => {
    expect(nearestOf(shape(pattern), templates)).toBeUndefined();
  });
});
