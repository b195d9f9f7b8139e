/** The tables of `schema.ts`, as PostgreSQL is told about them. */
export const CREATE_TABLES = `
  create function text_search_of(lang text) returns regconfig immutable language sql return
    case lang when 'de' then 'german'::regconfig when 'fr' then 'french'::regconfig else 'english'::regconfig end;

  create table users (
    id serial primary key, email text not null unique, name text not null, role text not null,
    password_hash text not null, about text not null default ''
  );
  create table sessions (
    token_hash text primary key, user_id integer not null references users on delete cascade,
    expires_at timestamptz not null
  );
  create table authors (
    id serial primary key, slug text not null unique, name text not null, user_id integer unique references users
  );
  create table categories (id serial primary key, slug text not null unique, name jsonb not null);
  create table tags (id serial primary key, slug text not null unique, name text not null);
  create table posts (
    id serial primary key, slug text not null unique, author_id integer not null references authors,
    category_id integer not null references categories, published boolean not null, published_at timestamptz
  );
  create index posts_by_date on posts (published_at desc, id desc) where published;
  create table post_tags (
    post_id integer references posts on delete cascade, tag_id integer references tags, primary key (post_id, tag_id)
  );
  create index post_tags_by_tag on post_tags (tag_id);
  create table post_texts (
    post_id integer references posts on delete cascade, lang text, title text not null, summary text not null,
    body text not null, updated_at timestamptz not null default now(),
    search tsvector generated always as (
      setweight(to_tsvector(text_search_of(lang), title), 'A') ||
      setweight(to_tsvector(text_search_of(lang), summary || ' ' || body), 'B')
    ) stored,
    primary key (post_id, lang)
  );
  create index post_texts_by_word on post_texts using gin (search);
  create table comments (
    id serial primary key, post_id integer not null references posts on delete cascade,
    user_id integer not null references users on delete cascade, text text not null,
    created_at timestamptz not null default now()
  );
  create index comments_by_post on comments (post_id, id desc);
  create table likes (
    post_id integer references posts on delete cascade, user_id integer references users on delete cascade,
    created_at timestamptz not null default now(), primary key (post_id, user_id)
  );
`;
