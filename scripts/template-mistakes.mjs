// The mistakes that somebody can make in a key template.

/** Each mistake in words, and the template with it. */
export function mistakesIn(template) {
  const segments = template.split(':');
  return [...dropped(segments), ...renamed(segments), ...swapped(segments)].map(([mistake, changed]) => [
    mistake,
    changed.join(':'),
  ]);
}

function dropped(segments) {
  if (segments.length === 1) return [];
  return segments.map((segment, index) => [`without ${segment}`, segments.toSpliced(index, 1)]);
}

function renamed(segments) {
  return segments.flatMap((segment, index) => {
    const other = segment.replace(/^<<@?\w+/, '$&x');
    return other === segment ? [] : [[`with ${other}`, segments.with(index, other)]];
  });
}

/** Placeholders only: for a literal that stands elsewhere nothing is to be found in the arguments. */
function swapped(segments) {
  const places = segments.flatMap((segment, index) => (segment.startsWith('<<') ? [index] : []));
  return places.flatMap((one, position) =>
    places
      .slice(position + 1)
      .map((other) => [
        `with ${segments[other]} in the place of ${segments[one]}`,
        segments.with(one, segments[other]).with(other, segments[one]),
      ]),
  );
}
